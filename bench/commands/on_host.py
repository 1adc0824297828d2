"""The program that plays an order on a machine of a fleet, in the folder it is started in."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec

from .. import store
from ..fleet.orders import COMPARISON, ORDER, RESULTS, Order
from ..processes import scratch
from . import compare, run
from .exit_status import guarded
from .requests import CompareRequest, RunRequest

abandoned = threading.Event()
"""Set when the process that started this one has ended."""


def play(order: Order) -> int:
    """Plays an order; what it makes lies in `RESULTS`. Returns the exit status of the command."""
    if order.command == "run":
        return run.run(_request(order, RunRequest, results=RESULTS))
    request: CompareRequest = _request(order, CompareRequest)
    found = compare.stamped(lambda: compare.measured(request))
    Path(RESULTS).mkdir()
    (Path(RESULTS) / COMPARISON).write_bytes(store.pretty(found))
    return found.exit_status


def _request(order: Order, kind: Any, **more: Any) -> Any:
    return msgspec.convert({**order.request, **more}, kind, dec_hook=lambda kind, it: kind(it))


def main() -> int:
    """Ends in good order on SIGTERM, and when its parent has gone; then it also removes the folder."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    threading.Thread(target=_watch, daemon=True).start()
    try:
        return guarded(lambda: play(msgspec.json.decode(Path(ORDER).read_bytes(), type=Order)))
    finally:
        if abandoned.is_set():
            scratch.remove(Path.cwd())


def _watch() -> None:
    """The parent never writes: the first that is read is the end."""
    os.read(0, 1)
    abandoned.set()
    os.kill(os.getpid(), signal.SIGTERM)


def _interrupt(*_: object) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
