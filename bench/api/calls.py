# pyright: strict
"""The commands as functions. Options are named as on the command line, sizes are further keywords: ``m=[100, 1000]``.

Numbers stand for numbers, seconds and bytes; texts such as ``"90s"`` and ``"2%"`` are taken as well.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..gate.records import Comparison
from ..records import HOST, Result
from . import command_line, process, watching
from .comparison_results import ComparisonResults
from .process import Finished
from .run_results import RunResults
from .verification import VerificationResults

Names = str | Iterable[str]
Where = str | Path
Numbers = int | Iterable[int]
Amount = int | float | str

DEFAULTS = {"preset": "standard", "device": HOST, "results": "results"}
"""What need not be typed."""

WRITTEN = "report: "
"""Begins the line in which ``run`` says where its page is."""


def run(
    *, suite: Where | None = None, preset: str = "standard", operation: Names = (), implementation: Names = (),
    steps: int | None = None, parameter: Mapping[str, Any] | None = None, dtype: Any = (), threads: Numbers = (),
    device: str = HOST, data: Where | None = None, target: Where | None = None, condition: float | None = None,
    time_budget: Amount | None = None, timeout: Amount | None = None, memory_limit: Amount | None = None,
    blocks: int | None = None, precision: Amount | None = None, seed: int | None = None, results: Where = "results",
    resume: Where | None = None, wait_for_quiet: Amount | None = None, progress: bool = True, **sizes: Numbers,
) -> RunResults:  # fmt: skip
    """Verifies and times implementations in processes of their own, and writes a page, as ``rooflinear run``.

    A case that is wrong is no error: it is in ``.cases``, and ``.status`` is 1. With ``resume``, a run folder, all
    else but the time budget is that of the run. Raises `UsageError` and `CannotFinish`.
    """
    given = {name: value for name, value in locals().items() if name not in ("progress", "sizes")}
    done = _played("run", given, sizes, progress)
    place = next((line for line in reversed(done.stdout.splitlines()) if line.startswith(WRITTEN)), None)
    if place is None:
        raise process.unexpected(done)
    return RunResults(Path(place.removeprefix(WRITTEN)).parent)


def verify(
    *, suite: Where | None = None, operation: Names = (), implementation: Names = (), steps: int | None = None,
    parameter: Mapping[str, Any] | None = None, dtype: Any = (), threads: Numbers = (), device: str = HOST,
    data: Where | None = None, target: Where | None = None, condition: float | None = None,
    timeout: Amount | None = None, memory_limit: Amount | None = None, seed: int | None = None,
    progress: bool = True, **sizes: Numbers,
) -> VerificationResults:  # fmt: skip
    """Checks answers without timing them, as ``rooflinear verify``; nothing is stored.

    A wrong answer is no error: ``.ok`` is False then. Raises `UsageError` and `CannotFinish`.
    """
    given = {name: value for name, value in locals().items() if name not in ("progress", "sizes")}
    done = _played("verify", {**given, "json": True}, sizes, progress)
    results = _decoded(done, list[Result])
    return VerificationResults(results, done.status)


def compare(
    base: Where | None = None, head: Where | None = None, *, confirm: Where | None = None,
    suite: Where | None = None, preset: str | None = None, operation: Names = (), implementation: Names = (),
    steps: int | None = None, parameter: Mapping[str, Any] | None = None, dtype: Any = (), threads: Numbers = (),
    time_budget: Amount | None = None, timeout: Amount | None = None, memory_limit: Amount | None = None,
    seed: int | None = None, measure: Names = (), margin: Amount | None = None, margins: Where | None = None,
    allow_missing: Names = (), allow_other_machine: bool = False, reference: str | None = None,
    base_python: Where | None = None, head_python: Where | None = None, pytest: Names = (),
    keyword: str | None = None, markers: str | None = None, asv: Where | None = None, bench: Names = (),
    pyperf: Names = (), build: str | None = None, python: str | None = None, extra: Names = (),
    html: Where | None = None, markdown: Where | None = None, junit: Where | None = None,
    output: Where | None = None, progress: bool = True, **sizes: Numbers,
) -> ComparisonResults:  # fmt: skip
    """Tests whether a change made code slower, as ``rooflinear compare``: revisions, releases, or files of results.

    Every verdict is an answer: ``.verdict`` and ``.status`` say which. Raises `UsageError` and `CannotFinish`.
    """
    given = {name: value for name, value in locals().items() if name not in ("progress", "sizes")}
    done = _played("compare", {**given, "json": True}, sizes, progress)
    return ComparisonResults(_decoded(done, Comparison))


def report(
    *runs: Where | RunResults,
    format: Names = "html",
    baseline: str | None = None,
    table: str = "cases",
    output: Where | None = None,
) -> list[Path]:
    """Writes runs as a page, pictures, text or tables, as ``rooflinear report``; returns the files.

    Without a run, of the newest below ``results/``. Raises `UsageError` and `CannotFinish`.
    """
    from ...reports.report import write_reports
    from ..commands.report import newest

    folders = [each.folder if isinstance(each, RunResults) else Path(each) for each in runs] or [newest()]
    formats = [format] if isinstance(format, str) else list(format)
    return write_reports(folders, formats, None if output is None else Path(output), baseline, table)


def load(path: Where) -> RunResults:
    """The results of a run folder, or of a file of asv, pytest-benchmark or pyperf. Raises `UsageError`."""
    return RunResults(Path(path))


def _played(command: str, given: Mapping[str, object], sizes: Mapping[str, Any], progress: bool) -> Finished:
    typed = {name: value for name, value in given.items() if value != DEFAULTS.get(name)}
    words = command_line.words(command, typed, sizes)
    done = process.play(words, watching.watcher(progress))
    process.raise_error(done)
    return done


def _decoded(done: Finished, kind: Any) -> Any:
    try:
        return msgspec.json.decode(done.stdout, type=kind)
    except msgspec.DecodeError as error:
        raise process.unexpected(done) from error
