"""The parent's side of the reference process: problems on disk, each made once per task and variant."""

import os
import secrets
import shutil
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import CannotFinish, Lost, SuiteFault, UsageError
from ..libraries.host import common_environment
from ..processes import scratch
from ..processes.parent import Child, Died, TookTooLong, own
from ..processes.protocol import Failed
from ..processes.reference_messages import (
    Draw,
    Drawn,
    Forget,
    Judge,
    Judged,
    Made,
    Make,
    MakeShown,
    ReferenceReply,
    Refusal,
    Source,
)
from ..records import Task
from ..suites import suite
from ..suites.suite import Suite
from ..sweep import Options

SECONDS = 1800.0


class Problems:
    """Keeps the reference process and the scratch folder that workers read from.

    ``births`` counts starts of the process; expected outputs are lost when it dies.
    """

    def __init__(
        self,
        loaded: Suite,
        options: Options,
        algorithms: Iterable[str] = (),
        environment: Mapping[str, str] | None = None,
    ):
        self._suite, self._options, self._environment = loaded, options, dict(environment or {})
        self._algorithms = sorted({each.algorithm for each in loaded.implementations.values()} | set(algorithms))
        self._child: Child[ReferenceReply] | None = None
        self._made: dict[str, Made] = {}
        self._shown: list[MakeShown] = []
        self._discarded: list[str] = []
        self.births = 0
        self._asking = threading.Lock()
        self.scratch = scratch.make()
        self.label, self.generated = "", True

    def open(self) -> None:
        """Reads the user's data. Raises `UsageError` if it is invalid."""
        environment = {**os.environ, **common_environment(1), **self._environment}
        self._child = Child(own("inputs.reference"), ReferenceReply, environment)
        chosen = self._options
        source = Source(str(self._suite.folder), chosen.seed, chosen.data, chosen.target, chosen.condition)
        opened = self._ask(source)
        self.label, self.generated, self.births = opened.label, opened.generated, self.births + 1
        for each in self._shown:  # made by an earlier process, which died
            self._ask(each)

    def make(self, task: Task, variant: str, folder: str) -> Made:
        """Writes a problem below the scratch folder.

        Raises `Lost` if the task has no inputs, `SuiteFault` if the suite fails.
        """
        if self._child is None:
            self.open()
        elif self._discarded:
            self._ask(Forget(self._discarded))
        self._discarded = []
        return self._ask(Make(task, variant, self._algorithms, str(self.scratch / folder)))

    def make_shown(self, name: str, dtype: str, most: int) -> tuple[Path, Made]:
        """The folder of a task of ``SHOWN``. Raises `UsageError` if an array has more than ``most`` numbers."""
        folder = self.scratch / f"shown-{name}"
        request = MakeShown(name, dtype, self._algorithms, str(folder), most)
        made = self._ask(request)
        self._shown.append(request)
        return folder, made

    def draw(self, task: Task, beside: str, folder: str, copies: int) -> Drawn:
        """Writes problems like the one in ``beside`` to the scratch folder; the seed does not predict them."""
        request = Draw(task, beside, str(self.scratch / folder), self._algorithms, copies)
        try:
            return self._ask(request)
        except SuiteFault as fault:  # the suite succeeded on the timed problem
            raise Lost("crashed", str(fault)) from fault

    def judge(self, request: Judge) -> Judged:
        """Compares a worker's outputs with the expected ones. The file is removed."""
        try:
            return self._ask(request)
        finally:
            Path(request.path).unlink(missing_ok=True)

    def outputs(self) -> str:
        """A new file name for a worker's outputs."""
        return str(self.scratch / f"outputs-{secrets.token_hex(8)}")

    def let_go(self) -> None:
        """Releases the user's data in the reference process, which continues to judge."""
        self._ask(Forget(source=True))

    def exact(self, name: str, dtype: str) -> tuple[Task, str]:
        """The exact test's task and folder ('' if the operation states no test), made once per run."""
        operation = self._suite.operations[name]
        task = Task(name, suite.exact_sizes(operation), dict(operation.parameters), dtype)
        folder = f"exact-{name}-{dtype}"
        if operation.exact_inputs is None:
            return task, ""
        if folder not in self._made:
            self._made[folder] = self.make(task, "exact", folder)
        return task, str(self.scratch / folder)

    def discard(self, folder: str) -> None:
        self._discarded.append(str(self.scratch / folder))
        shutil.rmtree(self.scratch / folder, ignore_errors=True)

    @property
    def pids(self) -> list[int]:
        return [self._child.pid] if self._child else []

    def stop(self) -> None:
        """Ends the reference process; its files stay."""
        if self._child is not None:
            self._child.kill()
        self._child = None

    def close(self) -> None:
        self.stop()
        scratch.remove(self.scratch)

    def _ask(self, request: Any) -> Any:
        with self._asking:
            return self._answer(request)

    def _answer(self, request: Any) -> Any:
        if self._child is None:
            raise Lost("crashed", "the oracle's process has ended")
        try:
            reply = self._child.ask(request, SECONDS)
            self._child.pause()
        except Died as died:
            self._buried()
            last = died.exit.stderr[-1] if died.exit.stderr else ""
            raise Lost("crashed", f"the oracle's process {died.reason} {last}".strip()) from None
        except TookTooLong:
            self._buried()
            raise Lost("crashed", f"the oracle took over {SECONDS:.0f} s") from None
        if isinstance(reply, Failed):
            raise Lost(reply.status, reply.reason)
        if isinstance(reply, Refusal):
            raise _raised(reply)
        return reply

    def _buried(self) -> None:
        """After the process died: its expected outputs are lost."""
        self._child = None
        self._made.clear()


def _raised(refusal: Refusal) -> Exception:
    match refusal.kind:
        case "usage":
            return UsageError(refusal.reason)
        case "finish":
            return CannotFinish(refusal.reason)
        case "disk":
            return CannotFinish(f"cannot write inputs: {refusal.reason}; free space or set TMPDIR")
        case "memory":
            reason = f"inputs and oracle need more memory than is available: {refusal.reason}"
            return Lost("skipped", reason, lack="memory")
        case "fault":
            return SuiteFault(refusal.reason)
