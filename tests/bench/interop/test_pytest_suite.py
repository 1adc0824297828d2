"""pytest-benchmark over the quick preset's cases, by its own command."""

import json
import os
import subprocess
import sys

import msgspec
import pytest

from rooflinear.bench.records import Case
from rooflinear.bench.runner import in_process

from ..made import SMOOTHING

pytestmark = [pytest.mark.slow, pytest.mark.needs("pytest_benchmark")]

ROOT = SMOOTHING.parents[1]


def pytest_in(folder, *arguments):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        str(ROOT / "bench" / "pytest_suite"),
        *arguments,
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST_")}
    return subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder, env=environment)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pytest-benchmark")
    done = pytest_in(
        folder,
        *("--benchmark-only", "-k", "gradient-numpy-m10000- or predict-numba-m10000-"),
        "--benchmark-json=found.json",
    )
    assert done.returncode == 0, done.stdout
    return json.loads((folder / "found.json").read_text())["benchmarks"]


def test_the_lists_are_the_same(tmp_path):
    done = pytest_in(tmp_path, "--collect-only", "-q")
    listed = [line.partition("[")[2].rstrip("]") for line in done.stdout.splitlines() if "[" in line]
    wanted = [
        "-".join(
            (
                case.operation,
                case.implementation,
                *(f"{name}{value}" for name, value in {**case.sizes, **case.parameters}.items()),
                case.dtype,
            )
        )
        for case in in_process.quick_cases()
    ]
    assert sorted(listed) == sorted(wanted)


def test_a_result_carries_its_case(written):
    cases = {msgspec.convert(each["extra_info"]["rooflinear"]["case"], Case) for each in written}
    assert {(case.operation, case.implementation) for case in cases} == {("gradient", "numpy"), ("predict", "numba")}
    assert cases <= set(in_process.quick_cases())
    assert all(len(each["extra_info"]["rooflinear"]["inputs_sha256"]) == 64 for each in written)


def test_groups_are_operation_and_size(written):
    assert {each["group"] for each in written} == {
        f"{operation} m=10000 n={n}" for operation in ("gradient", "predict") for n in (2, 100)
    }


def test_a_compiled_kernel_is_warm_when_it_is_calibrated(written):
    """The first case compiles for all sizes; pytest-benchmark must not have seen that call."""
    compiled = [each for each in written if "numba" in each["name"]]
    first = max(each["extra_info"]["rooflinear"]["first_call_ns"] for each in compiled)
    assert first > 100 * max(each["stats"]["median"] for each in compiled) * 1e9
    assert all(each["stats"]["max"] * 1e9 < first / 2 for each in compiled)
