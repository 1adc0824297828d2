"""Where an implementation runs: a worker process, started when needed, and again after it died."""

import os
import secrets
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import Lost
from ..libraries.base import INTERPRETER
from ..libraries.host import LIBRARIES, common_environment
from ..machine.cores import first_cores
from ..processes.parent import Died, TookTooLong
from ..processes.protocol import Done, Failed
from ..processes.worker_messages import Pin, Start, Started
from ..suites.suite import Implementation, Suite
from ..timing.guard import Scheduled
from . import leftovers
from .worker_process import WorkerProcess

START_SECONDS = 180.0
DEATHS_ALLOWED = 5
PADDING_BYTES = 4096
COMPILED_INTO = ("TMPDIR", "TRITON_CACHE_DIR", "CUPY_CACHE_DIR", "CUDA_CACHE_PATH")
"""Variables that name compilers' caches, which other processes would use (PyTorch's is below TMPDIR)."""


def launched(slot: "Slot") -> WorkerProcess:
    """Starts a process for the slot's implementation; it has imported nothing yet."""
    return WorkerProcess(environment(slot), slot.python, slot.mark)


@dataclass
class Slot:
    """One implementation on some threads of one device. ``launch`` starts the worker's process."""

    suite: Suite
    implementation: Implementation
    threads: int
    device: str
    memory_limit: int | None = None
    scratch: Path | None = None
    python: str = sys.executable
    environment: dict[str, str] = field(default_factory=dict)
    cores: list[int] = field(default_factory=list)
    refusal: Lost | None = None
    started: Started | None = None
    import_ns: int | None = None
    exact: dict[tuple[str, str], Lost | None] = field(default_factory=dict)
    compiled_ns: dict[tuple[str, str], int] = field(default_factory=dict)
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    launch: Callable[["Slot"], WorkerProcess] = launched
    _process: WorkerProcess | None = None
    _pinned: list[int] = field(default_factory=list)
    _deaths: int = 0

    def start(self) -> Started:
        """Starts the worker unless it is running. Raises `Lost` if that fails."""
        self.refuse()
        if self._process is None or self.started is None:
            self.started = self._start()
        return self.started

    def refuse(self) -> None:
        """Raises `Lost` if it is known, without a start, that no case can run here."""
        self.refusal = self.refusal or self._elsewhere()
        if self.refusal:
            raise self.refusal

    def _start(self) -> Started:
        process = self._process = self._process or self.launch(self)
        self.started = None
        try:
            started = self._ask(process, self._request(), START_SECONDS, Started)
        except Lost as lost:
            self.refusal = lost
            self.stop()
            raise
        process.pause()
        self.import_ns = self.import_ns or started.import_ns  # the first start had the machine to itself
        return started

    def ask(self, request: Any, timeout_s: float, kind: Any) -> Any:
        """The worker's reply, of type ``kind``. Raises `Lost` for any other; the slot stays usable."""
        self.start()
        process = self._process
        assert process is not None
        reply = self._ask(process, request, timeout_s, kind)
        process.pause()
        return reply

    @property
    def pid(self) -> int | None:
        """The worker's pid, also the number of its process group; None if it is not running."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None

    def scheduled(self) -> Scheduled:
        """How long the worker's answers have waited for a core so far, and their CPU time."""
        return self._process.scheduled() if self._process else Scheduled()

    def pin(self, cores: list[int], timeout_s: float) -> None:
        """From now on the worker computes on these cores only. Raises `Lost`."""
        self.ask(Pin(cores), timeout_s, Done)
        self._pinned = cores

    def left_behind(self) -> str:
        """Forbidden changes that the implementation made to its process, or ''."""
        return self._process.left_behind(set(self._pinned)) if self._process else ""

    def stop(self) -> None:
        """Ends the worker and all its child processes; the next request starts another."""
        if self._process:
            self._process.end()
            self._process = None

    def _ask(self, process: WorkerProcess, request: Any, timeout_s: float, kind: Any) -> Any:
        try:
            reply = process.ask(request, timeout_s, self.memory_limit)
        except Died as died:
            process.clear()
            self._died()
            raise Lost("crashed", died.reason, died.exit) from None
        except TookTooLong:
            process.clear()
            self._died()
            raise Lost("timeout", f"no answer within {timeout_s:.3g} s; the worker was ended") from None
        if isinstance(reply, Failed):
            raise Lost(reply.status, reply.reason, unexported=reply.unexported)
        if not isinstance(reply, kind):
            process.end()
            self._died()
            raise Lost("crashed", f"unexpected reply from the worker: {type(reply).__name__}")
        return reply

    def _died(self) -> None:
        self._process = None
        self._deaths += 1
        if self._deaths >= DEATHS_ALLOWED:
            self.refusal = Lost("crashed", f"its worker died {self._deaths} times and was not started again")

    def _request(self) -> Start:
        chosen, folder = self.implementation, str(self.suite.folder)
        self._pinned = self.cores or first_cores(self.threads)
        return Start(folder, chosen.stem, chosen.library, self.threads, self.device, self._pinned)

    def _elsewhere(self) -> Lost | None:
        """Why nothing can run on this device."""
        library = LIBRARIES[self.implementation.library]
        if self.device == INTERPRETER and not self.implementation.device:
            return Lost("unsupported", "has no GPU code to interpret (--device cpu)")
        if self.device != INTERPRETER and (reason := self.implementation.elsewhere(self.device)):
            return Lost("unsupported", reason)
        if self.device not in library.devices:
            where = "/".join(library.devices)
            return Lost("unsupported", f"{library.name} arrays are on {where} only, not on {self.device}")
        return None


def environment(slot: Slot) -> dict[str, str]:
    """A worker's environment: the pools' variables, a random hash seed, a random layout of the stack."""
    library = LIBRARIES[slot.implementation.library]()
    return {
        **os.environ,
        **common_environment(slot.threads),
        **library.environment(slot.threads, slot.device),
        **slot.environment,
        **(dict.fromkeys(COMPILED_INTO, _own_folder(slot.scratch)) if slot.scratch else {}),
        "PYTHONHASHSEED": str(secrets.randbelow(2**32)),
        leftovers.MARK: slot.mark,
        "ROOFLINEAR_PADDING": "x" * secrets.randbelow(PADDING_BYTES),
    }


def _own_folder(scratch: Path) -> str:
    """Temporary and cache folders inside the run's scratch folder: removed with it, and not shared between workers."""
    try:
        return tempfile.mkdtemp(dir=scratch)
    except OSError:
        return str(scratch)
