"""Without a device everything says so in words; on one every call is waited for, and no limit is the CPU's."""

import json
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from rooflinear.bench.libraries.host import DEVICES, LIBRARIES
from rooflinear.bench.records import Ceilings, Result, Roof
from rooflinear.bench.runner.bandwidth import MemoryReaders
from rooflinear.bench.runner.slot import COMPILED_INTO, Slot, environment
from rooflinear.bench.suites import suite
from rooflinear.reports.tables import limits
from rooflinear.reports.tables.estimates import WITHIN, Estimate

from ...absent import absent, needs
from ..made import write_suite

KERNELS = suite.load(Path(__file__).resolve().parents[3] / "kernels")
NO_GPU = {"CUDA_VISIBLE_DEVICES": "-1"}
TINY = ("--operation", "predict", "--m", "3", "--n", "2", "--dtype", "float64")
KINDS = {"python", "numpy", "dask", "torch", "tensorflow", "jax", "cupy", "triton", "numba_cuda"}
FRAMEWORKS = {"torch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX", "numba_cuda": "Numba"}


def verified(rooflinear, *arguments, environment=None):
    outcome = rooflinear(
        "verify", "--suite", KERNELS.folder, *TINY, *arguments, "--json", environment=environment or {}
    )
    return outcome.status, msgspec.json.decode(outcome.stdout, type=list[Result])


@pytest.fixture(scope="module")
def without_a_gpu(rooflinear_once):
    """What verify says of an implementation of each kind on a machine without a CUDA device."""
    return verified(rooflinear_once, "--device", "cuda", "--implementation", ",".join(KINDS), environment=NO_GPU)


def test_without_a_device_verify_ends_well_and_nothing_is_ok(without_a_gpu):
    status, results = without_a_gpu
    assert status == 0
    assert {each.case.implementation for each in results} == KINDS
    assert {each.status for each in results} == {"missing", "unsupported"}


@pytest.mark.parametrize("library", FRAMEWORKS)
def test_a_framework_that_sees_no_device_is_missing_in_its_own_words(without_a_gpu, library):
    own = [each for each in without_a_gpu[1] if KERNELS.implementations[each.case.implementation].library == library]
    told = {(each.status, each.reason) for each in own if "No module" not in each.reason}
    if not told:
        absent(f"{library} is not installed")
    assert told == {("missing", f"{FRAMEWORKS[library]} sees no CUDA device")}


@pytest.mark.parametrize("library", ["python", "numpy", "dask"])
def test_a_library_of_the_cpus_is_unsupported_elsewhere(without_a_gpu, library):
    own = [each for each in without_a_gpu[1] if KERNELS.implementations[each.case.implementation].library == library]
    told = {(each.status, each.reason) for each in own}
    assert told == {("unsupported", f"{library} arrays are on cpu only, not on cuda")}


def test_what_is_written_for_a_gpu_is_unsupported_on_a_cpu(rooflinear):
    status, results = verified(rooflinear, "--implementation", "cupy,triton,numba_cuda")
    assert status == 0
    assert {each.case.implementation for each in results} == {"cupy", "triton", "numba_cuda"}
    assert {(each.status, each.reason) for each in results} == {("unsupported", "runs on cuda only (--device cuda)")}


def test_what_is_not_written_for_a_gpu_has_nothing_to_interpret(rooflinear):
    status, (result,) = verified(rooflinear, "--implementation", "numpy", "--device", "interpreter")
    assert (status, result.status) == (0, "unsupported")
    assert result.reason == "has no GPU code to interpret (--device cpu)"


def test_a_run_without_its_device_ends_well_measures_no_ceilings_and_its_report_says_why(rooflinear):
    chosen = ("--device", "cuda", "--implementation", "numba_cuda,numpy", *TINY)
    environment = NO_GPU | {"XDG_CACHE_HOME": str(rooflinear.folder)}
    outcome = rooflinear("run", "--suite", KERNELS.folder, *chosen, environment=environment)
    assert (outcome.status, outcome.stdout.splitlines()[0]) == (0, "2 cases: 1 missing, 1 unsupported")
    assert "measuring what this machine can do" not in outcome.stderr
    assert json.loads((rooflinear.runs()[0] / "run.json").read_text())["ceilings"]["roofs"] == {}
    rooflinear("report", "--format", "markdown", rooflinear.runs()[0])
    assert "Numba sees no CUDA device" in (rooflinear.runs()[0] / "report.md").read_text()


def test_a_cpu_without_a_compiler_has_no_torch_compile(rooflinear):
    needs("torch")
    _, (result,) = verified(
        rooflinear, "--implementation", "torch_compile", environment={"PATH": str(rooflinear.folder), "CXX": ""}
    )
    assert result.status == "unsupported"
    assert result.reason.startswith("torch.compile needs a C++ compiler on a CPU; ")


def case_on(device):
    return SimpleNamespace(device=device, threads=1, dtype="float64", operation="predict")


def test_a_memory_that_is_not_read_has_no_reader():
    readers = MemoryReaders(KERNELS)
    assert readers.beside([SimpleNamespace(case=case_on("cuda"), terms=SimpleNamespace(task=None))]) is None
    assert readers.beside([]) is None


@pytest.mark.parametrize(("device", "limited"), [("cpu", True), ("cuda", False), ("mps", False)])
def test_only_a_cpus_case_gets_a_cpus_limit(device, limited):
    result = SimpleNamespace(
        case=case_on(device),
        algorithm="direct",
        costs={"direct": (100.0, 800.0)},
        footprint_bytes=800.0,
        block=0,
        reads=[(0, 0.1), (1, 0.1)],
    )
    ceilings = Ceilings(roofs={"1": Roof([(8192, 1e10)], {"float64": 1e10})})
    found = limits.columns([result], Estimate(150.0, 140.0, 160.0, WITHIN), limits.Readings([result], ceilings, {}))
    assert (found["limit_ns"] is not None, found["over_limit"] is not None) == (limited, limited)


def test_mps_holds_no_float64():
    assert LIBRARIES["torch"]().unsupported("float64", "mps") == "MPS has no float64"
    assert LIBRARIES["torch"]().unsupported("float32", "mps") == ""


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_cpu_holds_both_dtypes(name):
    assert [LIBRARIES[name]().unsupported(dtype, "cpu") for dtype in ("float64", "float32")] == ["", ""]


def test_the_devices_are_those_of_all_libraries():
    assert DEVICES == ["cpu", "cuda", "interpreter", "mps"]


@pytest.mark.parametrize(
    ("name", "variable", "value"),
    [("jax", "JAX_DEFAULT_MATMUL_PRECISION", "highest"), ("jax", "JAX_PLATFORMS", "cuda"), ("cupy", "CUPY_TF32", "0")],
)
def test_float32_on_a_gpu_is_not_rounded_to_less(name, variable, value):
    assert LIBRARIES[name]().environment(1, "cuda")[variable] == value


@pytest.mark.parametrize(("device", "told"), [("interpreter", "1"), ("cuda", None), ("cpu", None)])
@pytest.mark.parametrize(("name", "variable"), [("torch", "TRITON_INTERPRET"), ("numba_cuda", "NUMBA_ENABLE_CUDASIM")])
def test_only_on_the_interpreter_a_gpus_code_is_interpreted(name, variable, device, told):
    assert LIBRARIES[name]().environment(1, device).get(variable) == told


def test_no_worker_finds_what_another_compiled(tmp_path):
    (tmp_path / "scratch").mkdir()
    loaded = suite.load(write_suite(tmp_path / "suite"))
    slot = Slot(loaded, loaded.implementations["plain"], 1, "cpu", scratch=tmp_path / "scratch")
    one, other = environment(slot), environment(slot)
    folders = {Path(each[name]) for each in (one, other) for name in COMPILED_INTO}
    assert len(folders) == 2
    assert {each.parent for each in folders} == {tmp_path / "scratch"}


@pytest.mark.parametrize(("device", "waits"), [("cuda", ["waited"]), ("cpu", [])])
def test_tensorflow_waits_for_an_input_that_is_copied_to_a_device(device, waits):
    steps, library = [], LIBRARIES["tensorflow"]()
    library._tensorflow = SimpleNamespace(
        device=nullcontext,
        constant=lambda _: steps.append("copied"),
        test=SimpleNamespace(experimental=SimpleNamespace(sync_devices=lambda: steps.append("waited"))),
    )
    library._where, library.asynchronous = f"/{device}:0", device == "cuda"
    library.convert(np.ones(3))
    assert steps == ["copied", *waits]


def test_cupy_waits_for_an_input_that_is_copied_to_a_device():
    steps, library = [], LIBRARIES["cupy"]()
    device = SimpleNamespace(synchronize=lambda: steps.append("waited"))
    library._cupy = SimpleNamespace(
        asarray=lambda _: steps.append("copied"), cuda=SimpleNamespace(Device=lambda: device)
    )
    assert library.convert(3) == 3
    library.convert(np.ones(3))
    assert steps == ["copied", "waited"]


def test_numba_waits_for_an_input_that_is_copied_to_a_device():
    steps, library = [], LIBRARIES["numba_cuda"]()
    library._cuda = SimpleNamespace(
        to_device=lambda _: steps.append("copied"), synchronize=lambda: steps.append("waited")
    )
    assert library.convert(3) == 3
    library.convert(np.ones(3))
    assert steps == ["copied", "waited"]


ON_A_PRETENDED_DEVICE = """
import importlib, json, sys
from rooflinear.bench.libraries.host import LIBRARIES

name, device = sys.argv[1:]
library = LIBRARIES[name]()
waits = []
if name == "torch":
    import torch
    {"cuda": torch.cuda, "mps": torch.backends.mps}[device].is_available = lambda: True
    getattr(torch, device).synchronize = lambda: waits.append(1)
    begun = []
    torch.cuda.init = lambda: begun.append(1)
    torch.set_float32_matmul_precision("high")
if name == "tensorflow":
    import tensorflow
    tensorflow.config.list_physical_devices = lambda kind: [kind]
    tensorflow.test.experimental.sync_devices = lambda: waits.append(1)
if name == "numba_cuda":
    cuda = importlib.import_module("numba.cuda")
    cuda.synchronize = lambda: waits.append(1)
library.start(1, device)
output = object()
assert library.synchronise(output) is output
told = {"asynchronous": library.asynchronous, "waits": len(waits)}
if name == "torch":
    told["precise"] = torch.get_float32_matmul_precision() == "highest"
    told["begun"] = len(begun)
if name == "tensorflow":
    told["precise"] = not tensorflow.config.experimental.tensor_float_32_execution_enabled()
print(json.dumps(told))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "device"), [("torch", "cuda"), ("torch", "mps"), ("tensorflow", "cuda"), ("numba_cuda", "interpreter")]
)
def test_a_call_on_a_device_is_waited_for_and_computed_in_full_precision(name, device):
    needs(name.partition("_")[0])
    variables = os.environ | LIBRARIES[name]().environment(1, device)
    command = [sys.executable, "-P", "-c", ON_A_PRETENDED_DEVICE, name, device]
    done = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    begun = told.pop("begun", None)
    assert told == {"asynchronous": True, "waits": 1} | ({"precise": True} if "numba" not in name else {})
    assert begun == {"cuda": 1, "mps": 0}.get(device) if name == "torch" else begun is None
