"""From the answer of a search to what is stored and shown."""

import math
from collections.abc import Mapping, Sequence

import msgspec

from ..gate.statistics import location
from .records import Bisection, ChangedCase, Commit, FoundChange, Played, verdict_of
from .steps import Answer, Change, Name


def concluded(begun: Bisection, answer: Answer, played: Sequence[Played], finished: bool) -> Bisection:
    """The record of a search that has ended; ``begun`` is what was known before."""
    changes = [found_change(each, begun.commits) for each in answer.changes]
    ends = played[0].outcome if played else None
    compared = bool(ends and ends.numbers)
    undecided = dict(answer.undecided)
    lost = dict(ends.lost) if ends else {}
    verdict, reason = verdict_of(changes, undecided if compared else undecided | lost, compared, finished)
    return msgspec.structs.replace(
        begun, verdict=verdict, reason=reason, changes=changes, undecided=undecided, not_compared=lost,
        chance_of_error=answer.level, steps=list(played),
    )  # fmt: skip


def found_change(change: Change, commits: Sequence[Commit]) -> FoundChange:
    suspects = [commits[each] for each in range(change.below + 1, change.above + 1)]
    return FoundChange(
        commit=commits[change.above],
        before=commits[change.below],
        cases=[_case(name, change) for name in change.effects],
        suspects=suspects,
        skipped={commits[each].name: why for each, why in change.between.items()},
        reason="; ".join(dict.fromkeys(change.reasons.values())),
    )


def _case(name: Name, change: Change) -> ChangedCase:
    effect = change.effects[name]
    made = ChangedCase(
        case=name, confirmed=name in change.confirmed, from_good=math.exp(effect.direction * effect.ratio)
    )
    numbers: Mapping[Name, Sequence[float]] = change.numbers
    if not numbers.get(name):
        return made
    found = location(numbers[name])
    return msgspec.structs.replace(
        made, ratio=math.exp(found.value), low=_finite(found.low), high=_finite(found.high), blocks=len(numbers[name])
    )


def _finite(log: float) -> float | None:
    return math.exp(log) if math.isfinite(log) else None
