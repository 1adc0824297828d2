"""What is planted so that equal code looks slower."""

import itertools

import pytest

from rooflinear.bench.lent import serving


@pytest.mark.parametrize(
    ("calls", "share", "made", "ns"),
    [(100, 0.05, 105, 105_000), (20, 0.05, 21, 21_000), (30, 0.05, 31, 31_500), (1, 0.05, 1, 1050), (2, 0.5, 3, 3000)],
)
def test_calls_that_are_not_counted_and_waiting_add_a_share(monkeypatch, calls, share, made, ns):
    monkeypatch.setattr(serving.time, "perf_counter_ns", itertools.count(0, 10).__next__)
    seen = []

    def timer(calls):
        seen.append(calls)
        return calls * 1000

    assert serving.slower(timer, share)(calls) == pytest.approx(ns, abs=30)
    assert seen == [made]
