"""Sessions of another tool's suite without a process: what each side has, and how its benchmarks go."""

from pathlib import Path

from rooflinear.bench.errors import Lost
from rooflinear.bench.guests.messages import Ended, Finished, Listed, Listing, Parked
from rooflinear.bench.guests.session import Place
from rooflinear.bench.records import Sample

MS = 1_000_000


def place(side, **more):
    return Place("python", Path(side), Path(side), **more)


class Bench:
    """A benchmark of one side.

    ``ns`` is the time of a call, or a function of the calls made before; ``prepared_ns`` passes before each, or before
    each but the first. ``at`` has what happens instead of an answer to ``next``, ``time``, ``count`` or ``go``: an
    exception, or a reply.
    """

    def __init__(
        self,
        ns=MS / 10,
        *,
        alone=False,
        prepared_ns=0,
        first_prepared=False,
        unit="ns",
        numbers=(),
        end=("ok", ""),
        at=None,
    ):
        self.ns, self.alone, self.unit, self.end = ns, alone, unit, end
        self.prepared_ns, self.first_prepared = prepared_ns, first_prepared
        self.numbers, self.at, self.calls = list(numbers), at or {}, 0

    def call(self):
        taken = self.ns(self.calls) if callable(self.ns) else self.ns
        self.calls += 1
        return taken


class Session:
    """Answers as `guests.session.Session` does. ``log`` of the machine has what was asked of whom."""

    def __init__(self, machine, side, benchmarks):
        self._machine, self.side, self.benchmarks = machine, side, benchmarks
        self._order, self._now, self.alive, self.pinned, self.ended = [], None, True, [], False

    def list(self):
        self._happens(self._machine.listing.get(self.side))
        return Listed([Listing(id=name) for name in self.benchmarks])

    def begin(self, order):
        self._order = [*order]
        self._machine.orders.append((self.side, [*order]))

    def next(self, timeout_s):
        assert self.alive
        if not self._order:
            return self._happens(self._machine.finish.get(self.side)) or Finished({})
        self._now = self.benchmarks[self._order.pop(0)]
        self._machine.log.append((self.side, "next"))
        return self._happens(self._now.at.get("next")) or Parked("", self._now.alone, self._now.unit)

    def time(self, number, calls, timeout_s, untimed=0):
        assert self.alive
        if untimed:
            self._machine.log.append((self.side, "untimed"))
            self._machine.now_ns += round(sum(self._now.call() for _ in range(untimed)))
        self._machine.log.append((self.side, calls))
        self._happens(self._now.at.get("time"))
        prepared = calls - (self._now.first_prepared and not self._now.calls)
        wall = round(sum(self._now.call() for _ in range(calls)))
        self._machine.now_ns += round(wall + prepared * self._now.prepared_ns)
        return Sample(number, self._machine.now_ns, wall, wall, calls, {})

    def count(self, timeout_s):
        self._happens(self._now.at.get("count"))
        return self._now.numbers.pop(0)

    def peak(self, timeout_s):
        self._machine.log.append((self.side, "peak"))
        self._happens(self._now.at.get("peak"))
        return self._now.numbers.pop(0)

    def go(self, timeout_s):
        assert self.alive
        self._machine.log.append((self.side, "go"))
        return self._happens(self._now.at.get("go")) or Ended("", *self._now.end)

    def pin(self, cores):
        self.pinned.append(cores)

    def end(self):
        self.ended = True

    def _happens(self, what):
        """An exception ends the process, but for one that the benchmark raised."""
        if isinstance(what, Lost):
            self.alive = what.reason.startswith("raised")
        if isinstance(what, BaseException):
            raise what
        return what


class Machine:
    """Starts sessions; ``sides`` has the benchmarks of each side by id."""

    def __init__(self, **sides):
        self.sides, self.listing, self.finish = sides, {}, {}
        self.started, self.orders, self.log, self.now_ns = [], [], [], 0

    def start(self, suite, place, seed, memory_limit):
        """The working folder of a place is named after its side."""
        side = place.suite.name
        session = Session(self, side, self.sides["base" if side == "copy" else side])
        session.seed = seed
        self.started.append(session)
        return session

    def sessions(self, *sides):
        return {side: self.start(None, place(side), 0, None) for side in sides}
