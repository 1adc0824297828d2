"""Outputs that are tuples of arrays: each part has its own shape, dtype, bound and verdict."""

import numpy as np
import pytest

from rooflinear.bench import parts
from rooflinear.bench.contract import Bound, Operation, Tolerance
from rooflinear.bench.errors import SuiteFault
from rooflinear.bench.inputs import vault, written
from rooflinear.bench.inputs.bounds import stated
from rooflinear.bench.inputs.judge import Judges
from rooflinear.bench.inputs.problem import Problem
from rooflinear.bench.inputs.verify import compare_exact
from rooflinear.bench.processes.reference_messages import Judge

MEAN, SPREAD, ORDER = np.array([1.0, 2]), np.array(3.0), np.array([[1, 0]])
EXPECTED = (MEAN, SPREAD, ORDER)
BOUNDS = tuple(
    Bound(np.full(each.shape, limit), np.full(each.shape, limit))
    for each, limit in zip(EXPECTED, (1, 2, 0), strict=True)
)
RIGHT = (np.array([1.0, 2]), np.array(3.0), np.array([[1, 0]], "int32"))


def holding(expected=EXPECTED, bounds=BOUNDS, name="main", judges=None):
    judges = judges or Judges()
    judges.hold(name, Problem({}, expected, {"direct": bounds}), 0, generated=True)
    return judges


def replaced(place, value):
    return tuple(value if index == place else each for index, each in enumerate(RIGHT))


def judged(folder, outputs, judges=None, of=None, **more):
    path = str(folder / "outputs")
    written.write(path, [np.asarray(each) for output in outputs for each in output])
    request = Judge(path, of or ["main"] * len(outputs), "direct", "float64", **more)
    return (judges or holding()).judge(request, {})


WRONG = {
    "an error": (1, np.array(6.0), "part 2 of 3: error 3 exceeds the bound 2"),
    "an integer": (2, np.array([[0, 0]]), "part 3 of 3: error 1 exceeds the bound 0"),
    "a shape": (0, np.zeros((2, 1)), "part 1 of 3: shape (2, 1), not (2,)"),
    "a dtype": (0, np.zeros(2, "float32"), "part 1 of 3: dtype float32, not float64"),
    "floats for integers": (2, np.array([[1.0, 0]]), "part 3 of 3: dtype float64, not integers"),
    "NaN": (1, np.array(np.nan), "part 2 of 3: 1 of 1 components are not finite, but the true result is"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_the_part_that_is_wrong_is_named(tmp_path, kind):
    place, value, reason = WRONG[kind]
    good, bad = judged(tmp_path, [RIGHT, replaced(place, value)]).verdicts
    assert good.status == "ok"
    assert (bad.status, bad.reason) == ("wrong", reason)


def test_the_numbers_of_a_verdict_are_those_of_the_worst_part(tmp_path):
    (verdict,) = judged(tmp_path, [(MEAN + 0.25, SPREAD + 1, ORDER)]).verdicts
    assert (verdict.status, verdict.reason, verdict.error_over_bound) == ("ok", "", 0.5)
    assert (verdict.error, verdict.bound) == (1, 2)
    (verdict,) = judged(tmp_path, [(MEAN + 0.75, SPREAD + 1, ORDER)]).verdicts
    assert (verdict.error_over_bound, verdict.error, verdict.bound) == (0.75, 0.75, 1)


def test_complex_parts_are_judged_in_their_precision(tmp_path):
    judges = holding((np.array([1 + 1j]), ORDER), (BOUNDS[1], BOUNDS[2]))
    judges = holding((np.array([1 + 1j]), ORDER), (Bound(np.ones(1), np.ones(1)), BOUNDS[2]), judges=judges)
    outputs = [(np.array([1 + 1.5j]), ORDER), (np.array([1 + 3j]), ORDER), (np.array([1 + 1j], "complex64"), ORDER)]
    verdicts = judged(tmp_path, outputs, judges).verdicts
    assert [each.reason for each in verdicts] == [
        "",
        "part 1 of 2: error 2 exceeds the bound 1",
        "part 1 of 2: dtype complex64, not complex128",
    ]


def test_a_large_part_is_judged_to_its_last_component(tmp_path):
    large = np.arange(vault.PIECE + 9.0)
    judges = holding((ORDER, large), (BOUNDS[2], Bound(np.full(large.shape, 0.5), np.full(large.shape, 0.5))))
    bad = large.copy()
    bad[-1] += 1
    verdicts = judged(tmp_path, [(ORDER, large), (ORDER, bad)], judges).verdicts
    assert [each.reason for each in verdicts] == ["", "part 2 of 2: error 1 exceeds the bound 0.5"]


def test_every_output_is_judged_with_its_own_problem_whatever_its_parts(tmp_path):
    other = (MEAN + 10, SPREAD, ORDER)
    judges = holding(other, name="other", judges=holding())
    outputs = [RIGHT, other, (np.full(9, 99.0), SPREAD, ORDER), RIGHT, RIGHT]
    verdicts = judged(tmp_path, outputs, judges, ["main", "other", "", "other", "main"]).verdicts
    assert [each.status for each in verdicts] == ["ok", "ok", "ok", "wrong", "ok"]
    assert verdicts[3].reason.startswith("part 1 of 3: error 10")


def test_outputs_that_nobody_can_judge_are_let_pass(tmp_path):
    assert [each.status for each in judged(tmp_path, [RIGHT, RIGHT], of=["", ""]).verdicts] == ["ok", "ok"]


def test_a_file_with_too_few_parts_is_wrong(tmp_path):
    (verdict,) = judged(tmp_path, [RIGHT, RIGHT[:2]]).verdicts
    assert (verdict.status, verdict.reason) == ("wrong", "the file of its outputs has too few of them")


def test_equal_bits_of_other_parts_are_another_output(tmp_path):
    """A verdict is remembered by the bits of all parts."""
    judges = holding((MEAN, MEAN), (BOUNDS[0], BOUNDS[0]))
    outputs = [(MEAN, MEAN), (MEAN, MEAN + 9), (MEAN + 9, MEAN)]
    verdicts = judged(tmp_path, outputs, judges).verdicts
    assert [each.reason[:11] for each in verdicts] == ["", "part 2 of 2", "part 1 of 2"]


def test_the_numbers_of_all_parts_are_told(tmp_path):
    found = judged(tmp_path, [RIGHT], numbers=2).output
    assert [(each.shape, each.values) for each in found] == [([2], [1, 2]), ([], [3]), ([1, 2], [1, 0])]
    assert judged(tmp_path, [RIGHT], numbers=1).output is None


EXACT = {
    "the same": (RIGHT, None, ""),
    "another": (replaced(2, np.array([[0, 1]])), None, "part 3 of 3: differs from the exact result"),
    "a shape": (replaced(0, np.zeros(3)), None, "part 1 of 3: shape (3,), not (2,)"),
    "the suite's own": (replaced(2, np.array([[0, 1]])), lambda output, expected: type(output) is tuple, ""),
    "the suite's own, not": (RIGHT, lambda output, expected: not np.array_equal(output[0], expected[0]), "differs"),
}


@pytest.mark.parametrize("kind", EXACT)
def test_the_exact_test_takes_all_parts(kind):
    output, equal, reason = EXACT[kind]
    verdict = compare_exact(output, EXPECTED, equal, "float64")
    assert verdict.status == ("wrong" if reason else "ok")
    assert verdict.reason.startswith(reason)


def operation(**judging):
    made = {"inputs": dict, "oracle": lambda x: x, "cost": lambda *_: (1, 1)}
    return Operation(name="moments", formula="", doc="", sizes=("m",), **(made | judging))


def bound_of(expected=EXPECTED, **judging):
    return stated(operation(**judging), {"x": np.ones(4)}, expected, "direct", "float64", generated=True)


def test_each_part_has_its_own_bound_and_integers_need_none():
    found = bound_of(
        bound=lambda inputs, output, algorithm: (np.full(2, 0.5), Bound(np.array(2.0), np.array(1.0)), None)
    )
    assert [each.worst_case.tolist() for each in found] == [[0.5, 0.5], 2, [[0, 0]]]
    assert [each.statistical.tolist() for each in found] == [[0.5, 0.5], 1, [[0, 0]]]


def test_a_bound_is_given_all_parts_of_the_true_output():
    seen = []
    bound_of(bound=lambda inputs, output, algorithm: seen.append(output) or (MEAN, SPREAD, None))
    assert seen == [EXPECTED]


def test_a_tolerance_holds_for_all_parts_but_integers():
    found = bound_of(rtol=0.1)
    assert [type(each) for each in found] == [Tolerance, Tolerance, Bound]
    np.testing.assert_allclose(found[0].worst_case, [0.1, 0.2])
    assert found[2].worst_case.tolist() == [[0, 0]]


def test_each_part_may_have_a_tolerance_of_its_own():
    found = bound_of(rtol=(0.1, {"float64": 0.01}, None), atol=(None, 1, None))
    assert [type(each) for each in found] == [Tolerance, Tolerance, Bound]
    np.testing.assert_allclose(found[0].worst_case, [0.1, 0.2])
    np.testing.assert_allclose(found[1].worst_case, 1.03)
    assert found[2].worst_case.tolist() == [[0, 0]]


def test_a_tolerance_of_zero_of_one_part_asks_for_equality():
    assert bound_of(rtol=(0.1, 0, None))[1].worst_case == 0


@pytest.mark.parametrize(
    ("tolerances", "reason"),
    [
        ({"rtol": (0.1, 0.2)}, "rtol has 2 parts, but the output is a tuple of 3; state as many"),
        ({"rtol": 0.1, "atol": (1, 1, 1, 1)}, "atol has 4 parts, but the output is a tuple of 3; state as many"),
        ({"expected": MEAN, "rtol": (0.1, 0.2)}, "rtol has 2 parts, but the output is one array; state as many"),
        ({"rtol": (0.1, None, None)}, "part 2 of 3: its output is float64; state a bound or rtol=… to judge it"),
        (
            {"rtol": (0.1, {"float32": 0.1}, None)},
            "part 2 of 3: its tolerance has float32 but not float64; add it, or omit --dtype",
        ),
    ],
)
def test_tolerances_that_do_not_fit_the_parts_are_refused(tolerances, reason):
    with pytest.raises(SuiteFault) as refused:
        bound_of(**tolerances)
    assert str(refused.value).endswith(f": {reason}")


def test_a_tolerance_is_told_as_such_of_a_part(tmp_path):
    judges = holding(bounds=bound_of(rtol=0.1))
    reasons = [
        each.reason for each in judged(tmp_path, [replaced(0, MEAN + 1), replaced(2, ORDER + 1)], judges).verdicts
    ]
    assert reasons == [
        "part 1 of 3: error 1 exceeds the tolerance 0.1",
        "part 3 of 3: error 1 exceeds the bound 0",
    ]


def test_parts_that_are_all_integers_need_no_bound():
    assert [each.worst_case.tolist() for each in bound_of((ORDER, np.array(True)))] == [[[0, 0]], 0]


REFUSED = {
    "one for all": (
        lambda *_: np.zeros(2),
        "moments: returns one bound, but the output is a tuple of 3; return a tuple",
    ),
    "a Bound": (
        lambda *_: Bound(MEAN, MEAN),
        "moments: returns one bound, but the output is a tuple of 3; return a tuple",
    ),
    "an array as long": (
        lambda *_: np.zeros(3),
        "moments: returns one bound, but the output is a tuple of 3; return a tuple",
    ),
    "too few": (lambda *_: (MEAN, SPREAD), "moments: returns 2 bounds, but the output is a tuple of 3; return a tuple"),
    "too many": (lambda *_: (1, 1, 1, 1), "moments: returns 4 bounds, but the output is a tuple of 3; return a tuple"),
    "none of floats": (lambda *_: (None, SPREAD, None), "moments: part 1 of 3: its output is float64; state a bound"),
    "a shape": (
        lambda *_: (MEAN, MEAN, None),
        "moments: part 2 of 3: its bound for x (4,) in float64, algorithm direct, has the shape (2,)",
    ),
    "negative": (
        lambda *_: (MEAN, -SPREAD, None),
        "moments: part 2 of 3: its bound for x (4,) in float64, algorithm direct, is negative",
    ),
    "infinite": (
        lambda *_: (MEAN, SPREAD, np.inf),
        "moments: part 3 of 3: its bound for x (4,) in float64, algorithm direct, is infinite",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_bounds_that_do_not_fit_the_parts_refuse_the_suite(kind):
    bound, told = REFUSED[kind]
    with pytest.raises(SuiteFault) as caught:
        bound_of(bound=bound)
    assert str(caught.value).startswith(f"operations.py: {told}")


def test_a_bound_of_two_forms_is_no_bound_of_two_parts():
    with pytest.raises(SuiteFault, match="returns one bound, but the output is a tuple of 2"):
        bound_of((SPREAD, SPREAD), bound=lambda *_: Bound(SPREAD, SPREAD))


def test_no_bound_at_all_names_the_part_that_needs_one():
    with pytest.raises(SuiteFault, match=r"operations.py: moments: part 1 of 3: its output is float64; state a bound"):
        bound_of()


def test_a_list_of_an_oracle_is_one_array_and_a_tuple_is_several():
    assert parts.count(parts.of_oracle([1.0, 2.0], "")) == 0
    found = parts.of_oracle(([1.0, 2.0], 3, np.longdouble(4)), "")
    assert [each.shape for each in found] == [(2,), (), ()]
    assert parts.count(found) == 3
    assert parts.count(parts.of_oracle((1.0,), "")) == 1


ORACLES = {
    "nothing": ((), "qr: its oracle returned an empty tuple, so there is nothing to compare"),
    "None": (None, "qr: its oracle returned NoneType of object, not numbers"),
    "None inside": ((1.0, None), "qr: part 2 of 2: its oracle returned NoneType of object, not numbers"),
    "text": (("a", 1.0), "qr: part 1 of 2: its oracle returned str of <U1, not numbers"),
    "ragged": ([[1.0], [1.0, 2.0]], "qr: its oracle returned no array: "),
}


@pytest.mark.parametrize("kind", ORACLES)
def test_an_oracle_that_returns_no_numbers_is_refused(kind):
    returned, told = ORACLES[kind]
    with pytest.raises(SuiteFault) as caught:
        parts.of_oracle(returned, "qr")
    assert str(caught.value).startswith(told)
