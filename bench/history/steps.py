"""What a search over commits asks for, and what it is told. Commits are counted along their chain from the good one."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Name = str
"""A case by its label."""

Kind = Literal["ends", "look", "step", "again", "parent"]


@dataclass(frozen=True)
class Effect:
    """A case that differs between two ends by more than its margin.

    ``direction`` is 1 if the later end is slower, -1 if it is faster; ``ratio`` is the log ratio, above 0 for either.
    ``numbers`` are log ratios of head to base, one a block.
    """

    direction: int
    ratio: float
    margin: float
    numbers: tuple[float, ...]

    @property
    def least(self) -> float:
        """The log ratio from which on a commit counts as changed: the margin, or half of the effect if that is less."""
        return min(math.log1p(self.margin), self.ratio / 2)

    @property
    def divide(self) -> float:
        """The log ratio at which a search that is not strict goes to either side: further from both ends of a large
        effect, so that few blocks tell."""
        return max(self.least, self.ratio / 4)


@dataclass(frozen=True)
class Step:
    """A comparison to be made of ``head`` with ``base``: blocks to play by case.

    ``ends`` is a whole comparison, screen and confirmation, which plans its blocks itself; no case stands for all.
    ``look``, ``step`` and ``again`` judge a commit, ``parent`` compares the one that was found with the one before it.
    """

    kind: Kind
    base: int
    head: int
    blocks: Mapping[Name, int]


@dataclass(frozen=True)
class Outcome:
    """Log ratios of head to base by case, one a block; or why a case, or the whole commit (``fault``), has none.

    ``same`` are cases whose code does not differ. ``effects`` are what a comparison of ``ends`` calls slower or faster,
    ``undecided`` what it cannot tell.
    """

    numbers: Mapping[Name, Sequence[float]] = field(default_factory=dict[Name, Sequence[float]])
    same: Collection[Name] = ()
    lost: Mapping[Name, str] = field(default_factory=dict[Name, str])
    fault: str = ""
    effects: Mapping[Name, Effect] = field(default_factory=dict[Name, Effect])
    undecided: Mapping[Name, str] = field(default_factory=dict[Name, str])

    def why_lost(self, case: Name) -> str:
        """Why a case cannot be judged, or ''."""
        return self.fault or self.lost.get(case, "")

    def faulty(self, cases: Collection[Name]) -> dict[Name, str]:
        """The fault of the whole commit, by case."""
        return dict.fromkeys(cases, self.fault) if self.fault else {}


@dataclass(frozen=True)
class Change:
    """Where cases changed: behind the commit ``below``, at ``above`` or at one ``between`` them that cannot be judged.

    ``numbers`` are log ratios of ``above`` to ``below``. They show the change in all cases but those that ``reasons``
    names.
    """

    below: int
    above: int
    effects: Mapping[Name, Effect]
    numbers: Mapping[Name, Sequence[float]]
    between: Mapping[int, str]
    reasons: Mapping[Name, str]

    @property
    def confirmed(self) -> list[Name]:
        """The cases in which the change was seen again."""
        return [name for name in self.effects if name not in self.reasons]


@dataclass(frozen=True)
class Answer:
    """All changes, in order; ``undecided`` says by case what is open.

    ``level`` bounds the chance that a commit is confirmed that did not change the case.
    """

    changes: Sequence[Change]
    undecided: Mapping[Name, str]
    level: float
