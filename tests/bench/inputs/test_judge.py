"""Outputs that a worker wrote, judged by a process that holds what they should be."""

import os

import numpy as np
import pytest

from rooflinear.bench.contract import Bound
from rooflinear.bench.inputs import problem, vault, written
from rooflinear.bench.inputs.judge import Judges
from rooflinear.bench.inputs.problem import Problem
from rooflinear.bench.inputs.vault import Kept
from rooflinear.bench.inputs.verify import compare
from rooflinear.bench.processes.reference_messages import Judge, Make
from rooflinear.bench.records import Task

from ..made import OPERATIONS, write_suite
from .test_problem import opened

SEED = 11
LARGE = 3 * vault.PIECE + 17
TASK = Task("double", {"m": 4}, {}, "float64")


def holding(expected, bound=0.5, inputs=None, generated=True, name="main"):
    expected = np.asarray(expected)
    bounds = {"direct": Bound(*2 * [np.broadcast_to(np.float64(bound), expected.shape)])}
    judges = Judges()
    judges.hold(name, Problem(inputs or {}, expected, bounds), SEED, generated=generated)
    return judges


def judged(judges, folder, outputs, of=None, **more):
    path = str(folder / "outputs")
    written.write(path, [np.asarray(each) for each in outputs])
    request = Judge(path, of or ["main"] * len(outputs), "direct", "float64", **more)
    return judges.judge(request, {}).verdicts


def test_each_output_gets_its_own_verdict(tmp_path):
    verdicts = judged(holding([1.0, 2]), tmp_path, [[1.0, 2], [1.25, 2], [1.0, 3]])
    assert [each.status for each in verdicts] == ["ok", "ok", "wrong"]
    assert [each.error_over_bound for each in verdicts] == [0, 0.5, 2]


def test_outputs_are_compared_each_with_its_own_problem(tmp_path):
    judges = holding([1.0, 2])
    judges.hold(
        "other", Problem({}, np.array([5.0, 6]), {"direct": Bound(np.zeros(2), np.zeros(2))}), 0, generated=True
    )
    outputs = [[1.0, 2], [5.0, 6], [5.0, 6], [1.0, 2]]
    verdicts = judged(judges, tmp_path, outputs, ["main", "other", "main", "other"])
    assert [each.status for each in verdicts] == ["ok", "ok", "wrong", "wrong"]


def test_what_is_not_to_be_judged_is_let_pass(tmp_path):
    verdicts = judged(holding([1.0]), tmp_path, [[99.0], [99.0]], ["", "main"])
    assert [(each.status, each.error_over_bound) for each in verdicts] == [("ok", None), ("wrong", 196)]


@pytest.mark.parametrize("place", [0, vault.PIECE - 1, vault.PIECE, LARGE - 1])
@pytest.mark.parametrize("value", [1.0, np.nan])
def test_one_component_of_many_is_found(tmp_path, place, value):
    expected = np.linspace(3, 4, LARGE, dtype=np.longdouble)
    output = expected.astype(np.float64)
    assert judged(holding(expected), tmp_path, [output])[0].status == "ok"
    output[place] = value
    (verdict,) = judged(holding(expected), tmp_path, [output])
    assert verdict == compare(output, expected, Bound(*2 * [np.float64(0.5)]), "float64", generated=True)
    assert verdict.status == "wrong"


def test_not_finite_components_are_counted_over_all_of_an_output(tmp_path):
    output = np.zeros(LARGE)
    output[[0, vault.PIECE, LARGE - 1]] = np.nan
    (verdict,) = judged(holding(np.zeros(LARGE)), tmp_path, [output])
    assert verdict.reason == f"3 of {LARGE} components are not finite, but the true result is"


def test_a_users_data_may_leave_the_statistical_bound_with_a_warning(tmp_path):
    bounds = {"direct": Bound(np.full(LARGE, 1.0), np.full(LARGE, 0.1))}
    for generated, status in ((True, "wrong"), (False, "ok")):
        judges = Judges()
        judges.hold("main", Problem({}, np.zeros(LARGE), bounds), SEED, generated=generated)
        (verdict,) = judged(judges, tmp_path, [np.full(LARGE, 0.5)])
        assert verdict.status == status
    assert verdict.warning == "error is 5 times the statistical bound"


@pytest.mark.parametrize("dtype", ["float32", "int64", ">f8"])
def test_the_bits_that_were_written_tell_the_dtype(tmp_path, dtype):
    (verdict,) = judged(holding([1.0]), tmp_path, [np.ones(1, dtype)])
    assert verdict.reason == f"dtype {np.dtype(dtype)}, not float64"


def test_equal_bits_of_another_shape_are_another_output(tmp_path):
    verdicts = judged(holding([1.0, 2]), tmp_path, [[1.0, 2], [[1.0, 2]], np.array([1.0, 2]).view("int64")])
    assert [each.status for each in verdicts] == ["ok", "wrong", "wrong"]


@pytest.mark.parametrize("size", [4, LARGE])
def test_inputs_that_changed_are_seen_from_outside(tmp_path, size):
    X = np.random.default_rng(0).standard_normal((size, 2))
    X[0, 0] = np.nan
    judges = holding([1.0], inputs={"n": 2, "X": X})
    now = [problem.sampled(each, SEED) for each in (2, X)]
    assert judged(judges, tmp_path, [[1.0], *now], ["main"], inputs=True)[0].status == "ok"
    now[1] = problem.sampled(X - 1, SEED)
    (verdict,) = judged(judges, tmp_path, [[1.0], *now], ["main"], inputs=True)
    assert (verdict.status, verdict.reason) == ("wrong", "changes its input X")


def test_inputs_that_are_not_shown_are_not_taken_for_unchanged(tmp_path):
    judges = holding([1.0], inputs={"n": 2, "X": np.ones(3)})
    (verdict,) = judged(judges, tmp_path, [[1.0], [2]], ["main"], inputs=True)
    assert verdict.status == "wrong"


def test_the_first_output_s_numbers_are_told_where_they_are_few(tmp_path):
    path = str(tmp_path / "outputs")
    for most, values in ((2, [1.0, None]), (1, None), (0, None)):
        written.write(path, [np.array([1.0, np.inf])])
        found = holding([1.0, 2]).judge(Judge(path, ["main"], "direct", "float64", numbers=most), {}).output
        assert (found and found.values) == values


def test_what_was_forgotten_is_not_judged():
    judges = holding([1.0], name="main/3")
    assert not judges.unknown(["main/3", ""])
    judges.forget("main")
    assert judges.unknown(["main/3"])


def garbage(path, kind):
    if kind == "pipe":
        return os.mkfifo(path)
    if kind == "link":
        return path.symlink_to("/dev/zero")
    if kind == "objects":
        return np.save(path.open("wb"), np.array([object()]), allow_pickle=True)
    if kind == "cut short":
        np.save(path.open("wb"), np.ones((1, 99)))
        return os.truncate(path, 300)
    if kind == "a header that lies":
        header = {"descr": "<f8", "fortran_order": False, "shape": (1, 2**60)}
        return np.lib.format.write_array_header_1_0(path.open("wb"), header)
    return path.write_bytes(b"\x93NUMPY\x01\x00 rubbish" if kind == "rubbish" else b"")


KINDS = ["pipe", "link", "objects", "cut short", "a header that lies", "rubbish", "nothing"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_holds_no_outputs_is_wrong_and_harms_nobody(tmp_path, kind):
    garbage(tmp_path / "outputs", kind)
    request = Judge(str(tmp_path / "outputs"), ["main"], "direct", "float64")
    (verdict,) = holding([1.0]).judge(request, {}).verdicts
    assert verdict.status == "wrong"
    assert verdict.reason.startswith("the file of its outputs ")


def test_arrays_of_all_kinds_survive_a_file(tmp_path):
    arrays = [np.float64(3), np.arange(6.0).reshape(2, 3).T, np.ones(2**18), np.ones(2, "float32"), np.zeros((0, 3))]
    written.write(str(tmp_path / "outputs"), [np.asarray(each) for each in arrays])
    with written.opened(str(tmp_path / "outputs")) as file:
        for found, array in zip(written.arrays(file), arrays, strict=True):
            np.testing.assert_array_equal(found.whole(), array, strict=True)


@pytest.mark.parametrize(
    "array",
    [
        np.array(3.0),
        np.zeros((0, 3)),
        np.arange(LARGE, dtype=np.longdouble) / 7,
        np.arange(LARGE * 2.0).reshape(-1, 2).T,
        np.arange(LARGE, dtype="float32"),
        np.broadcast_to(np.float64(2.5), (LARGE, 3)),
    ],
    ids=["number", "empty", "wide", "transposed", "float32", "constant"],
)
def test_what_is_kept_keeps_its_bits(array):
    np.testing.assert_array_equal(Kept(array).whole(), array, strict=True)


def test_a_large_array_that_is_kept_can_be_read_by_nobody_else():
    array = np.arange(float(LARGE))
    kept = Kept(array)
    raw = os.pread(kept._file.fileno(), array.nbytes, 0)
    assert len(raw) == array.nbytes
    assert (np.frombuffer(raw) != array).mean() > 0.99
    assert len(set(raw[:4096])) > 200


def test_a_reference_judges_what_it_made(tmp_path):
    reference = opened(suite=write_suite(tmp_path / "mine"))
    main = str(tmp_path / "main")
    reference.make(Make(TASK, "main", ["direct"], main))
    x, path = problem.load(tmp_path / "main")["x"], str(tmp_path / "outputs")
    for factor, status in ((2, "ok"), (2 + 1e-15, "wrong")):
        written.write(path, [factor * x])
        assert reference.judge(Judge(path, [main], "direct", "float64")).verdicts[0].status == status


EXACT = OPERATIONS.replace("cost=lambda", "exact_inputs=inputs, exact_equal={equal},\n        cost=lambda")


@pytest.mark.parametrize(
    ("equal", "status"),
    [("lambda output, expected: bool((output == expected).all())", "ok"), ("lambda *_: False", "wrong")],
)
def test_the_exact_test_is_judged_by_the_operation(tmp_path, equal, status):
    reference = opened(suite=write_suite(tmp_path / "mine", operations=EXACT.replace("{equal}", equal)))
    folder, path = str(tmp_path / "exact"), str(tmp_path / "outputs")
    reference.make(Make(TASK, "exact", ["direct"], folder))
    written.write(path, [2 * problem.load(tmp_path / "exact")["x"]])
    request = Judge(path, [folder], "direct", "float64", exact="double")
    assert reference.judge(request).verdicts[0].status == status


def test_an_exact_test_that_fails_on_an_output_ends_no_run(tmp_path):
    reference = opened(suite=write_suite(tmp_path / "mine", operations=EXACT.replace("{equal}", "lambda *_: 1 / 0")))
    folder, path = str(tmp_path / "exact"), str(tmp_path / "outputs")
    reference.make(Make(TASK, "exact", ["direct"], folder))
    written.write(path, [np.ones(4)])
    (verdict,) = reference.judge(Judge(path, [folder], "direct", "float64", exact="double")).verdicts
    assert verdict.reason == "exact_equal failed on its output: ZeroDivisionError: division by zero"


def test_a_reference_that_was_started_anew_says_what_was_lost(tmp_path):
    reply = opened().judge(Judge(str(tmp_path / "outputs"), ["main"], "direct", "float64"))
    assert (reply.status, reply.reason) == ("crashed", "the expected output was lost when the oracle's process died")
