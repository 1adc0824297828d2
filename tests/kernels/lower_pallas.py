"""Compiles jax_pallas for a GPU as far as JAX does without one: to Triton's code.

``python lower_pallas.py SUITE`` prints ``{operation: what was not compiled, or ''}``.
"""

import json
import sys
from pathlib import Path

import jax

from rooflinear.bench.suites import suite

SIZES = [(1, 1), (1001, 33), (40, 4096), (1_000_000, 100)]


def main(folder):
    jax.default_backend = lambda: "gpu"  # or it would compile for the interpreter
    module = suite.import_stem(Path(folder), "jax_pallas")
    names = suite.load(Path(folder)).implementations["jax_pallas"].operations
    print(json.dumps({name: failures(getattr(module, name), name) for name in names}))


def failures(function, name):
    told = []
    for m, n in SIZES:
        for dtype in ("float64", "float32"):
            try:
                code = function.trace(*arguments(name, m, n, dtype)).lower(lowering_platforms=("cuda",)).as_text()
            except Exception as error:
                told.append(f"{m} {n} {dtype}: {error}")
            else:
                if "triton" not in code:
                    told.append(f"{m} {n} {dtype}: not compiled by Triton")
    return "; ".join(told)


def arguments(name, m, n, dtype):
    X, y, theta, rate = (jax.ShapeDtypeStruct(shape, dtype) for shape in ((m, n), (m,), (n,), ()))
    match name:
        case "predict":
            return X, theta
        case "split_mse":
            return X, y, X, y, theta
        case "gradient_descent":
            return X, y, theta, rate, jax.ShapeDtypeStruct((), "int64")
    return X, y, theta


if __name__ == "__main__":
    main(*sys.argv[1:])
