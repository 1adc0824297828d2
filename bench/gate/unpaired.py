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

import fnmatch
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median, variance
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import t as student

from ..errors import UsageError
from . import records
from .files import File, Key, another_machine, another_version, read_two, relative
from .judge import FAMILY_LEVEL
from .margins import Margins
from .records import CaseResult, Comparison, Stage
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
    """Verdicts of all cases, and the visible drift."""
    shared = [key for key in new.blocks if key in old.blocks and not another_version(old, new, key)]
    shifts = {key: shift(old.blocks[key], new.blocks[key]) for key in shared}
    seen = drift([each.value for each in shifts.values()])
    margin = [margins.of(new.case(key)) for key in shifts]
    ps = [p_slower(each, seen, limit) for each, limit in zip(shifts.values(), margin, strict=True)]
    opposite = [each._replace(value=-each.value) for each in shifts.values()]
    slower = holm(ps, FAMILY_LEVEL)
    faster = holm([p_slower(each, seen, limit) for each, limit in zip(opposite, margin, strict=True)], FAMILY_LEVEL)
    found = []
    for place, key in enumerate(shifts):
        called = records.SLOWER if slower[place] else records.FASTER if faster[place] else ""
        stage = _stage(old.blocks[key], new.blocks[key], shifts[key], seen, ps[place], FAMILY_LEVEL / len(shifts))
        found.append(_result(key, old, new, stage, called, margin[place], shifts[key], seen))
    keys = dict.fromkeys([*old.results, *new.results])
    alone = [_alone(key, old, new, margins, allow_missing) for key in keys if key not in shifts]
    return [*found, *alone], _told(seen, len(shifts))


def drift(values: Sequence[float]) -> Drift:
    """What log ratios of all cases show. One case alone shows no common shift; few show no scatter."""
    common = median(values) if len(values) > 1 else 0.0
    if len(values) < ENOUGH:
        return Drift(common, Doubt(UNSEEN, ENOUGH - 1))
    away = np.abs(np.asarray(values) - common)
    normal = [float(student.ppf((1 + share) / 2, math.inf)) for share in SEEN_SHARES]
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
    return float(student.sf(beyond / doubt.error, doubt.freedom)) if doubt.error else float(beyond <= 0)


def _doubts(found: Shift, seen: Drift) -> list[Doubt]:
    return [seen.scatter] if found.within is None else [seen.scatter, found.within]


def _reach(found: Shift, seen: Drift, level: float) -> float:
    """The largest error of a log ratio at a one-sided level, including the common shift."""
    return abs(seen.common) + max(float(student.isf(level, each.freedom)) * each.error for each in _doubts(found, seen))


def _stage(base: Sequence[float], head: Sequence[float], found: Shift, seen: Drift, p: float, level: float) -> Stage:
    half = _reach(found, seen, 1 - CONFIDENCE)
    ratio, low, high = (math.exp(found.value + off) for off in (0, -half, half))
    return Stage(
        ratios=[ratio], ratio=ratio, low=low, high=high, spread=found.within and found.within.error, p=p, level=level,
        base_ns=math.exp(fmean(base)), head_ns=math.exp(fmean(head)),
    )  # fmt: skip


def _result(
    key: Key, old: File, new: File, stage: Stage, called: str, margin: float, found: Shift, seen: Drift
) -> CaseResult:
    verdict: Any = called or _settled(stage, margin)
    needed = _reach(found, seen, stage.level) + _reach(found, seen, 1 - POWER) - abs(seen.common)
    return CaseResult(
        case=new.case(key), verdict=verdict, reason=_reason(key, old, new, verdict), ratio=stage.ratio, low=stage.low,
        high=stage.high, margin=margin, blocks=found.blocks, least_effect=(1 + margin) * math.exp(needed), screen=stage,
    )  # fmt: skip


def _settled(stage: Stage, margin: float) -> str:
    assert stage.low is not None
    assert stage.high is not None
    if 1 / (1 + margin) <= stage.low and stage.high <= 1 + margin:
        return records.EQUIVALENT
    return records.NOT_SLOWER if stage.high < 1 + 2 * margin else records.INCONCLUSIVE


def _reason(key: Key, old: File, new: File, verdict: str) -> str:
    notes = {
        records.SLOWER: "slower by more than the margin and the visible drift together",
        records.FASTER: "faster by more than the margin and the visible drift together",
        records.INCONCLUSIVE: "drift and scatter between the files are too large to tell",
    }
    told = [notes.get(verdict, "judged from files")]
    for field, what in (("inputs_sha256", "inputs"), ("algorithm", "algorithms")):
        sides = old.told(key, field), new.told(key, field)
        if all(sides) and sides[0] != sides[1]:
            told.append(f"{what} differ")
    threads = old.case(key).threads, new.case(key).threads
    if all(threads) and threads[0] != threads[1]:
        told.append(f"threads differ: {threads[0]} and {threads[1]}")
    return "; ".join(told)


def _alone(key: Key, old: File, new: File, margins: Margins, allowed: Sequence[str]) -> CaseResult:
    case = (new if key in new.results else old).case(key)
    lost = {side: file.lost[key] for side, file in (("base", old), ("head", new)) if key in file.lost}
    told = "; ".join(f"{side}: {each.status}: {each.reason}" for side, each in lost.items())
    if key in old.results and key in new.results:
        if version := another_version(old, new, key):
            return CaseResult(case=case, verdict=records.CHANGED, reason=version, margin=margins.of(case))
        harmless = len(lost) == 2 and {each.status for each in lost.values()} <= set(records.UNTIMED)
        verdict = records.ABSENT if harmless else records.BROKEN
    else:
        verdict = records.MISSING if key in old.results else records.APPEARED
        told = f"only in {'base' if key in old.results else 'head'}; if this is on purpose: --allow-missing PATTERN"
        names = (case.label, case.implementation, "" if key[0] else key[1])
        if any(fnmatch.fnmatch(name, pattern) for pattern in allowed for name in names if name):
            verdict, told = records.ABSENT, "on one side only, which --allow-missing allows"
    return CaseResult(case=case, verdict=verdict, reason=told, margin=margins.of(case))


def _told(seen: Drift, cases: int) -> list[str]:
    if not cases:
        return ["the files share no case with times on both sides"]
    moved = f"drift between the files: {math.expm1(seen.common):+.1%} in all cases, scatter {seen.scatter.error:.1%}"
    return [moved if cases >= ENOUGH else f"{moved} (assumed: {cases} cases cannot show it)"]
