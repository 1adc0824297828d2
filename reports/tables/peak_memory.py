"""The rise of a process's memory during a call, where it can be seen.

Linux counts the pages of a process core by core (before 6.2: thread by thread) and adds them to the total that it
reports when a batch is full. The total is read twice, so a rise may be off by two batches for each core that the call
ran on. Below that it is no number, and 0 least of all: all that is known is the bound.
"""

import math
from collections.abc import Iterable

from ...bench.records import Machine

COLUMNS = ("peak_bytes", "peak_below_bytes")

BATCH_PAGES = 32
PAGE_BYTES = 4096


def least_visible(machine: Machine, threads: int) -> int:
    """Bytes by which a process must grow to be seen to grow."""
    batch = max(BATCH_PAGES, 2 * (machine.cores_logical or 0))
    return 2 * batch * PAGE_BYTES * max(1, threads)


def peak_columns(readings: Iterable[float | None], machine: Machine, threads: int) -> dict[str, float]:
    """The largest rise; where that cannot be seen, the bound instead; neither where nothing was read."""
    most = max((each for each in readings if each is not None), default=math.nan)
    least = least_visible(machine, threads)
    if math.isnan(most) or most >= least:
        return dict(zip(COLUMNS, (float(most), math.nan), strict=True))
    return dict(zip(COLUMNS, (math.nan, float(least)), strict=True))
