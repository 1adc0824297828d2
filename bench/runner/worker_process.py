"""A worker's process as seen by the runner: it is asked, paused, and ended with all its child processes."""

import math
import time
from typing import Any

from ..processes.parent import Child, own
from ..processes.worker_messages import WorkerReply
from ..timing.guard import Answering, Scheduled
from . import leftovers

BETWEEN_LOOKS_SECONDS = 1.0
"""Looking through all processes for those that a worker left behind takes milliseconds."""


class WorkerProcess:
    """The process that a `Slot` starts, identified by ``mark`` in its environment. Tests use fakes instead."""

    def __init__(self, environment: dict[str, str], python: str, mark: str):
        leftovers.adopt()
        self._child = Child[WorkerReply](own("worker", python), WorkerReply, environment)
        self._mark = mark
        self._answering: Answering | None = None
        self._strays: list[int] = []
        self._looked_at = -math.inf

    @property
    def pid(self) -> int:
        """Also the number of its process group."""
        return self._child.pid

    def ask(self, request: Any, timeout_s: float, memory_limit: int | None) -> WorkerReply:
        """The reply to a request. Raises `Died` or `TookTooLong`, after which `clear` is due."""
        return self._child.ask(request, timeout_s, memory_limit)

    def pause(self) -> None:
        self._child.pause()

    def scheduled(self) -> Scheduled:
        """How long its answers have waited for a core so far, and their CPU time."""
        if self._answering is None:
            self._answering = Answering(self.pid)
        return self._answering.read()

    def left_behind(self, cores: set[int]) -> str:
        """Forbidden changes that its kernels made, or ''. ``cores`` are those it was given."""
        if reason := leftovers.changed(self.pid, cores):
            return reason
        if time.monotonic() > self._looked_at + BETWEEN_LOOKS_SECONDS:
            self._strays = leftovers.strays(self.pid, self._mark)
            self._looked_at = time.monotonic()
        return "left a process behind that is not in its group" if self._strays else ""

    def end(self) -> None:
        """Ends it and all its child processes."""
        behind = leftovers.strays(self.pid, self._mark)
        self._child.kill()
        self.clear(behind)

    def clear(self, behind: list[int] | None = None) -> None:
        """After its death: ends all its child processes, also those seen earlier."""
        leftovers.end([*(behind or ()), *leftovers.strays(self.pid, self._mark)])
        if self._answering:
            self._answering.close()
