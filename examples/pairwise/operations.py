"""Distances between all pairs of points: a suite without presets, whose cost grows with the square of the points.

``X`` is (points, axes), ``distances`` is (points, points): ‖xᵢ − xⱼ‖.
"""

import numpy as np

from rooflinear.bench.contract import Bound, Cost, Operation, gamma, rounding_bound, unit_roundoff

CONTRACT = 1


def _inputs(rng, sizes, parameters, dtype):
    return {"X": rng.standard_normal((sizes["points"], sizes["axes"])).astype(dtype)}


def _whole_inputs(rng, sizes, parameters, dtype):
    """Squares of distances are small integers: so rounding does not affect which point is nearest."""
    if sizes["points"] < 2:
        raise ValueError("a single point has no other")
    return {"X": rng.integers(-9, 10, (sizes["points"], sizes["axes"])).astype(dtype)}


def _exact_inputs(rng, sizes, parameters, dtype):
    """Points on one axis: every distance is an integer."""
    X = np.zeros((sizes["points"], sizes["axes"]), dtype)
    X[:, -1] = rng.integers(-99, 100, sizes["points"])
    return {"X": X}


def _oracle(X):
    wide = np.asarray(X, np.longdouble)
    return np.stack([np.sqrt(((wide - row) ** 2).sum(axis=1)) for row in wide])


def _neighbour(X):
    distances = _oracle(X) + np.diag(np.full(len(X), np.inf))
    return distances.min(axis=1), distances.argmin(axis=1)


def _bound(inputs, output, algorithm):
    """A square has two roundings from the difference and one of its own, a sum of n has n − 1; a root halves the error.

    By Gram, ‖x‖² + ‖y‖² − 2x·y cancels: the error is relative to (‖x‖ + ‖y‖)², whatever the distance.
    """
    X, output = inputs["X"], np.float64(output)
    axes = X.shape[1]
    if algorithm == "direct":
        return rounding_bound(axes + 3, output, X.dtype)
    norms = np.linalg.norm(np.float64(X), axis=1)
    error = gamma(axes + 3, unit_roundoff(X.dtype)) * np.add.outer(norms, norms) ** 2
    with np.errstate(divide="ignore"):
        of_root = np.fmin(np.sqrt(error), error / output)
    worst = of_root + rounding_bound(1, output + of_root, X.dtype).worst_case
    return Bound(worst, worst)


def _neighbour_bound(inputs, output, algorithm):
    """One bound for each part of the output: of the distances, and None for integers, which must be equal."""
    distances, _ = output
    return rounding_bound(inputs["X"].shape[1] + 3, distances, inputs["X"].dtype), None


def _cost(sizes, parameters, itemsize, algorithm):
    points, axes = sizes["points"], sizes["axes"]
    held = itemsize * (points * axes + points**2)
    return Cost(flops=3 * points**2 * axes, bytes=held, footprint=held)


OPERATIONS = (
    Operation(
        name="distances",
        formula="‖xᵢ − xⱼ‖",
        doc="Euclidean distances between all pairs of points.",
        sizes=("points", "axes"),
        inputs=_inputs,
        oracle=_oracle,
        bound=_bound,
        cost=_cost,
        exact_inputs=_exact_inputs,
    ),
    Operation(
        name="nearest",
        formula="argminⱼ ‖xᵢ − xⱼ‖, j ≠ i",
        doc="The nearest other point of each point, the first of several: integers, so it needs no bound.",
        sizes=("points", "axes"),
        inputs=_whole_inputs,
        oracle=lambda X: _neighbour(X)[1],
        cost=_cost,
    ),
    Operation(
        name="neighbour",
        formula="minⱼ ‖xᵢ − xⱼ‖ and argminⱼ, j ≠ i",
        doc="Distance and number of the nearest other point of each point: a tuple of two arrays.",
        sizes=("points", "axes"),
        inputs=_whole_inputs,
        oracle=_neighbour,
        bound=_neighbour_bound,
        cost=_cost,
    ),
)
