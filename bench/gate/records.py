# pyright: strict
"""The results of a comparison: the records that ``compare --json`` prints and ``comparison.json`` stores."""

from typing import Any, Final, Literal

import msgspec

from ..records import Case, Machine

SCHEMA_VERSION = 1

SLOWER: Final = "slower"
FASTER: Final = "faster"
EQUIVALENT: Final = "equivalent"
NOT_SLOWER: Final = "not slower"
INCONCLUSIVE: Final = "inconclusive"
MISSING: Final = "missing"
APPEARED: Final = "appeared"
CHANGED: Final = "changed"
BROKEN: Final = "broken"
ABSENT: Final = "not compared"

CaseVerdict = Literal[
    "slower", "faster", "equivalent", "not slower", "inconclusive",
    "missing", "appeared", "changed", "broken", "not compared",
]  # fmt: skip
"""The first five come from times.

``missing``: only base has the case; ``appeared``: only head has it;
``changed``: the operation means something else; ``broken``: wrong, crashed or
over the time limit on at least one side, or in need of a file that a revision
lacks; ``not compared``: neither side can run it here, or the user allowed it to
be missing.
"""

Measure = Literal["time", "memory", "first-call"]
"""What is measured of a case: the time of a call in the steady state, the rise of memory in a call, or the time of the
first call of a fresh process."""

TIME: Final = "time"
MEMORY: Final = "memory"
FIRST_CALL: Final = "first-call"
MEASURES: tuple[Measure, ...] = (TIME, MEMORY, FIRST_CALL)

RECURS: Final = "recurs"
GONE: Final = "did not recur"
OPEN: Final = "inconclusive"

Recurrence = Literal["recurs", "did not recur", "inconclusive"]
"""What a replay says of a case that an earlier comparison called slower or faster."""

RunVerdict = Literal["slower", "incomplete", "inconclusive", "not slower"]
"""``incomplete``: a case is missing, appeared, changed or broken, or nothing was compared."""

EXIT_STATUS: dict[str, int] = {"incomplete": 4, "slower": 1, "inconclusive": 3, "not slower": 0}
"""In order of precedence."""


UNTIMED = ("unsupported", "missing", "skipped", "timeout")
"""Statuses that are harmless if both sides have them."""

INCOMPLETE = (MISSING, APPEARED, CHANGED, BROKEN)
TOLD = (SLOWER, FASTER, EQUIVALENT, NOT_SLOWER, INCONCLUSIVE)
"""Verdicts of cases that were compared."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a comparison: a git revision, or a results file.

    ``label`` is what the user wrote (``main``, ``working tree``, a path),
    ``commit`` the full hash where there is one, ``versions`` the packages of
    its interpreter, ``machine`` the machine of its times.
    """

    label: str
    commit: str | None = None
    dirty: bool | None = None
    python: str | None = None
    versions: dict[str, str] = {}
    machine: Machine | None = None


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """The readings of the screen or the confirmation of one case.

    ``ratios`` has one number per block, time of head over time of base: the
    median over the block's rounds. ``low`` and ``high`` are the 90 % interval
    of the Hodges-Lehmann estimate ``ratio`` over blocks (exact signed rank), so
    each end is a one-sided 95 % limit. ``spread`` is the standard deviation of
    the blocks' log ratios. ``p`` is the exact one-sided p that the ratio does
    not exceed ``1 + margin`` (confirmation) or 1 (screen); ``level`` is the limit for ``p``.
    ``base_ns`` and ``head_ns`` are medians over blocks of one call's time.
    Ends and spread are None if there are too few blocks. ``rounds`` counts all
    rounds, ``dropped`` those that were disturbed and do not count. ``unit`` is that of ``base_ns`` and ``head_ns``:
    a suite of asv may track bytes, or any other number.
    """

    ratios: list[float]
    ratio: float
    low: float | None
    high: float | None
    spread: float | None
    p: float
    level: float
    base_ns: float
    head_ns: float
    rounds: int = 0
    dropped: int = 0
    unit: str = "ns"


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier comparison confirmed of a case: its verdict, ratio and 90 % interval over so many ``blocks``."""

    verdict: Literal["slower", "faster"]
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    blocks: int = 0


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison whose confirmed cases are replayed: its file, and when, where and with which seed it measured."""

    file: str
    started_at: str = ""
    machine: Machine | None = None
    seed: int = 0


def ways_of(measure: Measure) -> tuple[str, str]:
    """What a case becomes whose ratio is above 1, and below."""
    return ("larger", "smaller") if measure == MEMORY else ("slower", "faster")


def labelled(case: Case, measure: Measure) -> str:
    """A case for people, and after it the measure if that is not the time of a call."""
    return case.label if measure == TIME else f"{case.label} {measure}"


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """One case of a comparison, by one measure.

    Ratios are time of head over time of base; above 1 is slower. ``low`` and
    ``high`` are the 90 % interval, ``margin`` is the limit for a slowdown to
    count, ``least_effect`` the smallest true ratio above 1 that the test would
    have found with a power of 95 % (None if nothing was timed), ``blocks``
    the pairs of fresh processes behind ``ratio``. ``unchanged`` says that the
    sources of both sides are the same, ``tried`` that neither side could run a case
    that was to be compared. All times are None if not timed. In a replay, ``then`` is what the earlier comparison
    said, and ``recurrence`` whether that holds again (None if the case could not be replayed).
    """

    case: Case
    measure: Measure = TIME
    verdict: CaseVerdict
    reason: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    margin: float
    blocks: int = 0
    least_effect: float | None = None
    unchanged: bool = False
    tried: bool = False
    screen: Stage | None = None
    confirm: Stage | None = None
    then: Claim | None = None
    recurrence: Recurrence | None = None

    @property
    def label(self) -> str:
        return labelled(self.case, self.measure)


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """A case with the same code on both sides, judged like the others: any difference is noise.

    ``kind`` is ``copy`` (base against a second worker of base) or ``unchanged``
    (sources equal on both sides). ``fired`` says that it was called slower.
    """

    kind: Literal["copy", "unchanged"]
    result: CaseResult
    fired: bool


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A whole comparison. ``method`` is ``paired`` (git revisions) or ``unpaired`` (results files).

    ``warnings`` are for people: what cannot be excluded, which margins were widened.
    ``margin`` is the default; each case states its own. Times are UTC, ISO 8601. ``options["request"]`` has what was
    typed of what is measured; ``replays`` is the comparison that ``--confirm`` named. ``hosts`` are those of a fleet,
    each with what it found by its own blocks.
    """

    schema_version: int = SCHEMA_VERSION
    verdict: RunVerdict
    reason: str = ""
    method: Literal["paired", "unpaired"] = "paired"
    base: Side
    head: Side
    margin: float
    controls: list[Control] = []
    cases: list[CaseResult] = []
    warnings: list[str] = []
    suite: str = ""
    machine: Machine | None = None
    command: list[str] = []
    options: dict[str, Any] = {}
    started_at: str = ""
    seconds: float = 0.0
    seed: int = 0
    replays: Earlier | None = None
    hosts: list["OfHost"] = []

    @property
    def exit_status(self) -> int:
        return EXIT_STATUS[self.verdict]


class OfHost(msgspec.Struct, frozen=True, kw_only=True):
    """A host of a fleet: what its own blocks showed, or why they are lost."""

    name: str
    lost: str = ""
    comparison: Comparison | None = None


SAME = "the sources, packages and interpreters of both sides are equal"


def verdict_of(cases: list[CaseResult], controls: list[Control]) -> tuple[RunVerdict, str]:
    """The verdict of the whole run, and the reason in a few words. What did not change cannot be slower."""
    counts = {verdict: sum(each.verdict == verdict for each in cases) for verdict in {each.verdict for each in cases}}
    undecided = sum(each.verdict == INCONCLUSIVE and not each.unchanged for each in cases)
    incomplete = [f"{counts[each]} {each}" for each in INCOMPLETE if each in counts]
    fired = sum(each.fired for each in controls)
    if incomplete:
        return "incomplete", f"cases cannot be compared: {', '.join(incomplete)}"
    if nothing := _nothing_compared(cases):
        return "incomplete", nothing
    if all(each.unchanged for each in cases):
        return "not slower", f"{SAME}: there is nothing to compare"
    if counts.get(SLOWER):
        return "slower", f"{counts[SLOWER]} of {len(cases)} cases are slower by more than their margin"
    if fired:
        return "inconclusive", f"{fired} of {len(controls)} controls were called slower: too much noise"
    if undecided:
        return "inconclusive", f"{undecided} of {len(cases)} cases could not be decided"
    return "not slower", "no case is slower by more than its margin"


def _nothing_compared(cases: list[CaseResult]) -> str:
    """Why there is nothing to judge, or ''. If no changed case can run, the unchanged ones alone prove nothing."""
    told = [each for each in cases if each.verdict in TOLD]
    if not told:
        return f"nothing was compared{_first_reason(cases)}"
    tried = [each for each in cases if each.verdict == ABSENT and each.tried]
    if tried and all(each.unchanged for each in told) and not all(each.unchanged for each in tried):
        return f"nothing that changed was compared{_first_reason(tried)}"
    return ""


def _first_reason(cases: list[CaseResult]) -> str:
    reasons = list(dict.fromkeys(each.reason for each in cases if each.reason))
    more = f" (and {len(reasons) - 1} more reason{'s' if len(reasons) > 2 else ''})" if len(reasons) > 1 else ""
    return f": {reasons[0]}{more}" if reasons else ""
