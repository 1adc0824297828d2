"""Blocks of another tool's suite: fresh sessions of base and head on one core, all benchmarks played between them."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace

from ..errors import CannotFinish, Lost
from ..guests import messages
from ..guests.proof import strangers
from ..guests.session import Place, Session, Suite
from ..lent.memory import SMALL_PAGES
from ..machine.cores import quietest_cores, start_cores
from ..records import Case
from .guest_duel import GuestDuel
from .paired_rounds import BASE, COPY, HEAD
from .plan import Outcome, Planned
from .records import MEMORY, TIME, Measure

FAILED = ("wrong", "crashed", "timeout")
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
UNCOLLECTED = "it was not collected again: its name differs from process to process"
DEATHS_ALLOWED = 5
"""Pairs of sessions that a block may lose; then its other benchmarks are lost too."""


@dataclass(frozen=True)
class Guests:
    """A suite and the places of its sides; ``ids`` are the benchmarks' ids by case, ``files`` their files."""

    suite: Suite
    places: Mapping[str, Place]
    ids: Mapping[Case, str]
    files: Mapping[Case, str]
    timeout_s: float
    memory_limit: int | None = None


class GuestBlocks:
    """Plays blocks of one stage. ``seed`` draws hash seeds, random numbers, the order of benchmarks and turns.

    ``measure`` is the time of a call or its memory.
    ``start`` creates a session, ``cores`` chooses that many cores; tests replace both.
    """

    def __init__(
        self,
        guests: Guests,
        seed: int,
        start: Callable[..., Session] = Session,
        cores: Callable[[int], list[int]] = quietest_cores,
        pool: Callable[[int], Executor] = ThreadPoolExecutor,
        measure: Measure = TIME,
    ):
        self._guests, self._random = guests, random.Random(seed)
        self._start_session, self._cores = start, cores
        self._measure: Measure = measure
        self._pool = pool(len(guests.places))  # a process dies with the thread that started it

    def play(self, planned: Sequence[Planned], thorough: bool, told: Callable[[Planned], bool]) -> dict[Case, Outcome]:
        """Measures all benchmarks once in fresh sessions; every benchmark's own checks judge it each time."""
        del thorough
        outcomes: dict[Case, Outcome] = {}
        seed, cores, left = self._random.getrandbits(32), self._cores(1), self._order(planned)
        for _ in range(DEATHS_ALLOWED):
            left = self._play_sessions(left, seed, cores, told, outcomes)
            if not left:
                return outcomes
        lost = Lost("crashed", f"not reached: {DEATHS_ALLOWED} processes of this block ended before it")
        return outcomes | {each.case: Outcome(lost=dict.fromkeys((BASE, HEAD), lost)) for each in left}

    def close(self) -> None:
        self._pool.shutdown()

    def _order(self, planned: Sequence[Planned]) -> list[Planned]:
        """By file, in random order, so that what a file's benchmarks share is prepared once; changed code first."""
        files: dict[tuple[bool, str], list[Planned]] = {}
        for each in self._random.sample(list(planned), len(planned)):
            files.setdefault((each.unchanged, self._guests.files[each.case]), []).append(each)
        if self._guests.suite.in_order:
            listed = {case: place for place, case in enumerate(self._guests.ids)}
            for group in files.values():
                group.sort(key=lambda each: listed[each.case])
        return [each for _, group in sorted(files.items(), key=lambda found: found[0][0]) for each in group]

    def _play_sessions(
        self,
        planned: Sequence[Planned],
        seed: int,
        cores: list[int],
        told: Callable[[Planned], bool],
        outcomes: dict[Case, Outcome],
    ) -> list[Planned]:
        """Plays benchmarks until a session dies; returns those that are left."""
        sides = [BASE, HEAD, COPY] if any(each.copied for each in planned) else [BASE, HEAD]
        sessions: dict[str, Session] = {}
        try:
            for side in sides:
                sessions[side] = self._start(side, seed, cores)
            planned = self._begin(planned, sessions, cores, outcomes)
            for place, each in enumerate(planned):
                if not told(each):
                    return []
                outcomes[each.case] = self._one(each, sessions)
                if not all(session.alive for session in sessions.values()):
                    return list(planned[place + 1 :])
            self._prove(sessions)
        finally:
            for session in sessions.values():
                session.end()
        return []

    def _start(self, side: str, seed: int, cores: list[int]) -> Session:
        guests, place = self._guests, self._guests.places[side]
        if self._measure == MEMORY:
            place = replace(place, environment={**place.environment, **SMALL_PAGES})
        session = self._start_session(guests.suite, place, seed, guests.memory_limit)
        session.pin(start_cores(side == BASE, cores))
        return session

    def _begin(
        self,
        planned: Sequence[Planned],
        sessions: Mapping[str, Session],
        cores: list[int],
        outcomes: dict[Case, Outcome],
    ) -> list[Planned]:
        """Lists the benchmarks on all sides, and tells the order of those that all have; returns them."""
        lists = dict(zip(sessions, self._pool.map(_ids, sessions.values()), strict=True))
        lost = {(BASE if side == COPY else side): each for side, each in lists.items() if isinstance(each, Lost)}
        if lost:
            outcomes.update({each.case: Outcome(lost=_of_two(lost)) for each in planned})
            return []
        shared = set.intersection(*(each for each in lists.values() if isinstance(each, set)))
        ids = self._guests.ids
        for each in planned:
            if ids[each.case] not in shared:
                told = Lost("crashed", UNCOLLECTED)
                outcomes[each.case] = Outcome(lost=dict.fromkeys((BASE, HEAD), told))
        playing = [each for each in planned if ids[each.case] in shared]
        for side, session in sessions.items():
            session.pin(cores)
            session.begin([ids[each.case] for each in playing if side != COPY or each.copied])
        return playing

    def _one(self, planned: Planned, sessions: Mapping[str, Session]) -> Outcome:
        outcome = Outcome()
        playing = {side: each for side, each in sessions.items() if side != COPY or planned.copied}
        duel = GuestDuel(playing, outcome.lost, self._random, self._guests.timeout_s, measure=self._measure)
        outcome.reading = duel.play()
        outcome.lost = _of_two(outcome.lost)
        return outcome

    def _prove(self, sessions: Mapping[str, Session]) -> None:
        """Checks that each side imported the packages under test from its own folders."""
        for side, session in sessions.items():
            if not session.alive:
                continue
            try:
                finished = session.next(self._guests.timeout_s)
            except Lost:
                continue  # it died after its last benchmark; every reading is in
            place = self._guests.places[side]
            if isinstance(finished, messages.Finished) and (found := strangers(finished.modules, place)):
                raise CannotFinish(f"{side}: {found}")


def _ids(session: Session) -> set[str] | Lost:
    try:
        return {each.id for each in session.list().benchmarks}
    except Lost as lost:
        return lost


def _of_two(lost: Mapping[str, Lost]) -> dict[str, Lost]:
    """A copy of base that fails is base that fails; what fails on both sides proves nothing about the change."""
    found = {(BASE if side == COPY else side): each for side, each in lost.items()}
    if len(found) == 2 and all(each.status in FAILED for each in found.values()):
        reasons = [ADDRESS.sub("", found[side].reason) for side in (BASE, HEAD)]
        told = reasons[0] if reasons[0] == reasons[1] else f"base: {reasons[0]}; head: {reasons[1]}"
        return dict.fromkeys(found, Lost("skipped", f"it fails on both sides: {told}"))
    return found
