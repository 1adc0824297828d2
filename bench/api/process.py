# pyright: strict
"""Starts the command as a child process, shows its progress and its warnings, waits for its end."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any, NamedTuple

import msgspec

from ..commands.exit_status import INTERRUPTED
from ..errors import CannotFinish, RooflinearError, UsageError
from ..progress import Plain
from .watching import Event, replay

PROGRAM = (sys.executable, "-P", "-m", "rooflinear.bench.api.child")

PREFIX = "rooflinear: "
"""Begins the message of an error on stderr."""

Handle = Callable[[str], None]


class Finished(NamedTuple):
    """How a command ended: its exit status, what it printed, its lines on stderr."""

    status: int
    stdout: str
    stderr: list[str]

    @property
    def message(self) -> str:
        """What it said last: an error's message, of one or two lines."""
        starts = [place for place, line in enumerate(self.stderr) if line.startswith(PREFIX)]
        return "\n".join(self.stderr[starts[-1] :]).removeprefix(PREFIX) if starts else ""


def play(arguments: Sequence[str], watcher: Plain) -> Finished:
    """Runs ``rooflinear ARGUMENTS``; an interrupt of this process interrupts it, and is raised when it has ended."""
    readable, writable = os.pipe()
    child = subprocess.Popen(
        [*PROGRAM, str(writable), *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
        pass_fds=(writable,), process_group=0,
    )  # fmt: skip
    os.close(writable)
    seen = _Seen(child, readable, watcher)
    try:
        _until_the_end(child, seen)
    finally:
        if child.poll() is None:
            child.kill()  # its own children end with it
            child.wait()
        watcher.close()
    return Finished(child.returncode, "".join(seen.stdout), seen.stderr)


def raise_error(done: Finished) -> None:
    """Raises what a command could not do, with its message; statuses that are answers are not errors."""
    if done.status == INTERRUPTED:
        raise KeyboardInterrupt(*done.stderr[-1:])
    told = done.message or " ".join(done.stderr[-1:]) or "it said nothing"
    if done.status == UsageError.exit_status:
        raise UsageError(told)
    if done.status == CannotFinish.exit_status:
        raise CannotFinish(told)
    if done.status < 0:
        raise CannotFinish(f"the command was ended by {signal.Signals(-done.status).name}")


def unexpected(done: Finished) -> RooflinearError:
    """The error for a command that ended without an answer."""
    return CannotFinish(f"the command ended with status {done.status}: {done.message or ' '.join(done.stderr[-1:])}")


class _Seen:
    """What arrives from a child, handed to the thread that waits for it."""

    def __init__(self, child: "subprocess.Popen[str]", events: int, watcher: Plain):
        self.stdout: list[str] = []
        self.stderr: list[str] = []
        self.quiet = False
        self._arrived: queue.Queue[tuple[Handle, str] | None] = queue.Queue()
        self._watcher = watcher
        self._open = 3
        assert child.stdout is not None
        assert child.stderr is not None
        for stream, handle in ((child.stdout, self.stdout.append), (child.stderr, self._said)):
            self._follow(stream, handle)
        self._follow(os.fdopen(events), self._happened)

    def show(self) -> None:
        """Shows what arrives until nothing more can."""
        while self._open:
            arrived = self._arrived.get()
            if arrived is None:
                self._open -= 1
            else:
                handle, line = arrived
                handle(line)

    def _follow(self, stream: IO[str], handle: Handle) -> None:
        threading.Thread(target=self._read, args=(stream, handle), daemon=True).start()

    def _read(self, stream: Iterable[str], handle: Handle) -> None:
        for line in stream:
            self._arrived.put((handle, line))
        self._arrived.put(None)

    def _said(self, line: str) -> None:
        self.stderr.append(line.rstrip("\n"))
        if line.startswith("warning: "):
            print(line, end="", file=sys.stderr)

    def _happened(self, line: str) -> None:
        replay(_EVENTS.decode(line), self._watcher)


_EVENTS: Any = msgspec.json.Decoder(Event)


def _until_the_end(child: "subprocess.Popen[str]", seen: _Seen) -> None:
    try:
        seen.show()
        child.wait()
    except KeyboardInterrupt:
        child.terminate()  # as Ctrl-C, also where that is ignored
        seen.show()
        if child.wait() == INTERRUPTED:
            print("\n".join(seen.stderr[-1:]), file=sys.stderr)
        raise
