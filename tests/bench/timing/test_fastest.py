"""The fastest of many slices, on a clock that advances only when told to: what disturbs a few of them shows nowhere."""

import random

import pytest

from rooflinear.bench.timing.fastest import fastest_call_ns

SLICE_NS, BUDGET_NS = 500_000, 2_500_000
LATE_NS = 8_000_000
"""What a thread waits for that wakes up two scheduler's ticks late."""


class Work:
    """Calls of so many ns, after ``start_ns`` a slice; those slices are late whose numbers are in ``late``."""

    def __init__(self, call_ns, start_ns=0, late=(), first_ns=None):
        self.call_ns, self.start_ns, self.late, self.first_ns = call_ns, start_ns, late, first_ns
        self.slices = []

    def __call__(self, calls):
        late_ns = LATE_NS if len(self.slices) in self.late else 0
        first_ns = self.first_ns if not self.slices and self.first_ns else 0
        self.slices.append(calls)
        return round(self.start_ns + calls * self.call_ns + late_ns + first_ns)


def test_a_call_that_is_short_is_made_as_often_as_fills_a_slice():
    work = Work(40)
    assert fastest_call_ns(work, BUDGET_NS, SLICE_NS) == pytest.approx(40, rel=1e-3)
    assert max(work.slices) == pytest.approx(SLICE_NS / 40, rel=0.5)


def test_what_every_slice_takes_besides_is_shared_by_many_calls():
    assert fastest_call_ns(Work(40, start_ns=5000), BUDGET_NS, SLICE_NS) == pytest.approx(40, rel=0.4)


@pytest.mark.parametrize("late", [{0}, {0, 1}, {1, 2}, {0, 2, 4}, {3}], ids=str)
def test_threads_that_wake_up_late_make_no_ceiling(late):
    """8 KiB were read at 2 MB/s, for one call took 8 ms, and one was thought to fill a slice."""
    found = fastest_call_ns(Work(40, start_ns=5000, late=late), BUDGET_NS, SLICE_NS, 8)
    assert found == pytest.approx(40, rel=0.4)


@pytest.mark.parametrize("seed", range(20))
def test_every_second_slice_may_be_late_where_there_are_some_rounds(seed):
    late = {number for number in range(1000) if random.Random(seed * 1000 + number).random() < 0.5}
    work = Work(40, start_ns=5000, late=late)
    assert min(fastest_call_ns(work, BUDGET_NS, SLICE_NS) for _ in range(16)) < 60


def test_a_long_call_is_made_twice_since_the_first_fills_the_caches():
    work = Work(12_000_000, first_ns=9_000_000)
    assert fastest_call_ns(work, BUDGET_NS, SLICE_NS) == 12_000_000
    assert work.slices == [1, 1]


def test_as_many_slices_are_played_as_the_budget_holds_and_no_fewer_than_asked_for():
    few, many = Work(100_000), Work(100_000)
    fastest_call_ns(few, BUDGET_NS, SLICE_NS)
    fastest_call_ns(many, BUDGET_NS, SLICE_NS, 20)
    full = [[calls for calls in work.slices if calls == max(work.slices)] for work in (few, many)]
    assert [len(each) for each in full] == [5, 20]


def test_as_many_slices_as_asked_for_may_take_ten_times_the_budget_and_no_more():
    work = Work(1_000_000_000)
    assert fastest_call_ns(work, BUDGET_NS, SLICE_NS, 20) == 1_000_000_000
    assert work.slices == [1, 1]


def test_a_clock_that_stands_still_ends():
    assert fastest_call_ns(lambda calls: 0, BUDGET_NS, SLICE_NS) > 0
