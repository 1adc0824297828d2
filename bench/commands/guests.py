"""``--pytest``, ``--asv``, ``--pyperf``: the paired gate over a suite of another tool, unmodified."""

import contextlib
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from .. import progress
from ..errors import Lost, UsageError
from ..gate import guest_plan, margins, records
from ..gate.allowed import Named, unmatched
from ..gate.guest_blocks import GuestBlocks, Guests
from ..gate.margins import Margins
from ..gate.measures import Only, Played, asked, play
from ..gate.plan import Plan
from ..gate.records import FIRST_CALL, MEMORY, TIME, Comparison, Measure, Side
from ..guests import changed, messages
from ..guests.proof import Modules, prove, same_code
from ..guests.session import Session
from ..guests.sides import BASE, HEAD, Opened
from ..processes import scratch
from . import guest_sides
from .guest_sides import GuestRequest
from .options import bytes_of, listed, measures_of, seconds_of, seed_of, time_budget_seconds
from .requests import OF_GUESTS_ONLY, TOOLS, CompareRequest, refuse_others

TIMEOUT_S = 60.0
"""Default time limit of a call, and of a benchmark's preparation."""

OF_GUESTS = {
    *TOOLS, *OF_GUESTS_ONLY, "base", "head", "base_python", "head_python", "time_budget", "timeout", "memory_limit",
    "seed", "measure", "margin", "margins", "allow_missing", "html", "markdown", "junit", "output", "json",
}  # fmt: skip
"""What a comparison by a suite of another tool uses; the rest is of suites of kernels."""


def compare(request: CompareRequest, only: Only | None = None) -> Comparison:
    """A paired comparison of two sides of a project by its own suite. ``only``: see `judged`."""
    refuse_unusable(request)
    accepted = margins.read(request.margin, request.margins)
    allowed = listed("--allow-missing", request.allow_missing)
    measures = measures_of_suite(request.measure)
    with scratch.folder() as place:
        opened, named = guest_sides.open_sides(request, {BASE: request.base, HEAD: request.head}, place)
        families = request.families
        return judged(opened, named, accepted, allowed, request, only=only, measures=measures, families=families)


def refuse_unusable(request: CompareRequest, also: Collection[str] = ()) -> None:
    """Raises `UsageError` for options that a suite of another tool has not, beside ``also``, and for bad values."""
    refuse_others(request.given, OF_GUESTS.union(also), "a suite of another tool has no such choice")
    measures_of_suite(request.measure)
    limits(request)
    time_budget_seconds(request.time_budget)


def measures_of_suite(typed: Sequence[str]) -> list[Measure]:
    """What ``--measure`` names, of what a suite of another tool can tell. Raises `UsageError`."""
    found = measures_of(typed)
    if FIRST_CALL in found:
        told = f"--measure {FIRST_CALL}: a session of another tool's suite cannot tell first calls"
        raise UsageError(f"{told}; measure {TIME} or {MEMORY}")
    return found


def judged(
    opened: Opened,
    named: Mapping[str, Side],
    accepted: Margins,
    allowed: list[str],
    request: GuestRequest,
    judge_all: bool = False,
    only: Only | None = None,
    measures: Sequence[Measure] = (TIME,),
    families: int = 1,
) -> Comparison:
    """Plays the gate over two sides that are open. ``judge_all`` treats equal code as changed, to count errors.

    So many ``families`` share the level of each measure.

    ``only``: these cases alone, each with its margin, are measured, by these measures, and all of them are confirmed.
    """
    seed = seed_of(request.seed)
    told, unchanged = listings(opened)
    same = set[str]() if judge_all else unchanged
    plans: dict[Measure, guest_plan.GuestPlan] = {
        measure: guest_plan.plan(told, same, accepted, allowed, seed, cases, measure)
        for measure, cases in asked(measures, only).items()
    }
    planned = next(iter(plans.values()))
    timeout, memory = limits(request)
    budget = time_budget_seconds(request.time_budget)
    guests = Guests(opened.suite, opened.places, planned.ids, planned.files, timeout, memory)
    played: dict[Measure, Plan] = {measure: each.plan for measure, each in plans.items()}
    found = _played(guests, played, seed, budget, only is not None, families)
    verdict, reason = records.verdict_of(found.cases, found.controls)
    unused = unmatched(allowed, (Named(case, name) for case, name in planned.ids.items()))
    return Comparison(
        verdict=verdict, reason=reason, base=named[BASE], head=named[HEAD], margin=accepted.default,
        controls=found.controls, cases=found.cases,
        warnings=[*opened.notes, *notes_of(told), *found.warnings, *unused],
        suite=shlex.join(opened.suite.arguments), seed=seed,
        options={"suite": {"kind": opened.suite.kind, "arguments": list(opened.suite.arguments)}},
    )  # fmt: skip


def limits(request: GuestRequest) -> tuple[float, int | None]:
    """Seconds of a call, bytes of a process. Raises `UsageError` for a bad option."""
    seed_of(request.seed)
    timeout = seconds_of("--timeout", request.timeout) or TIMEOUT_S
    memory = bytes_of("--memory-limit", request.memory_limit)
    return timeout, memory


def _played(
    guests: Guests,
    plans: Mapping[Measure, Plan],
    seed: int,
    budget_s: float | None,
    confirm_all: bool,
    families: int,
) -> Played:
    watcher = progress.watcher()
    if remark := next(iter(plans.values())).remark:
        watcher.note(remark)
    players: dict[Measure, Callable[[int], GuestBlocks]] = {
        measure: partial(GuestBlocks, guests, measure=measure) for measure in plans
    }
    try:
        return play(
            plans, players, watcher, seed=seed, time_budget_s=budget_s, confirm_all=confirm_all, families=families
        )
    finally:
        watcher.close()


def listings(opened: Opened) -> tuple[dict[str, messages.Listed], set[str]]:
    """What each side has, with proof of what it imported, and which benchmarks run the same code on both.

    Raises `UsageError` where no benchmark can be measured.
    """
    started = {side: Session(opened.suite, opened.places[side], 0) for side in (BASE, HEAD)}
    pool = ThreadPoolExecutor(2)
    try:
        found = dict(zip(started, pool.map(_listing, started, started.values()), strict=True))
    finally:
        for session in started.values():
            session.end()
        pool.shutdown()
    modules = {side: finished.modules for side, (_, finished) in found.items()}
    for side, each in modules.items():
        prove(side, each, opened.places[side])
    listed = {side: told for side, (told, _) in found.items()}
    _refuse_other_tools({side: told.tool for side, told in listed.items()})
    if all(each.refused for told in listed.values() for each in told.benchmarks):
        raise UsageError(f"{shlex.join(opened.suite.arguments)}: no benchmark was found{_why_nothing(listed)}")
    return listed, _unchanged(opened, listed, modules)


def _unchanged(opened: Opened, listed: Mapping[str, messages.Listed], modules: Mapping[str, Modules]) -> set[str]:
    """Benchmarks that run the same code on both sides: all, or those whose files import nothing that differs."""
    files = {side: {each.id: each.file for each in told.benchmarks} for side, told in listed.items()}
    if not _same_python(opened):
        return set()
    if same_code(modules[BASE], modules[HEAD], (opened.places[BASE], opened.places[HEAD])):
        return {*files[BASE], *files[HEAD]}
    return changed.unchanged(files, modules, opened.places)


def _refuse_other_tools(tools: Mapping[str, str]) -> None:
    if tools[BASE] != tools[HEAD]:
        told = f"base is timed by {tools[BASE]}, head by {tools[HEAD]}"
        raise UsageError(f"{told}, which may time the same code differently; install one version for both")


def notes_of(told: Mapping[str, messages.Listed]) -> list[str]:
    """What the sides say of their suite, and which of its files neither could read."""
    said = dict.fromkeys(note for each in told.values() for note in each.notes)
    both = told[BASE].failed.keys() & told[HEAD].failed.keys()
    return [*said, *(f"neither side can read {file}: {told[HEAD].failed[file]}" for file in sorted(both))]


def _why_nothing(told: Mapping[str, messages.Listed]) -> str:
    reasons = [f"{file}: {reason}" for each in told.values() for file, reason in each.failed.items()]
    reasons += [f"{each.id} is {each.refused}" for found in told.values() for each in found.benchmarks]
    return f"; {reasons[0]}" if reasons else ""


def _same_python(opened: Opened) -> bool:
    """Whether both sides have one interpreter, or environments with the same versions."""
    pythons = {opened.places[side].python for side in (BASE, HEAD)}
    return len(pythons) == 1 or (opened.versions[BASE] == opened.versions[HEAD] != {})


def _listing(side: str, session: Session) -> tuple[messages.Listed, messages.Finished]:
    with reading(side):
        found = session.list()
        session.begin([])
        finished = session.next(TIMEOUT_S)
    assert isinstance(finished, messages.Finished)
    return found, finished


@contextlib.contextmanager
def reading(what: str) -> Iterator[None]:
    """A suite whose listing fails is bad usage: raises `UsageError` for `Lost`."""
    try:
        yield
    except Lost as lost:
        raise UsageError(f"{what}: the suite cannot be read: {lost.reason}") from lost
