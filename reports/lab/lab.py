"""Outputs of every implementation for the suite's small tasks, which the page draws beside its own formulas."""

from typing import Any

from ...bench.records import Numbers, Output, ShownTask
from ...bench.store import read_outputs
from ..tables.frames import Tables

DRAWN = {"predict", "gradient_descent"}
"""The lab needs one of these operations; the page of another suite has no such section."""


def lab(tables: Tables) -> dict[str, Any] | None:
    """Tasks, and for each the distinct outputs with the implementations that returned them; None for other suites."""
    if not set(tables.run.operations) >= DRAWN:
        return None
    kept = read_outputs(tables.folder) if tables.folder.is_dir() else []
    tasks = [each for each in kept if isinstance(each, ShownTask) and isinstance(each.expected, Numbers)]
    outputs = [each for each in kept if isinstance(each, Output)]
    return {each.task: _task(each, [one for one in outputs if one.task == each.task]) for each in tasks}


def _task(task: ShownTask, outputs: list[Output]) -> dict[str, Any]:
    right = {each.implementation: values for each in outputs if (values := _right(each)) is not None}
    distinct = list(dict.fromkeys(right.values()))
    return {
        "operation": task.operation,
        "dtype": task.dtype,
        "settings": task.settings,
        "inputs": {name: numbers.values for name, numbers in task.inputs.items()},
        "expected": task.expected.values if isinstance(task.expected, Numbers) else [],
        "outputs": distinct,
        "who": {name: distinct.index(values) for name, values in right.items()},
        "not_ok": {each.implementation: [each.status, each.reason] for each in outputs if _right(each) is None},
    }


def _right(output: Output) -> tuple[Any, ...] | None:
    """The numbers of a correct array; tuples cannot be drawn."""
    found = output.output
    return tuple(found.values) if output.status == "ok" and isinstance(found, Numbers) else None
