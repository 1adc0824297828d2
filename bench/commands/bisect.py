"""What ``rooflinear bisect`` does, free of how it is typed."""

import contextlib
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from .. import progress, store
from ..errors import UsageError
from ..gate import margins
from ..guests.sides import release_of
from ..history import bisect as ended
from ..history import commits
from ..history.journal import Journal
from ..history.player import Player
from ..history.records import BISECT, STEPS, Bisection, Commit, counted, what_of
from ..history.search import Search
from ..history.searching import Searching
from ..history.steps import Name
from ..machine import machine
from ..processes import scratch
from ..progress import Plain
from .guests import OF_GUESTS
from .options import seed_of, time_budget_seconds
from .pairs import opener, repository
from .requests import NO_GUEST, OF_GUESTS_ONLY, BisectRequest, ResumeBisectRequest, refuse_ignored, refuse_others
from .run_record import folder_named

OF_BISECT = {"good", "bad", "case", "all_commits", "results"}
PAGE = "bisect.html"


def bisect(request: BisectRequest) -> int:
    """Searches from the beginning. Returns the exit status."""
    _refuse_ignored(request)
    terms = _terms(request)
    found = _chain(request)
    begun = Bisection(
        good=request.good, bad=request.bad, commits=found, cases=list(request.case), machine=machine.describe(),
        request=msgspec.to_builtins(request, enc_hook=str), command=["rooflinear", *sys.argv[1:]],
        started_at=store.now(), seed=seed_of(request.seed),
    )  # fmt: skip
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = folder_named(request.results, f"{stamp}-bisect-{found[-1].short.replace('==', '-')}")
    _write(folder, begun)
    try:
        return _searched(folder, begun, request, terms)
    except UsageError:
        if not (folder / STEPS).exists() or not (folder / STEPS).stat().st_size:
            shutil.rmtree(folder)
        raise


def resume(request: ResumeBisectRequest) -> int:
    """Goes on with the search of a folder."""
    refuse_others(request.given, {"resume", "time_budget", "json"}, "--resume goes on with what was typed before")
    begun = _read(request.resume)
    scratch.remove_abandoned()
    now = {"time_budget": request.time_budget, "json": request.json}
    typed = msgspec.convert(begun.request | now, BisectRequest, dec_hook=lambda kind, value: kind(value))
    return _searched(request.resume, begun, typed, _terms(typed))


def _refuse_ignored(request: BisectRequest) -> None:
    if request.is_guest:
        refuse_others(request.given, OF_GUESTS | OF_BISECT, "a suite of another tool has no such choice")
    else:
        refuse_ignored(request.given, OF_GUESTS_ONLY, NO_GUEST)


def _chain(request: BisectRequest) -> list[Commit]:
    good, bad = release_of(request.good), release_of(request.bad)
    if good and bad:
        if not request.is_guest:
            raise UsageError(f"releases are compared by a suite of another tool; {NO_GUEST}")
        refuse_ignored(request.given, ("all_commits",), "releases have no branches")
        return commits.releases(good, bad)
    if good or bad:
        raise UsageError("one end is a release and the other is not; give two releases or two revisions")
    return commits.chain(repository(request), request.good, request.bad)


class _Terms(NamedTuple):
    accepted: margins.Margins
    budget_s: float | None


def _terms(request: BisectRequest) -> _Terms:
    """Raises `UsageError` for a bad option, before anything is written."""
    seed_of(request.seed)
    return _Terms(margins.read(request.margin, request.margins), time_budget_seconds(request.time_budget))


def _searched(folder: Path, begun: Bisection, request: BisectRequest, terms: _Terms) -> int:
    """Plays the search, which answers steps of an earlier start from the folder, and shows what it has found."""
    started, last, budget = time.monotonic(), len(begun.commits) - 1, terms.budget_s
    pairs, late = opener(request, terms.accepted, begun.commits[-1].name), False

    def is_late() -> bool:
        nonlocal late
        late = late or (budget is not None and time.monotonic() - started > budget)
        return late

    with contextlib.closing(progress.watcher()) as watcher:
        watcher.note(f"{counted(last, what_of(begun.commits[0].name))} between {begun.good} and {begun.bad}")
        with Player(begun.commits, pairs, watcher, begun.cases, begun.seed) as player:
            journal = Journal(folder, player.play, player.skip)
            with contextlib.closing(journal):
                answer = Search(last, journal.play, _teller(begun.commits, watcher), is_late).run()
            found = ended.concluded(begun, answer, journal.played, finished=not late)
        if request.all_commits:
            _write(folder, found)  # a branch that ends the command leaves what is known already
            within = Searching(pairs, watcher, begun.seed, is_late)
            changes = [within.merged(folder, repository(request), each) for each in found.changes]
            chance = found.chance_of_error + within.level
            found = msgspec.structs.replace(found, changes=changes, chance_of_error=chance)
    seconds = round(sum(each.seconds for each in found.steps), 1)
    warnings = [*begun.warnings, *(each for each in player.warnings if each not in begun.warnings)]
    found = msgspec.structs.replace(found, suite=player.suite or begun.suite, warnings=warnings, seconds=seconds)
    _write(folder, found)
    _show(folder, found, request)
    return found.exit_status


def _teller(chain: Sequence[Commit], watcher: Plain):
    def told(commit: int, judged: str, cases: Sequence[Name]) -> None:
        named = cases[0] if len(cases) == 1 else f"{len(cases)} cases"
        watcher.note(f"  {chain[commit].short}: {judged}: {named}")

    return told


def _show(folder: Path, found: Bisection, request: BisectRequest) -> None:
    from ...reports.history import bisect_page, bisect_text

    store.replace_file(folder / PAGE, bisect_page.html(found))
    if request.json:
        print(store.pretty(found).decode(), end="")
    else:
        print(bisect_text.terminal(found, folder))


def _write(folder: Path, found: Bisection) -> None:
    store.replace_file(folder / BISECT, store.pretty(found))


def _read(folder: Path) -> Bisection:
    path = folder / BISECT
    try:
        return store.decode(path.read_bytes(), Bisection, str(path))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; give a folder that 'rooflinear bisect' wrote") from error
