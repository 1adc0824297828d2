# pyright: strict
"""Several machines that compared the same two sides: each by its own blocks, and together where they agree.

Half of the gate's level is for the machines, an equal part for each; the other half is for the tests on all of them
together. So the chance that equal code is called slower anywhere is that of one machine's gate (Bonferroni).
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

import msgspec

from ..records import Case
from . import strata
from .judge import DROPPED_SHARE, FAMILY_LEVEL, settled_between
from .records import (
    ABSENT,
    EQUIVALENT,
    FASTER,
    INCOMPLETE,
    INCONCLUSIVE,
    NOT_SLOWER,
    SLOWER,
    TOLD,
    CaseResult,
    CaseVerdict,
    Comparison,
    Measure,
    OfHost,
    Stage,
    verdict_of,
)
from .statistics import holm

TOGETHER_SHARE = 2
"""The tests on all machines together get one part in so many of the level."""

WORST_FIRST: tuple[CaseVerdict, ...] = (
    *INCOMPLETE, SLOWER, INCONCLUSIVE, NOT_SLOWER, EQUIVALENT, FASTER, ABSENT,
)  # fmt: skip

Key = tuple[Case, Measure]


def families(hosts: int) -> int:
    """Among how many families the level is shared, so that each of so many machines gets one of these parts."""
    return TOGETHER_SHARE * hosts if hosts > 1 else 1


@dataclass(frozen=True)
class Part:
    """What one machine says of a case."""

    host: str
    result: CaseResult

    @property
    def stage(self) -> Stage | None:
        return self.result.confirm or self.result.screen

    @property
    def logs(self) -> list[float]:
        return [math.log(ratio) for ratio in self.stage.ratios] if self.stage else []


@dataclass(frozen=True)
class OneCase:
    """A case on all machines. ``counting`` are those whose numbers count, ``all`` also those that have none."""

    all: tuple[Part, ...]
    counting: tuple[Part, ...]

    @property
    def margin(self) -> float:
        return max(each.result.margin for each in self.counting)

    @property
    def judged_together(self) -> bool:
        """Whether the tests on all machines together judge it: never code that is the same on both sides."""
        changed = self.counting and not self.counting[0].result.unchanged
        return bool(changed) and len(self.counting) > 1 and not self.incomplete and agree(self.counting)

    @property
    def incomplete(self) -> bool:
        return any(each.result.verdict in INCOMPLETE for each in self.all)

    @property
    def confirmed(self) -> bool:
        """Whether every machine has numbers of a confirmation: those of a screen confirm nothing."""
        return all(each.result.confirm for each in self.counting)


def combined(hosts: Sequence[OfHost]) -> Comparison:
    """The comparison by all machines; at least one has a result. Sides and options are those of the first."""
    told = [(each.name, each.comparison) for each in hosts if each.comparison is not None]
    fired = {(name, control.result.measure) for name, of in told for control in of.controls if control.fired}
    found = groups(told, fired)
    significant = _significant(found)
    cases = [_case(group, significant.get(key)) for key, group in found.items()]
    controls = [each for name, of in told for each in of.controls if (name, each.result.measure) not in fired]
    if not any(group.counting for group in found.values()):
        controls = [each for _, of in told for each in of.controls]
    verdict, reason = verdict_of(cases, controls)
    return msgspec.structs.replace(
        told[0][1], verdict=verdict, reason=reason, cases=cases, controls=controls, machine=None,
        warnings=_warnings(hosts, fired), hosts=list(hosts),
    )  # fmt: skip


def agree(parts: Sequence[Part]) -> bool:
    """Whether no two machines contradict each other.

    Two do if their 90 % intervals have nothing in common and their ratios lie further apart than the margin.
    """
    return not any(_contradict(one.result, other.result) for one, other in combinations(parts, 2))


def _contradict(one: CaseResult, other: CaseResult) -> bool:
    ends = [(_log(each.low, -math.inf), _log(each.high, math.inf)) for each in (one, other)]
    (low, high), (other_low, other_high) = ends
    between = abs(_log(one.ratio, 0.0) - _log(other.ratio, 0.0))
    return (high < other_low or other_high < low) and between > math.log1p(max(one.margin, other.margin))


def groups(told: Sequence[tuple[str, Comparison]], fired: Collection[tuple[str, str]]) -> dict[Key, OneCase]:
    found: dict[Key, list[Part]] = {}
    for name, of in told:
        for each in of.cases:
            found.setdefault((each.case, each.measure), []).append(Part(name, each))
    return {
        key: OneCase(tuple(parts), tuple(each for each in parts if (each.host, key[1]) not in fired and _counts(each)))
        for key, parts in found.items()
    }


def _counts(part: Part) -> bool:
    """Whether the numbers count: not where other programs disturbed so many rounds that the machine decides nothing."""
    result, stages = part.result, [each for each in (part.result.screen, part.result.confirm) if each]
    rounds, dropped = sum(each.rounds for each in stages), sum(each.dropped for each in stages)
    disturbed = result.verdict == INCONCLUSIVE and dropped > DROPPED_SHARE * rounds
    return result.verdict in TOLD and bool(stages) and not disturbed


def _significant(groups: Mapping[Key, OneCase]) -> dict[Key, tuple[CaseVerdict | None, Stage]]:
    """Of each case that all machines confirm: what they show together, Holm over the cases of a measure."""
    found: dict[Key, tuple[CaseVerdict | None, Stage]] = {}
    chosen = [key for key, each in groups.items() if each.judged_together]
    for measure in dict.fromkeys(key[1] for key in chosen):
        tried = [key for key in chosen if key[1] == measure and groups[key].confirmed]
        level = FAMILY_LEVEL / TOGETHER_SHARE
        numbers = [[each.logs for each in groups[key].counting] for key in tried]
        reaches = [math.log1p(groups[key].margin) for key in tried]
        slower = [strata.p_greater(of, reach) for of, reach in zip(numbers, reaches, strict=True)]
        faster = [strata.p_less(of, -reach) for of, reach in zip(numbers, reaches, strict=True)]
        ways = zip(tried, slower, holm(slower, level), holm(faster, level), strict=True)
        for key, p, is_slower, is_faster in ways:
            verdict = SLOWER if is_slower else FASTER if is_faster else None
            found[key] = verdict, _stage(groups[key].counting, p, level / len(tried))
    return found


def _case(group: OneCase, shown: tuple[CaseVerdict | None, Stage] | None) -> CaseResult:
    if not group.judged_together:
        return _apart(group)
    verdict, stage = shown or (None, _stage(group.counting, 1.0, 0.0))
    own = {each.result.verdict for each in group.counting}
    settled = settled_between(_log(stage.low, -math.inf), _log(stage.high, math.inf), group.margin)
    alone = SLOWER if SLOWER in own else FASTER if FASTER in own else None
    final = SLOWER if SLOWER in (verdict, alone) else verdict or alone or settled
    first = group.counting[0].result
    where = f"on {_joined([each.host for each in group.counting])} together"
    by = [each.host for each in group.counting if each.result.verdict == final]
    how = where if final in (verdict, settled) else f"on {_joined(by)}; {where} not confirmed"
    reason = f"{how}: {_ratios(group.counting)}{_not_counted(group)}"
    return CaseResult(
        case=first.case, measure=first.measure, verdict=final, reason=reason, ratio=stage.ratio, low=stage.low,
        high=stage.high, margin=group.margin, blocks=len(stage.ratios), unchanged=first.unchanged,
        screen=None if shown else stage, confirm=stage if shown else None,
    )  # fmt: skip


def _apart(group: OneCase) -> CaseResult:
    """The worst of what the machines say by themselves: they disagree, or fewer than two have numbers that count."""
    among = group.all if group.incomplete or not group.counting else group.counting
    worst = min(among, key=lambda each: WORST_FIRST.index(each.result.verdict))
    told = [f"{worst.result.verdict} on {worst.host}: {worst.result.reason}".removesuffix(": ")]
    if len(group.counting) > 1 and not agree(group.counting):
        told.insert(0, f"hosts disagree: {_ratios(group.counting)}")
    if worst.result.verdict == ABSENT:
        told = [worst.result.reason]
    return msgspec.structs.replace(worst.result, reason="; ".join(told) + _not_counted(group))


def _not_counted(group: OneCase) -> str:
    """Which machines could have told something and do not count, with their reasons."""
    left = [each for each in group.all if each.result.verdict in TOLD and each not in group.counting]
    return "".join(f"; {each.host} does not count: {each.result.reason}" for each in left) if group.counting else ""


def _stage(parts: Sequence[Part], p: float, level: float) -> Stage:
    """All machines' numbers; times are medians over the machines."""
    stages = [each.stage for each in parts if each.stage is not None]
    found = strata.location([each.logs for each in parts])
    return Stage(
        ratios=[ratio for each in stages for ratio in each.ratios],
        ratio=math.exp(found.value), low=_end(found.low), high=_end(found.high), spread=None, p=p, level=level,
        base_ns=median(each.base_ns for each in stages),
        head_ns=median(each.head_ns for each in stages),
        rounds=sum(each.rounds for each in stages), dropped=sum(each.dropped for each in stages), unit=stages[0].unit,
    )  # fmt: skip


def _end(log: float) -> float | None:
    return math.exp(log) if math.isfinite(log) else None


def _log(ratio: float | None, otherwise: float) -> float:
    return otherwise if ratio is None else math.log(ratio)


def _ratios(parts: Sequence[Part]) -> str:
    """``1.080 on a, 0.990 on b``."""
    return ", ".join(f"{each.stage.ratio:.3f} on {each.host}" for each in parts if each.stage is not None)


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _warnings(hosts: Sequence[OfHost], fired: Collection[tuple[str, str]]) -> list[str]:
    """What each machine says by itself, what it warns of, and which are lost."""
    found: list[str] = []
    for each in hosts:
        if each.comparison is None:
            found.append(f"{each.name} is lost, and its blocks with it: {each.lost}")
            continue
        found.append(f"{each.name} by its own blocks: {each.comparison.verdict}, {each.comparison.reason}")
        if any(name == each.name for name, _ in fired):
            found.append(f"{each.name}: a control was called slower, so its blocks do not count")
        found += [f"{each.name}: {warning}" for warning in each.comparison.warnings]
    return found
