"""The read bandwidth of each cache and of memory, as every picture of the limits names it."""

from ...bench.records import Roof

LAST_CACHES = 4
"""A working set of so many last caches is read from memory."""


def bandwidths(roof: Roof, caches_bytes: dict[str, int]) -> list[tuple[str, float]]:
    """(name, bytes per second) of each data cache that a working set was read from, and of memory.

    A cache holds working sets of up to half its size that the cache before it does not hold. Sets in between are read
    from both, and say nothing of either. Where the system reports no caches, the smallest set stands for them.
    """
    caches = sorted((size, name) for name, size in caches_bytes.items() if not name.endswith("i"))
    if not caches:
        return [("cache", roof.read[0][1]), ("memory", roof.read[-1][1])] if roof.read else []
    found, below = [], 0
    for size, name in caches:
        inside = [speed for working_set, speed in roof.read if below < working_set <= size / 2]
        found += [(f"{name.removesuffix('d')} cache", max(inside))] if inside else []
        below = size
    outside = [speed for working_set, speed in roof.read if working_set >= LAST_CACHES * caches[-1][0]]
    return [*found, ("memory", max(outside))] if outside else found
