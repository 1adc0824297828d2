"""The parent's side of a child process: ask, wait, pause, kill. It does not depend on the meaning of requests."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from ..errors import CannotFinish
from ..records import Exit
from .memory import held_bytes

STDERR_LINES = 8
LONGEST_LINE = 1 << 24
WATCH_SECONDS = 0.5
PAUSES = sys.platform.startswith("linux")
"""Whether a child may be stopped: only if it is sure to die with its parent."""

Reply = TypeVar("Reply")


def own(module: str, python: str = sys.executable) -> list[str]:
    """The command of a child process that is one of this package's programs."""
    return [python, "-P", "-m", f"rooflinear.bench.{module}"]


class Died(Exception):
    """The child ended, or sent an invalid reply and was ended."""

    def __init__(self, reason: str, exit_: Exit):
        super().__init__(reason)
        self.reason, self.exit = reason, exit_


class TookTooLong(Exception):
    """The child did not answer in time and was ended."""


class Child(Generic[Reply]):
    """One child process. `ask` is the only way to talk to it; not for several threads."""

    def __init__(
        self, command: Sequence[str], replies: Any, environment: dict[str, str], folder: str | Path | None = None
    ):
        self._decoder = msgspec.json.Decoder(replies)
        try:
            self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the child
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env=environment,
                cwd=folder,
                process_group=0 if os.name == "posix" else None,  # niceness counts within one session only
            )
        except OSError as error:
            raise CannotFinish(f"cannot start a worker by {command[0]}: {error.strerror or error}") from error
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self._paused = False

    def ask(self, request: Any, timeout_s: float, memory_limit: int | None = None) -> Reply:
        """The reply to a request.

        Raises `Died` if the process ends, grows beyond ``memory_limit`` bytes
        or sends an invalid reply, `TookTooLong` after ``timeout_s``. Either way
        it has ended afterwards.
        """
        self.tell(request)
        line = self._wait(time.monotonic() + timeout_s, memory_limit)
        try:
            return self._decoder.decode(line)
        except msgspec.DecodeError:
            garbage = line[:60].decode(errors="backslashreplace").strip()
            raise self._died(f"sent an invalid reply on the harness's channel: {garbage!r}") from None

    def tell(self, request: Any) -> None:
        """Sends a request that is not answered by itself. Raises `Died` if the process has ended."""
        self.resume()
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(msgspec.json.encode(request) + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise self._died() from None

    def _wait(self, deadline: float, memory_limit: int | None) -> bytes:
        while True:
            left = deadline - time.monotonic()
            try:
                line = self._lines.get(timeout=max(0.0, min(left, WATCH_SECONDS)))
            except queue.Empty:
                if left <= 0:
                    self.kill()
                    raise TookTooLong from None
                if memory_limit and self._held_bytes() > memory_limit:
                    limit = f"{memory_limit / 2**30:.3g} GiB"
                    raise self._died(f"out of memory: grew beyond the limit of {limit} (--memory-limit)") from None
                continue
            if not line:
                raise self._died()
            return line

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as channel:
            while line := channel.readline(LONGEST_LINE):
                self._lines.put(line)
        self._lines.put(b"")

    @property
    def pid(self) -> int:
        return self._process.pid

    def pause(self) -> None:
        """Stops the process and its group, so that a spinning pool cannot steal the next one's core."""
        if PAUSES and not self._paused and self._process.poll() is None:
            self._signal(signal.SIGSTOP)
            self._paused = True

    def resume(self) -> None:
        if self._paused:
            self._signal(signal.SIGCONT)
            self._paused = False

    def _signal(self, number: int) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, number)

    def _held_bytes(self) -> int:
        """Without pages of mapped files, if the system distinguishes them."""
        import psutil

        try:
            held = held_bytes(self._process.pid)
            return psutil.Process(self._process.pid).memory_info().rss if held is None else held
        except psutil.Error:
            return 0

    def kill(self) -> None:
        """Kills the process and its child processes; has no effect if they have ended."""
        if os.name == "posix":
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)  # its pid is also its process group
        self._process.kill()
        self._process.wait()
        try:
            assert self._process.stdin is not None
            self._process.stdin.close()
        except OSError:
            pass  # buffered output has no reader any more

    def _died(self, reason: str = "") -> Died:
        try:
            status = self._process.wait(timeout=0 if reason else 5)
        except subprocess.TimeoutExpired:
            status = None
        self.kill()
        name = _signal_name(status)
        stderr = self._last_lines()
        if not reason:
            reason = f"killed by {name}" if name else f"ended with exit status {status}"
            if name == "SIGKILL":
                reason += ", perhaps for lack of memory"
        return Died(reason, Exit(name, status if name is None else None, stderr))

    def _last_lines(self) -> list[str]:
        self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, self._stderr.tell() - 4096))
        return self._stderr.read().decode(errors="replace").splitlines()[-STDERR_LINES:]


def _signal_name(status: int | None) -> str | None:
    if status is None or status >= 0:
        return None
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
