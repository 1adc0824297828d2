"""The parent's side of the reference: problems made on disk, once a task and variant."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil

from . import protocol, suite
from .arrays import common_environment
from .errors import CannotFinish, RooflinearError, UsageError
from .process import Child, Died, TookTooLong
from .slot import Lost
from .suite import Suite
from .sweep import Options

PREFIX = "rooflinear-"
SECONDS = 1800.0


class Problems:
    """Keeps the reference process and the scratch folder that workers read from."""

    def __init__(
        self,
        loaded: Suite,
        options: Options,
        algorithms: Iterable[str] = (),
        environment: Mapping[str, str] | None = None,
    ):
        self._suite, self._options, self._environment = loaded, options, dict(environment or {})
        self._algorithms = sorted({each.algorithm for each in loaded.implementations.values()} | set(algorithms))
        self._child: Child[protocol.ReferenceReply] | None = None
        self._made: dict[str, protocol.Made] = {}
        try:
            remove_abandoned()
            self.scratch = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        except OSError as error:
            raise CannotFinish(f"cannot make a temporary folder: {error.strerror}; set TMPDIR") from error
        self.label, self.generated = "", True

    def open(self) -> None:
        """Reads the user's data. Raises `UsageError` where it is not as it must be."""
        environment = {**os.environ, **common_environment(1), **self._environment}
        self._child = Child("reference", protocol.ReferenceReply, environment)
        chosen = self._options
        source = protocol.Source(str(self._suite.folder), chosen.seed, chosen.data, chosen.target, chosen.condition)
        opened = self._ask(source)
        self.label, self.generated = opened.label, opened.generated
        self._child.pause()

    def make(self, task: protocol.Task, variant: str, folder: str) -> protocol.Made:
        """Writes a problem below the scratch folder. Raises `Lost` where the task has none."""
        if self._child is None:
            self.open()
        made = self._ask(protocol.Make(task, variant, self._algorithms, str(self.scratch / folder)))
        assert self._child is not None
        self._child.pause()
        return made

    def make_shown(self, name: str, dtype: str, most: int) -> Path:
        """The folder of a task of ``SHOWN``. Raises `UsageError` where it holds more than ``most`` numbers."""
        folder = self.scratch / f"shown-{name}"
        self._ask(protocol.MakeShown(name, dtype, self._algorithms, str(folder), most))
        assert self._child is not None
        self._child.pause()
        return folder

    def exact(self, name: str, dtype: str) -> tuple[protocol.Task, str]:
        """The exact test's task and folder ('' where the operation states none), made once a run."""
        operation = self._suite.operations[name]
        task = protocol.Task(name, suite.exact_sizes(operation), dict(operation.parameters), dtype)
        folder = f"exact-{name}-{dtype}"
        if operation.exact_inputs is None:
            return task, ""
        if folder not in self._made:
            self._made[folder] = self.make(task, "exact", folder)
        return task, str(self.scratch / folder)

    def discard(self, folder: str) -> None:
        shutil.rmtree(self.scratch / folder, ignore_errors=True)

    @property
    def pids(self) -> list[int]:
        return [self._child.pid] if self._child else []

    def stop(self) -> None:
        """Ends the reference process; what it made stays."""
        if self._child is not None:
            self._child.kill()
        self._child = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _ask(self, request: Any) -> Any:
        assert self._child is not None
        try:
            reply = self._child.ask(request, SECONDS)
        except Died as died:
            self._child = None
            last = died.exit.stderr[-1] if died.exit.stderr else ""
            raise Lost("crashed", f"the oracle's process {died.reason} {last}".strip()) from None
        except TookTooLong:
            self._child = None
            raise Lost("crashed", f"the oracle took over {SECONDS:.0f} s") from None
        if isinstance(reply, protocol.Failed):
            raise _failure(reply)
        return reply


def _failure(reply: protocol.Failed) -> Exception:
    if reply.status == "usage":
        return UsageError(reply.reason)
    if reply.status == "finish":
        return CannotFinish(reply.reason)
    if reply.status == "disk":
        return CannotFinish(f"cannot write inputs: {reply.reason}; free space or set TMPDIR")
    if reply.status == "memory":
        return Lost("skipped", f"inputs and oracle need more memory than there is: {reply.reason}")
    if reply.status == "unsupported":
        return Lost("unsupported", reply.reason)
    return RooflinearError(f"the suite's operations.py failed: {reply.reason}")


def remove_abandoned() -> None:
    """Removes scratch folders whose process was killed before it could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
