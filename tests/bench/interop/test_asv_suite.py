"""asv over the quick preset's cases: the same list, no hook that turns batching off, real runs by asv's own runner."""

import importlib.util
import json
import subprocess
import sys
from itertools import product

import pytest

from rooflinear.bench.runner import in_process

from ..made import SMOOTHING

pytestmark = [pytest.mark.slow, pytest.mark.needs("asv")]

ROOT = SMOOTHING.parents[1]
FOLDER = ROOT / "bench" / "asv_suite"
CALIBRATED = """
import json, sys
from asv_runner.discovery import get_benchmark_from_name
from pathlib import Path
found = get_benchmark_from_name(Path(sys.argv[1]), sys.argv[2], {"timeout": 60})
assert not found._setups
found.do_setup()
print(json.dumps(found.do_run()))
"""


@pytest.fixture(scope="module")
def suite():
    spec = importlib.util.spec_from_file_location("quick", FOLDER / "quick.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def benchmarks(suite):
    classes = (suite.Predict, suite.Gradient, suite.GradientDescent)
    names = {each: next(name for name in vars(each) if name.startswith("time_")) for each in classes}
    return {name.removeprefix("time_"): each for each, name in names.items()}


def test_the_lists_are_the_same(suite, benchmarks):
    stated = [(name, *pair) for name, each in benchmarks.items() for pair in product(*each.params)]
    wanted = [(case.operation, case.implementation, suite.sizes_of(case)) for case in in_process.quick_cases()]
    assert len(set(stated)) == len(stated)
    assert set(stated) == set(wanted)


def test_what_is_skipped_is_missing_here_or_known_to_be_too_long(suite, benchmarks):
    left = {(name, *pair) for name, each in benchmarks.items() for pair in each.skip_params}
    why = {key: in_process.too_long(case, suite.SUITE) for key, case in suite.by_names().items() if key in left}
    gone = {key for key in left if in_process.missing(suite.by_names()[key], suite.SUITE)}
    assert {key for key, reason in why.items() if not reason} <= gone
    assert all(name == "gradient_descent" and stem in ("python", "numpy_rows") for name, stem, _ in left - gone)


def test_no_benchmark_has_a_setup_and_all_state_their_version(benchmarks):
    for each in benchmarks.values():
        assert not hasattr(each, "setup")
        assert each.version
        assert each.timeout == 60


def calibrated(operation, implementation, sizes, benchmarks):
    each = benchmarks[operation]
    index = list(product(*each.params)).index((implementation, sizes))
    name = f"quick.{each.__name__}.time_{operation}-{index}"
    done = subprocess.run(
        [sys.executable, "-c", CALIBRATED, str(FOLDER), name], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("implementation", ["numpy", "numba", "jax"])
def test_short_calls_are_batched_although_they_are_made_ready_late(implementation, benchmarks):
    """A first call that imports and compiles must not set asv's loop count."""
    found = calibrated("gradient", implementation, "m=100 n=2", benchmarks)
    assert found["number"] > 20
    assert len(found["samples"]) >= 2
    assert max(found["samples"]) < 0.01


def test_a_wrong_answer_gets_no_time(monkeypatch):
    case = next(case for case in in_process.quick_cases() if case.implementation == "numpy")
    ready = in_process.ready(case, in_process.loaded())
    output = ready.call()
    ready.check(output)
    with pytest.raises(in_process.Wrong, match="wrong"):
        ready.check(output * 1.001)
