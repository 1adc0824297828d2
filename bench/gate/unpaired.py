"""Two files of results, measured at different times: what can still be said, and what cannot.

Nothing ties a time of one file to a time of the other, so the machine's drift
between them looks like a change of the code. What can be seen of it widens
every interval: the shift that all cases share, and how far cases scatter
around it. What cannot be seen is said in a warning.
"""

import fnmatch
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

from scipy.stats import t as student

from .. import interop
from ..errors import UsageError
from ..records import Case, Machine, Result, Run
from . import records
from .judge import FAMILY_LEVEL
from .margins import Margins
from .records import CaseResult, Comparison, Side, Stage
from .statistics import CONFIDENCE, holm

UNSEEN = 0.05
"""Scatter taken for granted where too few cases show it: the spread between sessions of one shared machine."""

ENOUGH = 8
NORMAL = 1.4826
"""Standard deviation of normal numbers over their median absolute deviation."""

MEMORY_TOLERANCE = 0.05
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class File:
    """One side: its run, and per case one log time of a call for each block, or why there is none."""

    run: Run
    cases: dict[Key, Case]
    blocks: dict[Key, list[float]]
    lost: dict[Key, tuple[str, str]]
    threads: dict[Key, int]
    inputs: dict[Key, set[str]]


@dataclass(frozen=True)
class Shift:
    """Head's log time less base's, with the standard error seen in the blocks (None where one side has one block)."""

    value: float
    error: float | None
    blocks: int


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
    old, new = _file(base), _file(head)
    warnings = ["unpaired: drift of the machine between the two cannot be excluded; 'compare BASE' on revisions can"]
    if not same_machine(old.run.machine, new.run.machine):
        if not allow_other_machine:
            raise UsageError(
                f"{base} is of {old.run.machine.name} ({old.run.machine.cpu}), {head} of {new.run.machine.name}"
                f" ({new.run.machine.cpu}); --allow-other-machine compares ratios to a reference kernel"
            )
        name = reference or "numpy"
        old, new = _relative(old, name, base), _relative(new, name, head)
        warnings.append(f"different machines: times are relative to {name} at the same size, which may itself differ")
    cases, told = judged(old, new, margins, allow_missing)
    verdict, reason = records.verdict_of(cases, [])
    return Comparison(
        verdict=verdict, reason=reason, method="unpaired", base=_side(base, old), head=_side(head, new),
        margin=margins.default, cases=cases, warnings=[*warnings, *told], suite=new.run.suite,
    )  # fmt: skip


def same_machine(one: Machine, other: Machine) -> bool:
    """Whether name, processor, cores and memory agree, as far as both files tell them."""

    def agree(a: Any, b: Any) -> bool:
        return not a or not b or str(a).casefold() == str(b).casefold()

    memory = one.memory_bytes, other.memory_bytes
    close = None in memory or abs(memory[0] - memory[1]) <= MEMORY_TOLERANCE * max(memory)  # type: ignore[operator]
    cores = agree(one.cores_available, other.cores_available)
    return agree(one.name, other.name) and agree(one.cpu, other.cpu) and cores and close


def judged(old: File, new: File, margins: Margins, allow_missing: Sequence[str]) -> tuple[list[CaseResult], list[str]]:
    """Verdicts of all cases, and what was seen of drift."""
    shifts = {key: shift(old.blocks[key], new.blocks[key]) for key in new.blocks if key in old.blocks}
    values = [each.value for each in shifts.values()]
    common = median(values) if len(values) > 1 else 0.0
    scatter = UNSEEN if len(values) < ENOUGH else NORMAL * median(abs(value - common) for value in values)
    freedom = max(1, len(values) - 1)
    errors = {key: max(scatter, each.error or 0.0) for key, each in shifts.items()}
    margin = {key: margins.of(new.cases[key]) for key in shifts}

    def p(key: Key, sign: int) -> float:
        beyond = sign * shifts[key].value - abs(common) - math.log1p(margin[key])
        return float(student.sf(beyond / max(errors[key], 1e-12), freedom))

    keys = list(shifts)
    slower, faster = (holm([p(key, sign) for key in keys], FAMILY_LEVEL) for sign in (1, -1))
    found = []
    for place, key in enumerate(keys):
        half = float(student.ppf(CONFIDENCE, freedom)) * errors[key] + abs(common)
        called = records.SLOWER if slower[place] else records.FASTER if faster[place] else ""
        level = FAMILY_LEVEL / len(keys)
        found.append(_result(key, old, new, shifts[key], half, margin[key], called, p(key, 1), level))
    lonely = [_alone(key, old, new, margins, allow_missing) for key in {**old.cases, **new.cases} if key not in shifts]
    return [*found, *lonely], [f"all cases together moved by {math.expm1(common):+.1%}, and scatter by {scatter:.1%}"]


def shift(base: Sequence[float], head: Sequence[float]) -> Shift:
    """Difference of the means over blocks; a process is what repeats, so one block has no error of its own."""
    value = fmean(head) - fmean(base)
    if min(len(base), len(head)) < 2:
        return Shift(value, None, min(len(base), len(head)))
    variances = [sum((x - fmean(side)) ** 2 for x in side) / (len(side) - 1) / len(side) for side in (base, head)]
    return Shift(value, math.sqrt(sum(variances)), min(len(base), len(head)))


def _result(
    key: Key, old: File, new: File, found: Shift, half: float, margin: float, called: str, p: float, level: float
) -> CaseResult:
    ratio, low, high = (math.exp(value) for value in (found.value, found.value - half, found.value + half))
    stage = Stage(
        ratios=[ratio], ratio=ratio, low=low, high=high, spread=found.error, p=p, level=level,
        base_ns=math.exp(fmean(old.blocks[key])), head_ns=math.exp(fmean(new.blocks[key])),
    )  # fmt: skip
    verdict: Any = called or _settled(low, high, margin)
    return CaseResult(
        case=new.cases[key], verdict=verdict, reason=_reason(key, old, new, verdict), ratio=ratio, low=low, high=high,
        margin=margin, blocks=found.blocks, least_effect=math.exp(half) * (1 + margin), screen=stage,
    )  # fmt: skip


def _settled(low: float, high: float, margin: float) -> Any:
    if 1 / (1 + margin) <= low and high <= 1 + margin:
        return records.EQUIVALENT
    return records.NOT_SLOWER if high < 1 + 2 * margin else records.INCONCLUSIVE


def _reason(key: Key, old: File, new: File, verdict: str) -> str:
    notes = {
        records.SLOWER: "slower by more than margin and visible drift together",
        records.FASTER: "faster by more than margin and visible drift together",
        records.INCONCLUSIVE: "drift and scatter between the files are too large to tell",
    }
    told = [notes.get(verdict, "told from files")]
    if old.inputs[key] and new.inputs[key] and old.inputs[key] != new.inputs[key]:
        told.append("inputs differ")
    if old.threads[key] and new.threads[key] and old.threads[key] != new.threads[key]:
        told.append(f"threads differ: {old.threads[key]} and {new.threads[key]}")
    return "; ".join(told)


def _alone(key: Key, old: File, new: File, margins: Margins, allowed: Sequence[str]) -> CaseResult:
    case = new.cases.get(key) or old.cases[key]
    lost = {side: file.lost[key] for side, file in (("base", old), ("head", new)) if key in file.lost}
    told = "; ".join(f"{side}: {status}: {reason}" for side, (status, reason) in lost.items())
    if key in old.cases and key in new.cases:
        harmless = len(lost) == 2 and {status for status, _ in lost.values()} <= set(records.UNTIMED)
        verdict = records.ABSENT if harmless else records.BROKEN
    else:
        verdict = records.MISSING if key in old.cases else records.APPEARED
        told = f"only in {'base' if key in old.cases else 'head'}; --allow-missing PATTERN where that is on purpose"
        if any(fnmatch.fnmatch(name, pattern) for pattern in allowed for name in (case.label, case.implementation)):
            verdict, told = records.ABSENT, "on one side only, which --allow-missing allows"
    return CaseResult(case=case, verdict=verdict, reason=told, margin=margins.of(case))


def _file(path: Path) -> File:
    run, results = interop.read(path)
    grouped: dict[Key, list[Result]] = {}
    for each in results:
        grouped.setdefault(_key(each.case), []).append(each)
    timed = {key: [each for each in group if each.status == "ok" and each.samples] for key, group in grouped.items()}
    bad = {key: next((each for each in group if each.status != "ok"), None) for key, group in grouped.items()}
    return File(
        run,
        {key: group[0].case for key, group in grouped.items()},
        {key: _block_logs(group) for key, group in timed.items() if group and bad[key] is None},
        {key: (each.status, each.reason) for key, each in bad.items() if each is not None},
        {key: group[0].case.threads for key, group in grouped.items()},
        {key: {each.inputs_sha256 for each in group if each.inputs_sha256} for key, group in grouped.items()},
    )


def _block_logs(results: Sequence[Result]) -> list[float]:
    blocks: dict[int, list[float]] = {}
    for each in results:
        times = [math.log(max(sample.wall_ns, 1) / sample.calls) for sample in each.samples]
        blocks.setdefault(each.block, []).extend(times)
    return [median(times) for times in blocks.values()]


def _key(case: Case) -> Key:
    """What tells cases of any tool apart; sizes and parameters are not told apart by all."""
    names = {**case.sizes, **case.parameters}
    return case.operation, case.implementation, " ".join(f"{name}={names[name]}" for name in sorted(names)), case.dtype


def _relative(file: File, name: str, path: Path) -> File:
    """Log times less those of a reference implementation of the same operation, sizes and dtype."""
    references = {(key[0], *key[2:]): median(blocks) for key, blocks in file.blocks.items() if key[1] == name}
    if not references:
        raise UsageError(f"{path}: has no time of '{name}' to compare ratios to; --reference NAME takes another")
    blocks = {}
    for key, logs in file.blocks.items():
        against = references.get((key[0], *key[2:]))
        if key[1] != name and against is not None:
            blocks[key] = [each - against for each in logs]
    cases = {key: case for key, case in file.cases.items() if key in blocks or key in file.lost}
    return File(file.run, cases, blocks, file.lost, file.threads, file.inputs)


def _side(path: Path, file: File) -> Side:
    run = file.run
    return Side(label=str(path), commit=run.commit, dirty=run.dirty, versions=run.versions, machine=run.machine)
