"""Waiting for another process. A busy machine may take long over little: nothing is asserted of how long it takes."""

import time
from collections.abc import Callable

PATIENCE_S = 300.0


def came_true(condition: Callable[[], object], seconds: float = PATIENCE_S) -> bool:
    """Looks again and again; False where it was in vain."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def wait_for(condition: Callable[[], object]) -> None:
    assert came_true(condition), "waited in vain"
