"""The quick preset's cases for pytest-benchmark.

``pytest bench/pytest_suite --benchmark-only -k numpy``. All frameworks that are
chosen share one process, so their thread pools meet: choose one with ``-k``
where times are to be compared with those of ``rooflinear run``, which gives
each a process of its own.
"""

import msgspec
import pytest

from rooflinear.bench.records import words
from rooflinear.bench.runner import in_process

SUITE = in_process.loaded()
CASES = in_process.quick_cases(SUITE)


def identity(case):
    """Words that ``-k`` can choose by: ``gradient-numpy-m1000-n2-float64``."""
    sizes = {**case.sizes, **case.parameters}.items()
    return "-".join((case.operation, case.implementation, *(f"{name}{value}" for name, value in sizes), case.dtype))


@pytest.fixture
def ready(request):
    """A case verified and warm before pytest-benchmark calibrates on it."""
    case = request.param
    if reason := in_process.missing(case, SUITE) or in_process.too_long(case, SUITE):
        pytest.skip(reason)
    return in_process.ready(case, SUITE)


@pytest.mark.parametrize("ready", CASES, ids=map(identity, CASES), indirect=True)
def test_quick(benchmark, ready):
    case = ready.case
    benchmark.group = f"{case.operation} {words(case.sizes)}"
    benchmark.extra_info["rooflinear"] = {
        "case": msgspec.to_builtins(case),
        "source_sha256": SUITE.implementations[case.implementation].source_sha256,
        "inputs_sha256": ready.inputs_sha256,
        "first_call_ns": ready.first_call_ns,
    }
    ready.check(benchmark(ready.call))
