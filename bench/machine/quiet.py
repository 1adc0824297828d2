"""Whether the machine is quiet now, and the wait until it is."""

import sys
import time
from collections.abc import Callable

from .neighbours import LEAST_SECONDS, SEEN_CORES, WINDOW_SECONDS, Neighbour, Neighbours, text

QUIET_CORES = 0.05
"""An idle desktop uses less."""

PERIOD_SECONDS = 0.25


def wait_for_quiet(
    seconds: float,
    neighbours: Neighbours | None = None,
    tell: Callable[[str], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Neighbour]:
    """Waits until no other program was busy for a second; returns those that are still busy after ``seconds``.

    Reports once what it waits for, on stderr or by ``tell``.
    """
    neighbours = neighbours or Neighbours(clock=clock)
    told, ends = False, clock() + seconds
    while neighbours.available:
        sleep(PERIOD_SECONDS)
        neighbours.look()
        found = neighbours.busy(QUIET_CORES)
        if clock() >= ends or (not found and neighbours.seconds >= WINDOW_SECONDS):
            return found
        if found and not told:
            told = True
            (tell or _tell)(f"waiting up to {seconds:.0f} s for a quiet machine; {text(found)}")
    return []


def look_round() -> list[Neighbour]:
    """The other programs that are busy now."""
    neighbours = Neighbours()
    if neighbours.available:
        time.sleep(1.2 * LEAST_SECONDS)
        neighbours.look()
    return neighbours.busy(SEEN_CORES)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
