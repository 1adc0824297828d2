"""``compare --pytest``, ``--asv``, ``--pyperf``: the paired gate over a suite of another tool."""

import shlex
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from .. import progress
from ..errors import Lost, UsageError
from ..gate import git, guest_plan, margins, records
from ..gate.gate import Gate
from ..gate.guest_blocks import GuestBlocks, Guests
from ..gate.margins import Margins
from ..gate.records import Comparison, Side
from ..gate.tracks import results
from ..guests import messages, sides
from ..guests.proof import prove, same_code
from ..guests.session import Session
from ..guests.sides import BASE, HEAD, Opened, Wanted
from ..guests.trees import project_of, relative
from ..machine import machine
from ..processes import scratch
from .options import listed, seed_of, time_budget_seconds
from .requests import CompareRequest

TIMEOUT_S = 60.0


def compare(request: CompareRequest) -> Comparison:
    """A paired comparison of two sides of a project by its own suite."""
    wanted = wanted_of(request)
    accepted = margins.read(request.margin, request.margins)
    with scratch.folder() as place:
        opened, named = open_sides(wanted, request, place)
        return judged(opened, named, accepted, request)


def judged(
    opened: Opened, named: Mapping[str, Side], accepted: Margins, request: CompareRequest, judge_all: bool = False
) -> Comparison:
    seed, allowed = seed_of(request.seed), listed("--allow-missing", request.allow_missing)
    told, same = listings(opened)
    planned = guest_plan.plan(told, same, accepted, allowed, seed, judge_all)
    if not planned.plan.measured and not planned.plan.settled:
        raise UsageError(f"{shlex.join(opened.suite.arguments)}: no benchmark was found")
    guests = Guests(opened.suite, opened.places, planned.ids, planned.files, TIMEOUT_S)
    watcher = progress.watcher()
    budget = time_budget_seconds(request.time_budget)
    gate = Gate(planned.plan.measured, partial(GuestBlocks, guests), watcher, seed=seed, time_budget_s=budget)
    try:
        gate.play()
    finally:
        watcher.close()
    cases, controls = results(gate.tracks)
    cases = [*cases, *planned.plan.settled]
    verdict, reason = records.verdict_of(cases, controls)
    return Comparison(
        verdict=verdict, reason=reason, base=named[BASE], head=named[HEAD], margin=accepted.default,
        controls=controls, cases=cases, warnings=[*opened.notes, *notes_of(told), *gate.warnings],
        suite=shlex.join(opened.suite.arguments), seed=seed,
        options={"suite": {"kind": opened.suite.kind, "arguments": list(opened.suite.arguments)}},
    )  # fmt: skip


def listings(opened: Opened) -> tuple[dict[str, messages.Listed], bool]:
    """What each side has, with proof of what it imported, and whether both imported the same code."""
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip((BASE, HEAD), pool.map(lambda side: _listing(opened, side), (BASE, HEAD)), strict=True))
    modules = {side: finished.modules for side, (_, finished) in found.items()}
    for side, each in modules.items():
        prove(side, each, opened.places[side])
    return {side: told for side, (told, _) in found.items()}, same_code(modules[BASE], modules[HEAD])


def notes_of(told: Mapping[str, messages.Listed]) -> list[str]:
    """What the sides say of their suite, and which of its files neither could read."""
    said = dict.fromkeys(note for each in told.values() for note in each.notes)
    both = told[BASE].failed.keys() & told[HEAD].failed.keys()
    return [*said, *(f"neither side can read {file}: {told[HEAD].failed[file]}" for file in sorted(both))]


def _listing(opened: Opened, side: str) -> tuple[messages.Listed, messages.Finished]:
    session = Session(opened.suite, opened.places[side], 0)
    try:
        found = session.list()
        session.begin([])
        finished = session.next(TIMEOUT_S)
        assert isinstance(finished, messages.Finished)
        return found, finished
    except Lost as lost:
        raise UsageError(f"{side}: the suite cannot be read: {lost.reason}") from lost
    finally:
        session.end()


def wanted_of(request: CompareRequest) -> Wanted:
    """The suite as typed. Raises `UsageError` where its files are not there."""
    paths = list(request.pytest)
    project = project_of(Path(paths[0].partition("::")[0]))
    below = tuple(relative(path, project) for path in paths)
    options = [
        *(["-k", request.keyword] if request.keyword else []),
        *(["-m", request.markers] if request.markers else []),
    ]
    root = git.root_of(project) if not sides.release_of(request.base) else project
    return Wanted(
        "pytest",
        project,
        project.relative_to(root),
        below,
        tuple(options),
        request.build,
        request.python or sys.executable,
        request.extra,
    )


def open_sides(wanted: Wanted, request: CompareRequest, place: Path) -> tuple[Opened, dict[str, Side]]:
    """Both sides, ready to run, and how they are named."""
    typed = {BASE: request.base, HEAD: request.head}
    releases = {side: sides.release_of(text) for side, text in typed.items()}
    if all(releases.values()):
        opened = sides.open_releases(wanted, {side: each for side, each in releases.items() if each}, place)
        return opened, {side: _side(str(typed[side]), None, None, opened, side) for side in typed}
    if any(releases.values()):
        raise UsageError("one side is a release and the other is not; give two releases or two revisions")
    root = git.root_of(wanted.project)
    commits = {side: None if text is None else git.resolve(root, text) for side, text in typed.items()}

    def export(side: str, folder: Path) -> str:
        git.export(root, commits[side], folder)
        git.share_history(root, commits[side], folder)
        at = f" && git checkout -q {commits[side]}" if commits[side] else ""
        return f"git clone -q {shlex.quote(str(root))} built-{side} && cd built-{side}{at}"

    opened = sides.open_revisions(wanted, export, place, None)
    dirty = git.is_dirty(root, Path())
    names = {
        side: _side(
            text or git.WORKING_TREE, commits[side] or git.head_of(root), dirty if text is None else False, opened, side
        )
        for side, text in typed.items()
    }
    return opened, names


def _side(label: str, commit: str | None, dirty: bool | None, opened: Opened, side: str) -> Side:
    python = opened.places[side].python
    versions = opened.versions[side] or machine.versions()
    return Side(label=label, commit=commit, dirty=dirty, python=python, versions=versions)
