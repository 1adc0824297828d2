"""Two commits side by side, ready to be timed, whatever kind of suite they have."""

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from ..errors import UsageError
from ..gate.gate import Blocks
from ..gate.plan import Planned
from ..gate.records import CaseResult, Measure
from .steps import Name


@dataclass(frozen=True)
class Pair:
    """``measured`` are the cases that both commits have, ``settled`` those that end without times.

    ``blocks`` makes a player of a measure's blocks from a seed. ``codes`` are digests of head's code by case: cases
    with equal digests run the same code.
    """

    measured: Sequence[Planned]
    settled: Sequence[CaseResult]
    blocks: Mapping[Measure, Callable[[int], Blocks]]
    suite: str = ""
    warnings: Sequence[str] = field(default_factory=list[str])
    codes: Mapping[Name, str] = field(default_factory=dict[Name, str])


class Opener(Protocol):
    """Opens two commits by their names."""

    def __call__(self, base: str, head: str) -> AbstractContextManager[Pair]: ...


def fits(each: Planned | CaseResult, patterns: Sequence[str]) -> bool:
    """Whether a pattern is of the case's label, with or without its measure; all fit where there is no pattern."""
    labels = (each.label, each.case.label)
    return not patterns or any(fnmatch.fnmatch(label, pattern) for label in labels for pattern in patterns)


def none_fits(patterns: Sequence[str]) -> UsageError:
    """The error where two commits share no case that fits."""
    told = f"no case matches {', '.join(patterns)}" if patterns else "the two commits have no case in common"
    return UsageError(f"{told}; 'rooflinear list' shows those of the checkout")
