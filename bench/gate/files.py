"""Files of results as sides of a comparison: one log time for each case and block, and which cases are the same."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from .. import interop
from ..errors import UsageError
from ..interop.foreign import UNNAMED
from ..records import Case, Machine, Result, Run
from .records import Side

MEMORY_TOLERANCE = 0.05

Key = tuple[str, ...]


@dataclass(frozen=True)
class File:
    """One side: its run, its results by case, and for each case the log times of its blocks or why there are none."""

    path: Path
    run: Run
    results: dict[Key, list[Result]]
    blocks: dict[Key, list[float]]
    lost: dict[Key, tuple[str, str]]

    def case(self, key: Key) -> Case:
        return self.results[key][0].case

    def told(self, key: Key, field: str) -> set[str]:
        """What the results of a case tell in a field; empty where the file has no such thing."""
        return {value for each in self.results[key] if (value := getattr(each, field))}

    @property
    def side(self) -> Side:
        run = self.run
        return Side(
            label=str(self.path), commit=run.commit, dirty=run.dirty, python=run.machine.python or None,
            versions=run.versions, machine=run.machine,
        )  # fmt: skip


def read_two(base: Path, head: Path) -> tuple[File, File]:
    """Both files, their cases named alike.

    Threads and device tell cases apart only where a file has one case at
    several of them; elsewhere a difference between the files is but noted.
    """
    read = [interop.read(path) for path in (base, head)]
    fully = any(_ambiguous(results) for _, results in read)
    old, new = (_file(path, *found, fully) for path, found in zip((base, head), read, strict=True))
    return old, new


def same_machine(one: Machine, other: Machine) -> bool:
    """Whether name, processor, logical cores and memory agree, as far as both files tell them."""

    def agree(a: Any, b: Any) -> bool:
        return not a or not b or UNNAMED in (a, b) or str(a).casefold() == str(b).casefold()

    memory = [each.memory_bytes for each in (one, other) if each.memory_bytes]
    close = len(memory) < 2 or max(memory) - min(memory) <= MEMORY_TOLERANCE * max(memory)
    cores = [each.cores_logical or each.cores_available for each in (one, other)]
    return agree(one.name, other.name) and agree(one.cpu, other.cpu) and agree(*cores) and close


def relative(old: File, new: File, name: str) -> tuple[File, File]:
    """Log times less those of a reference implementation of the same operation, sizes and dtype in the same file.

    The reference itself is left out; a case without one is lost.
    Raises `UsageError` where a file has no time of the reference at all.
    """
    return _relative(old, name), _relative(new, name)


def _relative(file: File, name: str) -> File:
    references = {_without_implementation(key): median(file.blocks[key]) for key in file.blocks if key[1] == name}
    if not references:
        raise UsageError(f"{file.path}: has no time of '{name}' to compare ratios to; --reference NAME takes another")
    blocks, lost = {}, {key: why for key, why in file.lost.items() if key[1] != name}
    for key, logs in file.blocks.items():
        against = references.get(_without_implementation(key))
        if key[1] != name and against is not None:
            blocks[key] = [each - against for each in logs]
        elif key[1] != name:
            lost[key] = "skipped", f"no time of {name} to relate it to"
    results = {key: group for key, group in file.results.items() if key[1] != name}
    return replace(file, results=results, blocks=blocks, lost=lost)


def _without_implementation(key: Key) -> Key:
    return key[:1] + key[2:]


def _file(path: Path, run: Run, results: Sequence[Result], fully: bool) -> File:
    grouped: dict[Key, list[Result]] = {}
    for each in results:
        grouped.setdefault(_key(each.case, fully), []).append(each)
    lost = {key: why for key, group in grouped.items() if (why := _lost(group)) is not None}
    blocks = {key: _block_logs(group) for key, group in grouped.items() if key not in lost}
    return File(path, run, grouped, blocks, lost)


def _lost(group: Sequence[Result]) -> tuple[str, str] | None:
    """Status and reason of the first block that is not ok; a case is as bad as its worst block."""
    bad = next((each for each in group if each.status != "ok"), None)
    if bad is not None:
        return bad.status, bad.reason
    return None if any(each.samples for each in group) else ("skipped", "verified, not timed")


def _block_logs(results: Sequence[Result]) -> list[float]:
    """Median log time of one call, per block. Of two results for a block the later counts: the run was resumed."""
    latest = {each.block: each.samples for each in results if each.samples}
    return [median(math.log(max(each.wall_ns, 1) / each.calls) for each in samples) for samples in latest.values()]


def _ambiguous(results: Sequence[Result]) -> bool:
    return len({_key(each.case, True) for each in results}) > len({_key(each.case, False) for each in results})


def _key(case: Case, fully: bool) -> Key:
    """What tells cases of any tool apart; not every tool tells sizes from parameters."""
    names = {**case.sizes, **case.parameters}
    words = " ".join(f"{name}={names[name]}" for name in sorted(names))
    key = case.operation, case.implementation, words, case.dtype
    return (*key, str(case.threads), case.device) if fully else key
