"""Thread scaling of planted times."""

from pathlib import Path

import pytest

from rooflinear.reports.tables import frames
from rooflinear.reports.tables.scaling import threads

from .. import synthetic
from ..synthetic import case, ok


def scaled(results):
    return threads(frames.tables(Path("run"), synthetic.run([], {}), results))


def on(count, call_ns, name="numpy", **changes):
    return ok(case(name, threads=count), [call_ns * each for each in (0.98, 0.99, 1, 1.01, 1.02, 1.03)], **changes)


def test_speed_up_and_efficiency_are_over_one_thread():
    frame = scaled([on(1, 1800), on(2, 1000), on(4, 600)]).set_index("threads")
    assert frame["speedup"].tolist() == pytest.approx([1, 1.8, 3])
    assert frame["efficiency"].tolist() == pytest.approx([1, 0.9, 0.75])
    assert frame.loc[1, "speedup_interval"] == "baseline"


def test_the_interval_holds_the_uncertainty_of_both_counts():
    row = scaled([on(1, 1800), on(2, 1000)]).set_index("threads").loc[2]
    assert row["speedup_low"] < 1.8 * 0.98 < 1.8 * 1.02 < row["speedup_high"]
    assert row["efficiency_low"] == pytest.approx(row["speedup_low"] / 2)
    assert row["efficiency_high"] == pytest.approx(row["speedup_high"] / 2)


def test_what_has_no_time_on_one_thread_has_no_scaling():
    frame = scaled([on(1, 1800), on(2, 1000), on(2, 1000, "torch"), on(4, 1000, "torch")])
    assert set(frame["implementation"]) == {"numpy"}


@pytest.mark.parametrize("lost", [1, 2])
def test_what_was_disturbed_has_no_scaling(lost):
    flags = {number: {"steal_ticks": 1} for number in range(6)}
    frame = scaled([on(count, 1800 / count, flags=flags if count == lost else {}) for count in (1, 2, 4)])
    assert set(frame["threads"]) == (set() if lost == 1 else {1, 4})


def test_a_run_on_one_thread_count_has_no_scaling():
    assert scaled([on(1, 1800), on(1, 900, "torch")]).empty


def test_other_sizes_and_dtypes_are_no_baseline():
    smaller = ok(case(threads=1, sizes={"m": 10, "n": 10}), [1, 1, 1])
    single = ok(case(threads=1, dtype="float32"), [1, 1, 1])
    assert scaled([smaller, single, on(2, 1000)]).empty
