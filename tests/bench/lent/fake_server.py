"""The parent's end of a session without a process: plays every benchmark that is listed, and keeps what it heard."""

import contextlib
from types import SimpleNamespace

from rooflinear.bench.lent.counters import Guard
from rooflinear.bench.lent.serving import Watch

CALLS = 3


class FakeServer:
    """``order`` chooses from the ids that were listed; a benchmark's times and numbers are kept by its id."""

    def __init__(self, order=lambda ids: ids, calls=CALLS):
        self._order, self._calls = order, calls
        self.benchmarks, self.failed, self.tool = {}, {}, ""
        self.parked, self.numbers, self.ends = {}, {}, {}
        self.finished, self.benchmark, self.watch = False, "", Watch(Guard())

    def listed(self, benchmarks, failed, notes, tool=""):
        self.benchmarks = {each["id"]: SimpleNamespace(**each) for each in benchmarks}
        self.failed, self.notes, self.tool = dict(failed), notes, tool
        refused = {name for name, each in self.benchmarks.items() if getattr(each, "refused", "")}
        return self._order([name for name in self.benchmarks if name not in refused])

    @contextlib.contextmanager
    def running(self, benchmark):
        assert not self.benchmark, f"{self.benchmark} has not ended"
        self.benchmark = benchmark
        yield

    def park(self, offered):
        self.parked[self.benchmark] = offered
        if offered.timer:
            self.watch.restart(self._calls)
            assert offered.timer(self._calls) >= 0
        else:
            self.numbers[self.benchmark] = [offered.number() for _ in range(self._calls)]

    def ended(self, status, reason=""):
        assert self.benchmark not in self.ends
        self.ends[self.benchmark], self.benchmark = (status, reason), ""

    def finish(self):
        self.finished = True
