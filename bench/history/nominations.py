"""Which changes a series suggests, and what the gate says of them."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..gate.judge import CONFIRM_BLOCKS, FAMILY_LEVEL, ONCE, confirm_blocks
from ..gate.paired_rounds import COPY, HEAD
from ..gate.plan import Planned
from ..gate.records import TIME, CaseResult, Measure, labelled
from ..gate.statistics import blocks_to_find, spread_upper
from ..gate.tracks import Track, results
from ..records import Case
from .chained import Chained, Found, differences
from .change_points import change_points, jumps
from .history_records import Compared
from .records import Commit
from .steps import Name

SMALL = 0.5
"""A jump below this share of the margin is not compared: the gate would hardly confirm it."""

NEGLIGIBLE = 0.25
"""One below this share is not told either."""

CHOICES = (*CONFIRM_BLOCKS, 48, 64)
"""Blocks of a comparison: more than the gate has, because the series tells how large the change is."""

CAUTION = 0.7
"""The part of a jump's distance from the margin that blocks are planned for: eight blocks show little of the noise."""

Key = tuple[str, str, Name]
"""Two neighbours, the earlier first, and a case."""


@dataclass(frozen=True)
class Nomination:
    """A change of a case between two neighbouring commits, by their names; ``jump`` is a log ratio.

    ``screen`` are log ratios as a comparison of the two may give them: blocks are planned by them.
    """

    case: Name
    before: str
    after: str
    jump: float
    margin: float
    screen: Sequence[float]

    @property
    def key(self) -> Key:
        return self.before, self.after, self.case

    @property
    def is_small(self) -> bool:
        return abs(self.jump) < SMALL * math.log1p(self.margin)

    def blocks(self, candidates: int) -> int:
        """Blocks for one of so many candidates that are judged together.

        At least those of the gate; beyond the margin as many as show a part of the jump with a power of 95 %.
        """
        distance = CAUTION * (abs(self.jump) - math.log1p(self.margin))
        level = FAMILY_LEVEL / max(1, candidates)
        planned = confirm_blocks(self.screen, self.margin, level)
        if distance <= 0:
            return planned
        return max(planned, blocks_to_find(distance, spread_upper(self.screen), level, CHOICES) or CHOICES[-1])


def nominated(commits: Sequence[Commit], chained: Chained) -> list[Nomination]:
    """All that the series suggest. Commits with the same code are one point."""
    return [each for case in chained.cases for each in _of_case(commits, chained, case)]


def _of_case(commits: Sequence[Commit], chained: Chained, case: Name) -> list[Nomination]:
    logs = {each.commit: math.log(each.ratio) for each in chained.series(case).points}
    runs: list[_Run] = []
    for commit in commits:
        first = chained.first(commit.name, case) if commit.name in logs else None
        if first is None:
            continue
        if runs and runs[-1].found.commit == first[1].commit:
            runs[-1].last = commit.name
        else:
            runs.append(_Run(*first, commit.name, commit.name))
    values, margin = [logs[each.first] for each in runs], chained.margins.get(case, 0.0)
    known = [each.found.deviation for each in runs]
    places = change_points(values, [each for each in known if each is not None])
    pairs = [(runs[place - 1], runs[place]) for place in places]
    return [
        Nomination(
            case, before.last, after.first, jump, margin, screen_of(before.found.numbers, after.found.numbers, jump)
        )
        for (before, after), jump in zip(pairs, jumps(values, places), strict=True)
        if abs(jump) >= NEGLIGIBLE * math.log1p(margin)
    ]


@dataclass
class _Run:
    """Commits from ``first`` to ``last`` with the same code, and their numbers against anchor number ``anchor``."""

    anchor: int
    found: Found
    first: str
    last: str


def screen_of(before: Sequence[float], after: Sequence[float], jump: float) -> list[float]:
    """Numbers around the jump of the series, with the spread of a direct comparison.

    A number against an anchor has the noise of two processes; a difference of two of them that of four.
    """
    numbers = differences(before, after)
    scale = math.sqrt(0.5) if before and after else 1.0
    return [jump + scale * (number - statistics.fmean(numbers)) for number in numbers]


@dataclass
class Nominated(Track):
    """The track of a nominated case between two commits: it has a confirmation only, the series were its screen."""

    pair: str = ""

    @property
    def name(self) -> str:
        return f"{self.pair} {super().name}"


def planned_of(line: Compared) -> list[Planned]:
    """The cases, each with its measure and its margin; 0 where it was never opened."""
    times: list[Measure] = [TIME] * len(line.cases)
    of_cases: zip[tuple[Case, Measure]] = zip(line.cases, [*line.measures, *times], strict=False)
    return [
        Planned(case, line.margins.get(labelled(case, measure), 0.0), measure=measure) for case, measure in of_cases
    ]


def judged(lines: Sequence[Compared]) -> dict[Key, CaseResult]:
    """What the gate says of all comparisons; those of a call are judged together."""
    found: dict[Key, CaseResult] = {}
    for call in dict.fromkeys(each.call for each in lines):
        found |= _of_call([each for each in lines if each.call == call])
    return found


def _of_call(lines: Sequence[Compared]) -> dict[Key, CaseResult]:
    keys: list[Key] = []
    tracks: list[Nominated] = []
    for line in lines:
        for planned in planned_of(line):
            readings = line.readings.get(planned.label)
            if not readings:
                continue
            margin, pair = planned.margin, f"{line.before} {line.after}"
            keys.append((line.before, line.after, planned.label))
            tracks.append(Nominated(planned, HEAD, margin, confirm=list(readings), pair=pair))
            if copies := [each for each in readings if each.copy is not None]:
                tracks.append(Nominated(planned, COPY, margin, confirm=copies, pair=pair))
    return dict(zip(keys, results(tracks, ONCE)[0], strict=True))


def lost(lines: Sequence[Compared]) -> Mapping[Key, str]:
    """Why nominated cases have no comparison, though one was tried."""
    return {
        (line.before, line.after, each.label): line.fault or line.lost.get(each.label, "it was not measured")
        for line in lines
        for each in planned_of(line)
        if not line.readings.get(each.label)
    }
