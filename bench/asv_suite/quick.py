"""The quick preset's cases for asv: one benchmark per operation, parameters implementation and sizes.

asv has no hook that runs before its clock and leaves its batching on: with a
`setup` every sample is one cold call. So a case is prepared in the first
call that asv makes while it determines the number of calls per sample, and
`AfterPreparing` makes that search end later.
"""

import time

from rooflinear.bench.records import words
from rooflinear.bench.runner import in_process

VERSION = "2"
SUITE = in_process.loaded()
CASES = in_process.quick_cases(SUITE)
PREPARED_SECONDS = [0.0]
READY = {}


class AfterPreparing(float):
    """Seconds of warm-up, counted from when the kernel was ready."""

    def __radd__(self, started):
        return started + PREPARED_SECONDS[0] + float(self)


class Quick:
    """Common code of all operations. Parameters are strings, as in asv's result files."""

    param_names = ("implementation", "sizes")
    version = VERSION
    sample_time = 0.01
    rounds = 2
    repeat = (2, 5, 4.0)
    warmup_time = AfterPreparing(0.1)
    timeout = 60

    def _call(self, operation, implementation, sizes):
        key = operation, implementation, sizes
        if key not in READY:
            started = time.perf_counter()
            READY[key] = in_process.ready(by_names()[key], SUITE).call
            PREPARED_SECONDS[0] += time.perf_counter() - started
        return READY[key]()


def by_names():
    """The cases by operation, implementation and sizes."""
    return {(case.operation, case.implementation, sizes_of(case)): case for case in CASES}


def sizes_of(case):
    return words({**case.sizes, **case.parameters})


def skipped(case):
    """Whether asv skips a case: it cannot run here, or takes longer than the preset allows."""
    return bool(in_process.too_long(case, SUITE) or in_process.missing(case, SUITE))


def _parameters(operation):
    own = [case for case in CASES if case.operation == operation]
    if not own:
        return ((), ()), []
    implementations = tuple(dict.fromkeys(case.implementation for case in own))
    sizes = tuple(dict.fromkeys(sizes_of(case) for case in own))
    skip = [(case.implementation, sizes_of(case)) for case in own if skipped(case)]
    return (implementations, sizes), skip


class Predict(Quick):
    params, skip_params = _parameters("predict")

    def time_predict(self, implementation, sizes):
        self._call("predict", implementation, sizes)


class Gradient(Quick):
    params, skip_params = _parameters("gradient")

    def time_gradient(self, implementation, sizes):
        self._call("gradient", implementation, sizes)


class GradientDescent(Quick):
    params, skip_params = _parameters("gradient_descent")

    def time_gradient_descent(self, implementation, sizes):
        self._call("gradient_descent", implementation, sizes)
