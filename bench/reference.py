"""Child process: makes inputs, oracle outputs and bounds, once a size.

Run as ``python -P -m rooflinear.bench.reference``.
"""

from pathlib import Path
from typing import Any

import numpy as np

from . import bounds, data, exported, mapped, protocol, ranges, suite
from .child import serve
from .contract import Bound, Inputs, Operation, Unsupported
from .errors import CannotFinish, UsageError
from .problem import Problem
from .unexported import explained


class Undefined(Exception):
    """An operation has no inputs of these sizes."""


class Reference:
    """Answers with problems written to disk."""

    def open(self, source: protocol.Source) -> protocol.Opened:
        operations = suite.import_stem(Path(source.suite), suite.OPERATIONS).OPERATIONS
        exported.prove()
        self.operations: dict[str, Operation] = {each.name: each for each in operations}
        self.folder = Path(source.suite)
        self.seed = source.seed
        self.data, label = _open_data(source)
        self.generated = source.data is None
        return protocol.Opened(label, generated=self.generated)

    def make(self, request: protocol.Make) -> protocol.Made:
        operation = self.operations[request.task.operation]
        source = None if self.data is None else ranges.Watched(self.data, request.task.dtype)
        try:
            exact = request.variant == "exact"
            inputs = self._exact(operation, request.task) if exact else self._draw(operation, request, source)
        except Unsupported as error:
            drawn = f"{error}{source.remedy}" if source and "reaches" not in str(error) else str(error)
            raise Undefined(drawn) from error
        except ValueError as error:
            raise Undefined(str(error)) from error
        if exact:
            return _saved(Problem(inputs, np.asarray(operation.oracle(*inputs.values())), {}), {}, request.folder)
        return _saved(*self._judgeable(operation, inputs, request, source), request.folder)

    def _judgeable(
        self, operation: Operation, inputs: Inputs, request: protocol.Make, source: "ranges.Watched | None"
    ) -> tuple[Problem, dict[str, str]]:
        """A problem, and of which algorithms nothing can be judged: why."""
        dtype = request.task.dtype
        try:
            refused = source.refused(operation, inputs, request.algorithms) if source else {}
            left = [each for each in request.algorithms if each not in refused]
            made, more = _problem(operation, inputs, left, dtype, generated=self.generated)
            if source:
                source.refuse_output(made.expected)
        except Unsupported as error:
            raise Undefined(str(error)) from error
        refused |= more
        if len(refused) == len(request.algorithms):
            raise Undefined(next(iter(refused.values())))
        return made, refused

    def make_shown(self, request: protocol.MakeShown) -> protocol.Made:
        stated = suite.import_stem(self.folder, suite.OPERATIONS).SHOWN
        task = next(each for each in stated if each.name == request.name)
        try:
            inputs = task.inputs(np.dtype(request.dtype))
            operation = self.operations[task.operation]
            made, refused = _problem(operation, inputs, request.algorithms, request.dtype, generated=True)
        except Unsupported as error:
            raise UsageError(f"SHOWN '{task.name}': {error}") from error
        largest = max(np.size(each) for each in (*inputs.values(), made.expected))
        if largest > request.most:
            raise UsageError(f"SHOWN '{task.name}': an array holds {largest} numbers; at most {request.most} are kept")
        return _saved(made, refused, request.folder)

    def _draw(self, operation: Operation, request: protocol.Make, source: "ranges.Watched | None") -> Inputs:
        task = request.task
        sizes = "/".join(f"{name}={value}" for name, value in task.sizes.items())
        rng = data.generator(self.seed, request.variant, operation.name, sizes, task.dtype)
        wanted = task.sizes
        if source and isinstance(source.source, data.Matrix) and request.variant == "fresh":
            rows = operation.sizes[0]
            source.source = source.source.other(wanted[rows])
            wanted = {**wanted, rows: min(wanted[rows], len(source.source.features))}
        extra = {"data": source} if source is not None else {}
        with np.errstate(over="ignore"):  # what a cast makes infinite is refused
            return operation.inputs(rng, wanted, task.parameters, np.dtype(task.dtype), **extra)

    def _exact(self, operation: Operation, task: protocol.Task) -> Inputs:
        if operation.exact_inputs is None:
            raise ValueError(f"{operation.name} states no exact_inputs")
        rng = data.generator(self.seed, "exact", operation.name, task.dtype)
        return operation.exact_inputs(rng, task.sizes, task.parameters, np.dtype(task.dtype))


def _problem(
    operation: Operation, inputs: Inputs, algorithms: list[str], dtype: str, *, generated: bool
) -> tuple[Problem, dict[str, str]]:
    """With the bound of each algorithm that has one here, and why the others have none."""
    expected = np.asarray(operation.oracle(*inputs.values()))
    found: dict[str, Bound] = {}
    refused: dict[str, str] = {}
    for algorithm in algorithms:
        try:
            found[algorithm] = bounds.stated(operation, inputs, expected, algorithm, dtype, generated=generated)
        except Unsupported as error:
            refused[algorithm] = str(error)
    return Problem(inputs, expected, found), refused


def _saved(problem: Problem, refused: dict[str, str], folder: str) -> protocol.Made:
    problem.save(Path(folder))
    return protocol.Made(problem.inputs_sha256, problem.inputs_bytes, refused)


def _open_data(source: protocol.Source) -> tuple[Any, str]:
    if source.data is not None:
        read = data.read_matrix if mapped.is_matrix(source.data, source.target) else data.read_table
        label, found = read(source.data, source.target)
        return found, label
    if source.condition is not None:
        return data.Conditioned(source.condition), f"gaussian, condition {source.condition:g}"
    return None, "gaussian"


class Answers:
    def __init__(self) -> None:
        self.reference = Reference()

    def __call__(self, request: protocol.ReferenceRequest) -> protocol.ReferenceReply:
        try:
            if isinstance(request, protocol.Source):
                return self.reference.open(request)
            if isinstance(request, protocol.MakeShown):
                return self.reference.make_shown(request)
            return self.reference.make(request)
        except UsageError as error:
            return protocol.Failed("usage", str(error))
        except CannotFinish as error:
            return protocol.Failed("finish", str(error))
        except MemoryError as error:
            return protocol.Failed("memory", str(error) or "out of memory")
        except OSError as error:
            where = error.filename or getattr(request, "folder", "")
            return protocol.Failed("disk", f"{where}: {error.strerror or error}")
        except (Undefined, Unsupported) as error:
            return protocol.Failed("unsupported", str(error))
        except Exception as error:
            return protocol.Failed("fault", explained("", f"{type(error).__name__}: {error}", error)[1])


if __name__ == "__main__":
    serve(protocol.ReferenceRequest, Answers())
