# pyright: strict
"""Whether what an earlier comparison confirmed holds again: the cases to replay, and what the replay says of each.

The replay is a confirmation of its own: fresh processes, data and order, a number of blocks that is fixed before the
first one, and the level of a run for the family of its cases. Readings of the earlier comparison do not count in it.
"""

from collections.abc import Sequence
from typing import Literal, cast

import msgspec

from ..records import Case
from .records import (
    ABSENT,
    EQUIVALENT,
    FASTER,
    GONE,
    NOT_SLOWER,
    OPEN,
    RECURS,
    SLOWER,
    TOLD,
    CaseResult,
    Claim,
    Comparison,
    Control,
    Measure,
    Recurrence,
    RunVerdict,
)

NOWHERE = "neither side has this case here"


def confirmed(found: Comparison) -> list[CaseResult]:
    """The cases that a comparison called slower or faster."""
    return [each for each in found.cases if each.verdict in (SLOWER, FASTER)]


def replayed(claims: Sequence[CaseResult], cases: Sequence[CaseResult], why_absent: str = NOWHERE) -> list[CaseResult]:
    """Each of the ``claims`` as the replay's ``cases`` have it, with what was said then and whether it recurs."""
    now = {(each.case, each.measure): each for each in cases}
    found = [now.get((claim.case, claim.measure)) or _absent(claim, why_absent) for claim in claims]
    return list(map(_with_claim, claims, found))


def _absent(claim: CaseResult, reason: str) -> CaseResult:
    return CaseResult(case=claim.case, measure=claim.measure, verdict=ABSENT, reason=reason, margin=claim.margin)


def _with_claim(claim: CaseResult, now: CaseResult) -> CaseResult:
    said = cast(Literal["slower", "faster"], claim.verdict)
    then = Claim(verdict=said, ratio=claim.ratio, low=claim.low, high=claim.high, blocks=claim.blocks)
    found, reason = recurrence(then, now), now.reason
    if found == GONE and now.confirm is not None:
        reason = f"{now.verdict} in {now.blocks} fresh pairs of processes"
    return msgspec.structs.replace(now, then=then, recurrence=found, reason=reason)


def recurrence(then: Claim, now: CaseResult) -> Recurrence | None:
    """Whether a claim holds again; None if the case could not be replayed.

    It did not recur if the interval excludes it: a case that was slower is equivalent, or not slower with an interval
    that reaches below the margin; for one that was faster the same the other way round.
    """
    if now.verdict not in TOLD:
        return None
    if now.verdict == then.verdict:
        return RECURS
    if now.verdict in (SLOWER, FASTER, EQUIVALENT):
        return GONE
    if now.verdict != NOT_SLOWER or now.low is None or now.high is None:
        return OPEN
    if then.verdict == SLOWER:
        return GONE if now.low <= 1 + now.margin else OPEN
    return GONE if now.low > 1 / (1 + 2 * now.margin) and now.high >= 1 / (1 + now.margin) else OPEN


def verdict_of(cases: Sequence[CaseResult], controls: Sequence[Control]) -> tuple[RunVerdict, str]:
    """The verdict of a whole replay, and the reason in a few words. Only slowdowns fail it."""
    lost = [each for each in cases if each.recurrence is None]
    slower = [each for each in cases if each.then is not None and each.then.verdict == SLOWER]
    counts = {kind: sum(each.recurrence == kind for each in slower) for kind in (RECURS, OPEN)}
    if lost:
        return "incomplete", f"{len(lost)} of {_cases(len(cases))} could not be replayed: {lost[0].reason}"
    if counts[RECURS]:
        return "slower", f"{counts[RECURS]} of {_slowdowns(len(slower))} {_recur(counts[RECURS])}"
    if now := sum(each.verdict == SLOWER for each in cases):
        return "slower", f"{_cases(now)} that had been faster {'is' if now == 1 else 'are'} slower"
    if fired := sum(each.fired for each in controls):
        return "inconclusive", f"{fired} of {len(controls)} controls were called slower: too much noise"
    if counts[OPEN]:
        return "inconclusive", f"{counts[OPEN]} of {_slowdowns(len(slower))} could not be decided"
    if not slower:
        again = sum(each.recurrence == RECURS for each in cases)
        return "not slower", f"no slowdown had been confirmed; {again} of {len(cases)} faster cases {_recur(again)}"
    if len(slower) == 1:
        return "not slower", "the confirmed slowdown did not recur"
    return "not slower", f"none of {_slowdowns(len(slower))} recurs"


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"


def _slowdowns(count: int) -> str:
    return "1 confirmed slowdown" if count == 1 else f"{count} confirmed slowdowns"


def _recur(count: int) -> str:
    return "recurs" if count == 1 else "recur"


def margins_of(claims: Sequence[CaseResult]) -> dict[Measure, dict[Case, float]]:
    """The margin by which each was called slower or faster: the replay asks the same question."""
    found: dict[Measure, dict[Case, float]] = {}
    for each in claims:
        found.setdefault(each.measure, {})[each.case] = each.margin
    return found
