"""Child process: imports a suite's ``operations.py``, and reports what it did to the process.

Run as ``python -P -m rooflinear.bench.suites.trial_child FOLDER DESCRIPTOR``.
"""

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

import msgspec

from . import exported, suite
from .trial import REPORT_BYTES, WELL


def _import(folder: Path) -> str:
    """What went wrong, or ''."""
    exported.begin()
    streams = sys.stdin, sys.stdout, sys.stderr
    before = [_identity(descriptor) for descriptor in range(3)]
    try:
        module = suite.import_stem(folder, suite.OPERATIONS)
        _call_costs(module)
    except BaseException as error:
        return f"import failed: {type(error).__name__}: {' '.join(str(error).split())[:300]}".rstrip(": ")
    if any(stream.closed for stream in streams) or before != [_identity(descriptor) for descriptor in range(3)]:
        return "closes or replaces standard streams when it is imported; leave them alone"
    return ""


def _call_costs(module: Any) -> None:
    """Calls each operation's ``cost``, as the parent will. Errors are ignored: the parent reports them."""
    stated = getattr(module, "OPERATIONS", ())
    for operation in stated if isinstance(stated, tuple) else ():
        with contextlib.suppress(Exception):
            operation.cost(dict.fromkeys(operation.sizes, 2), dict(operation.parameters), 8, "direct")


def _identity(descriptor: int) -> tuple[int, int] | None:
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _main(folder: str, descriptor: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C ends
    reason = _import(Path(folder))
    with contextlib.suppress(OSError):
        os.write(int(descriptor), msgspec.json.encode(reason)[:REPORT_BYTES])
        sys.exit(WELL)
    os._exit(1)


if __name__ == "__main__":
    _main(*sys.argv[1:])
