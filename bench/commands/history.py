"""What ``rooflinear history`` does, free of how it is typed."""

import contextlib
import sys
import time
from functools import cache
from pathlib import Path

import msgspec

from .. import progress, store
from ..errors import UsageError
from ..gate import margins
from ..history.growing import Growing
from ..history.history_records import HISTORY, MEASURED, History, Measured
from ..history.measuring import Meter
from ..machine import machine
from ..processes import scratch
from . import history_range
from .guests import OF_GUESTS
from .history_range import Chosen, as_bisect
from .options import seed_of, time_budget_seconds, whole_number
from .pairs import opener
from .requests import (
    NO_GUEST,
    OF_GUESTS_ONLY,
    HistoryRequest,
    refuse_ignored,
    refuse_others,
)

OF_HISTORY = {"range", "every", "commits", "anchor", "bisect", "case", "blocks", "results"}
GOES_ON = {"add", "anchor", "bisect", "results", "time_budget", "json"}
OF_FILES = {"read", "results", "json"}
MOVES = {
    "range",
    "every",
    "commits",
    "add",
    "anchor",
    "bisect",
    "read",
    "results",
    "time_budget",
    "json",
    "given",
    "seed",
}
"""Fields of a request that may differ from call to call of one history."""

BLOCKS = 8
PAGE, FEED = "history.html", "history.atom"


def history(request: HistoryRequest) -> int:
    """Measures what is asked, or shows what other tools have measured. Returns the exit status."""
    if request.read is not None:
        from . import history_files

        refuse_others(request.given, OF_FILES, "--read measures nothing")
        return _shown(history_files.folder_of(request), history_files.read(request), request)
    folder = _folder(request)
    found = _read(folder) if (folder / HISTORY).exists() else None
    scratch.remove_abandoned()
    typed = _typed(request, found, folder)
    terms = margins.read(typed.margin, typed.margins)
    blocks, budget = _blocks(typed.blocks), time_budget_seconds(request.time_budget)
    lines = store.read_lines(folder / MEASURED, Measured) if found else []
    chosen = history_range.chosen(request, typed, found, lines)
    begun = _begun(typed, request, found, chosen)
    started = time.monotonic()
    opened = cache(lambda suite_of: opener(as_bisect(typed), terms, suite_of))
    _made(folder)
    with store.exclusive(folder):
        _write(folder, begun)
        with contextlib.closing(progress.watcher()) as watcher:
            meter = Meter(opened, watcher, typed.case, blocks, begun.seed, machine.describe())
            growing = Growing(folder, begun, meter, lambda: budget is not None and time.monotonic() - started > budget)
            try:
                _grown(growing, chosen, request.bisect)
            except UsageError:
                if found is None:
                    _forget(folder)
                raise
        done = growing.concluded()
        warned = dict.fromkeys([*begun.warnings, *meter.warnings])
        done = msgspec.structs.replace(
            done, suite=meter.suite or begun.suite, warnings=list(warned), ended_at=store.now()
        )
        return _shown(folder, done, request)


def _forget(folder: Path) -> None:
    """Removes what was begun, if nothing was measured; the folder may hold other files of the user's."""
    measured = folder / MEASURED
    if measured.exists() and not measured.stat().st_size:
        measured.unlink()
        (folder / HISTORY).unlink()
        with contextlib.suppress(OSError):
            folder.rmdir()


def _grown(growing: Growing, chosen: Chosen, bisect: bool) -> None:
    growing.measure(chosen.names, chosen.overlapping)
    growing.judge()
    if bisect:
        growing.bisect()


def _folder(request: HistoryRequest) -> Path:
    """The folder of the history: as typed, that of the suite, or the only one there is."""
    if request.results is not None:
        return request.results
    if request.range is not None:
        return Path("results") / f"history-{history_range.suite_name(request)}"
    found = sorted(path.parent for path in Path("results").glob(f"history-*/{HISTORY}"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            "A..B is missing, and results/ contains no history to go on with; give commits, such as v1.2..main"
        )
    raise UsageError(f"results/ contains {len(found)} histories; name one: --results {found[0]}")


def _typed(request: HistoryRequest, found: History | None, folder: Path) -> HistoryRequest:
    """The request with the options that the history was begun with. Raises `UsageError` where others are typed."""
    if request.is_guest:
        refuse_others(request.given, OF_GUESTS | OF_HISTORY, "a suite of another tool has no such choice")
    else:
        refuse_ignored(request.given, OF_GUESTS_ONLY, NO_GUEST)
    if request.add is not None and (request.range or request.every or request.commits):
        raise UsageError("--add takes one commit; leave out A..B, --every and --commits")
    if request.every is not None and request.commits:
        raise UsageError("--every and --commits: give one of them")
    if found is None:
        if request.range is None:
            raise UsageError(f"{folder}: contains no history; begin one with A..B, such as v1.2..main")
        return request
    before = msgspec.convert(found.request, HistoryRequest, dec_hook=lambda kind, value: kind(value))
    if request.range is None:
        refuse_others(request.given, GOES_ON, "a history goes on with the options that it was begun with")
        return before
    differing = [name for name in request.__struct_fields__ if name not in MOVES and _differs(request, before, name)]
    if differing:
        named = ", ".join(f"--{name.replace('_', '-')}" for name in differing)
        raise UsageError(
            f"{folder}: was begun with another choice of {named}; repeat it, or give another --results FOLDER"
        )
    return before


def _differs(request: HistoryRequest, before: HistoryRequest, name: str) -> bool:
    return getattr(request, name) != getattr(before, name)


def _blocks(text: str | None) -> int:
    blocks = BLOCKS if text is None else whole_number("--blocks", text)
    if blocks < 2:
        raise UsageError(f"--blocks {blocks}: needs at least 2, to tell noise from changes")
    return blocks


def _begun(typed: HistoryRequest, request: HistoryRequest, found: History | None, chosen: Chosen) -> History:
    if found is None:
        return History(
            commits=chosen.commits, asked=chosen.asked, anchors=chosen.anchors, began_at=store.now(), web=chosen.web,
            request=msgspec.to_builtins(typed, enc_hook=str), command=["rooflinear", *sys.argv[1:]],
            seed=seed_of(request.seed),
        )  # fmt: skip
    return msgspec.structs.replace(
        found, commits=chosen.commits, asked=chosen.asked, anchors=chosen.anchors, web=chosen.web,
        command=["rooflinear", *sys.argv[1:]],
    )  # fmt: skip


def _shown(folder: Path, done: History, request: HistoryRequest) -> int:
    from ...reports.history import history_feed, history_page, history_text

    _write(folder, done)
    store.replace_file(folder / PAGE, history_page.html(done))
    if done.method == "paired":
        store.replace_file(folder / FEED, history_feed.atom(done))
    if request.json:
        print(store.pretty(done).decode(), end="")
    else:
        print(history_text.terminal(done, folder))
    return done.exit_status


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise store.cannot_write(folder, error) from error


def _write(folder: Path, done: History) -> None:
    _made(folder)
    store.replace_file(folder / HISTORY, store.pretty(done))


def _read(folder: Path) -> History:
    path = folder / HISTORY
    try:
        found = store.decode(path.read_bytes(), History, str(path))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; give a folder that 'rooflinear history' wrote") from error
    if found.method != "paired":
        raise UsageError(
            f"{folder}: shows results of another tool, to which nothing can be added; give another --results FOLDER"
        )
    return found
