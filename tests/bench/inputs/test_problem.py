"""Inputs, oracle output and bound: made once, the same bytes for everybody who reads them."""

import numpy as np
import pytest

from rooflinear.bench.inputs import problem
from rooflinear.bench.inputs.problem import Problem
from rooflinear.bench.inputs.reference import Answers, Reference
from rooflinear.bench.processes.protocol import Failed
from rooflinear.bench.processes.reference_messages import Draw, Make, Opened, Refusal, Source
from rooflinear.bench.records import Task

from ..made import OPERATIONS, SMOOTHING, write_suite

TASK = Task("smooth", {"length": 50, "width": 3}, {}, "float32")
INPUTS = {"X": np.arange(6.0).reshape(2, 3), "rate": np.float32(0.1), "steps": 7, "large": np.ones(9999)}


def opened(seed=0, suite=SMOOTHING, **source):
    reference = Reference()
    reference.open(Source(str(suite), seed, **source))
    return reference


def made(folder, variant="main", seed=0, task=TASK):
    reply = opened(seed).make(Make(task, variant, ["direct"], str(folder)))
    return reply, problem.load(folder)


def test_a_problem_survives_the_disk(tmp_path):
    problem.save(INPUTS, tmp_path)
    found = problem.load(tmp_path)
    assert list(found) == list(INPUTS)
    assert all(np.array_equal(found[name], INPUTS[name]) for name in INPUTS)
    assert (type(found["rate"]), type(found["steps"])) == (np.float32, int)


def test_one_of_many_problems_is_loaded_like_one_alone(tmp_path):
    others = {name: value * 2 for name, value in INPUTS.items()}
    problem.save_many([INPUTS, others], tmp_path)
    found = problem.load(tmp_path, 1)
    assert all(np.array_equal(found[name], others[name]) for name in INPUTS)
    assert (type(found["rate"]), type(found["steps"])) == (np.float32, int)


def test_what_a_problem_should_give_is_not_on_disk(tmp_path):
    opened().make(Make(TASK, "main", ["direct"], str(tmp_path)))
    assert {path.name for path in tmp_path.iterdir()} == {"0.npy", "1.npy", "names.json"}


def test_large_inputs_cannot_be_written_by_their_readers(tmp_path):
    problem.save({"x": np.zeros(9999)}, tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        problem.load(tmp_path)["x"][0] = 1


@pytest.mark.parametrize("size", [3, 4 * problem.SAMPLED])
def test_a_sample_of_an_input_is_drawn_by_its_seed(size):
    one, again, other = (problem.sampled(np.arange(size).reshape(1, -1), seed) for seed in (5, 5, 6))
    assert (one.size, one.tolist()) == (min(size, problem.SAMPLED), again.tolist())
    assert (one.tolist() == other.tolist()) == (size == 3)


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
    assert one[0].inputs_sha256 == other[0].inputs_sha256
    np.testing.assert_array_equal(one[1]["signal"], other[1]["signal"])


@pytest.mark.parametrize(
    "changes",
    [
        {"variant": "fresh"},
        {"variant": "probe"},
        {"seed": 6},
        {"task": Task("smooth", {"length": 50, "width": 4}, {}, "float32")},
    ],
)
def test_another_variant_seed_or_size_makes_another_problem(tmp_path, changes):
    signal = made(tmp_path / "one", seed=5)[1]["signal"]
    other = made(tmp_path / "other", **{"seed": 5} | changes)[1]["signal"]
    assert set(signal.tolist()).isdisjoint(other.tolist())


def test_inputs_carry_the_dtype_of_the_case(tmp_path):
    assert made(tmp_path)[1]["signal"].dtype == "float32"


def drawn(folder, copies, **source):
    """Problems that nobody has seen, and the one beside which they were drawn."""
    reference = opened(**source)
    reference.make(Make(TASK, "main", ["direct"], str(folder / "main")))
    request = Draw(TASK, str(folder / "main"), str(folder / "unseen"), ["direct"], copies)
    reply = reference.draw(request)
    numbers = [None] if copies == 1 else range(copies)
    return reply, [problem.load(folder / "unseen", number) for number in numbers], problem.load(folder / "main")


@pytest.mark.parametrize("copies", [1, 9])
def test_what_is_drawn_beside_a_problem_is_like_it_and_differs_each_time(tmp_path, copies):
    reply, found, main = drawn(tmp_path, copies)
    assert reply.copies == len(found) == copies
    assert all(each["signal"].shape == (50,) and each["width"] == 3 for each in found)
    assert len({each["signal"].tobytes() for each in (*found, main)}) == copies + 1


def test_no_seed_tells_what_is_drawn(tmp_path):
    one, other = (drawn(tmp_path / name, 1, seed=5)[1][0]["signal"] for name in ("one", "other"))
    assert set(one.tolist()).isdisjoint(other.tolist())


def test_some_of_what_is_drawn_is_judged_and_nobody_knows_which(tmp_path):
    judged = [drawn(tmp_path / str(number), 9)[0].judged for number in range(8)]
    assert all(1 <= len(each) <= 3 and set(each) <= set(range(9)) for each in judged)
    assert len(set(map(tuple, judged))) > 1


def test_inputs_that_a_suite_makes_equal_each_time_are_drawn_in_other_bits(tmp_path):
    text = OPERATIONS.replace("rng.standard_normal(sizes", "np.arange(1.0, 1 + sizes")
    reference = opened(suite=write_suite(tmp_path / "mine", operations=text))
    task = Task("double", {"m": 4}, {}, "float64")
    reference.make(Make(task, "main", ["direct"], str(tmp_path / "main")))
    reference.draw(Draw(task, str(tmp_path / "main"), str(tmp_path / "unseen"), ["direct"], 1))
    main, unseen = (problem.load(tmp_path / name)["x"] for name in ("main", "unseen"))
    assert not (main == unseen).any()
    np.testing.assert_allclose(main, unseen, rtol=1e-11)


def test_an_oracle_or_bound_that_fails_is_not_taken_for_sizes_that_do_not_fit(tmp_path):
    suite = write_suite(tmp_path / "mine", operations=OPERATIONS.replace("np.zeros(output.shape)", "np.zeros(3) + x"))
    answers = Answers()
    answers(Source(str(suite), 0))
    task = Task("double", {"m": 4}, {}, "float64")
    reply = answers(Make(task, "main", ["direct"], str(tmp_path / "made")))
    assert reply.kind == "fault"
    assert "'x' is not defined" in reply.reason


FAULTS = {
    "usage": ("", {"data": "absent.csv", "target": "price"}),
    "unsupported": ("raise ValueError('too odd')", {}),
    "memory": ("raise MemoryError('9 EiB')", {}),
    "fault": ("raise ZeroDivisionError('division by zero')", {}),
    "disk": ("raise OSError(28, 'No space left on device')", {}),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_whatever_fails_is_answered_with_its_kind(tmp_path, kind):
    line, source = FAULTS[kind]
    text = OPERATIONS.replace("    return {", f"    {line}\n    return {{")
    suite = write_suite(tmp_path / "mine", operations=text)
    answers = Answers()
    replies = [
        answers(Source(str(suite), 0, **source)),
        answers(Make(Task("double", {"m": 4}, {}, "float64"), "main", ["direct"], str(tmp_path))),
    ]
    failed = next(each for each in replies if isinstance(each, Failed | Refusal))
    assert getattr(failed, "status" if kind == "unsupported" else "kind") == kind


def test_the_source_of_numbers_is_told(tmp_path):
    (tmp_path / "houses.csv").write_text("area,price\n1,2\n3,4\n")
    reference, suite = Reference(), str(SMOOTHING)
    assert reference.open(Source(suite, 0)) == Opened("gaussian", True)
    assert reference.open(Source(suite, 0, condition=100.0)).label == "gaussian, condition 100"
    own = reference.open(Source(suite, 0, data=str(tmp_path / "houses.csv"), target="price"))
    assert own == Opened("houses.csv, target price", False)
