"""Calls a GPU's kernels again and again on the same inputs.

``python repeated_calls.py SUITE STEM DEVICE`` prints ``{operation dtype: number of distinct outputs}``.
"""

import json
import sys
from pathlib import Path

import numpy as np

from rooflinear.bench.libraries.base import INTERPRETER
from rooflinear.bench.libraries.host import LIBRARIES
from rooflinear.bench.suites import suite

CALLS, STEPS, RATE = 200, 5, 0.1
SIZES = {INTERPRETER: (130, 3)}
MANY = (200_003, 33)


def main(folder, stem, device):
    module = suite.import_stem(Path(folder), stem)
    library = LIBRARIES[module.LIBRARY]()
    library.start(1, device)
    calls = 2 if device == INTERPRETER else CALLS
    found = {
        f"{operation} {dtype}": len(set(outputs(module, library, operation, inputs, calls)))
        for dtype in ("float64", "float32")
        for operation, inputs in problems(*SIZES.get(device, MANY), dtype)
    }
    print(json.dumps(found))


def problems(m, n, dtype):
    rng = np.random.default_rng(0)
    X, y, theta = (rng.standard_normal(shape).astype(dtype) for shape in ((m, n), m, n))
    yield "predict", {"X": X, "theta": theta}
    yield from ((name, {"X": X, "y": y, "theta": theta}) for name in ("residuals", "mse", "gradient"))
    rate = np.dtype(dtype).type(RATE)
    yield "gradient_descent", {"X": X, "y": y, "theta0": theta, "learning_rate": rate, "steps": STEPS}


def outputs(module, library, operation, inputs, calls):
    """The bits of each call's output. The workspace, if it takes one, was full of NaN before the first."""
    arguments = {name: library.convert(value) for name, value in inputs.items()}
    if hasattr(module, "workspace"):
        arguments["workspace"] = module.workspace(operation, arguments)
        library.poison(arguments["workspace"])
    for _ in range(calls):
        output = library.synchronise(getattr(module, operation)(*arguments.values()))
        array = library.to_numpy(output, inputs["X"].dtype.name)
        assert np.isfinite(array).all()
        yield array.tobytes()


if __name__ == "__main__":
    main(*sys.argv[1:])
