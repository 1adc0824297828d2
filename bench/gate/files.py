"""Results files as sides of a comparison: one log time for each case and block, and which cases are the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

import msgspec

from .. import interop
from ..errors import Lost, UsageError
from ..interop.foreign import UNNAMED
from ..records import Case, Machine, Result, Run, words
from ..timing.contests import block_logs
from ..timing.kept import kept_of_all
from .records import Side

MEMORY_TOLERANCE = 0.05
GIB = 2**30
VERSION_LETTERS = 12

Key = tuple[str, ...]
"""What two files call the same. The first part is empty for a benchmark of another tool."""


@dataclass(frozen=True)
class File:
    """One side: its run, its results by case, and for each case the log times of its blocks or why there are none.

    The times are those of the run's report, and ``disturbed`` are the cases that the report marks so.
    """

    path: Path
    run: Run
    results: dict[Key, list[Result]]
    blocks: dict[Key, list[float]]
    lost: dict[Key, Lost]
    disturbed: frozenset[Key] = frozenset()

    def case(self, key: Key) -> Case:
        return self.results[key][0].case

    def told(self, key: Key, field: str) -> set[str]:
        """The value of a field in the results of a case; empty if the file does not have it."""
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

    Threads and device distinguish cases only if a file has one case at several
    of them; otherwise a difference between the files is only noted.
    """
    read = [interop.read(path) for path in (base, head)]
    fully = any(_ambiguous(results) for _, results in read)
    old, new = (_file(path, *found, fully) for path, found in zip((base, head), read, strict=True))
    return old, new


def another_machine(one: Machine, other: Machine) -> str:
    """How two machines differ, as far as both files say: ``cores: 2 and 8``; '' if they agree."""
    sides = [{"name": each.name, "processor": each.cpu, "cores": _cores(each)} for each in (one, other)]
    told = [
        f"{what}: {a} and {b}"
        for what, a, b in ((what, sides[0][what], sides[1][what]) for what in sides[0])
        if a and b and UNNAMED not in (a, b) and a.casefold() != b.casefold()
    ]
    memory = [each.memory_bytes for each in (one, other) if each.memory_bytes]
    if len(memory) == 2 and max(memory) - min(memory) > MEMORY_TOLERANCE * max(memory):
        told.append(f"memory: {memory[0] / GIB:.3g} and {memory[1] / GIB:.3g} GiB")
    return ", ".join(told)


def another_version(old: File, new: File, key: Key) -> str:
    """The two versions of a benchmark, which must not be compared; '' if both files have the same."""
    if not old.run.preset == new.run.preset == "asv":
        return ""
    sides = [file.told(key, "source_sha256") for file in (old, new)]
    if not all(sides) or sides[0] == sides[1]:
        return ""
    base, head = (", ".join(sorted(side)) for side in sides)
    return f"another version of the benchmark: base {base[:VERSION_LETTERS]}, head {head[:VERSION_LETTERS]}"


def _cores(machine: Machine) -> str:
    return str(machine.cores_logical or machine.cores_available or "")


def relative(old: File, new: File, name: str) -> tuple[File, File]:
    """Log times less those of a reference implementation of the same operation, sizes and dtype in the same file.

    The reference itself is left out; a case without one is lost.
    Raises `UsageError` where a file has no time of the reference at all.
    """
    return _relative(old, name), _relative(new, name)


def _relative(file: File, name: str) -> File:
    own = {key for key in file.results if file.case(key).implementation == name}
    references = {_contest(file, key): fmean(file.blocks[key]) for key in file.blocks if key in own}
    if not references:
        raise UsageError(f"{file.path}: has no time of '{name}' to compare ratios to; give another --reference NAME")
    blocks, lost = {}, {key: why for key, why in file.lost.items() if key not in own}
    for key, logs in file.blocks.items():
        against = references.get(_contest(file, key))
        if key not in own and against is not None:
            blocks[key] = [each - against for each in logs]
        elif key not in own:
            lost[key] = Lost("skipped", f"no time of {name} to compare it with")
    results = {key: group for key, group in file.results.items() if key not in own}
    guesses = {_contest(file, key) for key in own & file.disturbed}
    disturbed = frozenset(key for key in blocks if key in file.disturbed or _contest(file, key) in guesses)
    return replace(file, results=results, blocks=blocks, lost=lost, disturbed=disturbed)


def _contest(file: File, key: Key) -> Key:
    """The fields that a case shares with its contenders."""
    if key[0]:
        return key[:1] + key[2:]
    return _key_of_case(msgspec.structs.replace(file.case(key), implementation=""), True)


def _file(path: Path, run: Run, results: Sequence[Result], fully: bool) -> File:
    grouped: dict[Key, list[Result]] = {}
    for each in results:
        grouped.setdefault(_key(each, fully), []).append(each)
    for group in grouped.values():
        _refuse_strangers(path, group)
    timed = dict(zip(grouped, kept_of_all(list(grouped.values())), strict=True))
    logs = dict(
        zip(grouped, block_logs([group[0].case for group in grouped.values()], list(timed.values())), strict=True)
    )
    lost = {key: why for key, group in grouped.items() if (why := _lost(group, logs[key])) is not None}
    blocks = {key: logs[key] for key in grouped if key not in lost}
    return File(path, run, grouped, blocks, lost, frozenset(key for key in blocks if timed[key].disturbed))


def _refuse_strangers(path: Path, group: Sequence[Result]) -> None:
    """Results of one key are blocks of one case."""
    first, *others = {each.case: None for each in group}
    if others:
        raise UsageError(f"{path}: '{first.label}' and '{others[0].label}' cannot be told apart in a comparison")


def _lost(group: Sequence[Result], logs: Sequence[float]) -> Lost | None:
    """As the first block that is not ok; a case is as bad as its worst block."""
    bad = next((each for each in group if each.status != "ok"), None)
    if bad is not None:
        return Lost(bad.status, bad.reason)
    return None if logs else Lost("skipped", "verified, not timed")


def _ambiguous(results: Sequence[Result]) -> bool:
    return len({_key(each, True) for each in results}) > len({_key(each, False) for each in results})


def _key(result: Result, fully: bool) -> Key:
    """The identity of a case of any tool: the full name in the file of another tool, else the case's own fields."""
    if result.benchmark is not None:
        return ("", result.benchmark.name, *result.benchmark.parameters)
    return _key_of_case(result.case, fully)


def _key_of_case(case: Case, fully: bool) -> Key:
    """Not every tool distinguishes sizes from parameters."""
    values = {**case.sizes, **case.parameters}
    stated = [words({name: values[name]}) for name in sorted(values)]
    where = (str(case.threads), case.device) if fully else ()
    return (case.operation, case.implementation, case.dtype, *where, *stated)
