"""Predicts the time of a call from the times at smaller sizes."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

TRUSTED_WORK = 1e5
"""Flops above which the fixed cost of a call no longer hides the cost of a flop."""

HOPELESS_WORK = 1e7
"""Flops above which a call may take seconds, so that it is worth predicting first."""

LARGEST_MISFIT = 0.5
"""The largest relative misfit of a model that is used. Its prediction is then reduced by its misfit."""

CLEAR_RISE = 1.3
"""Ratio of two times above which their difference is not noise."""

Key = tuple[str, ...]
Sizes = tuple[int, ...]
Fitted = tuple[Callable[[NDArray[np.float64]], float], int] | None
"""The time of a call at given sizes, and the number of coefficients of the model."""

Model = Callable[[NDArray[np.float64], NDArray[np.float64]], Fitted]


class Predictor:
    """Times of calls in ns by key, such as (implementation, operation, dtype), and by work in flops and sizes."""

    def __init__(self) -> None:
        self._seen: dict[Key, dict[tuple[float, Sizes], float]] = defaultdict(dict)

    def record(self, key: Key, work: float, call_ns: float, sizes: Mapping[str, int] | None = None) -> None:
        self._seen[key][work, _values(sizes)] = call_ns

    def predict_ns(self, key: Key, work: float, sizes: Mapping[str, int] | None = None) -> float | None:
        """The time of a call, from the times of calls with less work; None if they allow no prediction.

        Two models of the sizes are fitted, a sum of products and a power law:
        flops alone do not determine the time of a loop over rows. The better
        model counts. If both fit badly, the least prediction of the models and
        of the slope between the two largest works counts, so that no case is
        skipped by mistake.
        """
        seen = self._seen[key]
        if (work, _values(sizes)) in seen:
            return seen[work, _values(sizes)]
        smaller = {point: call_ns for point, call_ns in seen.items() if point[0] <= work}
        if not smaller or max(smaller)[0] < TRUSTED_WORK:
            return None
        models = (_sum_of_products, _power_law)
        fitted = [found for model in models if (found := _fitted(model, smaller, _values(sizes)))]
        misfit, call_ns = min(fitted, default=(np.inf, 0.0))
        if misfit <= LARGEST_MISFIT:
            return call_ns
        guesses = [*(call_ns for _, call_ns in fitted), _slope(smaller, work)]
        return min((each for each in guesses if each is not None), default=None)

    def wants_probe(self, key: Key, work: float, sizes: Mapping[str, int] | None = None) -> bool:
        """Whether a call may take too long and the smaller sizes allow no prediction."""
        return work > HOPELESS_WORK and self.predict_ns(key, work, sizes) is None


def probe_sizes(sizes: dict[str, int], shrink: int) -> dict[str, int]:
    """The sizes divided by ``shrink``, each at least 1."""
    return {name: max(1, value // shrink) for name, value in sizes.items()}


def _values(sizes: Mapping[str, int] | None) -> Sizes:
    return tuple((sizes or {}).values())


def _slope(seen: dict[tuple[float, Sizes], float], work: float) -> float | None:
    works = sorted({point[0] for point in seen})
    if len(works) < 2:
        return None
    ns_0, ns_1 = (min(ns for point, ns in seen.items() if point[0] == each) for each in works[-2:])
    rise = ns_1 - ns_0 if ns_1 > CLEAR_RISE * ns_0 else 0.0
    return ns_1 + rise / (works[-1] - works[-2]) * (work - works[-1])


def _fitted(model: Model, seen: dict[tuple[float, Sizes], float], sizes: Sizes) -> tuple[float, float] | None:
    """The largest relative misfit of a model (infinite if it has as many coefficients as points), and its prediction.

    None if the points do not determine the coefficients: calls with equally
    many rows do not distinguish the cost of a row from the cost of a call.
    """
    if not sizes or any(len(point[1]) != len(sizes) for point in seen):
        return None
    points = np.array([sizes, *(point[1] for point in seen)], float)
    varied = points[:, (points != points[0]).any(axis=0)]
    times = np.array([max(call_ns, 1.0) for call_ns in seen.values()])
    found = model(varied[1:], times)
    if found is None:
        return None
    predict, terms = found
    misfit = float(np.abs(np.array([predict(point) for point in varied[1:]]) / times - 1).max())
    return misfit if len(times) > terms else np.inf, predict(varied[0]) / (1 + misfit)


def _sum_of_products(points: NDArray[np.float64], times: NDArray[np.float64]) -> Fitted:
    """A fixed cost and a cost for each product of sizes, such as a + b·m + c·n + d·m·n: the time of nested loops."""
    from scipy.optimize import nnls  # slow to load, and most commands predict nothing

    places = range(points.shape[1])
    chosen = [list(some) for count in range(len(places) + 1) for some in combinations(places, count)]

    def products(point: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([point[some].prod() for some in chosen])

    rows = np.array([products(point) for point in points]) / times[:, None]
    if np.linalg.matrix_rank(rows / np.linalg.norm(rows, axis=0)) < len(chosen):
        return None
    costs, _ = nnls(rows, np.ones(len(times)))
    return lambda point: float(products(point) @ costs), len(chosen)


def _power_law(points: NDArray[np.float64], times: NDArray[np.float64]) -> Fitted:
    rows = np.column_stack([np.ones(len(points)), np.log(points)])
    law, _, rank, _ = np.linalg.lstsq(rows, np.log(times), rcond=None)
    if rank < rows.shape[1]:
        return None
    return lambda point: float(np.exp(np.array([1.0, *np.log(point)]) @ law)), rows.shape[1]
