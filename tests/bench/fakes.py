"""What a run starts, without a process: workers, reference, memory reader; a clock that only their work moves."""

import itertools
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

from rooflinear.bench.contract import Operation
from rooflinear.bench.processes.parent import TookTooLong
from rooflinear.bench.processes.protocol import Done
from rooflinear.bench.processes.reference_messages import Drawn, Judged, Made
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
from rooflinear.bench.records import Sample, Task, Verdict
from rooflinear.bench.runner.bandwidth import MemoryReaders
from rooflinear.bench.runner.factories import Factories
from rooflinear.bench.runner.slot import Slot
from rooflinear.bench.suites.suite import Implementation, Suite
from rooflinear.bench.timing.guard import Scheduled

MS = 1_000_000
NUMBER_BYTES = 8
OK = Verdict("ok", "", 0.1, 1e-17, 1e-16)
WRONG = Verdict("wrong", "error 1 exceeds the bound 0.1", 10.0, 1.0, 0.1)


def suite(*stems, presets=None, shown=(), operations=("double",), described=None):
    """Implementations that compile nothing of operations that cost a flop and two numbers an element.

    ``described`` are other fields of some, by stem.
    """
    implementations = {
        stem: Implementation(stem, Path(f"{stem}.py"), "numpy", "direct", "", operations, "", "abc", (), compiles=False)
        for stem in stems
    }
    for stem, fields in (described or {}).items():
        implementations[stem] = replace(implementations[stem], **fields)
    stated = {name: _operation(name) for name in operations}
    return Suite("made", Path("made"), stated, implementations, presets or {}, shown=shown)


def _operation(name):
    return Operation(
        name=name, formula="2x", doc="", sizes=("m",), inputs=dict, oracle=lambda x: 2 * x,
        cost=lambda sizes, parameters, itemsize, algorithm: (sizes["m"], 2 * itemsize * sizes["m"]),
        exact_inputs=dict,
    )  # fmt: skip


class Machine:
    """Where fake workers compute. ``now_ns`` is its clock.

    ``call_ns`` of an implementation is a number or a function of m; ``answers`` of (implementation, request) are
    called with the request and return a reply, raise, or return None for the honest reply. Outputs of ``wrong``
    implementations are outside the bound. ``fault`` is called with a task before its problem is made. ``name`` says
    by which name a slot's implementation goes in all these. ``described``: see `suite`.
    """

    def __init__(self, **call_ns):
        self.now_ns, self.call_ns = 10**12, call_ns
        self.answers, self.wrong, self.fault, self.refused = {}, set(), lambda task: None, {}
        self.started_s, self.made_s, self.name = 0.1, 0.01, lambda slot: slot.implementation.stem
        self.asked, self.workers, self.whose, self.described = [], [], {}, {}
        self.problems = self.readers = self.neighbours = self.pool = None

    @property
    def factories(self):
        return Factories(
            slot=partial(Slot, launch=self._launch),
            problems=partial(self._keep, "problems", Problems, self),
            readers=partial(self._keep, "readers", partial(MemoryReaders, meter=Meter)),
            neighbours=partial(self._keep, "neighbours", Neighbours),
            pool=partial(self._keep, "pool", Inline),
            clock=lambda: self.now_ns / 1e9,
            clock_ns=lambda: self.now_ns,
        )

    def pass_(self, seconds):
        self.now_ns += round(seconds * 1e9)

    def living(self):
        return [each for each in self.workers if each.alive]

    def counted(self, stem):
        """How often a worker was asked for what."""
        return Counter(name for of, name in self.asked if of == stem)

    def _launch(self, slot):
        self.workers.append(Worker(self, slot))
        return self.workers[-1]

    def _keep(self, name, make, *arguments):
        setattr(self, name, make(*arguments))
        return getattr(self, name)


class Worker:
    """A worker's process, which answers as an honest one would unless the machine's ``answers`` say otherwise."""

    def __init__(self, machine, slot):
        self.machine, self.stem, self.slot = machine, machine.name(slot), slot
        self.pid, self.alive, self.call_ns = 2**30 + len(machine.workers), True, 0

    def ask(self, request, timeout_s, memory_limit):
        assert self.alive, "a worker that had ended was asked"
        name = type(request).__name__
        self.machine.asked.append((self.stem, name))
        if into := getattr(request, "into", ""):
            self.machine.whose[into] = self.stem
        before = self.machine.now_ns
        try:
            reply = self.machine.answers.get((self.stem, name), lambda _: None)(request)
            reply = reply or getattr(self, f"_{name.lower()}")(request)
        except BaseException as error:
            self.alive = isinstance(error, KeyboardInterrupt)
            raise
        if self.machine.now_ns - before > timeout_s * 1e9:
            self.machine.now_ns, self.alive = before + round(timeout_s * 1e9), False
            raise TookTooLong
        return reply

    def pause(self):
        """It computes only when it is asked."""

    def scheduled(self):
        return Scheduled()

    def left_behind(self, cores):
        return ""

    def end(self):
        self.alive = False

    clear = end

    def _start(self, request):
        self.machine.pass_(self.machine.started_s)
        return Started(5, "1.0", {}, 0)

    def _exact(self, request):
        return Called()

    def _prepare(self, request):
        call_ns = self.machine.call_ns[self.stem]
        self.call_ns = call_ns(request.task.sizes["m"]) if callable(call_ns) else call_ns
        self.machine.now_ns += self.call_ns
        return Prepared(self.call_ns, 2, 3)

    def _warmup(self, request):
        self.machine.now_ns += max(request.budget_ns, self.call_ns)
        return Warmed(self.call_ns, True)

    def _slice(self, request):
        wall_ns = request.calls * self.call_ns
        untimed_ns = min(request.untimed_ns, wall_ns)
        self.machine.now_ns += untimed_ns + request.slices * wall_ns
        sample = Sample(request.round, self.machine.now_ns, wall_ns, wall_ns, request.calls)
        return Sliced([sample] * request.slices, untimed_ns, 0)

    def _trial(self, request):
        counts = [len(each.order) for each in request.plays]
        self.machine.now_ns += sum(counts) * self.call_ns
        plays = [Played([self.call_ns] * count, list(range(count)), 0, 4096) for count in counts]
        return Tried(plays)

    def _deliver(self, request):
        return Delivered()

    def _release(self, request):
        return Done()

    _reload = _pin = _release


class Problems:
    """Makes nothing, and judges outputs by whose they are."""

    births = 1

    def __init__(self, machine, suite, options, algorithms=(), environment=None):
        self.machine, self.scratch, self.label, self.pids = machine, Path("scratch"), "gaussian", []
        self.opened, self.made, self._names = False, [], itertools.count()

    def open(self):
        self.opened = True

    def close(self):
        self.opened = False

    def make(self, task, variant, folder):
        self.machine.pass_(self.machine.made_s)
        self.machine.fault(task)
        self.made.append((task.sizes["m"], variant))
        held = NUMBER_BYTES * task.sizes["m"]
        return Made("f00", held, self.machine.refused, held)

    def make_shown(self, name, dtype, most):
        return self.scratch / name, Made("f00", 8)

    def exact(self, operation, dtype):
        return Task(operation, {"m": 3}, {}, dtype), "exact"

    def draw(self, task, beside, folder, copies):
        return Drawn(copies, [0])

    def outputs(self):
        return f"outputs-{next(self._names)}"

    def judge(self, request):
        verdict = WRONG if self.machine.whose[request.path] in self.machine.wrong else OK
        return Judged([verdict] * len(request.of))

    def discard(self, folder):
        """There is none."""


class Meter:
    """Reads a byte in a tenth of a nanosecond."""

    def __init__(self, threads):
        self.pid, self.alive = None, True

    def read_ns_per_byte(self, count):
        return 0.1

    def stop(self):
        self.alive = False


class Neighbours:
    """Other programs: ``found`` are busy now."""

    def __init__(self, own):
        self.own, self.found, self.looks = own, [], 0
        self.seen, self.pids = [], []

    def look(self):
        self.looks += 1

    def busy(self, least=0.0):
        return self.found


class Inline:
    """A pool whose tasks are done one after the other by whoever hands them over."""

    def __init__(self, threads):
        self.open = True

    def map(self, function, *of):
        return list(map(function, *of))

    def shutdown(self):
        self.open = False


class Watcher:
    """Remembers what it is told."""

    def __init__(self):
        self.total, self.notes, self.told = 0, [], []

    def begin(self, total):
        self.total = total

    def now(self, what, seconds_left):
        self.told.append((what, seconds_left))

    def done(self, result):
        """The results are kept by `append`."""

    def note(self, line):
        self.notes.append(line)
