"""A child process imports a suite's ``operations.py`` first, so that it cannot harm the parent process."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from ..errors import UsageError

SECONDS = 60.0
WELL = 77
"""The exit status of a child that reached its end."""

REPORT_BYTES = 4096


def require_unharmed(folder: Path, where: Path, environment: Mapping[str, str]) -> None:
    """Raises `UsageError` if importing ``where`` fails, takes too long, ends its process or closes its streams.

    ``environment`` is added to this process's, for the child: what `exported` reads.
    """
    readable, writable = os.pipe()
    os.set_blocking(readable, False)
    try:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "rooflinear.bench.suites.trial_child", str(folder), str(writable)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(writable,),
            process_group=0,
            env={**os.environ, **environment},
        )
        status = _ended(child, where)
        reason = _reason(status, _read(readable))
    finally:
        os.close(readable)
        os.close(writable)
    if reason:
        raise UsageError(f"{where}: {reason}")


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Redirects what suite code prints to stderr, so that stdout has only the command's output."""
    kept = None
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        kept = os.dup(1)
        os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        if kept is not None:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                sys.__stdout__.flush()  # pyright: ignore[reportOptionalMemberAccess]  suite code may know it
            os.dup2(kept, 1)
            os.close(kept)


def _ended(child: "subprocess.Popen[bytes]", where: Path) -> int:
    try:
        return child.wait(SECONDS)
    except subprocess.TimeoutExpired:
        raise UsageError(f"{where}: its import took over {SECONDS:.0f} s; move slow code into functions") from None
    finally:
        with contextlib.suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _read(readable: int) -> bytes:
    try:
        return os.read(readable, REPORT_BYTES)
    except BlockingIOError:
        return b""


def _reason(status: int, report: bytes) -> str:
    how = f"exit status {status}" if status >= 0 else signal.Signals(-status).name
    if not report:
        return f"ends the process that imports it ({how}), or closes streams that are not its own"
    reason = msgspec.json.decode(report, type=str)
    if not reason and status != WELL:
        return f"changes how the process that imports it ends ({how})"
    return reason
