"""What a user without a harness would write: ``python plain_script.py IMPLEMENTATION OPERATION M N [--pause]``.

Prints the ns of a call in float64, as JSON: the fastest tenth of many repetitions, for `timeit` advises against their
mean, and a core that another guest shares is slow for tens of milliseconds at a time; then their median. Inputs are
made by the library's own calls, results awaited as it requires, all without a pause. With ``--pause`` the program
sleeps before each repetition and makes some untimed calls after it, as one that has other work between its calls.
Gives no answer where anything of rooflinear.bench was imported.
"""

import importlib
import json
import random
import statistics
import sys
import time
import timeit
from typing import Any

INPUTS = {"gradient": ("X", "y", "theta"), "predict": ("X", "theta")}
WARM_UP_S = 0.3
TIMED_S = 0.5
REPEATS = 100
PAUSE_S, UNTIMED_PART = 0.05, 5


def main(stem: str, operation: str, m: int, n: int, pause_s: float = 0.0) -> None:
    module = importlib.import_module(f"rooflinear.kernels.{stem}")
    function = getattr(module, operation)
    shapes = {"X": (m, n), "y": (m,), "theta": (n,)}
    named = MAKERS[module.LIBRARY]({name: shapes[name] for name in INPUTS[operation]})
    has_workspace = hasattr(module, "workspace")
    inputs = (*named.values(), module.workspace(operation, named)) if has_workspace else tuple(named.values())
    names = {"f": function, "inputs": inputs, "jax": sys.modules.get("jax")}
    found = call_ns(timeit.Timer(waiting(module.LIBRARY, function(*inputs)), globals=names), pause_s)
    if "rooflinear.bench" in sys.modules:
        sys.exit("not a plain script: rooflinear.bench was imported")
    print(json.dumps(found))


def python_lists(shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    def normal(count: int, *rest: int) -> Any:
        return [normal(*rest) if rest else random.gauss() for _ in range(count)]

    return {name: normal(*shape) for name, shape in shapes.items()}


def numpy_arrays(shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    import numpy as np

    rng = np.random.default_rng()
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def torch_tensors(shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    import torch

    return {name: torch.randn(shape, dtype=torch.float64) for name, shape in shapes.items()}


def tensorflow_tensors(shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    import tensorflow as tf

    return {name: tf.random.normal(shape, dtype=tf.float64) for name, shape in shapes.items()}


def jax_arrays(shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    import jax

    keys = jax.random.split(jax.random.key(0), len(shapes))
    named = zip(keys, shapes.items(), strict=True)
    return jax.block_until_ready({name: jax.random.normal(key, shape, "float64") for key, (name, shape) in named})


def dask_arrays(shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    import dask.array as da

    rng = da.random.default_rng()
    return {name: rng.standard_normal(shape).persist() for name, shape in shapes.items()}


MAKERS = {
    "python": python_lists,
    "numpy": numpy_arrays,
    "torch": torch_tensors,
    "tensorflow": tensorflow_tensors,
    "jax": jax_arrays,
    "dask": dask_arrays,
}


def waiting(library: str, output: Any) -> str:
    """A call, and a wait where the library returns before the result is there."""
    if library == "jax":
        return "jax.block_until_ready(f(*inputs))"
    return "f(*inputs).compute()" if hasattr(output, "compute") else "f(*inputs)"


def call_ns(timer: timeit.Timer, pause_s: float) -> tuple[float, float]:
    calls, spent_s = 1, 0.0
    while spent_s < WARM_UP_S:
        took_s = timer.timeit(calls)
        spent_s += took_s
        calls = max(1, round(calls * TIMED_S / REPEATS / took_s))
    times = [_repetition(timer, calls, pause_s) for _ in range(REPEATS)]
    return statistics.quantiles(times, n=10)[0] / calls * 1e9, statistics.median(times) / calls * 1e9


def _repetition(timer: timeit.Timer, calls: int, pause_s: float) -> float:
    if pause_s:
        time.sleep(pause_s)
        timer.timeit(max(1, calls // UNTIMED_PART))
    return timer.timeit(calls)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), PAUSE_S if "--pause" in sys.argv else 0.0)
