"""Checks an ``operations.py`` against the contract. Each error names file, operation and field."""

import keyword
import math
from collections.abc import Collection, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from ..contract import CONTRACT, MEASURES, Goal, Grid, Operation, Shown
from ..errors import UsageError

HARNESS_NAMES = ("workspace", "unsupported")
"""Reserved names: functions of an implementation that the harness calls for other purposes."""


def operations(module: ModuleType, where: Path) -> dict[str, Operation]:
    """The operations a module states, by name. Raises `UsageError`."""
    contract = getattr(module, "CONTRACT", None)
    if contract != CONTRACT:
        raise UsageError(f"{where}: states CONTRACT = {contract}; this rooflinear supports {CONTRACT}")
    stated = getattr(module, "OPERATIONS", None)
    if not isinstance(stated, tuple) or not stated:
        what = f"OPERATIONS is {_a(stated)}" if stated else "states no OPERATIONS"
        raise UsageError(f"{where}: {what}; it must be a tuple of Operation, such as (Operation(…),)")
    for operation in stated:
        _check_operation(operation, where)
    names = [operation.name for operation in stated]
    if len(set(names)) < len(names):
        raise UsageError(f"{where}: two operations share a name: {', '.join(names)}")
    return {operation.name: operation for operation in stated}


def presets(
    module: ModuleType, known: Collection[str], stems: Collection[str], where: Path
) -> dict[str, tuple[Grid, ...]]:
    """The presets a module states, if any; ``known`` operations and ``stems`` are all they may name.

    Raises `UsageError`.
    """
    stated = getattr(module, "PRESETS", {})
    if not isinstance(stated, dict):
        raise UsageError(f"{where}: PRESETS must be a dict from 'quick', 'standard', 'full' to tuples of Grid")
    for name, grids in stated.items():
        if not isinstance(grids, tuple) or not all(isinstance(grid, Grid) for grid in grids):
            raise UsageError(f"{where}: PRESETS['{name}'] must be a tuple of Grid")
        for operation in (operation for grid in grids for operation in grid.operations):
            if operation not in known:
                raise UsageError(f"{where}: PRESETS['{name}'] names an operation '{operation}' that is not stated")
        for stem in (stem for grid in grids for stem in (*grid.implementations, *grid.without)):
            if stem not in stems:
                raise UsageError(f"{where}: PRESETS['{name}'] names an implementation '{stem}' that does not exist")
    return stated


def goals(
    module: ModuleType, known: Mapping[str, Any], implementations: Mapping[str, Any], where: Path
) -> tuple[Goal, ...]:
    """The ``GOALS`` of a module, if any. Raises `UsageError`."""
    stated = getattr(module, "GOALS", ())
    if not isinstance(stated, tuple) or not all(isinstance(goal, Goal) for goal in stated):
        raise UsageError(f"{where}: GOALS must be a tuple of Goal")
    for goal in stated:
        if goal.operation not in known:
            raise UsageError(f"{where}: GOALS name an operation '{goal.operation}' that is not stated")
        for stem in (*goal.implementations, *goal.over):
            if stem not in implementations:
                raise UsageError(f"{where}: goal '{goal.what}' names an implementation '{stem}' that does not exist")
        if goal.measure not in MEASURES:
            raise UsageError(f"{where}: goal '{goal.what}': measure must be one of: {', '.join(MEASURES)}")
    return stated


def shown(module: ModuleType, known: dict[str, Operation], where: Path) -> tuple[Shown, ...]:
    """The ``SHOWN`` tasks of a module, if any. Raises `UsageError`."""
    stated = getattr(module, "SHOWN", ())
    if not isinstance(stated, tuple) or not all(isinstance(each, Shown) for each in stated):
        raise UsageError(f"{where}: SHOWN must be a tuple of Shown")
    for each in stated:
        if each.operation not in known:
            raise UsageError(f"{where}: SHOWN names an operation '{each.operation}' that is not stated")
        if not callable(each.inputs):
            raise UsageError(f"{where}: SHOWN '{each.name}': inputs must be a function")
        if set(each.sizes) != set(known[each.operation].sizes):
            raise UsageError(f"{where}: SHOWN '{each.name}': sizes must be {', '.join(known[each.operation].sizes)}")
    if len({each.name for each in stated}) < len(stated):
        raise UsageError(f"{where}: two tasks of SHOWN share a name")
    return stated


def _check_operation(operation: Any, where: Path) -> None:
    if not isinstance(operation, Operation):
        raise UsageError(f"{where}: OPERATIONS contains a {type(operation).__name__}, not an Operation")
    name = operation.name
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_") or keyword.iskeyword(name):
        raise UsageError(f"{where}: operation name {name!r} cannot be a function's name")
    if name in HARNESS_NAMES:
        raise UsageError(
            f"{where}: operation name '{name}' is reserved: an implementation's '{name}' means something else"
        )
    if not isinstance(operation.sizes, tuple) or not all(isinstance(size, str) for size in operation.sizes):
        raise UsageError(f'{where}: {operation.name}: sizes must be a tuple of names, such as ("m", "n")')
    for name in ("inputs", "oracle"):
        if not callable(getattr(operation, name)):
            raise UsageError(f"{where}: {operation.name}: {name} must be a function")
    _check_judging(operation, f"{where}: {operation.name}")
    for name in ("cost", "exact_inputs", "exact_equal", "largest"):
        if getattr(operation, name) is not None and not callable(getattr(operation, name)):
            raise UsageError(f"{where}: {operation.name}: {name} must be a function or omitted")
    if not isinstance(operation.parameters, Mapping):
        raise UsageError(f"{where}: {operation.name}: parameters must map names to defaults")


def _check_judging(operation: Operation, where: str) -> None:
    """Either a bound or a tolerance; neither is needed if the output is integers."""
    if operation.bound is not None and not callable(operation.bound):
        raise UsageError(f"{where}: bound must be a function")
    for name in ("rtol", "atol"):
        stated, below = getattr(operation, name), 1.0 if name == "rtol" else math.inf
        if not all(_is_tolerance(part, below) for part in (stated if isinstance(stated, tuple) else (stated,))):
            most = "below 1" if name == "rtol" else "finite"
            raise UsageError(
                f"{where}: {name} must be a number, 0 or more and {most}, or a dict of such by dtype;"
                " for an output that is a tuple also a tuple of such, with None for integers"
            )
    if operation.bound is not None and (operation.rtol is not None or operation.atol is not None):
        raise UsageError(f"{where}: states a bound and a tolerance; remove one")


def _is_tolerance(part: Any, below: float) -> bool:
    if part is None:
        return True
    values = list(part.values()) if isinstance(part, dict) else [part]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return bool(values) and numbers and all(0 <= value < below for value in values)


def _a(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
