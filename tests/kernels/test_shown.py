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


EXAMPLES = [task for task in operations.SHOWN if task.name.startswith("example-")]
SIMULATIONS = [task for task in operations.SHOWN if task not in EXAMPLES]
MOST_SHAPES = 2
"""Of the worked examples of an operation: torch.compile takes a second or two for each."""


def shapes(tasks):
    found = defaultdict(set)
    for task in tasks:
        found[task.operation].add(tuple(np.shape(each) for each in task.inputs(np.dtype("float64")).values()))
    return found


def test_an_operation_is_simulated_in_one_shape():
    assert {name: len(found) for name, found in shapes(SIMULATIONS).items() if len(found) > 1} == {}


def test_worked_examples_add_few_shapes_to_compile():
    assert max(map(len, shapes(EXAMPLES).values())) <= MOST_SHAPES


def test_worked_examples_come_last_so_that_a_slow_compiler_has_drawn_the_pictures():
    assert operations.SHOWN[-len(EXAMPLES) :] == tuple(EXAMPLES)


ANSWERS = {
    "hypothesis": ((1, 2), [14]),
    "fitting": ((3, 2), 0.25),
    "assumptions": ((3, 2), [0, 0, 0]),
    "squared-error": ((3, 2), 0),
    "single-1": ((1, 1), [0.6]),
    "single-2": ((1, 1), [1.08]),
    "single-3": ((1, 1), [1.464]),
    "several-1": ((1, 2), [0.8, 1.6]),
    "several-2": ((1, 2), [0.8, 1.6]),
    "several-3": ((1, 2), [0.8, 1.6]),
    "vectorization": ((3, 2), [2.5, 5.5, 8.5]),
    "r2": ((3,), 0.75),
    "diagnostics": ((4, 1), [1, 1]),
    "surface": ((2, 2), [[2, 1], [1, 0]]),
}
"""m and n, and what the course works out; of the two-variable descent, what it should have."""


def test_every_worked_example_has_the_courses_answer():
    assert [task.name for task in EXAMPLES] == [f"example-{name}" for name in ANSWERS]
    for task in EXAMPLES:
        sizes, expected = ANSWERS[task.name.removeprefix("example-")]
        output = BY_NAME[task.operation].oracle(*task.inputs(np.dtype("float64")).values())
        assert tuple(task.sizes.values()) == sizes, task.name
        assert np.shape(output) == np.shape(expected), task.name
        np.testing.assert_allclose(np.asarray(output, float), expected, atol=1e-15, err_msg=task.name)


def test_a_descent_that_goes_on_costs_less():
    by_steps = {task.settings["steps"]: task for task in SIMULATIONS if task.operation == "mse"}
    losses = [kernels.mse(*by_steps[k].inputs(np.dtype("float64")).values()) for k in sorted(by_steps)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 10
