"""Speed-ups, leads and winners against planted truth."""

import math
from pathlib import Path

import numpy as np
import pytest

from rooflinear.bench.errors import UsageError
from rooflinear.bench.records import Result
from rooflinear.reports.tables import frames, speedups
from rooflinear.reports.tables.estimates import BETWEEN, WITHIN

from .. import synthetic
from ..synthetic import case, ok


def tables_of(results):
    names = list(dict.fromkeys(result.case.implementation for result in results))
    return frames.tables(Path("run"), synthetic.run(names, {}), results)


def drifting(ratios: dict[str, float], blocks: int, noise: float = 0.002, seed: int = 1):
    """Planted times relative to numpy, under a drift of tens of percent that all of a round share."""
    rng = np.random.default_rng(seed)
    results = []
    for block in range(blocks):
        drift = np.exp(np.cumsum(rng.normal(0, 0.15, 12)))
        for name, ratio in ratios.items():
            times = 1e6 * drift / ratio * np.exp(rng.normal(0, noise, 12))
            results.append(ok(case(name), times, block=block))
    return tables_of(results)


def only(frame, name):
    [row] = frame[frame["implementation"] == name].to_dict("records")
    return row


def test_pairing_of_rounds_cancels_the_drift():
    tables = drifting({"numpy": 1.0, "numba": 3.0}, blocks=4)
    row = only(speedups.speedups(tables, "numpy"), "numba")
    assert row["speedup"] == pytest.approx(3, rel=0.004)
    assert row["speedup_low"] < row["speedup"] < row["speedup_high"]
    assert row["speedup_high"] / row["speedup_low"] < 1.01
    assert (row["paired"], row["speedup_interval"], row["pairs"]) == (True, BETWEEN, 48)


def test_without_pairing_the_same_drift_would_hide_the_answer():
    tables = drifting({"numpy": 1.0, "numba": 3.0}, blocks=4)
    row = only(tables.cases, "numba")
    assert row["high_ns"] / row["low_ns"] > 1.2


@pytest.mark.slow
def test_paired_interval_holds_the_planted_ratio_in_95_of_100_runs():
    """From results to the table's row; the intervals themselves are tested over more contests in test_estimates."""
    hits = 0
    for seed in range(300):
        row = only(speedups.speedups(drifting({"numpy": 1, "numba": 3}, 3, 0.02, seed), "numpy"), "numba")
        hits += row["speedup_low"] <= 3 <= row["speedup_high"]
    assert hits / 300 == pytest.approx(0.95, abs=0.04)


def test_one_block_speaks_for_one_process_only():
    row = only(speedups.speedups(drifting({"numpy": 1, "numba": 3}, 1), "numpy"), "numba")
    assert row["speedup_interval"] == WITHIN


def test_baseline_is_one_times_itself():
    row = only(speedups.speedups(drifting({"numpy": 1, "numba": 3}, 2), "numpy"), "numpy")
    assert (row["speedup"], row["speedup_low"], row["speedup_high"]) == (1, 1, 1)
    assert row["speedup_interval"] == "baseline"


def test_speed_ups_over_either_of_two_are_inverse():
    tables = drifting({"numpy": 1, "numba": 3}, 3)
    there = only(speedups.speedups(tables, "numpy"), "numba")
    back = only(speedups.speedups(tables, "numba"), "numpy")
    assert there["speedup"] * back["speedup"] == pytest.approx(1)
    assert there["speedup_low"] * back["speedup_high"] == pytest.approx(1)


def test_cases_that_share_no_round_are_compared_unpaired():
    tables = tables_of([ok(case("numpy"), [300, 301, 302]), ok(case("numba"), [100, 101, 102], block=1)])
    row = only(speedups.speedups(tables, "numpy"), "numba")
    assert (row["paired"], row["pairs"]) == (False, 0)
    assert row["speedup"] == pytest.approx(301 / 101)
    assert row["speedup_low"] < 301 / 101 < row["speedup_high"]


def test_a_round_that_a_guard_dropped_on_one_side_leaves_the_pair():
    first, last = {0: {"steal_ticks": 1}}, {4: {"steal_ticks": 1}}
    numpy, numba = (
        ok(case("numpy"), [9000, 200, 200, 200, 200], flags=first),
        ok(case("numba"), [100, 100, 100, 100, 1], flags=last),
    )
    row = only(speedups.speedups(tables_of([numpy, numba]), "numpy"), "numba")
    assert row["pairs"] == 3
    assert row["speedup_high"] == pytest.approx(2, rel=1e-2)


def test_no_case_is_lost_where_there_is_no_speed_up():
    tables = tables_of([ok(case("numpy"), [100, 100]), Result(case=case("torch"), status="missing")])
    frame = speedups.with_speedups(tables, "numpy")
    assert frame["implementation"].tolist() == ["numpy", "torch"]
    assert math.isnan(only(frame, "torch")["speedup"])


def test_default_baseline_is_numpy_and_else_the_first_with_a_time():
    assert speedups.choose_baseline(drifting({"numba": 3, "numpy": 1}, 1)) == "numpy"
    late = [Result(case=case("numpy"), status="wrong"), ok(case("torch"), [100]), ok(case("jax"), [100])]
    assert speedups.choose_baseline(tables_of(late)) == "torch"
    assert speedups.choose_baseline(tables_of(late[:1])) is None


def test_a_baseline_without_a_time_is_refused_with_the_names_that_have_one():
    with pytest.raises(UsageError, match="numpy"):
        speedups.choose_baseline(drifting({"numpy": 1}, 1), "nunpy")


def test_break_even_is_the_calls_that_pay_for_the_first_one():
    first = ok(case("numba"), [100, 100], first_call_ns=10_100)
    row = only(speedups.speedups(tables_of([ok(case("numpy"), [300, 300]), first]), "numpy"), "numba")
    assert row["break_even_calls"] == pytest.approx(50)


def test_a_first_call_that_nobody_read_pays_back_after_no_known_number_of_calls():
    """As in files of other tools."""
    unread = ok(case("numba"), [100, 100], first_call_ns=None)
    row = only(speedups.speedups(tables_of([ok(case("numpy"), [300, 300]), unread]), "numpy"), "numba")
    assert math.isnan(row["break_even_calls"])


def test_a_slower_implementation_never_breaks_even():
    first = ok(case("numba"), [500, 500], first_call_ns=10_100)
    row = only(speedups.speedups(tables_of([ok(case("numpy"), [300, 300]), first]), "numpy"), "numba")
    assert math.isnan(row["break_even_calls"])


def winner_of(tables, **options):
    [row] = speedups.winners(tables, **options).to_dict("records")
    return row


def test_winner_leads_the_runner_up_by_the_paired_ratio():
    row = winner_of(drifting({"numpy": 1, "numba": 3, "torch": 2}, 4))
    assert (row["winner"], row["runner_up"], row["verdict"]) == ("numba", "torch", speedups.AHEAD)
    assert row["lead"] == pytest.approx(1.5, rel=0.004)
    assert row["lead_low"] > 1


def test_a_lead_whose_interval_holds_one_is_within_noise():
    row = winner_of(drifting({"numpy": 1.0, "numba": 1.001}, 3, noise=0.05))
    assert row["verdict"] == speedups.WITHIN_NOISE
    assert row["lead_low"] <= 1 <= row["lead_high"]


def test_a_lead_is_never_below_one():
    rows = [winner_of(drifting({"numpy": 1.0, "numba": 1.0}, 3, 0.05, seed)) for seed in range(40)]
    assert min(row["lead"] for row in rows) >= 1


def test_one_sample_each_names_a_winner_without_calling_it_a_lead():
    row = winner_of(tables_of([ok(case("numpy"), [300]), ok(case("numba"), [100])]))
    assert (row["winner"], row["verdict"]) == ("numba", speedups.UNKNOWN_LEAD)


def test_a_wrong_answer_cannot_win():
    row = winner_of(tables_of([ok(case("numpy"), [300, 300]), Result(case=case("torch"), status="wrong")]))
    assert (row["winner"], row["verdict"], row["ok"], row["contenders"]) == ("numpy", speedups.ALONE, 1, 2)


def test_one_that_was_disturbed_has_no_rank():
    flags = {number: {"steal_ticks": 1} for number in range(3)}
    row = winner_of(tables_of([ok(case("numpy"), [300, 300, 300]), ok(case("numba"), [100] * 3, flags=flags)]))
    assert (row["winner"], row["verdict"]) == ("numpy", speedups.ALONE)


def test_a_speed_up_is_the_ratio_of_the_times_beside_it():
    """Also where the winner's lead is one in a thousand, so that no table contradicts another."""
    tables = drifting({"numpy": 1.0, "numba": 1.001, "torch": 0.999}, 3, noise=0.05)
    for row in speedups.with_speedups(tables, "numpy").to_dict("records"):
        assert row["speedup"] == pytest.approx(only(tables.cases, "numpy")["time_ns"] / row["time_ns"])


def test_nobody_wins_where_nothing_ran():
    row = winner_of(tables_of([Result(case=case("torch"), status="timeout", cap_ns=60)]))
    assert (row["winner"], row["verdict"]) == (None, speedups.NOBODY)


def test_a_change_of_algorithm_is_marked_and_can_be_left_out():
    results = [ok(case("numpy"), [300, 300]), ok(case("gram"), [10, 10], algorithm="gram")]
    assert winner_of(tables_of(results))["winner_algorithm"] == "gram"
    assert winner_of(tables_of(results), direct_only=True)["winner"] == "numpy"
