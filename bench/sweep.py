"""Turns presets and the user's sizes into cases, grouped into contests."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

import msgspec
import numpy as np

from .contract import Cost, Grid, Operation
from .errors import UsageError, unknown
from .records import Case, Task, words
from .suites import trial
from .suites.suite import Suite

DTYPES = ("float64", "float32")


@dataclass(frozen=True)
class Preset:
    """Limits of a preset: seconds in all on a usual machine (None: no limit), seconds per call, rounds per block.

    ``start_s`` is what the first workers usually take of the time budget to start.
    """

    time_budget_s: float | None
    timeout_s: float
    rounds: int
    start_s: float | None = None


PRECISION = 0.05
"""Default half-width of a speed-up's interval at which a contest ends."""

LONGEST_START_S = 300.0
"""The longest start of workers that extends a preset's time budget: imports without bytecode, on a slow disk."""

PRESETS = {
    "quick": Preset(time_budget_s=82, timeout_s=0.5, rounds=24, start_s=30),
    "standard": Preset(time_budget_s=520, timeout_s=1, rounds=40, start_s=60),
    "full": Preset(time_budget_s=None, timeout_s=60, rounds=40),
    "goals": Preset(time_budget_s=None, timeout_s=10, rounds=24),
    "verify": Preset(time_budget_s=None, timeout_s=60, rounds=0),
}

DEFAULT_SIZES: dict[str, tuple[int, ...]] = {
    "quick": (100, 1000),
    "standard": (10, 100, 1000, 10_000),
    "full": (10, 100, 1000, 10_000, 100_000),
    "goals": (1000,),
    "verify": (3, 33, 1001),
}
"""Sizes for a suite without presets; combinations that cost more than `MOST_WORK` are left out."""

MOST_WORK = {"quick": 1e8, "standard": 3e8, "full": 1e10, "goals": 1e8, "verify": 2e7}
"""Most flops or bytes of a default task: a loop in Python verifies it in seconds, and its arrays fit into memory."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a run; stored in ``run.json`` so that it can be resumed.

    ``start_s`` is the part of the time budget for the start of the first workers: what they take beyond it is
    granted. None: the budget is a total, as when the user states it.
    """

    suite: str
    preset: str = "standard"
    operations: list[str] = []
    implementations: list[str] = []
    sizes: dict[str, list[int]] = {}
    parameters: dict[str, Any] = {}
    dtypes: list[str] = []
    threads: list[int] = msgspec.field(default_factory=lambda: [1])
    device: str = "cpu"
    data: str | None = None
    target: str | None = None
    data_stamp: str = ""
    condition: float | None = None
    time_budget_s: float | None = None
    start_s: float | None = None
    timeout_s: float = 60.0
    memory_limit_bytes: int | None = None
    blocks: int | None = None
    precision: float = PRECISION
    seed: int = 0


@dataclass(frozen=True)
class Contest:
    """Cases that differ only in the implementation; ``blocks`` says in how many blocks they are timed."""

    task: Task
    threads: int
    device: str
    cases: tuple[Case, ...]
    blocks: int


@dataclass
class TaskPlan:
    """A task of one or several grids, with the most blocks of any and the implementations of all."""

    task: Task
    blocks: int = 1
    stems: dict[str, None] = field(default_factory=dict)


def contests(suite: Suite, options: Options) -> list[Contest]:
    """All contests of a run, cheapest first within one thread count.

    Raises `UsageError` for a name that the suite does not have, with the most similar one.
    """
    check_names(suite, options)
    planned: dict[bytes, TaskPlan] = {}
    for grid in grids(suite, options):
        for task in _tasks(suite, grid, options):
            plan = planned.setdefault(msgspec.json.encode(task, order="deterministic"), TaskPlan(task))
            plan.blocks = max(plan.blocks, options.blocks or grid.blocks)
            plan.stems |= dict.fromkeys(_stems(suite, grid, options))
    found = [
        Contest(plan.task, threads, options.device, _cases(suite, plan, threads, options), plan.blocks)
        for threads in options.threads
        for plan in sorted(planned.values(), key=lambda plan: work(suite.operations[plan.task.operation], plan.task))
    ]
    return [contest for contest in found if contest.cases]


def check_names(suite: Suite, options: Options) -> None:
    """Raises `UsageError` for an unknown operation, implementation, size, parameter, dtype or preset."""
    if options.preset == "goals" and not suite.goals:
        raise UsageError(f"suite {suite.name} states no GOALS; use --preset quick, standard or full")
    operations = [suite.operations[name] for name in options.operations if name in suite.operations]
    chosen = operations or list(suite.operations.values())
    known = {
        "preset": ([options.preset], PRESETS),
        "operation": (options.operations, suite.operations),
        "implementation": (options.implementations, suite.implementations),
        "size": (options.sizes, {size for each in chosen for size in each.sizes}),
        "parameter": (options.parameters, {name for each in chosen for name in each.parameters}),
        "dtype": (options.dtypes, DTYPES),
    }
    for kind, (names, valid) in known.items():
        for name in names:
            if name not in valid:
                raise unknown(kind, name, sorted(valid))


def grids(suite: Suite, options: Options) -> list[Grid]:
    """The preset's grids, changed by the user's choices."""
    stated: tuple[Grid, ...] = tuple(suite.presets.get(options.preset, ()))
    names = {size for operation in suite.operations.values() for size in operation.sizes}
    ladders: dict[str, tuple[int, ...]] = dict.fromkeys(names, DEFAULT_SIZES[options.preset])
    default = Grid(sizes=ladders, dtypes=DTYPES if options.preset == "verify" else DTYPES[:1])
    chosen = [_chosen(grid, options) for grid in stated or (default,)]
    covered = {name for grid in stated or (default,) for name in grid.operations or suite.operations}
    left = tuple(name for name in options.operations if name not in covered)
    if left:
        base = (stated or (default,))[0]
        dtypes = base.dtypes if options.preset == "verify" else DTYPES[:1]
        chosen.append(_chosen(Grid(sizes=base.sizes, operations=left, without=base.without, dtypes=dtypes), options))
    return [grid for grid in chosen if grid.operations or not options.operations]


def _chosen(grid: Grid, options: Options) -> Grid:
    wanted = options.operations
    operations = tuple(name for name in wanted if not grid.operations or name in grid.operations)
    typed = {name: tuple(values) for name, values in options.sizes.items()}
    sizes: dict[str, tuple[int, ...]] = {**grid.sizes, **typed}
    return Grid(
        sizes=sizes,
        operations=operations if wanted else grid.operations,
        implementations=grid.implementations,
        parameters=grid.parameters,
        dtypes=tuple(options.dtypes) or grid.dtypes,
        blocks=grid.blocks,
        largest_inputs_bytes=2**63 if options.sizes else grid.largest_inputs_bytes,
        without=() if options.sizes else grid.without,
    )


def _tasks(suite: Suite, grid: Grid, options: Options) -> Iterator[Task]:
    for name in grid.operations or suite.operations:
        operation = suite.operations[name]
        known = {key: value for key, value in options.parameters.items() if key in operation.parameters}
        parameters = {**operation.parameters, **grid.parameters, **known}
        combinations = product(*(_values(grid, size, operation) for size in operation.sizes))
        sizes = [dict(zip(operation.sizes, values, strict=True)) for values in combinations]
        tasks = [Task(name, each, parameters, dtype) for each in sizes for dtype in grid.dtypes]
        fitting = [task for task in tasks if footprint(operation, task) <= grid.largest_inputs_bytes]
        own = bool(suite.presets.get(options.preset))
        yield from fitting if own else _affordable(operation, fitting, options)


def _affordable(operation: Operation, tasks: list[Task], options: Options) -> list[Task]:
    """Sizes whose stated cost is not too high; if the user chose some sizes, at least the cheapest."""
    work = [_most_work(operation, task) for task in tasks]
    chosen = [(task.dtype, *(value for name, value in task.sizes.items() if name in options.sizes)) for task in tasks]
    cheapest: dict[tuple[Any, ...], float] = {}
    for key, each in zip(chosen, work, strict=True):
        cheapest[key] = min(each, cheapest.get(key, each))
    most = MOST_WORK[options.preset]
    return [task for task, key, each in zip(tasks, chosen, work, strict=True) if each <= max(most, cheapest[key])]


def _most_work(operation: Operation, task: Task) -> float:
    """Flops or bytes; of an operation that states no cost, as if each number were combined with every other."""
    if operation.cost is None:
        return float(prod(task.sizes.values())) ** 2
    stated = cost(operation, task)
    return max(stated.flops, stated.bytes)


def _values(grid: Grid, size: str, operation: Operation) -> tuple[int, ...]:
    if size not in grid.sizes:
        raise UsageError(f"{operation.name} needs a size '{size}'; add --size {size}=…")
    return tuple(dict.fromkeys(grid.sizes[size]))


def _stems(suite: Suite, grid: Grid, options: Options) -> list[str]:
    """The implementations that the user names, else the grid's, else all except ``without``."""
    stems = grid.implementations or suite.implementations
    return options.implementations or [stem for stem in stems if stem not in grid.without]


def _cases(suite: Suite, plan: TaskPlan, threads: int, options: Options) -> tuple[Case, ...]:
    task = plan.task
    return tuple(
        Case(
            suite=suite.name,
            operation=task.operation,
            implementation=stem,
            sizes=task.sizes,
            parameters=task.parameters,
            dtype=task.dtype,
            threads=threads,
            device=options.device,
        )
        for stem in plan.stems
        if task.operation in suite.implementations[stem].operations
    )


def cost(operation: Operation, task: Task, algorithm: str = "direct") -> Cost:
    """The cost that the operation states, in either form; without one, the footprint is a guess and the rest is 0."""
    itemsize = np.dtype(task.dtype).itemsize
    if operation.cost is None:
        return Cost(0.0, 0.0, float(itemsize * prod(task.sizes.values())))
    try:
        with trial.aside():
            flops, moved, *held = operation.cost(task.sizes, task.parameters, itemsize, algorithm)
        return Cost(float(flops), float(moved), *held)
    except Exception as error:
        at = f"{operation.name} at {words(task.sizes)}"
        raise UsageError(f"the suite's cost of {at} failed: {type(error).__name__}: {error}") from error


def work(operation: Operation, task: Task) -> float:
    """Flops, or bytes if an operation has none, or else its sizes' product: the measure of work for predictions."""
    stated = cost(operation, task)
    return float(stated.flops or stated.bytes or prod(task.sizes.values()) or 1)


def footprint(operation: Operation, task: Task) -> float:
    """Bytes of inputs and output."""
    stated = cost(operation, task)
    return float(stated.bytes if stated.footprint is None else stated.footprint)
