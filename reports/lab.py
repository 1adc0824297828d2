"""What every implementation computed of the suite's small tasks, for the page to draw beside its own formulas."""

from typing import Any

from ..bench.records import Numbers, Output, ShownTask
from ..bench.store import read_outputs
from .frames import Tables

DRAWN = {"predict", "gradient_descent"}
"""The operations without which there is nothing to draw: a suite of other things has no such section."""


def lab(tables: Tables) -> dict[str, Any] | None:
    """Tasks, and by task the distinct outputs and who returned which; None for a suite that is not of lines."""
    if not set(tables.run.operations) >= DRAWN:
        return None
    kept = read_outputs(tables.folder) if tables.folder.is_dir() else []
    tasks = [each for each in kept if isinstance(each, ShownTask)]
    outputs = [each for each in kept if isinstance(each, Output)]
    return {each.task: _task(each, [one for one in outputs if one.task == each.task]) for each in tasks}


def _task(task: ShownTask, outputs: list[Output]) -> dict[str, Any]:
    right = {each.implementation: each.output for each in outputs if each.status == "ok" and each.output}
    distinct = list({tuple(output.values): None for output in right.values()})
    return {
        "operation": task.operation,
        "settings": task.settings,
        "inputs": {name: numbers.values for name, numbers in task.inputs.items()},
        "expected": task.expected.values,
        "outputs": distinct,
        "who": {name: distinct.index(tuple(output.values)) for name, output in right.items()},
        "not_ok": {each.implementation: [each.status, each.reason] for each in outputs if not _is_right(each)},
    }


def _is_right(output: Output) -> bool:
    return output.status == "ok" and isinstance(output.output, Numbers)
