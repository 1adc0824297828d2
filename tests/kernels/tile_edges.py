"""Calls a GPU's kernels where every few rows end a tile and every few tiles the grid.

``python tile_edges.py SUITE STEM DEVICE`` prints ``{operation: {size dtype: error, or ''}}``. Inputs are integers, so
that sums are exact.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np

from rooflinear.bench.libraries.host import LIBRARIES
from rooflinear.bench.suites import suite

TINY = {
    "triton": {"TILE_BYTES": 128, "TOTAL_WIDTH": 4, "MOST_PROGRAMS": 3},
    "numba_cuda": {"TILE": 16, "THREADS": 3, "MOST_BLOCKS": 3},
    "jax_pallas": {"TILE_BYTES": 128, "MOST_PROGRAMS": 3},
}
"""In place of thousands: 1 to 32 rows in a tile, at most three tiles at once."""

DTYPES = "float64", "float32"
SIZES = [
    (m, n, DTYPES[(row + column) % 2]) for column, n in enumerate((1, 3, 16)) for row, m in enumerate((1, 5, 6, 17))
] + [(49, 1, dtype) for dtype in DTYPES]
"""One dtype of each size, for time: both of each m, and both of each n."""

STEPS, RATE = 2, 2.0**-20


def main(folder, stem, device):
    module = suite.import_stem(Path(folder), stem)
    for name, value in TINY[stem].items():
        assert hasattr(module, name)
        setattr(module, name, value)
    library = LIBRARIES[module.LIBRARY]()
    library.start(1, device)
    print(json.dumps(errors(module, library)))


def errors(module, library):
    found = {}
    for m, n, dtype in SIZES:
        for operation, inputs, expected in problems(m, n, dtype):
            output = called(module, library, operation, inputs, dtype)
            found.setdefault(operation, {})[f"{m} {n} {dtype}"] = difference(output, expected, dtype)
    return found


def problems(m, n, dtype):
    rng = np.random.default_rng(m * n)
    X, y, theta = (rng.integers(-4, 5, shape).astype(dtype) for shape in ((m, n), m, n))
    wide, target, start = (each.astype(np.float64) for each in (X, y, theta))
    errors = wide @ start - target
    end = start
    for _ in range(STEPS):
        end = end - RATE * 2 / m * ((wide @ end - target) @ wide)
    yield "predict", {"X": X, "theta": theta}, wide @ start
    yield "residuals", {"X": X, "y": y, "theta": theta}, -errors
    yield "mse", {"X": X, "y": y, "theta": theta}, errors @ errors / m
    yield "gradient", {"X": X, "y": y, "theta": theta}, 2 / m * (errors @ wide)
    rate = np.dtype(dtype).type(RATE)
    yield "gradient_descent", {"X": X, "y": y, "theta0": theta, "learning_rate": rate, "steps": STEPS}, end


def called(module, library, operation, inputs, dtype):
    """The output of a second call: into the same workspace, if it takes one, which was full of NaN before the first."""
    arguments = {name: library.convert(value) for name, value in inputs.items()}
    if hasattr(module, "workspace"):
        arguments["workspace"] = module.workspace(operation, arguments)
        library.poison(arguments["workspace"])
    function = getattr(module, operation)
    function(*arguments.values())
    return library.to_numpy(library.synchronise(function(*arguments.values())), dtype)


def difference(output, expected, dtype):
    if output.dtype != dtype or output.shape != np.shape(expected):
        return f"{output.dtype} {output.shape}"
    error = np.abs(output - expected).max()
    return "" if error <= 4 * np.finfo(dtype).eps * np.abs(expected).max() else f"off by {error:.3g}"


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the simulator's grids are too small for a GPU, it says
    main(*sys.argv[1:])
