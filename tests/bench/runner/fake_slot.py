"""A slot without a process, and a contender that goes its way with one."""

import random
from types import SimpleNamespace

from rooflinear.bench.errors import Lost
from rooflinear.bench.processes.protocol import Done
from rooflinear.bench.processes.reference_messages import Drawn, Judged
from rooflinear.bench.processes.worker_messages import (
    Called,
    Delivered,
    Played,
    Prepared,
    Sliced,
    Started,
    Tried,
    Warmed,
)
from rooflinear.bench.records import Case, Sample, Task, Verdict
from rooflinear.bench.runner.contender import Contender
from rooflinear.bench.runner.rounds import play_rounds
from rooflinear.bench.runner.terms import Terms
from rooflinear.bench.runner.unseen import Stock
from rooflinear.bench.timing.guard import Scheduled

MS = 1_000_000
ROUND = 8
"""The first one; those before belong to a run that was resumed."""

OK = Verdict("ok", "", 0.1, 1e-17, 1e-16)
BAD = Verdict("wrong", "error 1 exceeds the bound 0.1", 10.0, 1.0, 0.1)
STARTED = Started(5, "1.0", {"openblas": 1}, 100)


class FakeSlot:
    """Answers as a worker would, or as ``answers`` says: a reply, a function of slot and request, or `Lost`.

    Verdicts too: ``Judge`` says what the n-th outputs to be judged are, `ok` where it says nothing.
    """

    def __init__(self, **answers):
        self.answers = HONEST | answers
        self.asked, self.now_ns, self.stopped = [], 0, False
        self.exact, self.compiled_ns, self.started, self.alive, self.import_ns = {}, {}, STARTED, True, 5
        self.implementation = SimpleNamespace(algorithm="direct", source_sha256="abc", compiles=True)
        self.judged, self.behind, self.waited_ns, self.cpu_ns = 0, "", 0, 0

    def start(self):
        return self.ask(SimpleNamespace(), 0, Started, "Start")

    def ask(self, request, _seconds, kind, name=""):
        name = name or type(request).__name__
        self.asked.append(name)
        answer = self.answers[name]
        answer = answer(self, request) if callable(answer) else answer
        if isinstance(answer, Lost):
            raise answer
        assert isinstance(answer, kind)
        return answer

    def stop(self):
        self.stopped = True

    def left_behind(self):
        return self.behind

    def scheduled(self):
        return Scheduled(self.waited_ns, self.cpu_ns)

    def outputs(self):
        return "outputs"

    def judge(self, request):
        self.judged += 1
        return Judged([self.answers["Judge"].get(self.judged, OK)] * len(request.of))

    def draw(self, task, beside, folder, copies):
        return Drawn(copies, [0])


def turn(slot, request, call_ns, told=1.0, overhead_ns=0, cores=1, flags=None, waited_ns=0, computed_ns=0, between=0.0):
    """An answer to a `Slice`: untimed calls and slices of calls that take so long.

    ``between`` is said to lie between them, as a share of the slices.
    """
    slot.waited_ns += waited_ns
    slot.cpu_ns += computed_ns
    wall_ns = round(request.calls * call_ns)
    untimed_ns = min(request.untimed_ns, wall_ns)
    slot.now_ns += untimed_ns + request.slices * wall_ns + overhead_ns
    told_ns = round(told * wall_ns)
    sample = Sample(request.round, slot.now_ns, told_ns, round(cores * told_ns), request.calls, flags or {})
    return Sliced([sample] * request.slices, round(told * untimed_ns), round(between * request.slices * wall_ns))


def tried(slot, request, call_ns=MS):
    """An answer to a `Trial`: every call takes as long."""
    counts = [len(each.order) for each in request.plays]
    return Tried([Played([call_ns] * count, list(range(count)), 0, 4096) for count in counts])


def slices(**said):
    """Slices of calls of 1 ms each, of which ``told`` is told, and what the pipe takes besides."""
    return lambda slot, request: turn(slot, request, MS, **said)


HONEST = {
    "Start": STARTED,
    "Exact": Called(11),
    "Prepare": Prepared(7 * MS, 2, 3, 11),
    "WarmUp": Warmed(MS, True),
    "Slice": slices(),
    "Reload": Done(),
    "Deliver": Delivered(),
    "Trial": tried,
    "Judge": {},
    "Release": Done(),
}


EXACT, PREPARED, LAST, TRIED = 1, 2, 3, 4
"""The order in which outputs are judged where none is drawn to be judged in between."""


def played(slot=None, **answers):
    """The results of one contender that goes the way the runner takes it, and its slot."""
    slot, emitted = slot or FakeSlot(**answers), []
    case = Case("smoothing", "smooth", "numpy", {"length": 9}, {}, "float64", 1, "cpu")
    task = Task("smooth", {"length": 9}, {}, "float64")
    terms = Terms(
        task,
        "main",
        "fresh",
        task,
        "exact",
        "f00",
        "gaussian",
        timeout_s=1,
        judging=slot,
        stock=Stock(slot, task, "main", 1000),
        clock_ns=lambda: slot.now_ns,
        watched=lambda: [4711],
    )
    contender = Contender(case, slot, 0, terms, emitted.append)
    if contender.prepare() and contender.warm_up(ROUND):
        for each in play_rounds([contender], 4, ROUND, random.Random(0)):
            each.finish()
    contender.release()
    return emitted, slot


def ended(**answers):
    """The one result of a case on whose way an answer was another."""
    (result,), _ = played(**answers)
    return result
