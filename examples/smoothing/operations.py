"""Moving averages: an example of a suite of your own.

``signal`` is (length,), ``smooth`` is (length - width + 1,): the mean of every
``width`` neighbours.
"""

import numpy as np

from rooflinear.bench.contract import Bound, Cost, Grid, Operation

CONTRACT = 1


def _inputs(rng, sizes, parameters, dtype):
    if sizes["width"] > sizes["length"]:
        raise ValueError("the window is wider than the signal is long")
    return {"signal": rng.standard_normal(sizes["length"]).astype(dtype), "width": sizes["width"]}


def _exact_inputs(rng, sizes, parameters, dtype):
    multiples = sizes["width"] * rng.integers(-9, 10, sizes["length"])
    return {"signal": multiples.astype(dtype), "width": sizes["width"]}


def _oracle(signal, width):
    return _windows(np.asarray(signal, np.longdouble), width).mean(axis=1)


def _bound(inputs, output, algorithm):
    """γ_{width+1} times the mean magnitude of a window: ``width - 1`` additions, one division, one rounding."""
    signal, width = inputs["signal"], inputs["width"]
    unit = np.finfo(signal.dtype).eps / 2
    magnitude = _windows(np.abs(np.float64(signal)), width).mean(axis=1)
    return Bound(_gamma(width + 1, unit) * magnitude, 8 * np.sqrt(width + 1) * unit * magnitude)


def _gamma(count, unit):
    return count * unit / (1 - count * unit)


def _windows(signal, width):
    return np.lib.stride_tricks.sliding_window_view(signal, width)


def _cost(sizes, parameters, itemsize, algorithm):
    outputs = max(0, sizes["length"] - sizes["width"] + 1)
    held = itemsize * (sizes["length"] + outputs)
    return Cost(flops=outputs * sizes["width"], bytes=held, footprint=held)


OPERATIONS = (
    Operation(
        name="smooth",
        formula="mean of each window",
        doc="The moving average of a signal.",
        sizes=("length", "width"),
        inputs=_inputs,
        oracle=_oracle,
        bound=_bound,
        cost=_cost,
        exact_inputs=_exact_inputs,
        exact_equal=lambda output, expected: np.array_equal(np.rint(output), expected),
        exact_sizes={"length": 129, "width": 7},
    ),
)

PRESETS = {"quick": (Grid(sizes={"length": (100, 10_000), "width": (3, 30)}),)}
