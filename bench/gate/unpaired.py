"""Two files of results, measured at different times: what can still be said, and what cannot.

Nothing ties a time of one file to a time of the other, so the machine's drift
between them looks like a change of the code. What can be seen of it widens
every interval, in two ways. The shift that all cases share is added to both
ends. The scatter of cases around that shift is the standard deviation of one
case's shift, whatever it comes from: processes, alignment, a library's drift.
With three or more blocks on both sides the case's own Welch t test between
blocks must agree. What cannot be seen is said in a warning.

Welch, "The generalization of Student's problem when several different
population variances are involved", Biometrika 34 (1947).
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median, variance
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from ..errors import UsageError
from . import records
from .allowed import Named, one_sided, unmatched
from .files import File, Key, another_machine, another_version, read_two, relative
from .judge import FAMILY_LEVEL, settled_between
from .margins import Margins
from .records import CaseResult, CaseVerdict, Comparison, Stage
from .statistics import CONFIDENCE, holm

REFERENCE = "numpy"

ENOUGH = 8
"""Shared cases that two files need for an estimate of the scatter."""

UNSEEN = 0.05
"""Assumed scatter if there are fewer: the spread between sessions of one shared machine."""

LEAST = 0.01
"""The least scatter, even if most cases agree: fresh processes of one kernel differ by this much."""

SEEN_SHARES = (0.5, 0.8)
"""Shares of cases whose scatter is that of all: a change that touches more than a fifth of them passes for drift."""

FEWEST_FOR_WELCH = 3
POWER = 0.95


class Doubt(NamedTuple):
    """A standard error of a log ratio and the degrees of freedom it was estimated with."""

    error: float
    freedom: float


class Shift(NamedTuple):
    """Head's log time minus base's, and its error from the blocks (None if a side has one block)."""

    value: float
    within: Doubt | None
    blocks: int


class Drift(NamedTuple):
    """What all cases together show: their common shift, and the scatter of single cases around it."""

    common: float
    scatter: Doubt


def compare_files(
    base: Path,
    head: Path,
    margins: Margins,
    allow_missing: Sequence[str] = (),
    allow_other_machine: bool = False,
    reference: str | None = None,
) -> Comparison:
    """An unpaired comparison of any two files that `interop.read` knows.

    Raises `UsageError` for files of different machines, unless allowed: then
    ratios to a reference implementation, measured in each file, are compared.
    """
    old, new = read_two(base, head)
    warnings = ["unpaired: drift of the machine between the two cannot be excluded; compare revisions instead"]
    if other := another_machine(old.run.machine, new.run.machine):
        if not allow_other_machine:
            raise UsageError(
                f"{base} and {head} are from different machines ({other}); "
                "--allow-other-machine compares ratios to a reference kernel"
            )
        name = reference or REFERENCE
        old, new = relative(old, new, name)
        warnings.append(f"different machines: times are relative to {name} at the same size, which may itself differ")
    cases, told = judged(old, new, margins, allow_missing)
    verdict, reason = records.verdict_of(cases, [])
    return Comparison(
        verdict=verdict, reason=reason, method="unpaired", base=old.side, head=new.side,
        margin=margins.default, cases=cases, warnings=[*warnings, *told], suite=new.run.suite,
    )  # fmt: skip


def judged(old: File, new: File, margins: Margins, allow_missing: Sequence[str]) -> tuple[list[CaseResult], list[str]]:
    """Verdicts of all cases, and warnings: the visible drift, patterns that fit nothing."""
    shared = [key for key in new.blocks if key in old.blocks and not another_version(old, new, key)]
    shifts = {key: shift(old.blocks[key], new.blocks[key]) for key in shared}
    calm = {key: each for key, each in shifts.items() if key not in old.disturbed | new.disturbed}
    seen = drift([each.value for each in calm.values()])
    margin = {key: margins.of(new.case(key)) for key in shifts}
    called, level = _called(calm, seen, margin), FAMILY_LEVEL / max(1, len(calm))
    found = [_result(key, old, new, each, seen, called.get(key), margin[key], level) for key, each in shifts.items()]
    keys = dict.fromkeys([*old.results, *new.results])
    alone = [_alone(key, old, new, margins, allow_missing) for key in keys if key not in shifts]
    unused = unmatched(allow_missing, (_named(key, old, new) for key in keys))
    return [*found, *alone], [*_told(seen, len(calm)), *unused]


def _called(shifts: Mapping[Key, Shift], seen: Drift, margins: Mapping[Key, float]) -> dict[Key, CaseVerdict]:
    """The cases that are called slower or faster, Holm over all of them in either direction."""
    opposite = {key: each._replace(value=-each.value) for key, each in shifts.items()}
    ways: dict[CaseVerdict, Mapping[Key, Shift]] = {records.FASTER: opposite, records.SLOWER: shifts}
    found: dict[Key, CaseVerdict] = {}
    for verdict, way in ways.items():
        rejected = holm([p_slower(each, seen, margins[key]) for key, each in way.items()], FAMILY_LEVEL)
        found |= {key: verdict for key, is_rejected in zip(way, rejected, strict=True) if is_rejected}
    return found


def drift(values: Sequence[float]) -> Drift:
    """What log ratios of all cases show. One case alone shows no common shift; few show no scatter."""
    common = median(values) if len(values) > 1 else 0.0
    if len(values) < ENOUGH:
        return Drift(common, Doubt(UNSEEN, ENOUGH - 1))
    away = np.abs(np.asarray(values) - common)
    normal = [float(ndtri((1 + share) / 2)) for share in SEEN_SHARES]
    seen = max(float(np.quantile(away, share)) / unit for share, unit in zip(SEEN_SHARES, normal, strict=True))
    return Drift(common, Doubt(max(seen, LEAST), len(values) - 1))


def shift(base: Sequence[float], head: Sequence[float]) -> Shift:
    """Difference of the means over blocks; blocks are the replicates, so a single block has no error estimate."""
    value, blocks = fmean(head) - fmean(base), min(len(base), len(head))
    if blocks < FEWEST_FOR_WELCH:
        return Shift(value, None, blocks)
    parts = [(variance(side) / len(side), len(side) - 1) for side in (base, head)]
    total = sum(part for part, _ in parts)
    below = sum(part**2 / freedom for part, freedom in parts)
    return Shift(value, Doubt(math.sqrt(total), total**2 / below if below else math.inf), blocks)


def p_slower(found: Shift, seen: Drift, margin: float) -> float:
    """One-sided p that head is not slower by more than margin and common shift: the larger of both tests."""
    beyond = found.value - abs(seen.common) - math.log1p(margin)
    return max(_tail(beyond, doubt) for doubt in _doubts(found, seen))


def _tail(beyond: float, doubt: Doubt) -> float:
    return float(stdtr(doubt.freedom, -beyond / doubt.error)) if doubt.error else float(beyond <= 0)


def _doubts(found: Shift, seen: Drift) -> list[Doubt]:
    return [seen.scatter] if found.within is None else [seen.scatter, found.within]


def _reach(found: Shift, seen: Drift, level: float) -> float:
    """The largest error of a log ratio at a one-sided level, including the common shift."""
    return abs(seen.common) + max(-float(stdtrit(each.freedom, level)) * each.error for each in _doubts(found, seen))


def _stage(base: Sequence[float], head: Sequence[float], found: Shift, seen: Drift, p: float, level: float) -> Stage:
    half = _reach(found, seen, 1 - CONFIDENCE)
    ratio, low, high = (math.exp(found.value + off) for off in (0, -half, half))
    return Stage(
        ratios=[ratio], ratio=ratio, low=low, high=high, spread=found.within and found.within.error, p=p, level=level,
        base_ns=math.exp(fmean(base)), head_ns=math.exp(fmean(head)),
    )  # fmt: skip


def _result(
    key: Key, old: File, new: File, found: Shift, seen: Drift, called: CaseVerdict | None, margin: float, level: float
) -> CaseResult:
    half = _reach(found, seen, 1 - CONFIDENCE)
    verdict = called or settled_between(found.value - half, found.value + half, margin)
    if key in old.disturbed | new.disturbed:
        verdict = records.INCONCLUSIVE
    stage = _stage(old.blocks[key], new.blocks[key], found, seen, p_slower(found, seen, margin), level)
    needed = _reach(found, seen, level) + _reach(found, seen, 1 - POWER) - abs(seen.common)
    return CaseResult(
        case=new.case(key), verdict=verdict, reason=_reason(key, old, new, verdict), ratio=stage.ratio, low=stage.low,
        high=stage.high, margin=margin, blocks=found.blocks, least_effect=(1 + margin) * math.exp(needed), screen=stage,
    )  # fmt: skip


def _reason(key: Key, old: File, new: File, verdict: str) -> str:
    notes = {
        records.SLOWER: "slower by more than the margin and the visible drift together",
        records.FASTER: "faster by more than the margin and the visible drift together",
        records.INCONCLUSIVE: "drift and scatter between the files are too large to tell",
    }
    told = [_guessed(key, old, new) or notes.get(verdict, "judged from files")]
    for field, what in (("inputs_sha256", "inputs"), ("algorithm", "algorithms")):
        sides = old.told(key, field), new.told(key, field)
        if all(sides) and sides[0] != sides[1]:
            told.append(f"{what} differ")
    threads = old.case(key).threads, new.case(key).threads
    if all(threads) and threads[0] != threads[1]:
        told.append(f"threads differ: {threads[0]} and {threads[1]}")
    return "; ".join(told)


def _guessed(key: Key, old: File, new: File) -> str:
    """Why the times of a case tell nothing, or ''."""
    sides = [side for side, file in (("base", old), ("head", new)) if key in file.disturbed]
    where = "both files" if len(sides) == 2 else "".join(sides)
    return f"disturbed: most samples in {where} lost time to other programs; measure again" if sides else ""


def _alone(key: Key, old: File, new: File, margins: Margins, allowed: Sequence[str]) -> CaseResult:
    named = _named(key, old, new)
    case, margin = named.case, margins.of(named.case)
    if key not in new.results:
        return one_sided(named, records.MISSING, "only in base", margin, allowed)
    if key not in old.results:
        return one_sided(named, records.APPEARED, "only in head", margin, allowed)
    if version := another_version(old, new, key):
        return one_sided(named, records.CHANGED, version, margin, allowed)
    lost = {side: file.lost[key] for side, file in (("base", old), ("head", new)) if key in file.lost}
    harmless = len(lost) == 2 and {each.status for each in lost.values()} <= set(records.UNTIMED)
    told = "; ".join(f"{side}: {each.status}: {each.reason}" for side, each in lost.items())
    return CaseResult(case=case, verdict=records.ABSENT if harmless else records.BROKEN, reason=told, margin=margin)


def _named(key: Key, old: File, new: File) -> Named:
    """The first part of a key is empty for a benchmark of another tool, whose full name follows."""
    return Named((new if key in new.results else old).case(key), "" if key[0] else key[1])


def _told(seen: Drift, cases: int) -> list[str]:
    if not cases:
        return ["the files share no case with undisturbed times on both sides"]
    moved = f"drift between the files: {math.expm1(seen.common):+.1%} in all cases, scatter {seen.scatter.error:.1%}"
    return [moved if cases >= ENOUGH else f"{moved} (assumed: {cases} cases cannot show it)"]
