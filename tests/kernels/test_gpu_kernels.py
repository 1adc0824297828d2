"""Kernels for GPUs where there is none: by interpreters at every edge of a tile, by a compiler, by a stand-in.

None of it says how fast they are; `test_on_a_gpu` runs them where there is a GPU. `docs/devices.md` tells what is
tested how, and what was measured.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rooflinear.bench.commands import inspect
from rooflinear.bench.libraries.base import INTERPRETER
from rooflinear.bench.libraries.host import LIBRARIES
from rooflinear.bench.suites import suite

from ..absent import absent
from .tile_edges import SIZES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
KERNELS = suite.load(ROOT / "kernels")
INTERPRETERS = {
    "triton": {"TRITON_INTERPRET": "1"},
    "numba_cuda": {"NUMBA_ENABLE_CUDASIM": "1"},
    "jax_pallas": {"JAX_PLATFORMS": "cpu", "JAX_ENABLE_X64": "1"},
}
OPERATIONS = ("predict", "residuals", "mse", "gradient", "gradient_descent")
HAS_CUPY = importlib.util.find_spec("cupy") is not None
STAND_IN = Path(__file__).parent / "stand_in"


def needs(stem):
    """Skips a test where what an implementation imports is not installed."""
    if reason := inspect.unavailable(KERNELS.implementations[stem]):
        absent(reason)


def script(name, *arguments, **environment):
    """What a script beside this file prints, as JSON."""
    command = [sys.executable, "-P", Path(__file__).with_name(f"{name}.py"), KERNELS.folder, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_no_kernel_for_a_gpu_goes_untested():
    gpu = {stem for stem, each in KERNELS.implementations.items() if each.device}
    interpreted = {stem for stem in gpu if INTERPRETER in LIBRARIES[KERNELS.implementations[stem].library].devices}
    assert interpreted == set(INTERPRETERS)
    assert gpu - interpreted == {"cupy"}


@pytest.fixture(scope="module")
def edges():
    """The errors of every operation at sizes around tiny tiles, by interpreter."""
    here = [stem for stem in INTERPRETERS if not inspect.unavailable(KERNELS.implementations[stem])]
    return {stem: script("tile_edges", stem, INTERPRETER, **INTERPRETERS[stem]) for stem in here}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("stem", INTERPRETERS)
def test_rows_may_end_anywhere_in_a_tile_and_tiles_anywhere_in_the_grid(edges, stem, operation):
    needs(stem)
    found = edges[stem][operation]
    assert len(found) == len(SIZES)
    assert [size for size, wrong in found.items() if wrong] == []


@pytest.mark.parametrize(("stem", "most"), [("triton", 4096), ("numba_cuda", 2048), ("jax_pallas", 4096)])
def test_wider_rows_than_a_tile_holds_are_unsupported_with_a_reason(rooflinear, stem, most):
    needs(stem)
    chosen = ("--operation", "predict", "--m", "2", "--n", f"{most},{most + 1}", "--dtype", "float32")
    outcome = rooflinear(
        "verify", "--suite", KERNELS.folder, "--device", INTERPRETER, "--implementation", stem, *chosen
    )
    reason = f"a tile holds whole rows, of at most {most} features"
    assert (
        outcome.stdout
        == f"unsupported: predict/{stem} m=2 n={most + 1} float32: {reason}\n2 cases: 1 ok, 1 unsupported\n"
    )
    assert outcome.status == 0


def test_triton_compiles_every_kernel_for_a_gpu_without_spilling_registers(tmp_path):
    needs("triton")
    found = script("compile_triton", TRITON_CACHE_DIR=str(tmp_path))
    assert {name.split()[0] for name in found} == {"_errors", "_squares", "_slopes", "_total"}
    assert {name: spilled for name, spilled in found.items() if spilled} == {}


@pytest.mark.needs("jax")
def test_pallas_kernels_compile_to_triton_for_a_gpu_at_any_size():
    found = script("lower_pallas", **INTERPRETERS["jax_pallas"])
    assert set(found) == set(OPERATIONS) | {"split_mse"}
    assert {name: told for name, told in found.items() if told} == {}


COMPILER_STARTED = """
import json, sys
from pathlib import Path
import torch
from rooflinear.bench.suites import suite

started = []
torch.cuda.is_initialized = lambda: sys.argv[2] == "cuda"
torch.compile = lambda function, **_: function
torch.zeros = lambda *_, device: started.append(device) or 0
suite.import_stem(Path(sys.argv[1]), "torch_compile")
print(json.dumps(started))
"""


@pytest.mark.needs("torch")
@pytest.mark.parametrize(("device", "compiler"), [("cpu", sys.executable), ("cuda", "no-compiler-of-this-name")])
def test_pytorchs_compiler_starts_on_the_device_that_is_measured(device, compiler):
    command = [sys.executable, "-P", "-c", COMPILER_STARTED, KERNELS.folder, device]
    environment = os.environ | {"CXX": compiler}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout) == (0, f'["{device}"]\n'), done.stderr[-3000:]


def stand_in(rooflinear, *arguments):
    """The command where NumPy, in a module of CuPy's name, takes the part of CuPy."""
    return rooflinear(*arguments, "--suite", KERNELS.folder, environment={"PYTHONPATH": str(STAND_IN)})


@pytest.mark.skipif(HAS_CUPY, reason="the real one is here")
def test_what_cupy_computes_is_right_where_numpy_takes_its_place(rooflinear):
    chosen = ("--implementation", "cupy", "--device", "cuda", "--m", "2,129", "--n", "2,33", "--steps", "5")
    outcome = stand_in(rooflinear, "verify", *chosen, "--json")
    found = {(each["case"]["operation"], each["status"], each["reason"]) for each in json.loads(outcome.stdout)}
    assert found == {(operation, "ok", "") for operation in KERNELS.operations}


@pytest.mark.skipif(HAS_CUPY, reason="the real one is here")
def test_every_call_of_cupy_is_waited_for_on_the_whole_device(rooflinear, tmp_path):
    trace = tmp_path / "trace"
    environment = {"PYTHONPATH": str(STAND_IN), "CUPY_STAND_IN_TRACE": str(trace)}
    chosen = ("--implementation", "cupy", "--device", "cuda", "--operation", "predict", "--m", "5", "--n", "2")
    outcome = rooflinear("verify", "--suite", KERNELS.folder, *chosen, environment=environment)
    assert (outcome.status, outcome.stdout) == (0, "2 cases: 2 ok\n")
    products = re.findall(r"@.", trace.read_text())
    assert len(products) > 2
    assert set(products) == {"@w"}


@pytest.mark.skipif(HAS_CUPY, reason="it is installed")
def test_without_cupy_the_list_says_so_and_where_it_runs(rooflinear):
    outcome = rooflinear("list", "--suite", KERNELS.folder)
    line = next(line for line in outcome.stdout.splitlines() if line.strip().startswith("cupy "))
    assert line.split() == [
        "cupy",
        "cupy",
        "8",
        "operations",
        "(cuda",
        "only)",
        "unavailable:",
        "cupy",
        "not",
        "installed",
    ]
