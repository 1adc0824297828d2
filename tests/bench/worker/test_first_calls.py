"""What a worker tells of first calls and of empty ones, its clock the test's own."""

from types import SimpleNamespace

import pytest

from rooflinear.bench.libraries.plain import NumPy
from rooflinear.bench.records import Task
from rooflinear.bench.timing.kernel import Clock
from rooflinear.bench.worker.worker import Worker

MS = 1_000_000
COMPILING_NS, STEADY_NS = 174 * MS, 6_000
TASK = Task("r2", {"m": 100}, {}, "float64")


class Library(NumPy):
    """One whose first call compiles, and whose calls with a number in ``late`` are disturbed."""

    def __init__(self, compiles=False, late=()):
        self.now_ns, self.calls, self.late, self._compiles = 0, 0, late, compiles

    def negate(self):
        def call(number):
            self.now_ns += COMPILING_NS if not self.calls else STEADY_NS
            self.now_ns += 8 * MS if self.calls in self.late else 0
            self.calls += 1

        return call

    def compiles(self):
        return self._compiles


def worker(library, **states):
    """A worker that has not started: what it needs to tell is put in place."""
    made = Worker.__new__(Worker)
    made.library, made.module, made.compiled_ns = library, SimpleNamespace(**states), {}
    made.clock = Clock(wall=lambda: library.now_ns, cpu=lambda: library.now_ns)
    return made


@pytest.mark.parametrize("late", [(), (0, 1, 2, 3), range(0, 100_000, 50)], ids=["quiet", "at first", "every 50th"])
def test_an_empty_call_holds_no_compilation_and_nothing_that_disturbed_it(late):
    """It was told as 53 ms of JAX and 174 ms of Dask: the compiling call used up the time there was."""
    library = Library(late=late)
    assert worker(library)._dispatch_ns() == pytest.approx(STEADY_NS, rel=0.01)
    assert library.calls > 100


def noted(library, *calls, **states):
    made = worker(library, **states)
    for first_call_ns, call_ns in calls:
        made._note_compiled(TASK, first_call_ns, call_ns)
    return made._compiled_ns(TASK)


CALLS = [(500_000, 400_000), (6_500_000, 100_000), (388_000, 300_000)]


def test_what_does_not_compile_has_no_compilation_however_long_a_first_call_was():
    """A first call of NumPy of 6.5 ms at one size was told as compilation at all others."""
    assert noted(Library(compiles=False), *CALLS) == 0


@pytest.mark.parametrize(("compiles", "states"), [(True, {}), (False, {"COMPILES": True})], ids=["seen", "stated"])
def test_what_compiles_tells_the_longest_excess_of_a_first_call(compiles, states):
    assert noted(Library(compiles=compiles), *CALLS, **states) == 6_400_000
