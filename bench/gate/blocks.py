"""One block: fresh workers of base and head on one core, taking turns case by case.

Slices come in palindromes (base head head base), so a linear drift cancels
within a round; which side begins is balanced over the rounds of a block, and
inputs are placed in memory anew before each.
"""

import contextlib
import math
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field

import msgspec
import psutil

from .. import protocol
from ..contest import LOAD_SECONDS, Contender, Stage
from ..errors import CannotFinish
from ..measure import available_cores
from ..problems import Problems
from ..records import Case, Result, Sample
from ..slot import Lost, Slot
from ..sweep import Options, footprint
from .plan import Planned
from .revisions import Revision

BASE, HEAD, COPY = "base", "head", "copy"

ROUNDS, FEWEST_ROUNDS = 32, 6
SLICE_NS = 1_000_000
CASE_NS = 400_000_000
"""What a case may take of a block; longer calls get fewer rounds."""

KEPT_BYTES = 2**28
"""Inputs up to here stay on disk from block to block."""

MEMORY_SHARE = 0.5
COPIES = 6
"""Of the inputs, in all workers, while a case is prepared."""

IDLE_SECONDS = 0.1

ALLOCATOR = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=1073741824"
"""Freed memory stays with the process. Otherwise its luck decides whether each call's
temporaries are faulted in anew: the same gradient at 10^4 x 10 took 60 or 97 us, process by process.
"""


@dataclass(frozen=True)
class Reading:
    """What one block read of a case: log ratios to base, times of a call in ns, rounds played and dropped."""

    head: float
    copy: float | None
    base_ns: float
    head_ns: float
    rounds: int
    dropped: int


@dataclass
class Outcome:
    """A case after one block: a reading, or how each side was lost (status, reason)."""

    reading: Reading | None = None
    lost: dict[str, tuple[str, str]] = field(default_factory=dict)


class Blocks:
    """Plays blocks of one stage. ``seed`` draws the stage's data, the order of its cases and turns."""

    def __init__(self, base: Revision, head: Revision, options: Options, seed: int):
        assert base.suite is not None
        assert head.suite is not None
        self._revisions = {BASE: base, HEAD: head, COPY: base}
        self._suites = {BASE: base.suite, HEAD: head.suite, COPY: base.suite}
        self._options, self._random = options, random.Random(seed)
        drawn = msgspec.structs.replace(options, seed=seed)
        algorithms = [each.algorithm for each in base.suite.implementations.values()]
        self._problems = Problems(head.suite, drawn, algorithms)
        self._slots: dict[tuple[str, str, int], Slot] = {}
        self._stages: dict[str, Stage] = {}
        self._slow: dict[tuple[str, str], int] = {}
        self._pool = ThreadPoolExecutor(len(self._revisions))  # a worker dies with the thread that started it

    def play(self, planned: Sequence[Planned], thorough: bool, told: Callable[[Planned], None]) -> dict[Case, Outcome]:
        """All cases once on fresh processes; ``thorough`` also verifies each on fresh inputs afterwards."""
        outcomes = {}
        try:
            for group in self._groups(planned):
                cores = quietest_cores(group[0].case.threads)
                slots = self._start(group, cores)
                for each in group:
                    told(each)
                    outcomes[each.case] = self._one(each, slots, cores, thorough)
                self._stop()
        finally:
            self._stop()
        return outcomes

    def close(self) -> None:
        self._stop()
        self._pool.shutdown()
        self._problems.close()

    def _groups(self, planned: Sequence[Planned]) -> list[list[Planned]]:
        """By implementation and threads, in random order; their cases likewise, but the first time cheap ones first."""
        groups: dict[tuple[str, int], list[Planned]] = {}
        for each in planned:
            groups.setdefault((each.case.implementation, each.case.threads), []).append(each)
        shuffled = list(groups.values())
        self._random.shuffle(shuffled)
        for group in shuffled:
            if all(self._key(each) in self._stages for each in group):
                self._random.shuffle(group)
        return shuffled

    def _start(self, group: Sequence[Planned], cores: list[int]) -> dict[str, Slot]:
        case = group[0].case
        sides = [BASE, HEAD, COPY] if any(each.copied for each in group) else [BASE, HEAD]
        slots = {side: self._slot(side, case, cores) for side in sides}
        list(self._pool.map(_start, slots.values()))
        for side, slot in slots.items():
            self._prove(side, slot)
        return slots

    def _slot(self, side: str, case: Case, cores: list[int]) -> Slot:
        key = (side, case.implementation, case.threads)
        if key not in self._slots:
            revision, suite = self._revisions[side], self._suites[side]
            self._slots[key] = Slot(
                suite,
                suite.implementations[case.implementation],
                case.threads,
                case.device,
                memory_limit=self._options.memory_limit_bytes,
                scratch=self._problems.scratch,
                python=revision.python,
                environment={"GLIBC_TUNABLES": ALLOCATOR, **revision.environment},
                operations=str(self._suites[HEAD].folder),
            )
        slot = self._slots[key]
        slot.cores = _start_cores(side, cores)
        return slot

    def _prove(self, side: str, slot: Slot) -> None:
        """A worker must have loaded what was written for its revision."""
        known = self._revisions[side].sources
        for path, digest in (slot.started.sources if slot.started else {}).items():
            if known.get(path) != digest:
                raise CannotFinish(f"{slot.suite.folder / path} changed while it was compared; compare again")

    def _one(self, planned: Planned, slots: dict[str, Slot], cores: list[int], thorough: bool) -> Outcome:
        outcome = Outcome()
        try:
            stage = self._stage(planned)
        except Lost as lost:
            outcome.lost = dict.fromkeys((BASE, HEAD), (lost.status, lost.reason))
            return outcome
        sides = [side for side in slots if side != COPY or planned.copied]
        duel = Duel(planned, stage, {side: slots[side] for side in sides}, outcome.lost, self._random, self._pool)
        try:
            outcome.reading = duel.play(cores, thorough)
        finally:
            duel.release()
            self._discard_large(planned)
        if any(status == "timeout" for status, _ in outcome.lost.values()):
            self._note_slow(planned)
        return outcome

    def _stage(self, planned: Planned) -> Stage:
        task, key = planned.task, self._key(planned)
        self._refuse_hopeless(planned)
        if key in self._stages:
            return self._stages[key]
        exact_task, exact = self._problems.exact(task.operation, task.dtype)
        folder = f"{len(self._stages)}-{self._random.getrandbits(32):08x}"
        made = self._problems.make(task, "main", f"{folder}-main")
        self._problems.make(task, "fresh", f"{folder}-fresh")
        scratch = self._problems.scratch
        self._stages[key] = Stage(
            task, str(scratch / f"{folder}-main"), str(scratch / f"{folder}-fresh"), exact_task, exact,
            made.inputs_sha256, self._problems.label, self._problems.generated, self._options.timeout_s,
            long_call_ns=math.inf, slice_ns=SLICE_NS,
        )  # fmt: skip
        return self._stages[key]

    def _refuse_hopeless(self, planned: Planned) -> None:
        case, operation = planned.case, self._suites[HEAD].operations[planned.case.operation]
        if COPIES * footprint(operation, planned.task) > MEMORY_SHARE * psutil.virtual_memory().available:
            raise Lost("skipped", "its inputs in two workers do not fit into memory; choose smaller sizes")
        slow = self._slow.get((case.operation, case.implementation), math.inf)
        if math.prod(case.sizes.values()) >= slow:
            raise Lost("timeout", "a size no larger was already over the time limit (--timeout)")

    def _note_slow(self, planned: Planned) -> None:
        key = (planned.case.operation, planned.case.implementation)
        self._slow[key] = min(self._slow.get(key, 2**63), math.prod(planned.case.sizes.values()))

    def _discard_large(self, planned: Planned) -> None:
        operation = self._suites[HEAD].operations[planned.case.operation]
        if footprint(operation, planned.task) > KEPT_BYTES:
            stage = self._stages.pop(self._key(planned))
            self._problems.discard(stage.main)
            self._problems.discard(stage.fresh)

    def _key(self, planned: Planned) -> str:
        return msgspec.json.encode(planned.task, order="deterministic").decode()

    def _stop(self) -> None:
        for slot in self._slots.values():
            slot.stop()


class Duel:
    """One case of one block. ``lost`` receives the sides that end without a time."""

    def __init__(
        self,
        planned: Planned,
        stage: Stage,
        slots: dict[str, Slot],
        lost: dict[str, tuple[str, str]],
        rng: random.Random,
        pool: Executor,
    ):
        self._lost, self._stage, self._random, self._pool = lost, stage, rng, pool
        self._contenders = {
            side: Contender(planned.case, slot, 0, stage, lambda result, side=side: self._note(side, result))
            for side, slot in slots.items()
        }

    def play(self, cores: list[int], thorough: bool) -> Reading | None:
        """Prepared side by side, timed in turns on the same cores; None where a side was lost."""
        sides = self._contenders.items()
        ready = list(self._pool.map(lambda side: self._prepare(side, cores), self._contenders))
        if not all(ready) or not all(self._pin(each, cores) and each.warm_up(0) for _, each in sides):
            return None
        call_ns = max(each.call_ns for _, each in sides)
        for _, each in sides:
            each.call_ns = call_ns
        try:
            rounds = self._play_rounds(call_ns)
        except Lost as lost:
            return self._lose(lost)
        if thorough:
            for _, each in sides:
                each.finish()
        if self._lost:
            return None
        return self._reading(rounds)

    def _prepare(self, side: str, cores: list[int]) -> bool:
        contender = self._contenders[side]
        return self._pin(contender, _start_cores(side, cores)) and contender.prepare()

    def release(self) -> None:
        for each in self._contenders.values():
            each.release()

    def _play_rounds(self, call_ns: float) -> int:
        turn_ns = 2 * len(self._contenders) * max(call_ns, self._stage.slice_ns)
        rounds = max(FEWEST_ROUNDS, min(ROUNDS, round(CASE_NS / turn_ns)))
        every = 1
        for number, order in enumerate(balanced(list(self._contenders), rounds, self._random)):
            if number % every == 0:
                every = max(1, round(self._reload() / turn_ns))
            for side in (*order, *reversed(order)):
                self._current = side
                self._contenders[side].time_slice(number)
        return rounds

    def _reload(self) -> int:
        """Places all inputs anew; returns the ns it took, so that placing takes no longer than timing."""
        started = time.perf_counter_ns()
        for side in self._contenders:
            self._current = side
            self._contenders[side].slot.ask(protocol.Reload(), LOAD_SECONDS, protocol.Done)
        return time.perf_counter_ns() - started

    def _lose(self, lost: Lost) -> None:
        self._contenders[self._current].lose(lost)

    def _pin(self, contender: Contender, cores: list[int]) -> bool:
        try:
            contender.slot.ask(protocol.Pin(cores), LOAD_SECONDS, protocol.Done)
        except Lost as lost:
            return contender.lose(lost)
        return True

    def _note(self, side: str, result: Result) -> None:
        if result.status != "ok":
            self._lost[side] = (result.status, result.reason)

    def _reading(self, rounds: int) -> Reading:
        samples = {side: _by_round(each.samples, rounds) for side, each in self._contenders.items()}
        flagged = [
            any(sample.flags for each in samples.values() for sample in each[number]) for number in range(rounds)
        ]
        dropped = sum(flagged)
        kept = [number for number in range(rounds) if not flagged[number]] if 2 * dropped <= rounds else range(rounds)
        logs = {side: [_log_time(each[number]) for number in kept] for side, each in samples.items()}
        ratios = {side: statistics.median(a - b for a, b in zip(logs[side], logs[BASE], strict=True)) for side in logs}
        times = {side: math.exp(statistics.median(logs[side])) for side in logs}
        return Reading(ratios[HEAD], ratios.get(COPY), times[BASE], times[HEAD], rounds, dropped)


def balanced(sides: list[str], rounds: int, rng: random.Random) -> Iterator[list[str]]:
    """Orders of the sides, one a round: each side begins equally often, in random sequence."""
    turns = [sides[shift:] + sides[:shift] for shift in range(len(sides))]
    orders = [turns[number % len(turns)] for number in range(rounds)]
    rng.shuffle(orders)
    yield from orders


def quietest_cores(threads: int) -> list[int]:
    """The cores with the least to do just now, in ascending order; empty where cores cannot be chosen."""
    if not sys.platform.startswith("linux"):
        return []
    mine = sorted(os.sched_getaffinity(0))
    if threads >= len(mine):
        return mine
    busy = psutil.cpu_percent(IDLE_SECONDS, percpu=True)
    return sorted(sorted(mine, key=lambda core: busy[core] if core < len(busy) else 0.0)[:threads])


def _start_cores(side: str, cores: list[int]) -> list[int]:
    """Where a side starts and compiles: apart from the other side, where there are cores enough."""
    if not cores or side == BASE or 2 * len(cores) > available_cores():
        return cores
    others = [core for core in sorted(os.sched_getaffinity(0)) if core not in cores]
    return others[: len(cores)]


def _start(slot: Slot) -> None:
    with contextlib.suppress(Lost):  # whoever asks it next is told
        slot.start()


def _by_round(samples: Sequence[Sample], rounds: int) -> list[list[Sample]]:
    found: list[list[Sample]] = [[] for _ in range(rounds)]
    for sample in samples:
        if sample.round < rounds:
            found[sample.round].append(sample)
    return found


def _log_time(samples: Sequence[Sample]) -> float:
    return statistics.fmean(math.log(max(sample.wall_ns, 1) / sample.calls) for sample in samples)
