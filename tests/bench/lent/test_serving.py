"""How calls are timed: those that come before, and what is planted so that equal code looks slower."""

import itertools

import pytest

from rooflinear.bench.lent import serving
from rooflinear.bench.lent.counters import Guard


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

    assert serving.slower(timer, share)(calls) == ns
    assert seen == [made]


@pytest.mark.parametrize(("untimed", "made"), [(0, [5]), (1, [1, 5])])
def test_untimed_calls_come_first_and_do_not_count(monkeypatch, untimed, made):
    server, told = served(monkeypatch)
    seen = []

    def timer(calls):
        seen.append(calls)
        return calls * 100

    server._time(timer, 5, 2, untimed)
    assert seen == made
    assert [(kind, fields["wall_ns"], fields["calls"]) for kind, fields in told] == [("Timed", 500, 10)]


def served(monkeypatch):
    """A server without a parent, and what it tells."""
    server, told = object.__new__(serving.Server), []
    server._guard, server._planted = Guard(), None
    server.watch = serving.Watch(server._guard)
    monkeypatch.setattr(server, "_tell", lambda kind, **fields: told.append((kind, fields)), raising=False)
    return server, told


class Counting:
    """Counters at one moment: all time that has passed was stolen, and waited."""

    def __init__(self, ticks):
        self.ticks = ticks

    def since(self, before):
        return {"steal_ticks": self.ticks - before.ticks, "waited_ns": 100 * (self.ticks - before.ticks)}


@pytest.mark.parametrize(("calls", "ticks"), [(2, 2), (serving.MOST_WATCHED, 8), (serving.MOST_WATCHED + 1, 45)])
def test_what_prepares_a_call_disturbs_none_where_each_is_watched(monkeypatch, calls, ticks):
    server, told = served(monkeypatch)
    passed = [0]
    monkeypatch.setattr(server._guard, "read", lambda: Counting(passed[0]))
    monkeypatch.setattr(serving, "cpu_ns", lambda: 1000 * passed[0])

    def timer(calls):
        for _ in range(calls):
            passed[0] += 4  # its setup
            with server.watch:
                passed[0] += 1
        return calls * 100

    server._time(timer, calls, 1, 0)
    ((_, fields),) = told
    assert (fields["wall_ns"], fields["flags"]["steal_ticks"]) == (100 * calls, ticks)
    if calls <= serving.MOST_WATCHED:
        assert (fields["cpu_ns"], fields["flags"]["waited_ns"]) == (1000 * calls, 100 * calls)


def test_the_memory_of_one_call_is_told(monkeypatch):
    server, seen, told, watched = object.__new__(serving.Server), [], [], []

    class Peak:
        bytes = 4096

        def __enter__(self):
            watched.append(list(seen))
            return self

        def __exit__(self, *_):
            watched.append(list(seen))

    monkeypatch.setattr(serving, "PeakMemory", Peak)
    monkeypatch.setattr(server, "_tell", lambda kind, **fields: told.append((kind, fields)), raising=False)
    server._peak(seen.append)
    assert watched == [[], [1]]
    assert told == [("Peaked", {"bytes": 4096})]
