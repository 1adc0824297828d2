"""What is advised: totals, the rule of single samples, what is refused."""

import json
import math
from pathlib import Path

import msgspec
import pytest

from rooflinear.bench.errors import UsageError
from rooflinear.reports.tables import estimates, frames, speedups
from rooflinear.reports.tables.advice import Advice, advise
from rooflinear.reports.tables.asked import Question
from rooflinear.reports.tables.estimates import BETWEEN, TOO_FEW, WITHIN, Estimate
from rooflinear.reports.tables.required import needs
from rooflinear.reports.tables.views import usual_operation, views

from ..synthetic import case, ok, run, sweep

AT = {"m": 1000, "n": 10}
STEADY, FIRST = {"numpy": 3000, "numba": 1000}, {"numpy": 10_000, "numba": 1_000_000}
"""ns. 2000 less a call, 990,000 more for the first: N calls cost the same where N - 1 = 495."""


def tables_of(results, names=("numpy", "numba"), **changes):
    record = msgspec.structs.replace(run(list(names), {}), **changes)
    return frames.tables(Path("a-run"), record, results)


def two(blocks=1, **changes):
    """numpy and numba, whose first calls differ by a tenth from process to process."""
    return [
        ok(
            case(name, **changes),
            [STEADY[name] * (1.0 + 0.002 * block * (-1) ** place) * each for each in (1, 0.99, 1.01)],
            block=block,
            first_call_ns=round(FIRST[name] * (1 + block / 10)),
            import_ns=50_000_000,
        )
        for place, name in enumerate(STEADY)
        for block in range(blocks)
    ]


def asked(tables, sizes=AT, **question):
    return advise(tables, Question(sizes, **question))


def row(advice, name):
    return next(each for each in advice.ranked + advice.unranked if each.implementation == name)


@pytest.mark.parametrize(
    ("calls", "numpy", "numba"),
    [
        (1, 10_000, 1_000_000),
        (2, 13_000, 1_001_000),
        (495, 1_492_000, 1_494_000),
        (496, 1_495_000, 1_495_000),
        (497, 1_498_000, 1_496_000),
        (1000, 3_007_000, 1_999_000),
        (10**6, 3_000_007_000, 1_000_999_000),
    ],
)
def test_a_total_is_the_first_call_and_those_after_it(calls, numpy, numba):
    advice = asked(tables_of(two()), calls=calls)
    assert row(advice, "numpy").total_ns.value == pytest.approx(numpy, rel=1e-6)
    assert row(advice, "numba").total_ns.value == pytest.approx(numba, rel=1e-6)
    if numpy != numba:
        assert advice.use == ("numpy" if numpy < numba else "numba")


def test_the_import_is_paid_once():
    advice = asked(tables_of(two()), calls=1000, imports=True)
    assert row(advice, "numba").total_ns.value == pytest.approx(50_000_000 + 1_999_000)
    assert row(advice, "numba").import_ns.value == 50_000_000


def test_without_a_number_of_calls_it_is_the_tables_winner_and_lead():
    tables = tables_of(two(3))
    advice = asked(tables)
    [expected] = speedups.winners(tables).to_dict("records")
    assert (advice.use, advice.verdict) == (expected["winner"], expected["verdict"]) == ("numba", "ahead")
    behind = row(advice, "numpy").behind
    assert (behind.value, behind.low, behind.high) == pytest.approx(
        (expected["lead"], expected["lead_low"], expected["lead_high"])
    )
    gains = speedups.speedups(tables, "numpy").set_index("implementation")
    assert advice.pays_off == pytest.approx(gains.loc["numba", "break_even_calls"])
    assert advice.pays_off == pytest.approx((1_100_000 - 1000) / 2000, rel=0.01)


def test_a_first_call_that_was_read_once_ranks_nothing():
    advice = asked(tables_of(two()), calls=100)
    assert (advice.use, advice.verdict) == ("numpy", TOO_FEW)
    for each in advice.ranked:
        assert (each.first_call_ns.low, each.total_ns.low, each.total_ns.interval) == (None, None, TOO_FEW)
    assert (row(advice, "numba").behind.low, row(advice, "numba").verdict) == (None, TOO_FEW)


def test_a_first_call_below_what_is_known_of_a_time_leaves_the_rank_of_the_calls():
    tables = tables_of(two())
    advice = asked(tables, calls=10**6)
    lead = row(asked(tables), "numpy").behind
    behind = row(advice, "numpy").behind
    assert (advice.use, advice.verdict) == ("numba", "ahead")
    assert behind.value == pytest.approx(3_000_007_000 / 1_000_999_000)
    assert (behind.low / behind.value, behind.high / behind.value) == pytest.approx(
        (lead.low / lead.value, lead.high / lead.value)
    )
    cost, call = row(advice, "numba").total_ns, row(advice, "numba").time_ns
    assert cost.low == pytest.approx(1_000_000 + 999_999 * (call.low or 0))
    assert cost.high == pytest.approx(1_000_000 + 999_999 * (call.high or 0))
    assert asked(tables, calls=90_000).verdict == TOO_FEW  # the first call is 1.1 % of the whole
    assert asked(tables, calls=110_000).verdict == "ahead"


def test_first_calls_of_three_processes_have_an_interval_and_rank():
    advice = asked(tables_of(two(3)), calls=10)
    assert (advice.use, advice.verdict) == ("numpy", "ahead")
    assert row(advice, "numba").first_call_ns.interval == BETWEEN
    assert asked(tables_of(two(2)), calls=10).verdict == TOO_FEW


def test_what_is_level_is_told_so():
    results = [ok(case(name), [1000, 1100, 900, 1050]) for name in ("numpy", "numba")]
    slower = [ok(case("torch"), [9000, 9100, 8900])]
    advice = asked(tables_of(results + slower))
    assert (advice.verdict, len(advice.level)) == ("within noise", 1)
    assert {advice.use, *advice.level} == {"numpy", "numba"}
    assert row(advice, "torch").verdict == "ahead"


def test_a_disturbed_case_is_told_and_has_no_rank():
    results = two()
    flags = {number: {"steal_ticks": 1} for number in range(3)}
    busy = ok(case("torch"), [10, 10, 10], flags=flags)
    tables = tables_of([*results, busy], ("numpy", "numba", "torch"))
    assert tables.cases["disturbed"].tolist() == [False, False, True]
    advice = asked(tables)
    assert advice.use == "numba"
    [told] = advice.unranked
    assert (told.implementation, round(told.time_ns.value or 0), told.reason) == (
        "torch",
        10,
        "disturbed by other programs",
    )


def test_a_first_call_that_was_not_recorded_counts_as_another_call():
    advice = asked(tables_of([ok(case(), [1000, 1000, 1000])]), calls=10)
    assert row(advice, "numpy").total_ns.value == pytest.approx(10_000)
    assert advice.verdict == speedups.ALONE


@pytest.mark.parametrize("without", [["numba"], ["numba", "torch"]])
def test_a_package_that_is_left_out_takes_all_that_need_it(without):
    names = ("numpy", "numba", "numba_parallel", "torch")
    results = [ok(case(name), [time] * 3) for name, time in zip(names, (3000, 1000, 500, 2000), strict=True)]
    about = {name: {"library": "torch" if name == "torch" else "numpy"} for name in names}
    advice = asked(tables_of(results, names, implementations=about), without=without)
    assert [each.implementation for each in advice.ranked] == [
        each for each in ("torch", "numpy") if each not in without
    ]
    assert advice.without == without


def test_packages_are_those_that_the_run_recorded_else_those_in_the_name():
    about = {
        "fast": {"library": "numpy", "requires": ["numba", "numpy"]},
        "numba_rows": {"library": "numpy"},
        "loops": {"library": "python"},
        "lent": {"library": "torch", "requires": []},
    }
    record = msgspec.structs.replace(run([], {}), implementations=about)
    found = [needs(record, name) for name in (*about, "unknown")]
    assert found == [("numba", "numpy"), ("numba", "numpy"), (), ("torch",), ()]


def test_the_best_without_a_new_package_is_among_those_that_need_no_more_than_the_baseline():
    names = {"numpy": 3000, "numpy_rows": 2000, "numba": 1000, "python": 2500}
    results = [ok(case(name), [time] * 3) for name, time in names.items()]
    about = {name: {"library": "python" if name == "python" else "numpy"} for name in names}
    advice = asked(tables_of(results, names, implementations=about))
    assert (advice.use, advice.baseline, advice.no_new_package) == ("numba", "numpy", "numpy_rows")


def test_where_nothing_needs_a_new_package_nothing_is_said_of_packages():
    results = [ok(case(name), [time] * 3) for name, time in (("numpy", 3000), ("numpy_rows", 2000))]
    assert asked(tables_of(results, ("numpy", "numpy_rows"))).no_new_package is None


def test_what_is_not_said_is_chosen_as_on_the_page():
    results = [*two(), *two(dtype="float32"), *two(threads=1), *two(operation="predict")]
    tables = tables_of(results)
    advice = asked(tables)
    assert (advice.operation, advice.dtype, advice.threads) == (usual_operation(tables), "float64", 2)
    other = asked(tables, operation="predict")
    assert (other.operation, other.dtype, other.threads) == ("predict", "float64", 2)
    assert asked(tables, dtype="float32").dtype == "float32"
    assert asked(tables, threads=1).threads == 1


def test_a_size_of_a_single_value_need_not_be_given():
    tables = tables_of(sweep(lambda moved, rows: 1000 + moved, ns=(10,)), ["numpy"])
    assert asked(tables, {"m": 5000}).sizes == {"m": 5000, "n": 10}


SWEPT = tables_of(sweep(lambda moved, rows: 1000 + moved), ["numpy"])
STEPS = tables_of([ok(case(parameters={"steps": steps}), [1000] * 3) for steps in (10, 100)], ["numpy"])
MEASURED = "m = 100 to 100,000, n = 2 to 50"


@pytest.mark.parametrize(
    ("tables", "question", "message"),
    [
        (
            SWEPT,
            {"sizes": {"m": 99, "n": 10}},
            "m = 99 is outside what was measured for gradient, float64, 2 threads: ",
        ),
        (SWEPT, {"sizes": {"m": 10**15, "n": 10}}, "m = 1,000,000,000,000,000 is outside what was measured for "),
        (SWEPT, {"sizes": {"m": 100, "n": 51}}, "n = 51 is outside what was measured for "),
        (SWEPT, {"sizes": {"m": 100}}, f"size n: missing; give --size n=N; measured: {MEASURED}"),
        (SWEPT, {"sizes": {"m": 100, "n": 2, "k": 3}}, "size k: gradient does not depend on it; its sizes: m, n"),
        (SWEPT, {"sizes": AT, "operation": "gradeint"}, "unknown operation 'gradeint'; did you mean 'gradient'?"),
        (SWEPT, {"sizes": AT, "dtype": "float23"}, "unknown dtype of gradient 'float23'; did you mean 'float64'?"),
        (SWEPT, {"sizes": AT, "threads": 3}, "--threads 3: gradient was measured on 2; give one of these"),
        (
            SWEPT,
            {"sizes": AT, "without": ["nunpy"]},
            "unknown implementation or package 'nunpy'; did you mean 'numpy'?",
        ),
        (
            SWEPT,
            {"sizes": AT, "parameters": {"steps": "5"}},
            "--parameter steps=5: gradient was measured with no param",
        ),
        (
            STEPS,
            {"sizes": AT, "parameters": {"steps": "5"}},
            "--parameter steps=5: gradient was measured with steps=10; ",
        ),
        (SWEPT, {"sizes": AT, "without": ["numpy"]}, "--without numpy: leaves no implementation with a time; "),
    ],
)
def test_what_the_run_cannot_answer_is_refused(tables, question, message):
    with pytest.raises(UsageError) as caught:
        advise(tables, Question(**question))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_refusal_names_the_range_and_the_command():
    options = {"suite": "/somewhere/kernels", "seed": 3}
    tables = tables_of(sweep(lambda moved, rows: 1000 + moved), ["numpy"], options=options)
    with pytest.raises(UsageError) as caught:
        asked(tables, {"m": 5, "n": 10})
    assert str(caught.value) == (
        f"m = 5 is outside what was measured for gradient, float64, 2 threads: {MEASURED}; choose a size within, or"
        " measure it: rooflinear run --preset standard --seed 3 --operation gradient --size m=5 --size n=10"
        " --dtype float64 --threads 2 --device cpu"
    )


@pytest.mark.parametrize("size", [{"m": 100, "n": 2}, {"m": 100_000, "n": 50}])
def test_the_ends_of_the_range_are_within_it(size):
    advice = asked(SWEPT, size)
    assert (advice.ranked[0].source, advice.sizes) == ("measured", size)
    assert (advice.measured_from, advice.measured_to) == ({"m": 100, "n": 2}, {"m": 100_000, "n": 50})


def test_the_command_measures_the_cheapest_and_the_baseline_there():
    options = {"suite": "/somewhere/kernels"}
    names = ["numpy", *(f"way{number}" for number in range(7))]
    laws = [
        each
        for place, name in enumerate(names)
        for each in sweep(lambda moved, rows, place=place: (10 - place) * (1000 + moved), implementation=name)
    ]
    advice = asked(tables_of(laws, names, options=options), {"m": 3000, "n": 20})
    assert advice.command == (
        "rooflinear run --preset standard --operation gradient --implementation way6,way5,way4,way3,way2,numpy"
        " --size m=3000 --size n=20 --dtype float64 --threads 2 --device cpu"
    )


def test_it_is_the_same_in_json():
    advice = asked(SWEPT, {"m": 3000, "n": 20}, calls=10)
    assert msgspec.json.decode(msgspec.json.encode(advice), type=Advice) == advice
    told = json.loads(msgspec.json.encode(advice))
    assert (told["schema_version"], told["run"], told["calls"], told["sizes"]) == (1, "a-run", 10, {"m": 3000, "n": 20})
    assert all(value is None or math.isfinite(value) for each in told["ranked"] for value in each["time_ns"].values()
               if not isinstance(value, str))  # fmt: skip


def test_readings_of_three_processes_tell_an_interval():
    """Of logs 0, 1 and 2 the standard deviation is 1; Student's t for two degrees of freedom is 4.3027."""
    found = estimates.of_readings(math.e, [1.0, math.e, math.e**2])
    half = 4.302653 * 1.2533 / math.sqrt(3)
    assert found[:3] == pytest.approx((math.e, math.exp(1 - half), math.exp(1 + half)), rel=1e-6)
    assert estimates.of_readings(5.0, [4.0, 6.0])[0] == 5.0
    assert estimates.of_readings(5.0, [4.0, 6.0]).interval == TOO_FEW


def test_the_ends_of_a_sum_add_in_quadrature():
    found = estimates.total(Estimate(10, 8, 13, BETWEEN), 3, Estimate(2, 1.5, 3, WITHIN))
    assert found[:3] == pytest.approx((16, 16 - math.hypot(2, 1.5), 16 + math.hypot(3, 3)))
    assert found.interval == WITHIN
    nowhere = Estimate(2, math.nan, math.nan, TOO_FEW)
    assert estimates.total(Estimate(10, 8, 13, BETWEEN), 0, nowhere) == Estimate(10, 8, 13, BETWEEN)


def test_views_are_not_changed_by_being_asked():
    assert [view.title for view in views(SWEPT)] == ["gradient, float64, 2 threads"]
