"""How long a call will take, from what smaller sizes took."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

TRUSTED_WORK = 1e5
"""Flops from which the fixed cost of a call no longer hides what a flop costs."""

HOPELESS_WORK = 1e7
"""Flops above which a call may take seconds, so that it is worth predicting first."""

LARGEST_MISFIT = 0.2
"""Log residual up to which a power law of the sizes is believed: every point within 22 %."""

Key = tuple[str, ...]
Sizes = tuple[int, ...]


class Predictor:
    """Remembers ns a call per key, such as (implementation, operation, dtype), by work in flops and sizes."""

    def __init__(self) -> None:
        self._seen: dict[Key, dict[tuple[float, Sizes], float]] = defaultdict(dict)

    def record(self, key: Key, work: float, call_ns: float, sizes: Mapping[str, int] | None = None) -> None:
        self._seen[key][work, _values(sizes)] = call_ns

    def predict_ns(self, key: Key, work: float, sizes: Mapping[str, int] | None = None) -> float | None:
        """By a power law of the sizes where all that was seen keeps to one; else the smaller of that
        law and the slope of the two largest smaller works, so that none is skipped by mistake; None
        where neither can be had.

        A loop over rows costs by the row, whatever the flops; one size alone
        does not tell the fixed cost of a call from that of a flop.
        """
        seen = self._seen[key]
        if (work, _values(sizes)) in seen:
            return seen[work, _values(sizes)]
        smaller = {point: call_ns for point, call_ns in seen.items() if point[0] <= work}
        if not smaller or max(smaller)[0] < TRUSTED_WORK:
            return None
        by_law, believed = _power_law(smaller, _values(sizes))
        if believed:
            return by_law
        return min((each for each in (by_law, _slope(smaller, work)) if each is not None), default=None)

    def wants_probe(self, key: Key, work: float, sizes: Mapping[str, int] | None = None) -> bool:
        """Whether a case may be hopeless and nothing smaller says how long it takes."""
        return work > HOPELESS_WORK and self.predict_ns(key, work, sizes) is None


def probe_sizes(sizes: dict[str, int], shrink: int) -> dict[str, int]:
    """Sizes cut down alike, each at least 1."""
    return {name: max(1, value // shrink) for name, value in sizes.items()}


def _values(sizes: Mapping[str, int] | None) -> Sizes:
    return tuple((sizes or {}).values())


def _slope(seen: dict[tuple[float, Sizes], float], work: float) -> float | None:
    works = sorted({point[0] for point in seen})
    if len(works) < 2:
        return None
    ns_0, ns_1 = (min(ns for point, ns in seen.items() if point[0] == each) for each in works[-2:])
    return ns_1 + max(0.0, ns_1 - ns_0) / (works[-1] - works[-2]) * (work - works[-1])


def _power_law(seen: dict[tuple[float, Sizes], float], sizes: Sizes) -> tuple[float | None, bool]:
    """The least-squares power law, and whether it had a point to spare and missed none by much."""
    points = [point[1] for point in seen]
    if not sizes or any(len(point) != len(sizes) for point in points):
        return None, False
    rows = np.array([[1.0, *np.log(point)] for point in points])
    logs = np.log([max(call_ns, 1.0) for call_ns in seen.values()])
    law, _, rank, _ = np.linalg.lstsq(rows, logs, rcond=None)
    if rank < rows.shape[1]:
        return None, False
    believed = len(points) > rows.shape[1] and bool(np.abs(rows @ law - logs).max() <= LARGEST_MISFIT)
    return float(np.exp(np.array([1.0, *np.log(sizes)]) @ law)), believed
