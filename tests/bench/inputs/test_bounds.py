"""A bound that is none refuses the suite; what a suite may state instead; integers and complex numbers."""

import numpy as np
import pytest

from rooflinear.bench.contract import (
    Bound,
    Operation,
    Tolerance,
    Unsupported,
    gamma,
    rounding_bound,
    statistical_gamma,
    unit_roundoff,
)
from rooflinear.bench.errors import UsageError
from rooflinear.bench.inputs import problem, written
from rooflinear.bench.inputs.bounds import stated
from rooflinear.bench.inputs.judge import Judges
from rooflinear.bench.inputs.problem import Problem
from rooflinear.bench.inputs.reference import Answers
from rooflinear.bench.inputs.verify import compare, compare_exact
from rooflinear.bench.processes.reference_messages import Judge, Make, Source
from rooflinear.bench.records import Task

from ..made import OPERATIONS, SHOWN, write_suite

INPUTS = {"x": np.array([1.0, 2, 3]), "width": 2}


def operation(**judging):
    made = {"inputs": dict, "oracle": lambda x, width: 2 * x, "cost": lambda *_: (1, 1)}
    return Operation(name="double", formula="", doc="", sizes=("m",), **(made | judging))


def bound_of(expected=(2.0, -4.0, 6.0), dtype="float64", generated=True, **judging):
    return stated(operation(**judging), INPUTS, np.asarray(expected), "direct", dtype, generated=generated)


def refusal(**judging):
    with pytest.raises(UsageError) as caught:
        bound_of(**judging)
    return str(caught.value)


BAD = {
    "negative": (lambda inputs, output, algorithm: -np.abs(output), "is negative (3 of 3 components)"),
    "negative in one form": (
        lambda inputs, output, algorithm: Bound(np.abs(output), -np.abs(output)),
        "is negative (3 of 3 components)",
    ),
    "NaN": (lambda inputs, output, algorithm: [0, np.nan, 0], "is NaN (1 of 3 components)"),
    "infinite": (
        lambda inputs, output, algorithm: [0, np.inf, 0],
        "is infinite: no answer would be wrong; raise contract.Unsupported instead (1 of 3 components)",
    ),
    "shape": (lambda inputs, output, algorithm: np.zeros(2), "has the shape (2,), the output (3,)"),
    "more axes": (lambda inputs, output, algorithm: np.zeros((2, 3)), "has the shape (2, 3), the output (3,)"),
    "text": (lambda inputs, output, algorithm: "small", "is not an array of real numbers: could not convert"),
    "None": (lambda inputs, output, algorithm: None, "is NaN (3 of 3 components)"),
    "complex": (lambda inputs, output, algorithm: np.array(1j), "is complex"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bound_that_is_none_is_refused(name):
    bound, message = BAD[name]
    at = "operations.py: double: its bound for x (3,), width=2 in float64, algorithm direct, "
    assert refusal(bound=bound).startswith(at + message)


def test_a_negative_bound_refuses_the_suite(rooflinear, tmp_path):
    """With -|x| every error over it was below 1: a wrong answer passed."""
    text = OPERATIONS.replace("np.zeros(output.shape)", "-np.abs(output)")
    wrong = "LIBRARY = 'numpy'\ndef double(x):\n    return 3 * x\n"
    outcome = rooflinear("verify", "--suite", write_suite(tmp_path / "mine", operations=text, plain=wrong), "--m", "9")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "operations.py: double: its bound for x (9,) in float64, algorithm direct, is negative" in outcome.stderr


@pytest.mark.parametrize("value", [np.nan, -1.0, np.inf])
@pytest.mark.parametrize("true", [np.nan, np.inf])
def test_where_the_true_result_is_not_finite_any_bound_will_do(value, true):
    assert bound_of([true, 1.0, 1.0], bound=lambda *_: [value, 0, 0]).worst_case.tolist()[1:] == [0, 0]


def test_where_float32_overflows_any_bound_will_do():
    bound_of([1e39, 1.0, 1.0], dtype="float32", bound=lambda *_: [np.inf, 0, 0])
    assert "is infinite" in refusal(expected=[1e39, 1.0, 1.0], bound=lambda *_: [np.inf, 0, 0])


def test_generated_data_may_be_judged_by_the_statistical_form_alone():
    found = bound_of(bound=lambda *_: Bound(np.array(np.inf), np.array(1e-9)))
    assert found.statistical.tolist() == [1e-9] * 3


def test_a_users_data_is_not_judged_by_an_infinite_bound():
    with pytest.raises(Unsupported, match="no error bound: rounding in float64 may destroy every digit"):
        bound_of(bound=lambda *_: Bound(np.array(np.inf), np.array(1e-9)), generated=False)


def test_a_tolerance_is_relative_and_absolute():
    found = bound_of(rtol=1e-3, atol=0.5)
    assert isinstance(found, Tolerance)
    np.testing.assert_allclose(found.worst_case, [0.502, 0.504, 0.506])
    np.testing.assert_array_equal(found.worst_case, found.statistical)


def test_a_tolerance_may_differ_by_dtype():
    both = {"float64": 1e-12, "float32": 1e-5}
    assert bound_of([1.0], rtol=both).worst_case == 1e-12
    assert bound_of([1.0], rtol=both, dtype="float32").worst_case == 1e-5
    message = refusal(rtol={"float64": 1e-12}, dtype="float32")
    assert message == "operations.py: double: its tolerance has float64 but not float32; add it, or omit --dtype"


def test_a_tolerance_is_told_in_words():
    assert operation(rtol=1e-9).tolerance == "rtol 1e-09"
    assert operation(rtol={"float64": 1e-9, "float32": 1e-4}, atol=2).tolerance == (
        "rtol 1e-09 in float64 and 0.0001 in float32, atol 2"
    )
    assert operation(rtol=({"float64": 1e-9}, 0.5, None)).tolerance == (
        "rtol 1e-09 in float64 for part 1, 0.5 for part 2"
    )
    assert operation(bound=lambda *_: 0).tolerance == ""


def test_nothing_to_judge_by_is_refused_unless_the_output_is_integers():
    assert refusal() == "operations.py: double: its output is float64; state a bound or rtol=… to judge it"
    assert bound_of([1, 2, 3]).worst_case.tolist() == [0, 0, 0]
    assert bound_of([True, False]).worst_case.tolist() == [0, 0]


@pytest.mark.parametrize(("kind", "word"), [(Bound, "bound"), (Tolerance, "tolerance")])
def test_a_tolerance_stays_one_where_outputs_are_judged(tmp_path, kind, word):
    forms, judges, path = np.array([1.0, 2]), Judges(), str(tmp_path / "outputs")
    judges.hold("main", Problem({}, np.zeros(2), {"direct": kind(forms, forms)}), 0, generated=True)
    written.write(path, [np.array([0.0, 3])])
    (verdict,) = judges.judge(Judge(path, ["main"], "direct", "float64"), {}).verdicts
    assert verdict.reason == f"error 3 exceeds the {word} 2"


def judged(output, expected, kind=Bound, limit=0.0, dtype="float64"):
    return compare(np.asarray(output), np.asarray(expected), kind(*2 * [np.float64(limit)]), dtype, generated=True)


def test_a_verdict_says_tolerance_where_it_was_one():
    assert judged([3.0], [1.0], Tolerance, 1.0).reason == "error 2 exceeds the tolerance 1"
    assert judged([3.0], [1.0], Bound, 1.0).reason == "error 2 exceeds the bound 1"


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int32", "int64", "uint64"])
def test_integers_of_any_width_are_integers(dtype):
    assert judged(np.array([1, 2], dtype), np.array([1, 2])).status == "ok"
    assert judged(np.array([1, 3], dtype), np.array([1, 2])).reason == "error 1 exceeds the bound 0"


@pytest.mark.parametrize("dtype", ["float64", "bool", "complex128"])
def test_what_is_no_integer_is_wrong_where_the_oracle_says_integers(dtype):
    assert judged(np.array([1, 1], dtype), np.array([1, 1])).reason == f"dtype {dtype}, not integers"


def test_integers_are_wrong_where_the_oracle_says_numbers():
    assert judged([1, 2], [1.0, 2.0]).reason == "dtype int64, not float64"


@pytest.mark.parametrize(
    ("output", "expected"),
    [([2**53], [2**53 + 1]), ([-(2**63)], [2**63 - 1]), ([0], [2**64 - 1]), ([-1], [2**64 - 1])],
)
def test_large_integers_are_told_apart(output, expected):
    expected = np.array(expected, np.uint64 if expected[0] >= 2**63 else np.int64)
    verdict = judged(np.array(output), expected)
    assert (verdict.status, verdict.error >= 1) == ("wrong", True)


def test_integers_may_have_a_tolerance():
    assert judged([3, 9], [4, 9], Tolerance, 1.0).status == "ok"
    assert judged([3, 9], [5, 9], Tolerance, 1.0).status == "wrong"


def test_truth_values_are_compared():
    assert judged([True, False], [True, False]).status == "ok"
    assert judged([True, True], [True, False]).reason == "error 1 exceeds the bound 0"
    assert judged([1, 0], [True, False]).reason == "dtype int64, not bool"


def test_complex_numbers_are_judged_by_their_distance():
    verdict = judged([1 + 1j, 5j], [1 + 1j, 3 + 9j], limit=5.0)
    assert (verdict.status, verdict.error) == ("ok", 5)
    assert judged([1 + 1j, 5j], [1 + 1j, 3 + 9j], limit=4.9).status == "wrong"


@pytest.mark.parametrize(("dtype", "wanted"), [("float64", "complex128"), ("float32", "complex64")])
def test_complex_numbers_have_the_precision_of_the_case(dtype, wanted):
    assert judged(np.ones(2, wanted), np.ones(2, "complex256"), dtype=dtype).status == "ok"
    other = {"complex128": "complex64", "complex64": "complex128"}[wanted]
    assert judged(np.ones(2, other), np.ones(2, complex), dtype=dtype).reason == f"dtype {other}, not {wanted}"
    assert judged(np.ones(2, dtype), np.ones(2, complex), dtype=dtype).reason == f"dtype {dtype}, not {wanted}"


@pytest.mark.parametrize("value", [complex(np.nan, 0), complex(0, np.nan), complex(np.inf, 0)])
def test_a_part_that_is_not_finite_is_seen(value):
    assert "not finite" in judged([value], [1 + 1j], limit=1e9).reason


def test_the_exact_test_takes_integers_and_complex_numbers():
    assert compare_exact(np.array([1, 2], "int32"), np.array([1, 2]), None, "float64").status == "ok"
    assert compare_exact(np.array([1, 3]), np.array([1, 2]), None, "float64").status == "wrong"
    assert compare_exact(np.array([1j]), np.array([1j]), None, "float64").status == "ok"
    assert compare_exact(np.array([2j]), np.array([1j]), None, "float64").status == "wrong"


def test_a_record_keeps_complex_numbers_as_pairs():
    found = problem.numbers(np.array([1 + 2j, complex(np.nan, 3)]))
    assert (found.shape, found.values) == ([2, 2], [1, 2, None, 3])
    assert problem.numbers(np.array([True, False])).values == [True, False]


KINDS = """
import numpy as np
from rooflinear.bench.contract import Operation

CONTRACT = 1

def real(rng, sizes, parameters, dtype):
    return {"x": rng.standard_normal(sizes["m"]).astype(dtype)}

def whole(rng, sizes, parameters, dtype):
    real, imaginary = rng.integers(-9, 9, (2, sizes["m"]))
    return {"z": (real + 1j * imaginary).astype(np.result_type(dtype, np.complex64))}

def operation(name, inputs, oracle, **more):
    return Operation(name=name, formula="", doc="", sizes=("m",), inputs=inputs, oracle=oracle, cost=cost, **more)

def cost(sizes, parameters, itemsize, algorithm):
    return sizes["m"], itemsize * sizes["m"]

OPERATIONS = (
    operation("turn", whole, lambda z: 1j * z, bound=lambda inputs, output, algorithm: 0.0, exact_inputs=whole),
    operation("order", real, np.argsort),
    operation("largest_at", real, np.argmax),
    operation("positive", real, lambda x: x > 0),
    operation("root", real, lambda x: np.sqrt(np.longdouble(x) ** 2 + 1), rtol={"float64": 1e-15, "float32": 1e-6}),
)
"""
RIGHT = """
import numpy as np
LIBRARY = "numpy"
def turn(z): return 1j * z
def order(x): return np.argsort(x).astype("int32")
def largest_at(x): return int(np.argmax(x))
def positive(x): return x > 0
def root(x): return np.sqrt(x * x + 1)
"""
LISTS = """
LIBRARY = "python"
def turn(z): return [1j * each for each in z]
def order(x): return sorted(range(len(x)), key=x.__getitem__)
def largest_at(x): return max(range(len(x)), key=x.__getitem__)
def positive(x): return [each > 0 for each in x]
def root(x): return [(each * each + 1) ** 0.5 for each in x]
def unsupported(operation, sizes, dtype, device): return "" if dtype == "float64" else "Python floats are float64"
"""
WRONG = """
import numpy as np
LIBRARY = "numpy"
def turn(z): return z
def order(x): return np.argsort(-x)
def largest_at(x): return int(np.argmin(x))
def positive(x): return x < 0
def root(x): return np.sqrt(x * x + 1) * x.dtype.type(1.01)
"""


def test_every_kind_of_output_is_told_right_from_wrong(rooflinear, tmp_path):
    suite = write_suite(tmp_path / "mine", operations=KINDS, plain=RIGHT, lists=LISTS, wrong=WRONG)
    outcome = rooflinear("verify", "--suite", suite, "--m", "7,100")
    assert outcome.stdout.splitlines()[-2:] == [
        "root: judged by the suite's tolerance, rtol 1e-15 in float64 and 1e-06 in float32; no bound was derived",
        "60 cases: 30 ok, 20 wrong, 10 unsupported",
    ]
    reasons = {
        each.partition("/wrong m=7 float64: ")[::2] for each in outcome.stderr.splitlines() if "m=7 float64" in each
    }
    assert len(reasons) == 5
    assert any(name == "wrong: root" and "exceeds the tolerance" in reason for name, reason in reasons)


def test_a_shown_task_whose_bound_is_undecidable_is_a_usage_error(tmp_path):
    undecided = OPERATIONS.replace("np.zeros(output.shape)", "undecided()")
    text = f"{undecided}{SHOWN}\nSHOWN = (shown(),)\n" + (
        "from rooflinear.bench.contract import Unsupported\ndef undecided():\n    raise Unsupported('too few')\n"
    )
    answers = Answers()
    answers(Source(str(write_suite(tmp_path / "mine", operations=text)), 0))
    reply = answers(Make(Task("double", {"m": 4}, {}, "float64"), "main", ["direct"], str(tmp_path)))
    assert (reply.status, reply.reason) == ("unsupported", "too few")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("count", [1, 10, 1000])
def test_sums_of_products_stay_within_the_bound_for_roundings(dtype, count):
    rng = np.random.default_rng(count)
    for _ in range(20):
        x, y = rng.standard_normal((2, count)).astype(dtype)
        output = np.cumsum(x * y, dtype=dtype)[-1]
        bound = rounding_bound(count, np.abs(np.float64(x)) @ np.abs(np.float64(y)), dtype)
        error = abs(np.longdouble(output) - np.longdouble(x) @ np.longdouble(y))
        assert error <= min(bound.worst_case, bound.statistical)


def test_gamma_lies_just_below_highams_and_never_ends():
    for dtype in ("float32", "float64"):
        u = unit_roundoff(dtype)
        for count in (1, 7, 10**6):
            assert count * u <= gamma(count, u) <= count * u / (1 - count * u)
    assert gamma(3 * 2**24, unit_roundoff("float32")) == pytest.approx(np.expm1(3), rel=1e-6)
    assert statistical_gamma(4, 2.0**-24) == gamma(4, 2.0**-24)
    assert statistical_gamma(10**6, 2.0**-24) == 8000 * 2.0**-24
    assert unit_roundoff("complex64") == 2.0**-24
