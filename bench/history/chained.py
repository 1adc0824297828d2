"""Series of ratios to the first anchor, from numbers measured against one anchor after the other."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..gate.statistics import Location, location, spread
from .history_records import Anchor, Link, Measured, Point, Series
from .records import Commit
from .steps import Name

UNJOINED = "no commit that has this case was measured against both anchors"
ITSELF = Location(0.0, 0.0, 0.0)


class Found(NamedTuple):
    """Numbers of a case at a commit: of the commit that was measured, which has the same code. None for the anchor."""

    commit: str
    numbers: Sequence[float]

    @property
    def at(self) -> Location:
        return location(self.numbers) if self.numbers else ITSELF

    @property
    def deviation(self) -> float | None:
        """The standard deviation of the estimate, as far as it is known."""
        return spread(self.numbers) / math.sqrt(len(self.numbers)) if len(self.numbers) > 1 else None


class Chained:
    """All that was measured, found by anchor, commit and case."""

    def __init__(self, commits: Sequence[Commit], lines: Sequence[Measured], anchors: Sequence[Anchor]):
        self._commits, self._anchors = commits, [each.name for each in anchors]
        self._lines = {(each.anchor, each.commit.name): each for each in lines}
        self._by_commit = {each.commit.name: each for each in reversed(lines)}
        self.margins: dict[Name, float] = {}
        for each in lines:
            self.margins |= each.margins
        self._roots: dict[Name, int] = {}
        for each in sorted(lines, key=lambda each: self._anchors.index(each.anchor)):
            for name in (*each.numbers, *each.same_as):
                self._roots.setdefault(name, self._anchors.index(each.anchor))

    @property
    def cases(self) -> list[Name]:
        """All cases that have a number, or the code of the anchor, at some commit."""
        found = (name for each in self._lines.values() for name in (*each.numbers, *each.same_as))
        return list(dict.fromkeys(found))

    def found(self, anchor: str, commit: str, case: Name) -> Found | None:
        """The numbers of a case at a commit against an anchor; None where there are none."""
        if commit == anchor:
            return Found(anchor, ())
        line = self._lines.get((anchor, commit))
        if line is None:
            return None
        other = line.same_as.get(case)
        if other is not None and other != commit:
            return self.found(anchor, other, case)
        return Found(commit, line.numbers[case]) if line.numbers.get(case) else None

    def first(self, commit: str, case: Name) -> tuple[int, Found] | None:
        """The number of the first anchor against which a case has numbers at a commit, and these."""
        for place in range(self._roots.get(case, 0), len(self._anchors)):
            if found := self.found(self._anchors[place], commit, case):
                return place, found
        return None

    def link(self, case: Name, place: int) -> Link | None:
        """What joins anchor number ``place`` with the one before it.

        A commit measured against both gives for each block the difference of two independent log ratios; all of these
        have one centre, the log ratio of the anchors.
        """
        earlier, later = self._anchors[place - 1], self._anchors[place]
        pairs: dict[tuple[str, str], tuple[Found, Found]] = {}
        for commit in self._commits:
            old, new = self.found(earlier, commit.name, case), self.found(later, commit.name, case)
            if old and new and (old.numbers or new.numbers):
                pairs[(old.commit, new.commit)] = (old, new)
        if not pairs:
            return None
        at = location([number for old, new in pairs.values() for number in differences(new.numbers, old.numbers)])
        names = list(dict.fromkeys(old if old != earlier else new for old, new in pairs))
        return Link(
            case=case, earlier=earlier, later=later, ratio=math.exp(at.value), low=ratio_of(at.low),
            high=ratio_of(at.high), commits=names,
        )  # fmt: skip

    def links(self) -> list[Link]:
        """All links of all cases."""
        return [link for case in self.cases for link in self._links(case) if link]

    def series(self, case: Name) -> Series:
        offsets = [ITSELF]
        for link in self._links(case):
            offsets.append(_sum(offsets[-1], _at(link)) if link and offsets[-1] else None)  # pyright: ignore
        root, points, lost = self._roots.get(case, 0), [], {}
        for commit in self._commits:
            first = self.first(commit.name, case)
            if first is None:
                lost |= self._why_lost(commit.name, case)
                continue
            place, found = first
            offset = offsets[place - root]
            if offset is None:
                lost[commit.name] = UNJOINED
            else:
                points.append(self._point(commit.name, place - root, found, _sum(offset, found.at), case))
        return Series(case=case, margin=self.margins.get(case, 0.0), points=points, lost=lost)

    def _links(self, case: Name) -> list[Link | None]:
        return [self.link(case, place) for place in range(self._roots.get(case, 0) + 1, len(self._anchors))]

    def _point(self, commit: str, chain: int, found: Found, at: Location, case: Name) -> Point:
        line = self._by_commit.get(found.commit)
        return Point(
            commit=commit, ratio=math.exp(at.value), low=ratio_of(at.low), high=ratio_of(at.high),
            blocks=len(found.numbers), same_as="" if found.commit == commit else found.commit, chain=chain,
            disturbed=line is not None and case in line.disturbed,
        )  # fmt: skip

    def _why_lost(self, commit: str, case: Name) -> dict[str, str]:
        lines = [self._lines[(anchor, commit)] for anchor in self._anchors if (anchor, commit) in self._lines]
        reasons = [each.fault or each.lost.get(case, "it does not have this case") for each in lines]
        return {commit: reasons[0]} if reasons else {}


def differences(base: Sequence[float], head: Sequence[float]) -> list[float]:
    """Head's numbers minus base's, block by block; none stand for the anchor itself."""
    if base and head:
        return [new - old for old, new in zip(base, head, strict=False)]
    return [-number for number in base] or list(head)


def ratio_of(log: float) -> float | None:
    """The ratio; None for an unknown end of an interval."""
    return math.exp(log) if math.isfinite(log) else None


def _at(link: Link) -> Location:
    low = -math.inf if link.low is None else math.log(link.low)
    return Location(math.log(link.ratio), low, math.inf if link.high is None else math.log(link.high))


def _sum(one: Location, other: Location) -> Location:
    """The error of the chain is added in full."""
    return Location(*(a + b for a, b in zip(one, other, strict=True)))


def overlap(commits: Sequence[Commit], known: Mapping[str, Measured], count: int) -> Iterator[Commit]:
    """The newest measured commits whose code differs from one another, to be measured against a new anchor too."""
    taken: list[Mapping[str, str]] = []
    for commit in reversed(commits):
        line = known.get(commit.name)
        if line is None or line.fault or not line.numbers or line.codes in taken:
            continue
        taken.append(line.codes)
        yield commit
        if len(taken) == count:
            return
