"""Inputs, oracle output and bound: made once, the same bytes for everybody who reads them."""

import numpy as np
import pytest

from rooflinear.bench import problem, protocol
from rooflinear.bench.contract import Bound
from rooflinear.bench.problem import Problem
from rooflinear.bench.reference import Answers, Reference

from .made import OPERATIONS, SMOOTHING, write_suite

TASK = protocol.Task("smooth", {"length": 50, "width": 3}, {}, "float32")


def opened(seed=0, suite=SMOOTHING, **source):
    reference = Reference()
    reference.open(protocol.Source(str(suite), seed, **source))
    return reference


def made(folder, variant="main", seed=0, task=TASK):
    reply = opened(seed).make(protocol.Make(task, variant, ["direct"], str(folder)))
    return reply, problem.load(folder, "direct")


def test_a_problem_survives_the_disk(tmp_path):
    inputs = {"X": np.arange(6.0).reshape(2, 3), "rate": np.float32(0.1), "steps": 7, "large": np.ones(9999)}
    bound = Bound(np.array([1.0, 2]), np.array([0.5, 0.25]))
    Problem(inputs, np.array([3.0, 4]), {"direct": bound, "gram": Bound(*2 * [np.zeros(2)])}).save(tmp_path)
    found = problem.load(tmp_path, "direct")
    assert list(found.inputs) == list(inputs)
    assert all(np.array_equal(found.inputs[name], inputs[name]) for name in inputs)
    assert (type(found.inputs["rate"]), type(found.inputs["steps"])) == (np.float32, int)
    np.testing.assert_array_equal(found.expected, [3, 4])
    np.testing.assert_array_equal(np.stack(found.bounds["direct"]), np.stack(bound))


def test_a_wide_oracle_output_keeps_its_bits(tmp_path):
    expected = np.array([1 + np.longdouble(2) ** -60])
    Problem({}, expected, {}).save(tmp_path)
    assert problem.load(tmp_path, "direct").expected[0] == expected[0]


def test_an_exact_problem_has_no_bound(tmp_path):
    _, found = made(tmp_path, "exact")
    assert found.bounds == {}


def test_large_inputs_cannot_be_written_by_their_readers(tmp_path):
    Problem({"x": np.zeros(9999)}, np.zeros(1), {}).save(tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        problem.load(tmp_path, "direct").inputs["x"][0] = 1


@pytest.mark.parametrize(
    "inputs",
    [{"x": np.ones(4), "n": 3}, {"x": np.zeros(5), "n": 3}, {"x": np.ones(5), "n": 4}, {"y": np.ones(5), "n": 3},
     {"x": np.ones(5, "float32"), "n": 3}, {"x": np.ones((5, 1)), "n": 3}, {"n": 3, "x": np.ones(5)}],
)  # fmt: skip
def test_the_hash_covers_names_shapes_dtypes_values_and_order(inputs):
    def digest(inputs):
        return Problem(inputs, np.zeros(1), {}).inputs_sha256

    assert digest({"x": np.ones(5), "n": 3}) == digest({"x": np.ones(5), "n": 3})
    assert digest(inputs) != digest({"x": np.ones(5), "n": 3})


def test_the_same_seed_makes_the_same_problem(tmp_path):
    one, other = made(tmp_path / "one", seed=5), made(tmp_path / "other", seed=5)
    assert one[0] == other[0]
    np.testing.assert_array_equal(one[1].expected, other[1].expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"variant": "fresh"},
        {"variant": "probe"},
        {"seed": 6},
        {"task": protocol.Task("smooth", {"length": 50, "width": 4}, {}, "float32")},
    ],
)
def test_another_variant_seed_or_size_makes_another_problem(tmp_path, changes):
    signal = made(tmp_path / "one", seed=5)[1].inputs["signal"]
    other = made(tmp_path / "other", **{"seed": 5} | changes)[1].inputs["signal"]
    assert set(signal.tolist()).isdisjoint(other.tolist())


def test_inputs_carry_the_dtype_of_the_case(tmp_path):
    assert made(tmp_path)[1].inputs["signal"].dtype == "float32"


def test_a_bound_may_be_a_single_array(tmp_path):
    reference = opened(suite=write_suite(tmp_path / "mine"))
    task = protocol.Task("double", {"m": 4}, {}, "float64")
    reference.make(protocol.Make(task, "main", ["direct"], str(tmp_path / "made")))
    worst_case, statistical = problem.load(tmp_path / "made", "direct").bounds["direct"]
    assert worst_case.tolist() == statistical.tolist() == [0] * 4


def test_an_oracle_or_bound_that_fails_is_not_taken_for_sizes_that_do_not_fit(tmp_path):
    suite = write_suite(tmp_path / "mine", operations=OPERATIONS.replace("np.zeros(output.shape)", "np.zeros(3) + x"))
    answers = Answers()
    answers(protocol.Source(str(suite), 0))
    task = protocol.Task("double", {"m": 4}, {}, "float64")
    reply = answers(protocol.Make(task, "main", ["direct"], str(tmp_path / "made")))
    assert reply.status == "fault"
    assert "'x' is not defined" in reply.reason


FAULTS = {
    "usage": ("", {"data": "absent.csv", "target": "price"}),
    "unsupported": ("raise ValueError('too odd')", {}),
    "memory": ("raise MemoryError('9 EiB')", {}),
    "fault": ("raise ZeroDivisionError('division by zero')", {}),
    "disk": ("raise OSError(28, 'No space left on device')", {}),
}


@pytest.mark.parametrize("status", FAULTS)
def test_whatever_fails_is_answered_with_its_kind(tmp_path, status):
    line, source = FAULTS[status]
    text = OPERATIONS.replace("    return {", f"    {line}\n    return {{")
    suite = write_suite(tmp_path / "mine", operations=text)
    answers = Answers()
    replies = [
        answers(protocol.Source(str(suite), 0, **source)),
        answers(protocol.Make(protocol.Task("double", {"m": 4}, {}, "float64"), "main", ["direct"], str(tmp_path))),
    ]
    assert next(reply.status for reply in replies if isinstance(reply, protocol.Failed)) == status


def test_the_source_of_numbers_is_told(tmp_path):
    (tmp_path / "houses.csv").write_text("area,price\n1,2\n3,4\n")
    reference, suite = Reference(), str(SMOOTHING)
    assert reference.open(protocol.Source(suite, 0)) == protocol.Opened("gaussian", True)
    assert reference.open(protocol.Source(suite, 0, condition=100.0)).label == "gaussian, condition 100"
    own = reference.open(protocol.Source(suite, 0, data=str(tmp_path / "houses.csv"), target="price"))
    assert own == protocol.Opened("houses.csv, target price", False)
