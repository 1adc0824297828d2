"""Child process: makes inputs, oracle outputs and bounds, once a size.

Run as ``python -P -m rooflinear.bench.reference``.
"""

from pathlib import Path
from typing import Any

import numpy as np

from . import data, mapped, protocol, suite
from .child import serve
from .contract import Bound, Inputs, Operation
from .errors import CannotFinish, UsageError
from .problem import Problem


class Undefined(Exception):
    """An operation has no inputs of these sizes."""


class Reference:
    """Answers with problems written to disk."""

    def open(self, source: protocol.Source) -> protocol.Opened:
        operations = suite.import_stem(Path(source.suite), suite.OPERATIONS).OPERATIONS
        self.operations: dict[str, Operation] = {each.name: each for each in operations}
        self.folder = Path(source.suite)
        self.seed = source.seed
        self.data, label = _open_data(source)
        return protocol.Opened(label, generated=source.data is None)

    def make(self, request: protocol.Make) -> protocol.Made:
        operation = self.operations[request.task.operation]
        try:
            exact = request.variant == "exact"
            inputs = self._exact(operation, request.task) if exact else self._draw(operation, request)
        except ValueError as error:
            raise Undefined(str(error)) from error
        return _saved(_problem(operation, inputs, [] if exact else request.algorithms), request.folder)

    def make_shown(self, request: protocol.MakeShown) -> protocol.Made:
        stated = suite.import_stem(self.folder, suite.OPERATIONS).SHOWN
        task = next(each for each in stated if each.name == request.name)
        inputs = task.inputs(np.dtype(request.dtype))
        made = _problem(self.operations[task.operation], inputs, request.algorithms)
        largest = max(np.size(each) for each in (*inputs.values(), made.expected))
        if largest > request.most:
            raise UsageError(f"SHOWN '{task.name}': an array holds {largest} numbers; at most {request.most} are kept")
        return _saved(made, request.folder)

    def _draw(self, operation: Operation, request: protocol.Make) -> Inputs:
        task = request.task
        sizes = "/".join(f"{name}={value}" for name, value in task.sizes.items())
        rng = data.generator(self.seed, request.variant, operation.name, sizes, task.dtype)
        source, wanted = self.data, task.sizes
        if isinstance(source, data.Matrix) and request.variant == "fresh":
            rows = operation.sizes[0]
            source = source.other(wanted[rows])
            wanted = {**wanted, rows: min(wanted[rows], len(source.features))}
        extra = {"data": source} if source is not None else {}
        return operation.inputs(rng, wanted, task.parameters, np.dtype(task.dtype), **extra)

    def _exact(self, operation: Operation, task: protocol.Task) -> Inputs:
        if operation.exact_inputs is None:
            raise ValueError(f"{operation.name} states no exact_inputs")
        rng = data.generator(self.seed, "exact", operation.name, task.dtype)
        return operation.exact_inputs(rng, task.sizes, task.parameters, np.dtype(task.dtype))


def _problem(operation: Operation, inputs: Inputs, algorithms: list[str]) -> Problem:
    expected = np.asarray(operation.oracle(*inputs.values()))
    return Problem(inputs, expected, _bounds(operation, inputs, expected, algorithms))


def _saved(problem: Problem, folder: str) -> protocol.Made:
    problem.save(Path(folder))
    return protocol.Made(problem.inputs_sha256, problem.inputs_bytes)


def _open_data(source: protocol.Source) -> tuple[Any, str]:
    if source.data is not None:
        read = data.read_matrix if mapped.is_matrix(source.data, source.target) else data.read_table
        label, found = read(source.data, source.target)
        return found, label
    if source.condition is not None:
        return data.Conditioned(source.condition), f"gaussian, condition {source.condition:g}"
    return None, "gaussian"


def _bounds(operation: Operation, inputs: Inputs, expected: Any, algorithms: list[str]) -> dict[str, Bound]:
    bounds = {}
    for algorithm in algorithms:
        stated = operation.bound(inputs, expected, algorithm)
        forms = stated if isinstance(stated, Bound) else Bound(stated, stated)
        bounds[algorithm] = Bound(*(np.broadcast_to(np.float64(form), expected.shape) for form in forms))
    return bounds


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
        except Undefined as error:
            return protocol.Failed("unsupported", str(error))
        except Exception as error:
            return protocol.Failed("fault", f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    serve(protocol.ReferenceRequest, Answers())
