"""Child process: makes inputs, oracle outputs and bounds, once per size, and judges outputs of implementations.

Run as ``python -P -m rooflinear.bench.inputs.reference``. No implementation is imported here, and expected
outputs never leave this process.
"""

import errno
import secrets
import time
import traceback
from pathlib import Path

import msgspec
import numpy as np

from .. import parts
from ..contract import Bound, Inputs, Operation, Unsupported
from ..errors import CannotFinish, SuiteFault, UsageError
from ..processes.child import serve
from ..processes.protocol import Done, Failed
from ..processes.reference_messages import (
    Draw,
    Drawn,
    Forget,
    Judge,
    Judged,
    Made,
    Make,
    MakeShown,
    Opened,
    ReferenceReply,
    ReferenceRequest,
    Refusal,
    Source,
)
from ..suites import exported, suite
from ..suites.unexported import explained
from . import bounds, problem, ranges, verify
from .draws import Draws, open_data
from .judge import Judges
from .problem import Problem

ORACLE_SECONDS = 0.03
"""Time for asking the oracle about problems that no worker has seen; one is asked in any case."""

MOST_JUDGED = 3
DISK_IS_FULL = {errno.ENOSPC, errno.EDQUOT}


class Undefined(Exception):
    """An operation has no inputs of these sizes."""


class Reference:
    """Answers with problems written to disk, and with verdicts."""

    def __init__(self) -> None:
        self.judges = Judges()
        self.folder = Path()

    def open(self, source: Source) -> Opened:
        self.folder = Path(source.suite)
        operations = suite.import_stem(self.folder, suite.OPERATIONS).OPERATIONS
        exported.prove()
        self.operations: dict[str, Operation] = {each.name: each for each in operations}
        self.generated = source.data is None
        found, label = open_data(source)
        self.draws = Draws(self.operations, source.seed, found)
        return Opened(label, self.generated)

    def make(self, request: Make) -> Made:
        operation = self.operations[request.task.operation]
        source = self.draws.source(request.task)
        try:
            exact, draws = request.variant == "exact", self.draws
            inputs = draws.exact(operation, request.task) if exact else draws.seeded(operation, request, source)
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

    def _judgeable(
        self,
        operation: Operation,
        inputs: Inputs,
        request: Make | Draw,
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

    def make_shown(self, request: MakeShown) -> Made:
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

    def draw(self, request: Draw) -> Drawn:
        self.judges.forget(request.folder)
        found, number_of_parts = self.draws.unseen(request), problem.parts(Path(request.beside))
        if len(found) == 1:
            problem.save(found[0], Path(request.folder), number_of_parts)
            return Drawn(1, [0] if self._known(request, request.folder, found[0]) else [])
        problem.save_many(found, Path(request.folder), number_of_parts)
        judged, ends = [], time.monotonic() + ORACLE_SECONDS
        for number in secrets.SystemRandom().sample(range(len(found)), min(MOST_JUDGED, len(found))):
            if time.monotonic() < ends and self._known(request, f"{request.folder}/{number}", found[number]):
                judged.append(number)
        return Drawn(len(found), judged)

    def judge(self, request: Judge) -> Judged | Failed:
        if self.judges.unknown(request.of):
            return Failed("crashed", "the expected output was lost when the oracle's process died")
        if not request.exact and any(
            name and request.algorithm not in self.judges.algorithms(name) for name in request.of
        ):
            return Failed("unsupported", f"there is no bound for algorithm {request.algorithm}")
        return self.judges.judge(request, self.operations)

    def forget(self, request: Forget) -> Done:
        for folder in request.folders:
            self.judges.forget(folder)
        if request.source:
            self.draws.data = None
        return Done()

    def _saved(self, made: Problem, refused: dict[str, str], folder: str, *, generated: bool) -> Made:
        problem.save(made.inputs, Path(folder), parts.count(made.expected))
        seed = secrets.randbits(48)
        self.judges.hold(folder, made, seed, generated=generated)
        output_bytes = 8 * sum(each.size for each in parts.of(made.expected))
        return Made(made.inputs_sha256, made.inputs_bytes, refused, output_bytes, seed)

    def _known(self, request: Draw, name: str, inputs: Inputs) -> bool:
        """Stores the expected output of a drawn problem; False if it lacks a bound for some algorithm."""
        operation = self.operations[request.task.operation]
        try:
            made, _ = self._judgeable(operation, inputs, request, self.draws.source(request.task))
        except Undefined:
            return False
        if not self.judges.algorithms(request.beside) <= made.bounds.keys():
            return False
        before, now = problem.parts(Path(request.beside)), parts.count(made.expected)
        if now != before:
            raise SuiteFault(f"operations.py: {operation.name}: its output had {before} parts, now it has {now}")
        self.judges.hold(name, made, secrets.randbits(48), generated=self.generated)
        return True


def _problem(
    operation: Operation, inputs: Inputs, algorithms: list[str], dtype: str, *, generated: bool
) -> tuple[Problem, dict[str, str]]:
    """The problem with the bound of each algorithm, and the reasons for algorithms without one."""
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


def _at(request: ReferenceRequest) -> str:
    if isinstance(request, MakeShown):
        return f" on '{request.name}' of SHOWN in {request.dtype}"
    if not isinstance(request, Make | Draw):
        return ""
    return f" on {request.task.label}"


class Answers:
    def __init__(self) -> None:
        self.reference = Reference()

    def __call__(self, request: ReferenceRequest) -> ReferenceReply:
        try:
            return self._answer(request)
        except SuiteFault as error:
            return Refusal("fault", str(error))
        except UsageError as error:
            return Refusal("usage", str(error))
        except CannotFinish as error:
            return Refusal("finish", str(error))
        except MemoryError as error:
            return Refusal("memory", str(error) or "out of memory")
        except (Undefined, Unsupported) as error:
            return Failed("unsupported", str(error))
        except Exception as error:
            line = self._line_of_suite(error)
            if isinstance(error, OSError) and (not line or error.errno in DISK_IS_FULL):
                where = error.filename or getattr(request, "folder", "")
                return Refusal("disk", f"{where}: {error.strerror or error}")
            raised = f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")
            told = f"the suite's operations.py failed{_at(request)}: {raised}{line}"
            return Refusal("fault", explained(told, error).told)

    def _line_of_suite(self, error: Exception) -> str:
        """The last line of the suite that an error passed, or ''."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [each for each in frames if Path(each.filename).is_relative_to(self.reference.folder)]
        return f" ({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""

    def _answer(self, request: ReferenceRequest) -> ReferenceReply:
        match request:
            case Source():
                return self.reference.open(request)
            case Make():
                return self.reference.make(request)
            case MakeShown():
                return self.reference.make_shown(request)
            case Draw():
                return self.reference.draw(request)
            case Judge():
                return self.reference.judge(request)
            case Forget():
                return self.reference.forget(request)


if __name__ == "__main__":
    serve(ReferenceRequest, Answers())
