"""How inputs are drawn: from the run's seed, or so that nobody can tell them."""

import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..contract import Inputs, Operation
from ..processes.reference_messages import Draw, Make, Source
from ..records import Task, words
from . import data, mapped, problem, ranges

DRAWING_SECONDS = 0.05
"""Time for drawing problems that no worker has seen; one problem is made in any case."""

NUDGES = 2**10
NUDGE = 16
"""If a suite makes the same inputs each time, they are changed by this many units in the last place."""


class Draws:
    """Draws inputs of a suite's operations. ``data`` is what the user gave, or None: then the suite makes numbers."""

    def __init__(self, operations: Mapping[str, Operation], seed: int, data: Any):
        self._operations, self._seed, self.data = operations, seed, data

    def source(self, task: Task) -> "ranges.Watched | None":
        """The user's data, watched for what a dtype cannot hold."""
        return None if self.data is None else ranges.Watched(self.data, task.dtype)

    def seeded(self, operation: Operation, request: Make, source: "ranges.Watched | None") -> Inputs:
        """Those of a task and variant, equal in every run of this seed."""
        task = request.task
        sizes = words(task.sizes, "/")
        rng = data.generator(self._seed, request.variant, operation.name, sizes, task.dtype)
        return self._drawn(operation, task, request.variant, rng, source)

    def exact(self, operation: Operation, task: Task) -> Inputs:
        """Those of the exact test. Raises `ValueError` where the operation has none."""
        if operation.exact_inputs is None:
            raise ValueError(f"{operation.name} states no exact_inputs")
        rng = data.generator(self._seed, "exact", operation.name, task.dtype)
        return operation.exact_inputs(rng, task.sizes, task.parameters, np.dtype(task.dtype))

    def unseen(self, request: Draw) -> list[Inputs]:
        """Problems that cannot be predicted from the seed. Problems of other shapes than the first are left out."""
        before, ends = problem.load(Path(request.beside)), time.monotonic() + DRAWING_SECONDS
        found: list[Inputs] = []
        while len(found) < request.copies and (not found or time.monotonic() < ends):
            drawn = self._unseeded(request.task) or before
            unseen = {name: _nudged(value) if _same(value, before[name]) else value for name, value in drawn.items()}
            if found and _shapes(unseen) != _shapes(found[0]):
                break
            found.append(unseen)
        return found

    def _unseeded(self, task: Task) -> Inputs | None:
        """None if the suite raises an error for these inputs."""
        rng, source = np.random.default_rng(secrets.randbits(128)), self.source(task)
        try:
            return self._drawn(self._operations[task.operation], task, "fresh", rng, source)
        except ValueError:
            return None

    def _drawn(
        self,
        operation: Operation,
        task: Task,
        variant: str,
        rng: np.random.Generator,
        source: "ranges.Watched | None",
    ) -> Inputs:
        wanted = task.sizes
        if source and isinstance(source.source, data.Matrix) and variant == "fresh":
            rows = operation.sizes[0]
            source.source = source.source.other(wanted[rows])
            wanted = {**wanted, rows: min(wanted[rows], len(source.source.features))}
        extra = {"data": source} if source is not None else {}
        with np.errstate(over="ignore"):  # values that a cast makes infinite are refused
            return operation.inputs(rng, wanted, task.parameters, np.dtype(task.dtype), **extra)


def _same(one: Any, other: Any) -> bool:
    return mapped.region(one) is None and np.asarray(one).dtype.kind in "fc" and np.array_equal(one, other)


def _shapes(inputs: Inputs) -> list[Any]:
    return [(np.asarray(value).dtype, np.shape(value)) for value in inputs.values()]


def _nudged(value: Any) -> Any:
    """Changes the last bits only: order, symmetry and zeros stay."""
    kind = np.asarray(value).dtype.type
    return value * kind(1 + (1 + secrets.randbelow(NUDGES)) * NUDGE * np.finfo(kind).eps)


def open_data(source: Source) -> tuple[Any, str]:
    """What the user gave, or None, and the label that it has in results."""
    if source.data is not None:
        read = data.read_matrix if mapped.is_matrix(source.data, source.target) else data.read_table
        label, found = read(source.data, source.target)
        return found, label
    if source.condition is not None:
        return data.Conditioned(source.condition), f"gaussian, condition {source.condition:g}"
    return None, "gaussian"
