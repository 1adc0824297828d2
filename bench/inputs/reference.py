"""Child process: makes inputs, oracle outputs and bounds, once a size, and judges what implementations return.

Run as ``python -P -m rooflinear.bench.inputs.reference``. No implementation is imported here, and what it should return
never leaves this process.
"""

import errno
import secrets
import time
import traceback
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from .. import parts
from ..contract import Bound, Inputs, Operation, Unsupported
from ..errors import CannotFinish, SuiteFault, UsageError
from ..processes import protocol
from ..processes.child import serve
from ..suites import exported, suite
from ..suites.unexported import explained
from . import bounds, data, mapped, problem, ranges, verify
from .judge import Judges
from .problem import Problem

DRAWING_SECONDS, ORACLE_SECONDS = 0.05, 0.03
"""How long problems are drawn that no worker has seen, and how long the oracle is asked about them; one in any case
where it is the only one."""

MOST_JUDGED = 3
DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT}
NUDGES = 2**10
NUDGE = 16
"""Units in the last place by which inputs are changed that a suite makes equal each time."""


class Undefined(Exception):
    """An operation has no inputs of these sizes."""


class Reference:
    """Answers with problems written to disk, and with verdicts."""

    def __init__(self) -> None:
        self.judges = Judges()
        self.folder = Path()

    def open(self, source: protocol.Source) -> protocol.Opened:
        self.folder = Path(source.suite)
        operations = suite.import_stem(self.folder, suite.OPERATIONS).OPERATIONS
        exported.prove()
        self.operations: dict[str, Operation] = {each.name: each for each in operations}
        self.seed, self.generated = source.seed, source.data is None
        self.data, label = _open_data(source)
        return protocol.Opened(label, self.generated)

    def make(self, request: protocol.Make) -> protocol.Made:
        operation = self.operations[request.task.operation]
        source = self._source(request.task)
        try:
            exact = request.variant == "exact"
            inputs = self._exact(operation, request.task) if exact else self._seeded(operation, request, source)
        except ranges.ColumnOutOfRange as error:
            raise Undefined(str(error)) from error
        except Unsupported as error:
            raise Undefined(f"{error}{source.remedy if source else ''}") from error
        except ValueError as error:
            raise Undefined(str(error)) from error
        if exact:
            made, refused = Problem(inputs, _expected(operation, inputs), {}), {}
        else:
            made, refused = self._judgeable(operation, inputs, request, source)
        return self._saved(made, refused, request.folder, generated=self.generated)

    def _source(self, task: protocol.Task) -> "ranges.Watched | None":
        return None if self.data is None else ranges.Watched(self.data, task.dtype)

    def _judgeable(
        self,
        operation: Operation,
        inputs: Inputs,
        request: "protocol.Make | protocol.Draw",
        source: "ranges.Watched | None",
    ) -> tuple[Problem, dict[str, str]]:
        """A problem, and the reason for each algorithm that cannot be judged on it."""
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
        largest = max(np.size(each) for each in (*inputs.values(), *parts.of(made.expected)))
        if largest > request.most:
            raise UsageError(f"SHOWN '{task.name}': an array has {largest} numbers; at most {request.most} are stored")
        saved = self._saved(made, refused, request.folder, generated=True)
        rounded = [each.astype(verify.output_dtype(each, request.dtype)) for each in parts.of(made.expected)]
        expected = problem.in_numbers(parts.like(rounded, parts.count(made.expected)))
        return msgspec.structs.replace(saved, expected=expected)

    def draw(self, request: protocol.Draw) -> protocol.Drawn:
        self.judges.forget(request.folder)
        found, number_of_parts = self._unseen(request), problem.parts(Path(request.beside))
        if len(found) == 1:
            problem.save(found[0], Path(request.folder), number_of_parts)
            return protocol.Drawn(1, [0] if self._known(request, request.folder, found[0]) else [])
        problem.save_many(found, Path(request.folder), number_of_parts)
        judged, ends = [], time.monotonic() + ORACLE_SECONDS
        for number in secrets.SystemRandom().sample(range(len(found)), min(MOST_JUDGED, len(found))):
            if time.monotonic() < ends and self._known(request, f"{request.folder}/{number}", found[number]):
                judged.append(number)
        return protocol.Drawn(len(found), judged)

    def judge(self, request: protocol.Judge) -> protocol.Judged | protocol.Failed:
        if self.judges.unknown(request.of):
            return protocol.Failed("crashed", "the expected output was lost with the oracle's process")
        if not request.exact and any(
            name and request.algorithm not in self.judges.algorithms(name) for name in request.of
        ):
            return protocol.Failed("unsupported", f"there is no bound for algorithm {request.algorithm}")
        return self.judges.judge(request, self.operations)

    def forget(self, request: protocol.Forget) -> protocol.Done:
        for folder in request.folders:
            self.judges.forget(folder)
        if request.source:
            self.data = None
        return protocol.Done()

    def _saved(self, made: Problem, refused: dict[str, str], folder: str, *, generated: bool) -> protocol.Made:
        problem.save(made.inputs, Path(folder), parts.count(made.expected))
        seed = secrets.randbits(48)
        self.judges.hold(folder, made, seed, generated=generated)
        output_bytes = 8 * sum(each.size for each in parts.of(made.expected))
        return protocol.Made(made.inputs_sha256, made.inputs_bytes, refused, output_bytes, seed)

    def _known(self, request: protocol.Draw, name: str, inputs: Inputs) -> bool:
        """Stores the expected output of a drawn problem; False if it cannot judge every algorithm."""
        operation = self.operations[request.task.operation]
        try:
            made, _ = self._judgeable(operation, inputs, request, self._source(request.task))
        except Undefined:
            return False
        if not self.judges.algorithms(request.beside) <= made.bounds.keys():
            return False
        before, now = problem.parts(Path(request.beside)), parts.count(made.expected)
        if now != before:
            raise SuiteFault(f"operations.py: {operation.name}: its output had {before} parts, now it has {now}")
        self.judges.hold(name, made, secrets.randbits(48), generated=self.generated)
        return True

    def _unseen(self, request: protocol.Draw) -> list[Inputs]:
        """Problems that cannot be predicted from the seed. Those of other shapes than the first are left out."""
        before, ends = problem.load(Path(request.beside)), time.monotonic() + DRAWING_SECONDS
        found: list[Inputs] = []
        while len(found) < request.copies and (not found or time.monotonic() < ends):
            drawn = self._unseeded(request.task) or before
            unseen = {name: _nudged(value) if _same(value, before[name]) else value for name, value in drawn.items()}
            if found and _shapes(unseen) != _shapes(found[0]):
                break
            found.append(unseen)
        return found

    def _unseeded(self, task: protocol.Task) -> Inputs | None:
        """None if the suite refuses its own draw."""
        rng, source = np.random.default_rng(secrets.randbits(128)), self._source(task)
        try:
            return self._drawn(self.operations[task.operation], task, "fresh", rng, source)
        except ValueError:
            return None

    def _seeded(self, operation: Operation, request: protocol.Make, source: "ranges.Watched | None") -> Inputs:
        task = request.task
        sizes = "/".join(f"{name}={value}" for name, value in task.sizes.items())
        rng = data.generator(self.seed, request.variant, operation.name, sizes, task.dtype)
        return self._drawn(operation, task, request.variant, rng, source)

    def _drawn(
        self,
        operation: Operation,
        task: protocol.Task,
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
    expected = _expected(operation, inputs)
    found: dict[str, Bound | tuple[Bound, ...]] = {}
    refused: dict[str, str] = {}
    for algorithm in algorithms:
        try:
            found[algorithm] = bounds.stated(operation, inputs, expected, algorithm, dtype, generated=generated)
        except Unsupported as error:
            refused[algorithm] = str(error)
    return Problem(inputs, expected, found), refused


def _expected(operation: Operation, inputs: Inputs) -> parts.Output:
    return parts.of_oracle(operation.oracle(*inputs.values()), f"operations.py: {operation.name}")


def _same(one: Any, other: Any) -> bool:
    return mapped.region(one) is None and np.asarray(one).dtype.kind in "fc" and np.array_equal(one, other)


def _shapes(inputs: Inputs) -> list[Any]:
    return [(np.asarray(value).dtype, np.shape(value)) for value in inputs.values()]


def _nudged(value: Any) -> Any:
    """Other bits, the same mathematics: order, symmetry and zeros stay."""
    kind = np.asarray(value).dtype.type
    return value * kind(1 + (1 + secrets.randbelow(NUDGES)) * NUDGE * np.finfo(kind).eps)


def _open_data(source: protocol.Source) -> tuple[Any, str]:
    if source.data is not None:
        read = data.read_matrix if mapped.is_matrix(source.data, source.target) else data.read_table
        label, found = read(source.data, source.target)
        return found, label
    if source.condition is not None:
        return data.Conditioned(source.condition), f"gaussian, condition {source.condition:g}"
    return None, "gaussian"


def _at(request: protocol.ReferenceRequest) -> str:
    if isinstance(request, protocol.MakeShown):
        return f" on '{request.name}' of SHOWN in {request.dtype}"
    if not isinstance(request, protocol.Make | protocol.Draw):
        return ""
    return f" on {request.task.label}"


class Answers:
    def __init__(self) -> None:
        self.reference = Reference()

    def __call__(self, request: protocol.ReferenceRequest) -> protocol.ReferenceReply:
        try:
            return self._answer(request)
        except SuiteFault as error:
            return protocol.Refusal("fault", str(error))
        except UsageError as error:
            return protocol.Refusal("usage", str(error))
        except CannotFinish as error:
            return protocol.Refusal("finish", str(error))
        except MemoryError as error:
            return protocol.Refusal("memory", str(error) or "out of memory")
        except (Undefined, Unsupported) as error:
            return protocol.Failed("unsupported", str(error))
        except Exception as error:
            line = self._line_of_suite(error)
            if isinstance(error, OSError) and (not line or error.errno in DISK_IS_FULL):
                where = error.filename or getattr(request, "folder", "")
                return protocol.Refusal("disk", f"{where}: {error.strerror or error}")
            raised = f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")
            told = f"the suite's operations.py failed{_at(request)}: {raised}{line}"
            return protocol.Refusal("fault", explained(told, error).told)

    def _line_of_suite(self, error: Exception) -> str:
        """The last line of the suite that an error passed, or ''."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [each for each in frames if Path(each.filename).is_relative_to(self.reference.folder)]
        return f" ({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""

    def _answer(self, request: protocol.ReferenceRequest) -> protocol.ReferenceReply:
        match request:
            case protocol.Source():
                return self.reference.open(request)
            case protocol.Make():
                return self.reference.make(request)
            case protocol.MakeShown():
                return self.reference.make_shown(request)
            case protocol.Draw():
                return self.reference.draw(request)
            case protocol.Judge():
                return self.reference.judge(request)
            case protocol.Forget():
                return self.reference.forget(request)


if __name__ == "__main__":
    serve(protocol.ReferenceRequest, Answers())
