"""One request for each command: its arguments as typed. `cli.py` builds them, the commands check and execute them.

Values are texts: ``"2%"``, ``"8m"``, ``"100,1000"``. They are converted, and errors reported, by `options.build`
and similar functions. ``given`` names the options and arguments on the command line, also those given their
default value: commands with several modes need it to refuse options that a mode would ignore.
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..errors import UsageError
from ..records import HOST

ARGUMENTS = {"revision": "a revision", "keyword": "-k", "markers": "-m", "extra": "--with"}
"""Names in messages where they are not those of the fields."""


TOOLS = {"pytest": ("keyword", "markers"), "asv": ("bench",), "pyperf": ()}
"""The tools whose suites can be given, and the options that only one of them has."""

INSTALLED = ("build", "python", "extra")
"""Options that say how the project under test is installed."""

OF_GUESTS_ONLY = (*(name for own in TOOLS.values() for name in own), *INSTALLED)
"""Options that say something of a suite of another tool, beside the one that names it."""

NO_GUEST = "no suite of another tool is given (--pytest, --asv, --pyperf)"


class GuestSuite(msgspec.Struct, frozen=True, kw_only=True):
    """A suite of another tool, as that tool takes it, and how the project under test is installed.

    ``keyword`` and ``markers`` are pytest's ``-k`` and ``-m``; ``extra`` are requirements for releases.
    """

    pytest: tuple[str, ...] = ()
    keyword: str | None = None
    markers: str | None = None
    asv: str | None = None
    bench: tuple[str, ...] = ()
    pyperf: tuple[str, ...] = ()
    build: str | None = None
    python: str | None = None
    extra: tuple[str, ...] = ()

    @property
    def is_guest(self) -> bool:
        """Whether a suite of another tool is given."""
        return any(getattr(self, tool) for tool in TOOLS)


class ChosenCases(GuestSuite, frozen=True, kw_only=True):
    """Which cases of a suite: what every command that measures can be told."""

    suite: Path | None = None
    operation: tuple[str, ...] = ()
    implementation: tuple[str, ...] = ()
    size: tuple[str, ...] = ()
    m: str | None = None
    n: str | None = None
    dtype: tuple[str, ...] = ()


class CaseRequest(ChosenCases, frozen=True, kw_only=True):
    """Which cases are measured and for how long, for `options.build`. A command without an option keeps its default."""

    preset: str
    steps: str | None = None
    parameter: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    device: str = HOST
    data: str | None = None
    target: str | None = None
    condition: str | None = None
    time_budget: str | None = None
    timeout: str | None = None
    memory_limit: str | None = None
    blocks: str | None = None
    precision: str | None = None
    seed: str | None = None


class RunRequest(CaseRequest, frozen=True, kw_only=True):
    """``run``: a new run, in a folder below ``results``."""

    results: Path
    wait_for_quiet: str | None = None
    given: tuple[str, ...] = ()


class ResumeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``run --resume``: everything except these fields is read from the folder ``resume``."""

    resume: Path
    time_budget: str | None = None
    wait_for_quiet: str | None = None
    given: tuple[str, ...] = ()


class VerifyRequest(CaseRequest, frozen=True, kw_only=True):
    """``verify``."""

    preset: str = "verify"
    json: bool = False


class ReportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``report`` of ``runs``; of the newest if empty."""

    table: str
    runs: tuple[Path, ...] = ()
    format: tuple[str, ...] = ()
    baseline: str | None = None
    output: Path | None = None
    open: bool = False
    given: tuple[str, ...] = ()


class AdviseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``advise`` from ``run``; from the newest if None. ``imports``: the import is paid too."""

    operation: str | None = None
    size: tuple[str, ...] = ()
    m: str | None = None
    n: str | None = None
    calls: str | None = None
    dtype: str | None = None
    threads: str | None = None
    steps: str | None = None
    parameter: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    imports: bool = False
    run: Path | None = None
    json: bool = False


class CompareRequest(CaseRequest, frozen=True, kw_only=True):
    """``compare``: two revisions or two files of results; ``head`` None is the working tree.

    ``confirm`` is the JSON of an earlier comparison, whose confirmed cases are replayed; then the sides are those of
    that file where they are None. ``families`` comparisons share the gate's level: those of a fleet's hosts.
    """

    base: str | None = None
    head: str | None = None
    confirm: Path | None = None
    measure: tuple[str, ...] = ()
    margin: str | None = None
    margins: Path | None = None
    allow_missing: tuple[str, ...] = ()
    allow_other_machine: bool = False
    reference: str | None = None
    base_python: str | None = None
    head_python: str | None = None
    html: Path | None = None
    markdown: Path | None = None
    junit: Path | None = None
    output: Path | None = None
    json: bool = False
    families: int = 1
    given: tuple[str, ...] = ()


class FleetRunRequest(RunRequest, frozen=True, kw_only=True):
    """``fleet run``: a run on each machine of the cluster at ``scheduler``, told apart ``by`` host or name."""

    scheduler: str
    by: str


class FleetCompareRequest(CompareRequest, frozen=True, kw_only=True):
    """``fleet compare``: a comparison of two revisions on each of these machines."""

    scheduler: str
    by: str


class BisectRequest(CaseRequest, frozen=True, kw_only=True):
    """``bisect``: the commits, or releases, from ``good`` to ``bad``. ``case`` are patterns of cases' labels."""

    good: str
    bad: str = "HEAD"
    all_commits: bool = False
    case: tuple[str, ...] = ()
    measure: tuple[str, ...] = ()
    margin: str | None = None
    margins: Path | None = None
    results: Path = Path("results")
    json: bool = False
    given: tuple[str, ...] = ()


class ResumeBisectRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``bisect --resume``: everything except these fields is read from the folder ``resume``."""

    resume: Path
    time_budget: str | None = None
    json: bool = False
    given: tuple[str, ...] = ()


class HistoryRequest(CaseRequest, frozen=True, kw_only=True):
    """``history``: the commits, or releases, of ``range``, ``A..B``; or one that is added; or files that are read."""

    range: str | None = None
    every: str | None = None
    commits: tuple[str, ...] = ()
    add: str | None = None
    anchor: str | None = None
    read: Path | None = None
    bisect: bool = False
    case: tuple[str, ...] = ()
    measure: tuple[str, ...] = ()
    margin: str | None = None
    margins: Path | None = None
    results: Path | None = None
    json: bool = False
    given: tuple[str, ...] = ()


class CalibrateRequest(CaseRequest, frozen=True, kw_only=True):
    """``calibrate``: the quick preset's cases on one thread, as in the gate."""

    revision: str
    runs: str
    load: str
    simulate: str
    preset: str = "quick"
    threads: tuple[str, ...] = ("1",)
    margin: str | None = None
    effect: tuple[str, ...] = ()
    peers: bool = False
    output: Path | None = None
    json: bool = False
    given: tuple[str, ...] = ()


class CalibrateReportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``calibrate --report``: whole runs of a preset."""

    runs: str
    load: str
    simulate: str
    preset: str | None = None
    nice: str | None = None
    seed: str | None = None
    output: Path | None = None
    json: bool = False
    given: tuple[str, ...] = ()


class ListRequest(GuestSuite, frozen=True, kw_only=True):
    """``list``."""

    suite: Path | None = None
    json: bool = False
    given: tuple[str, ...] = ()


class MachineRequest(msgspec.Struct, frozen=True, kw_only=True):
    """``machine``; ``fresh``: measure the ceilings even if some are stored."""

    fresh: bool = False
    json: bool = False


OF_ONE_COMPARISON = (
    "scheduler", "by", "base", "head", "confirm", "seed", "time_budget", "measure", "margin", "margins",
    "allow_missing", "html", "markdown", "junit", "output", "json",
)  # fmt: skip
"""Arguments of a comparison that a replay does not read from its file: its sides, measures and margins are there as
they were found, the rest is chosen anew."""


def recorded(request: CompareRequest) -> dict[str, Any]:
    """What was typed of what is measured, as a replay reads it (`restored`)."""
    typed = {name: getattr(request, name) for name in request.given if name not in OF_ONE_COMPARISON}
    return msgspec.to_builtins(typed, enc_hook=str)


def restored(request: CompareRequest, typed: Mapping[str, Any], **more: Any) -> CompareRequest:
    """A request with what `recorded` kept, except where ``request`` or ``more`` says something else.

    Raises `msgspec.ValidationError` for what is no option, or has no value of its kind.
    """
    values = {name: getattr(request, name) for name in CompareRequest.__struct_fields__}
    kept = {name: value for name, value in typed.items() if name not in request.given}
    given = tuple(dict.fromkeys([*kept, *(name for name in request.given if name != "confirm")]))
    return msgspec.convert(
        {**values, **kept, **more, "confirm": None, "given": given}, CompareRequest, dec_hook=lambda kind, it: kind(it)
    )


def refuse_ignored(given: Iterable[str], ignored: Collection[str], why: str) -> None:
    """Raises `UsageError` if ``given`` contains one of ``ignored``; ``why`` begins the message."""
    found = [ARGUMENTS.get(name) or f"--{name.replace('_', '-')}" for name in given if name in ignored]
    if found:
        raise UsageError(f"{why}; leave out {', '.join(found)}")


def refuse_others(given: Iterable[str], used: Collection[str], why: str) -> None:
    """Raises `UsageError` if ``given`` contains anything that is not in ``used``."""
    given = list(given)
    refuse_ignored(given, set(given) - set(used), why)
