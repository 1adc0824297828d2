"""A run over a matrix that stays in its file: sizes and dtype are the file's own."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from ..contract import Operation
from ..errors import UsageError
from ..records import Task
from ..suites import suite as suites
from ..suites.suite import Suite
from ..sweep import Options
from . import mapped


def adapted(loaded: Suite, options: Options) -> Options:
    """Options with the file's sizes and dtype. Raises `UsageError` for others, and for operations that X does not fit.

    An operation that takes data names rows first and columns second in its
    sizes. Without ``--operation`` it is those of the preset's first grid.
    """
    assert options.data is not None
    region = mapped.matrix(options.data)
    rows, columns = region.shape
    chosen = [loaded.operations[name] for name in options.operations if name in loaded.operations]
    for operation in chosen:
        if not _serves(operation):
            raise UsageError(f"--data {options.data}: '{operation.name}' takes no X of rows and columns; omit it")
    if not options.operations:
        chosen = _first(loaded, options.preset)
    sizes = dict(options.sizes)
    for operation in chosen:
        first, second = operation.sizes[:2]
        sizes |= {first: _rows(options, first, rows), second: _columns(options, second, columns)}
    if set(options.dtypes) - {region.dtype}:
        other = next(dtype for dtype in options.dtypes if dtype != region.dtype)
        raise UsageError(f"--dtype {other}: {_name(options)} has {region.dtype} and is not converted; omit --dtype")
    return msgspec.structs.replace(
        options,
        operations=options.operations or [each.name for each in chosen],
        sizes=sizes,
        dtypes=[region.dtype],
        data_stamp=mapped.stamp(options.data),
    )


def refuse_changed(options: Options) -> None:
    """Raises `UsageError` if the file changed since the run began."""
    assert options.data is not None
    mapped.matrix(options.data)
    if mapped.stamp(options.data) != options.data_stamp:
        raise UsageError(f"{options.data} changed since the run began; start a new run")


def is_matrix(options: Options) -> bool:
    return mapped.is_matrix(options.data, options.target)


def mapped_bytes(operation: Operation, task: Task) -> float:
    """Bytes of a task's inputs that stay in the file."""
    rows, columns = (task.sizes[name] for name in operation.sizes[:2])
    return float(rows) * columns * np.dtype(task.dtype).itemsize


def shrunken(operation: Operation, sizes: Mapping[str, int], shrink: int) -> dict[str, int]:
    """Sizes with fewer rows and the same columns."""
    rows = operation.sizes[0]
    return {**sizes, rows: max(1, sizes[rows] // shrink)}


def _serves(operation: Operation) -> bool:
    return suites.takes_data(operation) and len(operation.sizes) > 1


def _first(loaded: Suite, preset: str) -> list[Operation]:
    stated = loaded.presets.get(preset)
    names = stated[0].operations if stated else ()
    found = [each for name in names or loaded.operations if _serves(each := loaded.operations[name])]
    if not found:
        raise UsageError(f"suite {loaded.name} has no operation that takes an X of rows and columns; omit --data")
    return found


def _rows(options: Options, name: str, rows: int) -> list[int]:
    for value in options.sizes.get(name, ()):
        if value > rows:
            raise UsageError(f"size {name} '{value}': {_name(options)} has {rows} rows; give at most that")
    return options.sizes.get(name) or [rows]


def _columns(options: Options, name: str, columns: int) -> list[int]:
    for value in options.sizes.get(name, ()):
        if value != columns:
            raise UsageError(
                f"size {name} '{value}': {_name(options)} has {columns} columns and all are used; omit {name}"
            )
    return [columns]


def _name(options: Options) -> str:
    return Path(options.data or "").name
