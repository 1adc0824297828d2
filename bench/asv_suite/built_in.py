"""The built-in suite's NumPy kernels at quick sizes, for asv.

State is made lazily: a ``setup`` hook would turn asv's batching off. Kernels
that compile at their first call are left out, for that call would set asv's
loop count to one.
"""

import functools
from pathlib import Path

import numpy as np

from rooflinear.bench import suite

VERSION = "1"
SIZES = tuple((m, n) for m in (100, 1000, 10_000, 100_000) for n in (2, 10, 50))


@functools.cache
def _call(operation, implementation, m, n):
    """A function of no arguments that computes one case, its inputs already in place."""
    module = suite.import_stem(Path(suite.__file__).resolve().parent.parent / "kernels", implementation)
    rng = np.random.default_rng(0)
    arrays = {"X": rng.standard_normal((m, n)), "y": rng.standard_normal(m), "theta": rng.standard_normal(n)}
    inputs = [arrays[name] for name in (("X", "theta") if operation == "predict" else ("X", "y", "theta"))]
    call = functools.partial(getattr(module, operation), *inputs)
    assert np.all(np.isfinite(call()))
    return call


class Built:
    """One benchmark per operation; asv's parameters are the implementation and the sizes."""

    params = (("numpy",), tuple(f"m={m} n={n}" for m, n in SIZES))
    param_names = ("implementation", "sizes")
    version = VERSION
    sample_time = 0.01
    timeout = 60

    def _run(self, operation, implementation, sizes):
        m, n = (int(word.partition("=")[2]) for word in sizes.split())
        _call(operation, implementation, m, n)()

    def time_predict(self, implementation, sizes):
        self._run("predict", implementation, sizes)

    def time_gradient(self, implementation, sizes):
        self._run("gradient", implementation, sizes)
