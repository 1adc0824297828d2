"""A user's numbers at the ends of a dtype: who is to blame, which column it is, what to do."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rooflinear.bench.contract import Bound, Operation, Unsupported
from rooflinear.bench.inputs.data import Conditioned, Table
from rooflinear.bench.inputs.ranges import Watched
from rooflinear.bench.inputs.reference import Answers
from rooflinear.bench.inputs.verify import compare
from rooflinear.bench.processes.reference_messages import Made, Make, Source
from rooflinear.bench.records import Task

from ..made import ROOT, write_suite

RNG = np.random.default_rng(0)
ROWS = 300
NANOSECONDS = 1.7e18 + RNG.integers(0, 10**15, ROWS)
ORDINARY = RNG.standard_normal((ROWS, 3))
NAMES = ("time", "area", "rooms", "price")
OPERATIONS = ("predict", "residuals", "mse", "gradient", "gradient_descent", "r2", "cost_surface", "split_mse")
OVERFLOWING = {"mse", "gradient", "gradient_descent", "cost_surface", "split_mse"}


@pytest.fixture
def make(tmp_path):
    """What the reference answers on a table; ``ask.held()`` is the array and the direct bound that it keeps."""
    answers = Answers()
    answers(Source(str(ROOT / "kernels"), 1))
    answers.reference.generated = False

    def ask(table, name, dtype, m=300, n=2, algorithms=("direct", "gram", "qr")):
        answers.reference.draws.data = table
        sizes = {"m": m} if name == "r2" else {"m": m, "n": n}
        parameters = dict(answers.reference.operations[name].parameters)
        task = Task(name, sizes, parameters, dtype)
        return answers(Make(task, "main", list(algorithms), str(tmp_path)))

    def held():
        kept = answers.reference.judges._held[str(tmp_path)]
        (expected,), (limit,) = kept.expected, kept.limits["direct"]
        return expected.whole(), Bound(limit.worst_case.whole(), limit.statistical.whole())

    ask.held, ask.answers = held, answers
    return ask


def table(*columns, target=None):
    features = np.column_stack([*columns, ORDINARY[:, : 3 - len(columns)]])
    return Table(features, ORDINARY[:, 0] if target is None else target, NAMES)


def scaled(size):
    return Table(size * ORDINARY, size * RNG.standard_normal(ROWS), NAMES)


@pytest.mark.parametrize("name", OPERATIONS)
def test_nanoseconds_in_float32_blame_the_data_where_sums_overflow(make, name):
    reply = make(table(NANOSECONDS), name, "float32", m=2000)
    if name not in OVERFLOWING:
        assert isinstance(reply, Made)
        return
    assert reply.status == "unsupported"
    assert reply.reason.startswith("its sums may reach ")
    assert "beyond float32's largest number 3.4e+38" in reply.reason
    assert reply.reason.endswith("; column 'time' reaches 1.7e+18: scale it, or use float64")


@pytest.mark.parametrize("name", OPERATIONS)
def test_nanoseconds_in_float64_are_judged(make, name):
    assert isinstance(make(table(NANOSECONDS), name, "float64", m=2000), Made)


@pytest.mark.parametrize("name", ["mse", "gradient"])
def test_few_nanoseconds_do_not_overflow_and_whoever_does_is_wrong(make, name):
    assert isinstance(make(table(NANOSECONDS / 10), name, "float32", m=9), Made)
    expected, bound = make.held()
    verdict = compare(np.full(expected.shape, np.inf, np.float32), expected, bound, "float32", generated=False)
    assert verdict.status == "wrong"
    assert "not finite, but the true result is" in verdict.reason


def test_a_large_target_is_named_as_such(make):
    reply = make(table(ORDINARY[:, 0], target=NANOSECONDS), "mse", "float32")
    assert reply.reason.endswith("; the target 'price' reaches 1.7e+18: scale it, or use float64")


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("size", [1e39, 1e200])
def test_finite_data_that_a_cast_makes_infinite_is_refused(make, name, size):
    reply = make(table(size * ORDINARY[:, 0]), name, "float32")
    assert reply.status == "unsupported"
    assert reply.reason.startswith("column 'time' reaches ")
    assert reply.reason.endswith("beyond float32's largest number 3.4e+38; scale it, or use float64")


def test_what_a_suite_refuses_in_whatever_words_names_the_column_too(make):
    def refuse(rng, sizes, parameters, dtype, data):
        data.sample(rng, sizes["m"], sizes["n"])
        raise Unsupported("the window reaches too far")

    operations = make.answers.reference.operations
    operations["mse"] = replace(operations["mse"], inputs=refuse)
    reply = make(table(NANOSECONDS), "mse", "float32")
    assert reply.reason == "the window reaches too far; column 'time' reaches 1.7e+18: scale it, or use float64"


def test_a_target_that_a_cast_makes_infinite_is_refused(make):
    reply = make(table(target=1e39 * ORDINARY[:, 0]), "mse", "float32")
    assert reply.reason.startswith("the target 'price' reaches ")


@pytest.mark.parametrize("name", OPERATIONS)
def test_data_that_a_cast_makes_nothing_is_refused(make, name):
    reply = make(table(1e-60 * ORDINARY[:, 0]), name, "float32")
    assert reply.status == "unsupported"
    assert reply.reason.startswith("column 'time' reaches only ")
    assert "below float32's least number of full precision, 1.2e-38; scale it, or use float64" in reply.reason


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("size", [1e-310, 1e-160, 1e200, 1e306])
def test_what_no_float64_can_compute_is_refused_and_never_judged(make, name, size):
    reply = make(scaled(size), name, "float64")
    linear = name in ("predict", "residuals") and size > 1e-300
    assert isinstance(reply, Made) is linear, reply
    if linear:
        expected, (worst_case, _) = make.held()
        assert np.isfinite(expected).all()
        assert 0 < worst_case.max() < 1e-10 * np.abs(expected).max()
    else:
        assert (reply.status, "scale" in reply.reason) == ("unsupported", True)


def test_r2_of_a_large_feature_is_judged(make):
    """Its fit is scaled before it is squared."""
    assert isinstance(make(table(1e200 * ORDINARY[:, 0]), "r2", "float64"), Made)


def test_a_mean_whose_rounding_hides_what_varies_is_refused(make):
    reply = make(table(target=1e7 + ORDINARY[:, 0]), "r2", "float32")
    assert (reply.status, "about 1e+07, and rounding its mean spoils that" in reply.reason) == ("unsupported", True)


def test_an_algorithm_alone_may_be_refused(rooflinear, tmp_path):
    """Its implementations are unsupported, and the others judged."""
    (tmp_path / "a.csv").write_text("x,y\n" + "1,2\n3,4\n5,7\n" * 9)
    squares = "LIBRARY = 'numpy'\nALGORITHM = 'squares'\ndef double(X):\n    return 2 * X\n"
    suite = write_suite(
        tmp_path / "mine", operations=OF_DATA, plain=squares.replace("squares", "direct"), other=squares
    )
    chosen = ("--data", tmp_path / "a.csv", "--target", "y", "--m", "9", "--n", "1", "--json")
    results = json.loads(rooflinear("verify", "--suite", suite, "--dtype", "float64", *chosen).stdout)
    assert {each["case"]["implementation"]: each["status"] for each in results} == {
        "plain": "ok",
        "other": "unsupported",
    }
    (reason,) = (each["reason"] for each in results if each["status"] == "unsupported")
    assert reason.startswith(
        "its sums may reach 1e+310, beyond float64's largest number 1.8e+308; the target 'y' reaches 7"
    )


OF_DATA = """
import numpy as np
from rooflinear.bench.contract import Bound, Operation, Unsupported

CONTRACT = 1

def inputs(rng, sizes, parameters, dtype, data=None):
    return {"X": data.sample(rng, sizes["m"], sizes["n"])[0].astype(dtype)}

def largest(inputs, algorithm):
    return np.longdouble(10) ** 310 if algorithm == "squares" else 10

OPERATIONS = (
    Operation(
        name="double", formula="2x", doc="", sizes=("m", "n"), inputs=inputs, oracle=lambda X: 2 * X, rtol=1e-15,
        cost=lambda sizes, *_: (sizes["m"], 16 * sizes["m"]), largest=largest,
    ),
)
"""
TWICE = Operation(
    name="twice", formula="", doc="", sizes=("m", "n"), inputs=dict, oracle=lambda X: 2 * X, cost=lambda *_: (1, 1)
)


def watched(X, dtype="float64"):
    found = Watched(Table(X, np.zeros(len(X)), (*"ab"[: X.shape[1]], "y")), dtype)
    found.sample(np.random.default_rng(0), 2 * len(X), X.shape[1])
    return found


def test_an_operation_that_does_not_state_its_largest_is_not_refused():
    assert watched(np.full((4, 1), 1e300)).refused(TWICE, {"X": np.ones(3)}, ["direct"]) == {}


def test_an_input_that_is_made_infinite_is_refused_by_name():
    with pytest.raises(ValueError, match=r"its input X is not finite in float64; column 'b' reaches 3: scale it$"):
        watched(np.array([[1.0, 2], [2, 3]] * 5)).refused(TWICE, {"X": np.array([np.inf])}, ["direct"])


@pytest.mark.parametrize(("value", "what"), [(np.inf, "beyond"), (1e-310, "below")])
def test_a_result_that_leaves_nothing_to_compare_is_refused(value, what):
    with pytest.raises(ValueError, match=f"the true result is .*{what} float64's"):
        watched(np.ones((4, 1))).refuse_output(np.array([value, value]))


@pytest.mark.parametrize("output", [[np.inf, 1.0], [np.nan, np.nan], [0.0, 0.0], [1e-310, 1.0], []])
def test_a_result_of_which_something_can_be_compared_is_not_refused(output):
    watched(np.ones((4, 1))).refuse_output(np.array(output))


def test_data_without_columns_of_the_users_names_none():
    found = Watched(Conditioned(3.0), "float32")
    found.sample(np.random.default_rng(0), 4, 2)
    assert found.remedy == "; scale the data, or use float64"
