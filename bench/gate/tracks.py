"""A case during a comparison, and its result at the end."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from ..errors import Lost
from . import judge, records
from .paired_rounds import BASE, COPY, HEAD, Reading
from .plan import Planned
from .records import CaseResult, CaseVerdict, Control, Stage
from .statistics import Location, location, p_greater, spread

TOLD_TREND = 0.05
"""A change of the time within a block from which on it is told."""

StageName = Literal["screen", "confirm"]


@dataclass
class Track:
    """Head (or a copy of base) against base: the readings of each stage, or why each side has none."""

    planned: Planned
    side: str
    margin: float
    screen: list[Reading] = field(default_factory=list)
    confirm: list[Reading] = field(default_factory=list)
    lost: dict[str, Lost] = field(default_factory=dict)
    wanted: int = 0
    """Blocks that were planned for the confirmation; more are those of its second look."""
    unreached: str = ""

    @property
    def same(self) -> bool:
        """Whether both sides are known to be the same code."""
        return self.side == COPY or self.planned.unchanged

    @property
    def timed(self) -> bool:
        return not self.lost and not self.unreached

    @property
    def name(self) -> str:
        measure = "" if self.planned.measure == records.TIME else f" {self.planned.measure}"
        return f"{self.side} {self.planned.case.key}{measure}"

    @property
    def exact(self) -> bool:
        """Whether every evaluation of the number that it tracks gave the same."""
        values = {(each.base_ns, each.head_ns, each.copy) for each in self.screen}
        return len(values) == 1 and all(each.exact for each in self.screen)

    @property
    def unit(self) -> str:
        """What its numbers count; '' before the first reading."""
        return self.screen[0].unit if self.screen else ""

    @property
    def floor(self) -> float:
        """The share of base that the smallest difference that counts is: the margin is no less."""
        return self.planned.floor(self.screen)

    @property
    def disturbed(self) -> bool:
        """Whether other programs disturbed so many rounds that its interval decides nothing."""
        return self.dropped > judge.DROPPED_SHARE * self.rounds

    @property
    def rounds(self) -> int:
        return sum(each.rounds for each in self.screen + self.confirm)

    @property
    def dropped(self) -> int:
        return sum(each.dropped for each in self.screen + self.confirm)

    def readings(self, stage: StageName) -> list[Reading]:
        """The readings of ``screen`` or ``confirm``, one per block."""
        return self.screen if stage == "screen" else self.confirm

    def numbers(self, stage: StageName) -> list[float]:
        """One log ratio per block."""
        found = [each.copy if self.side == COPY else each.head for each in self.readings(stage)]
        return [number for number in found if number is not None]


def left_open(tracks: Sequence[Track], levels: judge.Levels) -> list[Track]:
    """Those that the planned blocks of a confirmation leave undecided, and more blocks may decide."""
    confirming, numbers, margins = _confirming(tracks)
    names = judge.left_open(numbers, margins, levels)
    return [confirming[name] for name in names if not confirming[name].disturbed]


def _confirming(tracks: Sequence[Track]) -> tuple[dict[str, Track], dict[str, list[float]], dict[str, float]]:
    """By name: the tracks that have a confirmation, its numbers, and their margins."""
    found = {each.name: each for each in tracks if each.timed and each.confirm}
    numbers = {name: each.numbers("confirm") for name, each in found.items()}
    return found, numbers, {name: each.margin for name, each in found.items()}


def results(tracks: Sequence[Track], levels: judge.Levels = judge.TWICE) -> tuple[list[CaseResult], list[Control]]:
    """Verdicts of all cases, and the controls among them, confirmed at these ``levels``.

    Where a control fired, the same code was called slower in this very run, so
    nothing else is called slower or faster by it.
    """
    confirming, numbers, margins = _confirming(tracks)
    planned = {name: each.wanted or len(numbers[name]) for name, each in confirming.items()}
    judged = judge.looked(numbers, margins, planned, levels)
    apart, most = _apart(tracks), max(1, len(confirming))
    own = {name: (levels.second if len(of) > planned[name] else levels.first) / most for name, of in numbers.items()}
    found = {
        each.name: _result(each, judged.get(each.name), own.get(each.name, levels.first), apart.get(each.unit))
        for each in tracks
    }
    fired = {each.name for each in tracks if each.same and found[each.name].verdict == records.SLOWER}
    controls = [_control(each, found[each.name], each.name in fired) for each in tracks if each.same and each.timed]
    cases = [_trusted(found[each.name], each.name in fired, fired) for each in tracks if each.side == HEAD]
    return cases, controls


def _apart(tracks: Sequence[Track]) -> dict[str, float]:
    """The largest log ratio of a block of the same code in this run, by the unit that it counts in."""
    found: dict[str, float] = {}
    for each in tracks:
        if each.same and each.timed:
            numbers = [0.0, *each.numbers("screen"), *each.numbers("confirm")]
            found[each.unit] = max(found.get(each.unit, 0.0), *map(abs, numbers))
    return found


def _control(track: Track, result: CaseResult, fired: bool) -> Control:
    return Control(kind="copy" if track.side == COPY else "unchanged", result=result, fired=fired)


def _trusted(result: CaseResult, is_control: bool, fired: set[str]) -> CaseResult:
    if not fired or result.verdict not in (records.SLOWER, records.FASTER):
        return result
    above, below = records.ways_of(result.measure)
    looks = above if result.verdict == records.SLOWER else below
    reason = "its sources are the same on both sides" if is_control else f"a control was called {above} in this run"
    return msgspec.structs.replace(
        result, verdict=records.INCONCLUSIVE, reason=f"looks {looks}, but {reason}; compare again"
    )


def _result(track: Track, judged: judge.Judged | None, level: float, apart: float | None) -> CaseResult:
    """``level``: that of the case's own test. ``apart``: see `_apart`; None without controls."""
    if track.lost:
        return _lost(track)
    screen, margin = track.numbers("screen"), track.margin
    if track.unreached and len(screen) < judge.SCREEN_BLOCKS:
        return _untimed(track, records.INCONCLUSIVE, track.unreached)
    if track.exact:
        verdict, reason = judge.exactly(screen[0], margin, len(screen))
    elif track.unreached:
        verdict, reason = records.INCONCLUSIVE, track.unreached
    elif judged is not None:
        verdict, reason = judged
    else:
        verdict = judge.settled(screen, margin)
        decided = "decided" if verdict != records.INCONCLUSIVE else "left open"
        reason = f"{decided} by the screen of {len(screen)} blocks"
    if track.disturbed and not _is_beyond(track, apart):
        verdict = records.INCONCLUSIVE
        reason = f"{track.dropped} of {track.rounds} rounds were disturbed by other programs; make the machine quieter"
        if judge.settled(track.numbers("confirm") or screen, margin) == records.EQUIVALENT:
            reason = f"its interval lies inside the margin, but {reason}"
    return _made(track, verdict, reason + _trend(track) + _scatter(track), level)


def _is_beyond(track: Track, apart: float | None) -> bool:
    """Whether each block of the confirmation is further beyond the margin than any of the same code.

    Disturbed rounds spoil such a case no more than the controls beside it. If the margin were 0 and all code the same,
    its 12 blocks would lie above the 6 of one control in one of C(18, 6) = 18,564 runs.
    """
    numbers = track.numbers("confirm")
    if apart is None or not numbers:
        return False
    reach = math.log1p(track.margin) + apart
    return min(numbers) > reach or max(numbers) < -reach


def _trend(track: Track) -> str:
    """What is said of a benchmark whose calls become longer or shorter within a block."""
    trends = [each.trend for each in track.screen + track.confirm]
    grown = math.expm1(statistics.median(trends)) if trends else 0.0
    if abs(grown) < TOLD_TREND:
        return ""
    return (
        f"; its calls become {abs(grown):.0%} {'longer' if grown > 0 else 'shorter'} within a block: it changes state"
    )


def _scatter(track: Track) -> str:
    """What is said of memory that differs between calls of one process."""
    if track.planned.measure != records.MEMORY:
        return ""
    apart = statistics.median(each.scatter for each in track.screen + track.confirm)
    return f"; calls of one process differ by {apart / 1024:.0f} KiB" if apart else ""


def _untimed(track: Track, verdict: CaseVerdict, reason: str) -> CaseResult:
    """The result of a case that was lost or not reached in time; earlier readings do not count."""
    case, unchanged = track.planned.case, track.planned.unchanged
    return CaseResult(
        case=case,
        measure=track.planned.measure,
        verdict=verdict,
        reason=reason,
        margin=track.margin,
        unchanged=unchanged,
    )


def _made(track: Track, verdict: CaseVerdict, reason: str, level: float) -> CaseResult:
    screen = _stage(track, "screen", 0.0, judge.SUSPECT_LEVEL)
    confirm = _stage(track, "confirm", math.log1p(track.margin), level)
    shown = confirm or screen
    if shown is None:
        return _untimed(track, verdict, reason)
    numbers = track.numbers("confirm" if confirm else "screen")
    planned = len(numbers) if confirm else judge.confirm_blocks(numbers, track.margin, level)
    return CaseResult(
        case=track.planned.case,
        measure=track.planned.measure,
        verdict=verdict,
        reason=reason,
        ratio=shown.ratio,
        low=shown.low,
        high=shown.high,
        margin=track.margin,
        blocks=len(numbers),
        least_effect=judge.least_found(numbers, track.margin, planned, level),
        unchanged=track.planned.unchanged,
        screen=screen,
        confirm=confirm,
    )


def _stage(track: Track, name: StageName, threshold: float, level: float) -> Stage | None:
    numbers, readings = track.numbers(name), track.readings(name)
    if not numbers:
        return None
    found = location(numbers) if not track.exact else Location(numbers[0], numbers[0], numbers[0])
    return Stage(
        ratios=[math.exp(number) for number in numbers],
        ratio=math.exp(found.value),
        low=_exp(found.low),
        high=_exp(found.high),
        spread=spread(numbers) if len(numbers) > 1 else None,
        p=p_greater(numbers, threshold),
        level=level,
        base_ns=statistics.median(each.base_ns for each in readings),
        head_ns=statistics.median(each.head_ns for each in readings),
        rounds=sum(each.rounds for each in readings),
        dropped=sum(each.dropped for each in readings),
        unit=readings[0].unit,
    )


def _exp(log: float) -> float | None:
    return math.exp(log) if math.isfinite(log) else None


def _lost(track: Track) -> CaseResult:
    """A case without times: which side lacks them, and whether that is a failure."""
    both = BASE in track.lost and HEAD in track.lost
    statuses = {lost.status for lost in track.lost.values()}
    lacking = any(lost.unexported for lost in track.lost.values())
    if both and statuses <= set(records.UNTIMED) and not lacking:
        neither = _untimed(track, records.ABSENT, f"neither side can run it: {_told(track.lost, of_both='')}")
        return msgspec.structs.replace(neither, tried=True)
    if lacking or statuses & {"wrong", "crashed", "timeout"}:
        verdict = records.BROKEN
    else:
        verdict = records.MISSING if HEAD in track.lost else records.APPEARED
    return _untimed(track, verdict, _told(track.lost, of_both="both sides: "))


def _told(lost: dict[str, Lost], of_both: str) -> str:
    sides: dict[str, list[str]] = {}
    for side, each in lost.items():
        sides.setdefault(f"{'not exported' if each.unexported else each.status}: {each.reason}", []).append(side)
    names = {told: of_both if {BASE, HEAD} <= set(of) else f"{of[0]}: " for told, of in sides.items()}
    return "; ".join(f"{name}{told}" for told, name in names.items())
