"""What ``bisect`` stores and prints: ``bisect.json``, and ``steps.jsonl`` with a line for each comparison."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from ..gate.records import FIRST_CALL, MEMORY, TIME, ways_of
from ..records import Machine
from .steps import Outcome, Step

SCHEMA_VERSION = 1
BISECT = "bisect.json"
STEPS = "steps.jsonl"

BisectVerdict = Literal["slower", "faster", "unchanged", "inconclusive", "nothing compared", "unfinished"]

EXIT_STATUS: dict[str, int] = {
    "nothing compared": 4, "slower": 1, "unfinished": 3, "inconclusive": 3, "faster": 0, "unchanged": 0,
}  # fmt: skip


class Commit(msgspec.Struct, frozen=True):
    """A commit of the chain, or a release: ``name`` is its full hash, or ``yarl==1.9.4``. ``date`` is ISO 8601."""

    name: str
    subject: str = ""
    author: str = ""
    date: str = ""

    @property
    def short(self) -> str:
        """The name as people write it."""
        return self.name if what_of(self.name) == "release" else self.name[:12]


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """A line of ``steps.jsonl``: a comparison that a search asked for, and what it showed."""

    schema_version: int = SCHEMA_VERSION
    step: Step
    outcome: Outcome
    started_at: str = ""
    seconds: float = 0.0


class ChangedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case at a change: ratio of the commit to the one before it, above 1 is slower, with its 90 % interval.

    ``from_good`` is the ratio of the bad end to the good one of this search. ``confirmed``: the last comparison shows
    the change. Ratio and interval are None where it was not made.
    """

    case: str
    confirmed: bool
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    blocks: int = 0
    from_good: float


class FoundChange(msgspec.Struct, frozen=True, kw_only=True):
    """A commit that changed cases; or, if ``suspects`` are more than one, that one of these did.

    ``before`` is the last commit known to be unchanged. ``merged`` is what a search found in the branch that the commit
    merges.
    """

    commit: Commit
    before: Commit
    cases: list[ChangedCase]
    suspects: list[Commit]
    skipped: dict[str, str] = {}
    reason: str = ""
    merged: list["FoundChange"] = []


class Bisection(msgspec.Struct, frozen=True, kw_only=True):
    """A whole bisection. ``commits`` is the chain, the good end first; ``steps`` are all comparisons in order.

    ``chance_of_error`` bounds the chance that any commit is named wrongly. ``cases`` are patterns as typed.
    """

    schema_version: int = SCHEMA_VERSION
    verdict: BisectVerdict = "unfinished"
    reason: str = ""
    good: str
    bad: str
    commits: list[Commit]
    changes: list[FoundChange] = []
    undecided: dict[str, str] = {}
    not_compared: dict[str, str] = {}
    chance_of_error: float = 0.0
    steps: list[Played] = []
    suite: str = ""
    cases: list[str] = []
    request: dict[str, Any] = {}
    machine: Machine | None = None
    command: list[str] = []
    warnings: list[str] = []
    started_at: str = ""
    seconds: float = 0.0
    seed: int = 0

    @property
    def exit_status(self) -> int:
        return EXIT_STATUS[self.verdict]


def case_ways(case: str) -> tuple[str, str]:
    """What a case becomes whose ratio is above 1, and below."""
    return ways_of(MEMORY if case.endswith(f" {MEMORY}") else TIME)


def verdict_word(verdict: str, cases: Sequence[str]) -> str:
    """A verdict as the first word of a sentence: ``larger`` in place of ``slower`` where only memory changed."""
    kinds = {case_ways(case) for case in cases}
    way = ("slower", "faster").index(verdict) if verdict in ("slower", "faster") and len(kinds) == 1 else None
    return verdict if way is None else kinds.pop()[way]


def quantity_of(case: str) -> str:
    """What the ratios of a case are of."""
    named = {MEMORY: "memory of a call", FIRST_CALL: "time of a first call"}
    return next((text for measure, text in named.items() if case.endswith(f" {measure}")), "time of a call")


def what_of(name: str) -> str:
    """What a chain consists of, by the name of one of its ends."""
    return "release" if "==" in name else "commit"


def counted(number: int, what: str) -> str:
    """``1 commit``, ``2 commits``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def verdict_of(
    changes: Sequence[FoundChange], undecided: dict[str, str], compared: bool, finished: bool
) -> tuple[BisectVerdict, str]:
    """The verdict of the whole search, and the reason in a few words."""
    slower, faster = ([each for each in changes if _is_confirmed(each, way)] for way in (1, -1))
    if not compared:
        return "nothing compared", next(iter(undecided.values()), "no case was compared")
    if slower:
        return "slower", f"{_commits(slower)} made a case {_ways(slower, 0)}"
    if not finished:
        return "unfinished", "--time-budget ended before a commit was found"
    if undecided:
        return "inconclusive", next(iter(undecided.values()))
    if faster:
        return "faster", f"{_commits(faster)} made a case {_ways(faster, 1)}, and none made one {_ways(faster, 0)}"
    return "unchanged", "no case differs between the two ends by more than its margin"


def _is_confirmed(change: FoundChange, way: int) -> bool:
    """Whether the last comparison shows that a case became slower (``way`` 1) or faster (-1)."""
    return any(case.confirmed and case.ratio is not None and (case.ratio > 1) == (way > 0) for case in change.cases)


def _ways(changes: Sequence[FoundChange], way: int) -> str:
    """``slower``; ``slower or larger`` where cases of both kinds changed."""
    return " or ".join(dict.fromkeys(case_ways(case.case)[way] for change in changes for case in change.cases))


def _commits(changes: Sequence[FoundChange]) -> str:
    """``2 commits``; ``1 of 3 commits`` where several are suspected."""
    suspects = sum(len(each.suspects) for each in changes)
    among = f"{len(changes)} of " if suspects > len(changes) else ""
    return among + counted(suspects, what_of(changes[0].commit.name))
