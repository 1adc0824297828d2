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
        """By a power law of the sizes where all that was seen keeps to one, else along the slope of
        the two largest smaller works; None where neither can be trusted.

        A loop over rows costs by the row, whatever the flops; one size alone
        does not tell the fixed cost of a call from that of a flop.
        """
        seen = self._seen[key]
        if (work, _values(sizes)) in seen:
            return seen[work, _values(sizes)]
        smaller = {point: call_ns for point, call_ns in seen.items() if point[0] <= work}
        if not smaller or max(smaller)[0] < TRUSTED_WORK:
            return None
        by_law = _power_law(smaller, _values(sizes))
        return _slope(smaller, work) if by_law is None else by_law

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


def _power_law(seen: dict[tuple[float, Sizes], float], sizes: Sizes) -> float | None:
    """The least-squares power law, where it has a point to spare and misses none of them by much."""
    points = [point[1] for point in seen]
    if not sizes or len(points) < len(sizes) + 2 or any(len(point) != len(sizes) for point in points):
        return None
    rows = np.array([[1.0, *np.log(point)] for point in points])
    logs = np.log([max(call_ns, 1.0) for call_ns in seen.values()])
    law, _, rank, _ = np.linalg.lstsq(rows, logs, rcond=None)
    if rank < rows.shape[1] or np.abs(rows @ law - logs).max() > LARGEST_MISFIT:
        return None
    return float(np.exp(np.array([1.0, *np.log(sizes)]) @ law))
