"""The tasks that a page draws: the same numbers every time, right for a plain kernel, few shapes to compile."""

from collections import defaultdict

import numpy as np
import pytest

from rooflinear.bench.contract import Bound
from rooflinear.bench.inputs import verify
from rooflinear.bench.runner.outputs import MOST_NUMBERS
from rooflinear.kernels import numpy as kernels
from rooflinear.kernels import operations

BY_NAME = {each.name: each for each in operations.OPERATIONS}
TASKS = pytest.mark.parametrize("task", operations.SHOWN, ids=lambda task: task.name)
DTYPES = pytest.mark.parametrize("dtype", ["float64", "float32"])


@TASKS
@DTYPES
def test_a_plain_kernel_is_right(task, dtype):
    inputs, operation = task.inputs(np.dtype(dtype)), BY_NAME[task.operation]
    expected = np.asarray(operation.oracle(*inputs.values()))
    bound = operation.bound(inputs, expected, "direct")
    output = np.asarray(getattr(kernels, task.operation)(*inputs.values()))
    assert isinstance(bound, Bound)
    assert verify.compare(output, expected, bound, dtype, generated=True).status == "ok"


@TASKS
def test_inputs_are_the_same_at_every_call(task):
    first, second = task.inputs(np.dtype("float64")), task.inputs(np.dtype("float64"))
    assert all(np.array_equal(first[name], second[name]) for name in first)


@TASKS
def test_every_number_is_finite_and_few_enough_to_keep(task):
    inputs = task.inputs(np.dtype("float64"))
    output = np.asarray(BY_NAME[task.operation].oracle(*inputs.values()))
    assert output.size <= MOST_NUMBERS
    assert all(np.isfinite(each).all() for each in (output, *inputs.values()))


def test_every_operation_but_the_gradient_is_shown():
    assert {each.operation for each in operations.SHOWN} == set(BY_NAME) - {"gradient"}


def test_an_operation_is_shown_in_one_shape():
    shapes = defaultdict(set)
    for task in operations.SHOWN:
        shapes[task.operation].add(tuple(np.shape(each) for each in task.inputs(np.dtype("float64")).values()))
    assert {name: len(found) for name, found in shapes.items() if len(found) > 1} == {}


def test_a_descent_that_goes_on_costs_less():
    by_steps = {task.settings["steps"]: task for task in operations.SHOWN if task.operation == "mse"}
    losses = [kernels.mse(*by_steps[k].inputs(np.dtype("float64")).values()) for k in sorted(by_steps)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 10
