"""Runs in a Dask worker: starts a process of its own for an order, ends it if nobody wants it, and returns its files.

Nothing is measured in the Dask worker itself.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..processes import scratch
from ..processes.parent import own
from . import parcels
from .orders import ORDER, RESULTS

LOOK_SECONDS = 0.25
CLEARING_SECONDS = 20.0
"""Time for a terminated process to end its own workers and remove its files."""

PROGRAM = "commands.on_host"
LINES = 3


def play(order: bytes, parcel: bytes, key: str) -> dict[str, Any]:
    """Plays an order in a new folder; ``key`` is the name of this task. Returns the fields of an `Answer`."""
    with scratch.folder() as place:
        parcels.unpack(parcel, place)
        (place / ORDER).write_bytes(order)
        status = _finish(place, lambda: is_wanted(key))
        results = place / RESULTS
        found = parcels.packed(results) if results.is_dir() else b""
        return {"status": status, "told": _last_lines(place / "stderr"), "parcel": found}


def is_wanted(key: str) -> bool:
    """Whether the client still waits for a task; true outside of Dask's workers."""
    from distributed import get_worker

    try:
        state = get_worker().state
    except ValueError:
        return True
    task = state.tasks.get(key)
    return task is not None and task.state not in ("cancelled", "resumed")


def _finish(place: Path, wanted: Callable[[], bool]) -> int:
    """The exit status of the program in a process of its own. It ends with this one: it reads the end of its stdin."""
    with (place / "stdout").open("wb") as stdout, (place / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            own(PROGRAM), stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, cwd=place, env=_environment(),
            process_group=0 if os.name == "posix" else None,
        )  # fmt: skip
    try:
        while wanted():
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(LOOK_SECONDS)
    finally:
        _end(process)
    return process.returncode


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(CLEARING_SECONDS)
    if process.poll() is None:
        if os.name == "posix":
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
    assert process.stdin is not None
    process.stdin.close()


def _environment() -> dict[str, str]:
    """The worker's, without what Dask sets for its own computations: threads and the allocator's settings."""
    import dask.config
    import distributed.config  # noqa: F401  it reads the defaults

    set_by_dask: dict[str, Any] = dask.config.get("distributed.nanny.pre-spawn-environ", {})
    own_ = {name for name, value in set_by_dask.items() if os.environ.get(name) == str(value)}
    return {name: value for name, value in os.environ.items() if name not in own_}


def _last_lines(path: Path) -> str:
    """From the error on, if there is one."""
    lines = [line for line in path.read_text(errors="replace").splitlines() if line.strip()]
    errors = [place for place, line in enumerate(lines) if line.startswith("rooflinear: ")]
    return "\n".join(lines[errors[-1] :] if errors else lines[-LINES:])
