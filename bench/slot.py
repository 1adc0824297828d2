"""Where an implementation runs: a worker process, started when needed and again after a death."""

import os
import secrets
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import protocol
from .array_library import INTERPRETER
from .arrays import LIBRARIES, common_environment
from .process import Child, Died, TookTooLong
from .protocol import Verdict
from .records import Exit
from .suite import Implementation, Suite

START_SECONDS = 180.0
DEATHS_ALLOWED = 5
PADDING_BYTES = 4096
COMPILED_INTO = ("TMPDIR", "TRITON_CACHE_DIR", "CUPY_CACHE_DIR", "CUDA_CACHE_PATH")
"""Where compilers keep what they made (PyTorch's below TMPDIR), and find it again in another process."""


class Lost(Exception):
    """A case that ends here, with its status."""

    def __init__(self, status: str, reason: str, exit_: Exit | None = None, verdict: Verdict | None = None):
        super().__init__(reason)
        self.status, self.reason, self.exit, self.verdict = status, reason, exit_, verdict
        self.predicted_ns: int | None = None
        self.cap_ns: int | None = None


@dataclass
class Slot:
    """One implementation on some threads of one device."""

    suite: Suite
    implementation: Implementation
    threads: int
    device: str
    memory_limit: int | None = None
    scratch: Path | None = None
    python: str = sys.executable
    environment: dict[str, str] = field(default_factory=dict)
    operations: str = ""
    cores: list[int] = field(default_factory=list)
    started: protocol.Started | None = None
    import_ns: int | None = None
    exact: dict[tuple[str, str], Lost | None] = field(default_factory=dict)
    compiled_ns: dict[tuple[str, str], int] = field(default_factory=dict)
    _child: Child[protocol.WorkerReply] | None = None
    _refusal: Lost | None = None
    _deaths: int = 0

    def start(self) -> protocol.Started:
        """Starts the worker where it is not running. Raises `Lost` where it cannot be."""
        if self._refusal:
            raise self._refusal
        if self._child is None or self.started is None:
            self.started = self._start()
        return self.started

    def spawn(self) -> None:
        """Begins the worker's process; `start` waits until it has imported everything."""
        if self._child is None and not self._refusal:
            self._refuse_device()
            self._child = Child("worker", protocol.WorkerReply, environment(self), self.python)
            self.started = None

    def _start(self) -> protocol.Started:
        self.spawn()
        try:
            started = self._ask(self._request(), START_SECONDS, protocol.Started)
        except Lost as lost:
            self._refusal = lost
            self.stop()
            raise
        assert self._child is not None
        self._child.pause()
        self.import_ns = self.import_ns or started.import_ns  # the first start had the machine to itself
        return started

    def ask(self, request: Any, timeout_s: float, kind: Any) -> Any:
        """A reply of the kind expected. Raises `Lost` for anything else; the slot stays usable."""
        self.start()
        reply = self._ask(request, timeout_s, kind)
        assert self._child is not None
        self._child.pause()
        return reply

    @property
    def pid(self) -> int | None:
        """Of the worker, which leads a process group of its own; None where none runs."""
        return self._child.pid if self._child else None

    @property
    def alive(self) -> bool:
        return self._child is not None

    def stop(self) -> None:
        """Ends the worker; the next request starts another."""
        if self._child is not None:
            self._child.kill()
        self._child = None

    def _ask(self, request: Any, timeout_s: float, kind: Any) -> Any:
        assert self._child is not None
        try:
            reply = self._child.ask(request, timeout_s, self.memory_limit)
        except Died as died:
            self._buried()
            raise Lost("crashed", died.reason, died.exit) from None
        except TookTooLong:
            self._buried()
            raise Lost("timeout", f"no answer within {timeout_s:.3g} s; the worker was ended") from None
        if isinstance(reply, protocol.Failed):
            raise Lost(reply.status, reply.reason)
        if not isinstance(reply, kind):
            self.stop()
            self._buried()
            raise Lost("crashed", f"the worker answered out of turn: {type(reply).__name__}")
        return reply

    def _buried(self) -> None:
        self._child = None
        self._deaths += 1
        if self._deaths >= DEATHS_ALLOWED:
            self._refusal = Lost("crashed", f"its worker had died {self._deaths} times; not started again")

    def _request(self) -> protocol.Start:
        chosen = self.implementation
        folder = str(self.suite.folder)
        return protocol.Start(
            folder, chosen.stem, chosen.library, self.threads, self.device, self.cores, self.operations
        )

    def _refuse_device(self) -> None:
        library = LIBRARIES[self.implementation.library]
        if self.device == INTERPRETER and not self.implementation.device:
            self._refusal = Lost("unsupported", "has no code of a GPU's to interpret (--device cpu)")
        elif self.device != INTERPRETER and (reason := self.implementation.elsewhere(self.device)):
            self._refusal = Lost("unsupported", reason)
        elif self.device not in library.devices:
            where = "/".join(library.devices)
            self._refusal = Lost("unsupported", f"{library.name} arrays are on {where} only, not on {self.device}")
        if self._refusal:
            raise self._refusal


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
        "ROOFLINEAR_PADDING": "x" * secrets.randbelow(PADDING_BYTES),
    }


def _own_folder(scratch: Path) -> str:
    """What a killed framework leaves goes with the run; what one compiles no other finds compiled."""
    try:
        return tempfile.mkdtemp(dir=scratch)
    except OSError:
        return str(scratch)
