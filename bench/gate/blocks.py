"""Blocks: fresh workers of base and head on one core, and all cases played between them, one duel after another."""

import contextlib
import math
import random
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import msgspec
import psutil

from ..errors import CannotFinish, Lost, SuiteFault
from ..machine.cores import quietest_cores, start_cores
from ..records import Case
from ..runner.factories import PRODUCTION, Factories
from ..runner.slot import Slot
from ..runner.terms import Terms
from ..runner.unseen import Stock
from ..sweep import Options, footprint
from .duel import Duel
from .paired_rounds import BASE, COPY, HEAD, SLICE_NS
from .plan import Outcome, Planned
from .revisions import Revision

KEPT_BYTES = 2**28
"""Inputs up to this size stay on disk from block to block."""

MEMORY_SHARE = 0.5
COPIES = 6
"""Copies of the inputs that all workers together hold while a case is prepared."""


class Blocks:
    """Plays blocks of one stage. ``seed`` draws the stage's data, the order of its cases and turns.

    ``duel`` measures a case on both sides; ``alone``: it gets processes that no other case uses;
    ``variables`` are added to the environment of all processes.
    ``factories`` create the processes, ``cores`` chooses that many cores; tests replace both.
    """

    def __init__(
        self,
        base: Revision,
        head: Revision,
        options: Options,
        seed: int,
        factories: Factories = PRODUCTION,
        cores: Callable[[int], list[int]] = quietest_cores,
        duel: type[Duel] = Duel,
        alone: bool = False,
        variables: Mapping[str, str] = MappingProxyType({}),
    ):
        assert base.suite is not None
        assert head.suite is not None
        self._revisions = {BASE: base, HEAD: head, COPY: base}
        self._suites = {BASE: base.suite, HEAD: head.suite, COPY: base.suite}
        self._options, self._random = options, random.Random(seed)
        self._factories, self._cores = factories, cores
        self._duel, self._alone, self._variables = duel, alone, variables
        drawn = msgspec.structs.replace(options, seed=seed)
        algorithms = [each.algorithm for each in base.suite.implementations.values()]
        environment = head.export.environment if head.export else None
        self._problems = factories.problems(head.suite, drawn, algorithms, environment)
        self._slots: dict[tuple[str, str, int], Slot] = {}
        self._terms: dict[str, Terms] = {}
        self._births = 0
        self._slow: dict[tuple[str, str], int] = {}
        self._pool = factories.pool(len(self._revisions))  # a worker dies with the thread that started it

    def play(self, planned: Sequence[Planned], thorough: bool, told: Callable[[Planned], bool]) -> dict[Case, Outcome]:
        """Measures all cases once in fresh processes; ``thorough`` also verifies each on fresh inputs afterwards."""
        outcomes = {}
        try:
            for group in self._groups(planned):
                cores = self._cores(group[0].case.threads)
                slots = self._start(group, cores)
                for each in filter(told, group):
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
        if self._alone:
            return [[each] for each in self._random.sample(list(planned), len(planned))]
        groups: dict[tuple[str, int], list[Planned]] = {}
        for each in planned:
            groups.setdefault((each.case.implementation, each.case.threads), []).append(each)
        shuffled = list(groups.values())
        self._random.shuffle(shuffled)
        for group in shuffled:
            if all(self._key(each) in self._terms for each in group):
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
            self._slots[key] = self._factories.slot(
                suite,
                suite.implementations[case.implementation],
                case.threads,
                case.device,
                memory_limit=self._options.memory_limit_bytes,
                scratch=self._problems.scratch,
                python=revision.python,
                environment={**revision.environment, **self._variables},
            )
        slot = self._slots[key]
        slot.cores = start_cores(side == BASE, cores)
        return slot

    def _prove(self, side: str, slot: Slot) -> None:
        """Checks that a worker loaded the files of its revision."""
        known = self._revisions[side].sources
        for path, digest in (slot.started.sources if slot.started else {}).items():
            if known.get(path) != digest:
                raise CannotFinish(f"{slot.suite.folder / path} changed during the comparison; compare again")

    def _one(self, planned: Planned, slots: dict[str, Slot], cores: list[int], thorough: bool) -> Outcome:
        outcome = Outcome()
        try:
            terms = self._terms_of(planned)
        except Lost as lost:
            outcome.lost = dict.fromkeys((BASE, HEAD), lost)
            return outcome
        except SuiteFault as fault:  # a fault of head's operations.py, not of either side's kernel
            outcome.lost = dict.fromkeys((BASE, HEAD), Lost("crashed", str(fault)))
            return outcome
        sides = [side for side in slots if side != COPY or planned.copied]
        duel = self._duel(planned, terms, {side: slots[side] for side in sides}, outcome.lost, self._random, self._pool)
        try:
            outcome.reading = duel.play(cores, thorough)
        finally:
            duel.release()
            self._discard_large(planned)
        if any(lost.status == "timeout" for lost in outcome.lost.values()):
            self._note_slow(planned)
        return outcome

    def _terms_of(self, planned: Planned) -> Terms:
        task, key = planned.task, self._key(planned)
        self._refuse_hopeless(planned)
        if self._births != self._problems.births:  # the expected outputs were lost with the reference process
            self._terms.clear()
        if key in self._terms:
            return self._terms[key]
        exact_task, exact = self._problems.exact(task.operation, task.dtype)
        folder = f"{len(self._terms)}-{self._random.getrandbits(32):08x}"
        made = self._problems.make(task, "main", f"{folder}-main")
        self._problems.make(task, "fresh", f"{folder}-fresh")
        self._births = self._problems.births
        main, fresh = (str(self._problems.scratch / f"{folder}-{name}") for name in ("main", "fresh"))
        stock = Stock(self._problems, task, main, made.inputs_bytes + made.output_bytes)
        self._terms[key] = Terms(
            task, main, fresh, exact_task, exact, made.inputs_sha256, self._problems.label, self._options.timeout_s,
            long_call_ns=math.inf, slice_ns=SLICE_NS, slices=1, untimed_ns=0, clock_ns=self._factories.clock_ns,
            judging=self._problems, stock=stock, seed=made.seed,
        )  # fmt: skip
        return self._terms[key]

    def _refuse_hopeless(self, planned: Planned) -> None:
        case, operation = planned.case, self._suites[HEAD].operations[planned.case.operation]
        if COPIES * footprint(operation, planned.task) > MEMORY_SHARE * psutil.virtual_memory().available:
            reason = "its inputs do not fit into memory twice, once per worker; choose smaller sizes"
            raise Lost("skipped", reason, lack="memory")
        slow = self._slow.get((case.operation, case.implementation), math.inf)
        if math.prod(case.sizes.values()) >= slow:
            raise Lost("timeout", "an equal or smaller size already exceeded the time limit (--timeout)")

    def _note_slow(self, planned: Planned) -> None:
        key = (planned.case.operation, planned.case.implementation)
        self._slow[key] = min(self._slow.get(key, 2**63), math.prod(planned.case.sizes.values()))

    def _discard_large(self, planned: Planned) -> None:
        operation = self._suites[HEAD].operations[planned.case.operation]
        if footprint(operation, planned.task) > KEPT_BYTES:
            terms = self._terms.pop(self._key(planned))
            for folder in (terms.main, terms.fresh, *Stock.folders(terms.main)):
                self._problems.discard(folder)

    def _key(self, planned: Planned) -> str:
        return msgspec.json.encode(planned.task, order="deterministic").decode()

    def _stop(self) -> None:
        for slot in self._slots.values():
            slot.stop()


def _start(slot: Slot) -> None:
    with contextlib.suppress(Lost):  # the next request to the slot raises it again
        slot.start()
