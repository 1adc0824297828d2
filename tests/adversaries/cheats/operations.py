"""Two honest operations for dishonest implementations: a matrix and a number come out."""

import numpy as np

from rooflinear.bench.contract import Bound, Cost, Operation

CONTRACT = 1


def _project_inputs(rng, sizes, parameters, dtype):
    rows, columns = sizes["rows"], sizes["columns"]
    draw = rng.standard_normal
    return {"X": draw((rows, columns)).astype(dtype), "W": draw((columns, columns)).astype(dtype)}


def _loss_inputs(rng, sizes, parameters, dtype):
    rows, columns = sizes["rows"], sizes["columns"]
    drawn = {"X": rng.standard_normal((rows, columns)), "theta": rng.standard_normal(columns)}
    return {name: array.astype(dtype) for name, array in drawn.items()} | {
        "y": rng.standard_normal(rows).astype(dtype)
    }


def _loss_integers(rng, sizes, parameters, dtype):
    rows, columns = sizes["rows"], sizes["columns"]
    shapes = {"X": (rows, columns), "theta": columns, "y": rows}
    return {name: rng.integers(-9, 10, shape).astype(dtype) for name, shape in shapes.items()}


def _project_oracle(X, W):
    return np.asarray(X, np.longdouble) @ np.asarray(W, np.longdouble)


def _loss_oracle(X, theta, y):
    errors = np.asarray(X, np.longdouble) @ np.asarray(theta, np.longdouble) - y
    return (errors**2).mean()


def _project_bound(inputs, output, algorithm):
    """γ_columns |X| |W|: every component sums ``columns`` products."""
    X, W = (np.abs(np.float64(inputs[name])) for name in ("X", "W"))
    return _both(X.shape[1], inputs["X"].dtype, X @ W)


def _loss_bound(inputs, output, algorithm):
    """A product sum, a difference, a square and a mean of squares, each no larger than its magnitudes say."""
    X, theta, y = (np.abs(np.float64(inputs[name])) for name in ("X", "theta", "y"))
    rows, columns = X.shape
    return _both(2 * columns + rows + 5, inputs["X"].dtype, ((X @ theta + y) ** 2).mean())


def _both(count, dtype, magnitude):
    unit = np.finfo(dtype).eps / 2
    worst = count * unit / (1 - count * unit) * magnitude
    return Bound(worst, worst)


def _project_cost(sizes, parameters, itemsize, algorithm):
    rows, columns = sizes["rows"], sizes["columns"]
    return Cost(2 * rows * columns**2, itemsize * (2 * rows * columns + columns**2))


def _loss_cost(sizes, parameters, itemsize, algorithm):
    rows, columns = sizes["rows"], sizes["columns"]
    return Cost(2 * rows * columns + 3 * rows, itemsize * (rows * columns + rows + columns))


OPERATIONS = (
    Operation(
        name="project",
        formula="X W",
        doc="Rows of X in the basis W.",
        sizes=("rows", "columns"),
        inputs=_project_inputs,
        oracle=_project_oracle,
        bound=_project_bound,
        cost=_project_cost,
    ),
    Operation(
        name="loss",
        formula="mean (X θ − y)²",
        doc="A single number.",
        sizes=("rows", "columns"),
        inputs=_loss_inputs,
        oracle=_loss_oracle,
        bound=_loss_bound,
        cost=_loss_cost,
        exact_inputs=_loss_integers,
        exact_equal=lambda output, expected: output == np.float64(expected),
    ),
)
