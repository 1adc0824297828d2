"""How long a call will take, from what smaller sizes took."""

from collections import defaultdict

TRUSTED_WORK = 1e5
"""Flops from which the fixed cost of a call no longer hides what a flop costs."""

HOPELESS_WORK = 1e7
"""Flops above which a call may take seconds, so that it is worth predicting first."""

Key = tuple[str, ...]


class Predictor:
    """Remembers ns a call per key, such as (implementation, operation, dtype), along work in flops."""

    def __init__(self) -> None:
        self._seen: dict[Key, dict[float, float]] = defaultdict(dict)

    def record(self, key: Key, work: float, call_ns: float) -> None:
        self._seen[key][work] = call_ns

    def predict_ns(self, key: Key, work: float) -> float | None:
        """Along the slope between the two largest smaller sizes; None where none can be trusted.

        One size alone does not tell the fixed cost of a call from that of a flop.
        """
        smaller = sorted(point for point in self._seen[key].items() if point[0] <= work)
        if smaller and smaller[-1][0] == work:
            return smaller[-1][1]
        if len(smaller) < 2 or smaller[-1][0] < TRUSTED_WORK:
            return None
        (work_0, ns_0), (work_1, ns_1) = smaller[-2:]
        slope = max(0.0, ns_1 - ns_0) / (work_1 - work_0)
        return ns_1 + slope * (work - work_1)

    def wants_probe(self, key: Key, work: float) -> bool:
        """Whether a case may be hopeless and nothing smaller says how long it takes."""
        return work > HOPELESS_WORK and self.predict_ns(key, work) is None


def probe_sizes(sizes: dict[str, int], shrink: int) -> dict[str, int]:
    """Sizes cut down alike, each at least 1."""
    return {name: max(1, value // shrink) for name, value in sizes.items()}
