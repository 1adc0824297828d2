"""Which cases are compared, which serve as controls, and which end before anything is timed."""

import hashlib
import random
import statistics
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import Lost
from ..libraries.host import LIBRARIES
from ..machine import machine
from ..machine.cores import available_cores
from ..records import Case, Task, task_of
from ..suites import suite_sources
from ..suites.suite import Suite, unavailable
from ..sweep import Contest, Options, contests, cost, footprint
from .allowed import Named, one_sided
from .margins import Margins, least_difference
from .packages import same_packages
from .paired_rounds import LEAST_BYTES, Reading
from .records import ABSENT, APPEARED, CHANGED, MISSING, SAME, TIME, CaseResult, CaseVerdict, Measure, labelled
from .revisions import Revision

CONTROL_SHARE = 0.1
FEW_CONTROLS = 5
"""Controls where no case changed: they show that the suite runs and how noisy the machine is, and decide nothing."""

UNKNOWN_CACHE_BYTES = 2**25
"""The largest cache, if the system does not report it."""


@dataclass(frozen=True)
class Planned:
    """A case that both sides have, by one measure. ``copied``: base also runs against a second worker of itself.

    ``least`` is the smallest difference that counts, in the unit of the measure, beside the share ``margin``.
    """

    case: Case
    margin: float
    unchanged: bool = False
    copied: bool = False
    measure: Measure = TIME
    least: float = 0.0

    @property
    def task(self) -> Task:
        return task_of(self.case)

    @property
    def label(self) -> str:
        return labelled(self.case, self.measure)

    def floor(self, readings: Sequence[Reading]) -> float:
        """The share of base that the smallest difference that counts is: the margin is no less."""
        base = statistics.median(each.base_ns for each in readings) if readings else 0.0
        return self.least / max(base, LEAST_BYTES) if self.least else 0.0


UNTIMED = "no round of a block has a time of each side: answers came too late; make the machine quieter"


@dataclass
class Outcome:
    """A case after one block: a reading, or how each side was lost. Without either, the machine was too busy."""

    reading: Reading | None = None
    lost: dict[str, Lost] = field(default_factory=dict)

    @property
    def untimed(self) -> str:
        """Why sides that were not lost have no reading, or ''."""
        return "" if self.lost or self.reading else UNTIMED


@dataclass(frozen=True)
class Plan:
    measured: tuple[Planned, ...]
    settled: tuple[CaseResult, ...]

    @property
    def nothing_changed(self) -> bool:
        """Whether there are cases, and all are the same code on both sides."""
        cases = (*self.measured, *self.settled)
        return bool(cases) and all(each.unchanged for each in cases)

    @property
    def remark(self) -> str:
        """What is said before the first block, or ''."""
        whole = len(self.measured) + len(self.settled)
        return f"{SAME}; measured as controls: {len(self.measured)} of {whole} cases" if self.nothing_changed else ""


def plan(
    base: Revision,
    head: Revision,
    options: Options,
    margins: Margins,
    allowed: Sequence[str],
    judge_all: bool,
    only: Mapping[Case, float] | None = None,
    measure: Measure = TIME,
) -> Plan:
    """The cases of head's grids on both sides, so that only implementations and operations can differ.

    ``judge_all`` treats unchanged cases as changed, to measure the gate's error
    rates. ``only``: these cases alone, each with its margin.
    """
    assert base.suite is not None
    assert head.suite is not None
    old, new = _cases(replace(base.suite, presets=head.suite.presets), options), _cases(head.suite, options)
    operations = base.suite.operations.keys() & head.suite.operations.keys()
    meaning = {name: told for name in operations if (told := _difference(base.suite, head.suite, name))}
    changed = [case for case in new if case.operation in meaning]
    old, new = ({case: of[case] for case in of if case.operation not in meaning} for of in (old, new))

    def alone(case: Case, verdict: CaseVerdict, reason: str) -> CaseResult:
        return one_sided(Named(case), verdict, reason, margins.of(case, measure=measure), allowed, measure)

    settled = [alone(case, CHANGED, meaning[case.operation]) for case in changed]
    settled += [alone(case, MISSING, "head does not have it") for case in old if case not in new]
    settled += [alone(case, APPEARED, "base does not have it") for case in new if case not in old]
    both = [(case, contest) for case, contest in new.items() if case in old]
    same_python = base.python == head.python
    stems = {case.implementation for case, _ in both}
    sparing = same_python and not judge_all
    same = {stem for stem in stems if sparing and _is_unchanged(base, head, stem)}
    held = _own_cache_bytes()
    shared = [
        Planned(
            case,
            margins.of(case, _is_large(head.suite, contest, held), measure),
            case.implementation in same,
            measure=measure,
            least=least_difference(measure),
        )
        for case, contest in both
    ]
    if only is not None:
        return only_these(shared, settled, only, random.Random(options.seed))
    runs_here = _runs_here(head, options.device)
    measured, left = with_controls(shared, random.Random(options.seed), runs_here)
    return Plan(tuple(measured), (*settled, *left))


def _is_unchanged(base: Revision, head: Revision, stem: str) -> bool:
    assert base.suite is not None
    assert head.suite is not None
    return same_sources(base.suite, head.suite, stem) and same_packages(base, head, stem)


def same_sources(base: Suite, head: Suite, stem: str) -> bool:
    """Whether an implementation and all it may read of its suite are the same on both sides."""
    old, new = base.implementations[stem], head.implementations[stem]
    if old.source_sha256 != new.source_sha256:
        return False
    dynamic = is_dynamic(head.folder)
    return other_files(base.folder, dynamic) == other_files(head.folder, dynamic)


@cache
def is_dynamic(folder: Path) -> bool:
    """Whether a module of the suite in a folder of an export may use files that it neither imports nor states."""
    return any(suite_sources.reads_unstated(path) for path in folder.rglob("*.py"))


@cache
def other_files(folder: Path, dynamic: bool) -> dict[str, str]:
    """Digests of files that imports do not show: data, compiled modules, code that no file imports.

    Of all files if ``dynamic``. The folder is one of an export, which does not change.
    """
    paths = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    followed = set[Path]() if dynamic else suite_sources.followed(folder)
    left = (path for path in paths if path not in followed)
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in left}


def _cases(loaded: Suite, options: Options) -> dict[Case, Contest]:
    names = [name for name in options.operations if name in loaded.operations]
    stems = [name for name in options.implementations if name in loaded.implementations]
    if (options.operations and not names) or (options.implementations and not stems):
        return {}
    chosen = _replaced(options, operations=names, implementations=stems, suite=str(loaded.folder))
    return {case: contest for contest in contests(loaded, chosen) for case in contest.cases}


def _replaced(options: Options, **changes: Any) -> Options:
    import msgspec

    return msgspec.structs.replace(options, **changes)


def _difference(base: Suite, head: Suite, name: str) -> str:
    """How an operation's signature differs, or ''."""
    old, new = base.operations[name], head.operations[name]
    if old.sizes != new.sizes:
        return f"its sizes were {', '.join(old.sizes)} and are now {', '.join(new.sizes)}"
    if dict(old.parameters) != dict(new.parameters):
        return f"its parameters were {dict(old.parameters)} and are now {dict(new.parameters)}"
    return ""


def _left_out(planned: Planned) -> CaseResult:
    reason = "same sources, packages and interpreter on both sides, and not chosen as a control"
    return CaseResult(
        case=planned.case,
        measure=planned.measure,
        verdict=ABSENT,
        reason=reason,
        margin=planned.margin,
        unchanged=True,
    )


def with_controls(
    shared: list[Planned], rng: random.Random, runs_here: Collection[str] = ()
) -> tuple[list[Planned], list[CaseResult]]:
    """The cases to measure, and those left out.

    A tenth of unchanged cases are controls, and a tenth of changed ones also run against a copy. Where nothing
    changed, a few controls are enough, of implementations that run here.
    """
    changed = [each for each in shared if not each.unchanged]
    unchanged = [each for each in shared if each.unchanged]
    copied = {each.case for each in rng.sample(changed, _tenth(changed))}
    among = unchanged if changed else [each for each in unchanged if each.case.implementation in runs_here] or unchanged
    count = _tenth(unchanged) if changed else min(FEW_CONTROLS, len(among))
    controls = {each.case for each in rng.sample(among, count)}
    measured = [replace(each, copied=each.case in copied) for each in changed]
    measured += [each for each in unchanged if each.case in controls]
    return measured, [_left_out(each) for each in unchanged if each.case not in controls]


def only_these(
    shared: Sequence[Planned], settled: Sequence[CaseResult], only: Mapping[Case, float], rng: random.Random
) -> Plan:
    """A plan of some cases, each with a margin of its own. All are judged; some of them also run against a copy."""
    chosen = [replace(each, margin=only[each.case], unchanged=False) for each in shared if each.case in only]
    copies = max(_tenth(chosen), min(FEW_CONTROLS, len(chosen)))
    copied = {each.case for each in rng.sample(chosen, copies)}
    measured = tuple(replace(each, copied=each.case in copied) for each in chosen)
    return Plan(measured, tuple(each for each in settled if each.case in only))


def _runs_here(head: Revision, device: str) -> set[str]:
    """Implementations that are not known to be unable to run, as far as can be told without importing them.

    Empty for another interpreter, whose packages are not known here.
    """
    if head.python != sys.executable or head.suite is None:
        return set()
    return {
        stem
        for stem, each in head.suite.implementations.items()
        if not unavailable(each) and not each.elsewhere(device) and device in LIBRARIES[each.library].devices
    }


def _tenth(cases: list[Planned]) -> int:
    return min(len(cases), max(1, round(CONTROL_SHARE * len(cases))))


def _is_large(loaded: Suite, contest: Contest, own_cache_bytes: float) -> bool:
    """Whether a case's bytes exceed a core's caches, so that memory determines its speed."""
    operation = loaded.operations[contest.task.operation]
    return max(footprint(operation, contest.task), cost(operation, contest.task).bytes) > own_cache_bytes


def _own_cache_bytes() -> float:
    """A core's share of the largest cache."""
    return max(machine.caches().values(), default=UNKNOWN_CACHE_BYTES) / max(1, available_cores())
