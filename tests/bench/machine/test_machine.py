"""What machine this is, and that a system that tells less is measured all the same."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace
from unittest.mock import Mock

import msgspec
import pytest

from rooflinear.bench import store
from rooflinear.bench.machine import machine
from rooflinear.bench.machine.cores import available_cores
from rooflinear.bench.runner.terms import FEWEST_LONG
from rooflinear.bench.timing.core_speed import SLOWED

from ..made import SMOOTHING

LINUX = sys.platform.startswith("linux")

ANOTHER_SYSTEM = """
# Makes this process look as on macOS (or, without fork, as on Windows) to the project and to nobody else.
import builtins, io, os, subprocess, sys, sysconfig, tempfile, urllib.request
import numpy, psutil, threadpoolctl, rich.progress, typer
sysconfig.get_config_vars()

def hiding(open_):
    def opened(path, *arguments, **options):
        caller = sys._getframe(1).f_globals.get("__name__", "")
        hidden = str(path).startswith(("/proc", "/sys")) and caller.startswith(("rooflinear", "pathlib"))
        if hidden:
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return open_(path, *arguments, **options)
    return opened

builtins.open, io.open = hiding(builtins.open), hiding(io.open)
os.open, os.listdir = hiding(os.open), hiding(os.listdir)
for name in ("sched_getaffinity", "sched_setaffinity", "getloadavg"):
    if hasattr(os, name):
        delattr(os, name)
sys.modules["resource"] = None
sys.platform = "darwin"
"""

IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys
import rooflinear.bench as bench
assert sys.platform == "darwin"
names = [each.name for each in pkgutil.walk_packages(bench.__path__, "rooflinear.bench.")]
programs = ("__main__", "_suite", "_session", "ceiling_worker")
names = [name for name in names if "suite." not in name and not name.endswith(programs)]
modules = {name.rpartition(".")[2]: importlib.import_module(name) for name in names}
import msgspec
guard = modules["counters"].Guard()
counted = guard.read().since(guard.read())
print(json.dumps({
    "imported": sorted(modules),
    "machine": msgspec.to_builtins(modules["machine"].describe()),
    "pauses": modules["parent"].PAUSES,
    "counters": counted,
    "cores": modules["cores"].available_cores(),
    "noise": modules["machine"].noise(),
}))
"""


@pytest.fixture(scope="module")
def another_system(tmp_path_factory):
    """An environment in which every Python process is one of another system."""
    folder = tmp_path_factory.mktemp("another")
    (folder / "sitecustomize.py").write_text(ANOTHER_SYSTEM)
    paths = [str(folder), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}


@pytest.fixture(scope="module")
def told_there(another_system):
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EVERYTHING],
        capture_output=True, text=True, env=os.environ | another_system, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_every_module_is_imported_on_another_system(told_there):
    assert {"cli", "commands", "machine", "measure", "parent", "runner", "store", "worker"} <= set(
        told_there["imported"]
    )


def test_what_another_system_does_not_tell_is_none(told_there):
    found = told_there["machine"]
    assert {found[name] for name in ("governor", "turbo", "virtualised", "load_1min")} == {None}
    assert found["caches_bytes"] == {}


def test_what_another_system_tells_is_kept(told_there):
    found = told_there["machine"]
    assert found["cores_available"] == told_there["cores"] == os.cpu_count()
    assert found["memory_bytes"] > 2**20
    assert found["cpu"]


def test_guards_count_nothing_on_another_system(told_there):
    assert told_there["counters"] == {}
    assert told_there["noise"]["steal_share"] == 0


def test_a_child_is_never_left_stopped_where_it_would_outlive_its_parent(told_there):
    assert told_there["pauses"] is False


@pytest.fixture(scope="module")
def run_there(another_system, rooflinear_once):
    arguments = ["run", "--suite", SMOOTHING, "--preset", "quick", "--size", "length=500", "--size", "width=3"]
    return rooflinear_once(*arguments, environment=another_system), rooflinear_once.runs()


def test_a_run_succeeds_on_another_system(run_there):
    outcome, runs = run_there
    assert (outcome.status, len(runs)) == (0, 1), outcome.stderr


def test_results_of_another_system_lack_only_what_it_does_not_tell(run_there):
    for result in store.read_results(run_there[1][0]):
        assert (result.status, result.peak_bytes) == ("ok", None)
        assert len({sample.round for sample in result.samples}) >= FEWEST_LONG
        assert all(sample.flags.keys() <= {SLOWED} for sample in result.samples)


def test_the_machine_is_described():
    found = machine.describe()
    assert found.cores_available == available_cores()
    assert found.python == ".".join(map(str, sys.version_info[:3]))
    assert found.name
    assert found.identity == machine.describe().identity


@pytest.fixture
def nvml(monkeypatch):
    """NVIDIA's library with two devices, as far as `machine` asks it."""
    found = SimpleNamespace(
        nvmlInit=lambda: None,
        nvmlSystemGetDriverVersion=lambda: "580.1",
        nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetName=lambda handle: ["Large", "Small"][handle],
    )
    monkeypatch.setitem(sys.modules, "pynvml", found)
    return found


def test_gpus_are_named_and_make_another_machine(nvml):
    found = machine.describe()
    assert (found.gpus, found.gpu_driver) == (["Large", "Small"], "580.1")
    assert found.identity != msgspec.structs.replace(found, gpus=[]).identity
    assert found.identity == msgspec.structs.replace(found, gpu_driver="581.0").identity


@pytest.mark.parametrize("failing", ["nvmlInit", "nvmlDeviceGetCount", "nvmlDeviceGetName"])
def test_where_the_driver_fails_there_are_no_gpus(nvml, failing):
    setattr(nvml, failing, Mock(side_effect=Exception("GPU is lost")))
    assert machine.describe().gpus == []


def test_without_nvidia_s_library_there_are_no_gpus(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert machine.describe().gpus == []


@pytest.mark.skipif(not LINUX, reason="reads what Linux tells")
def test_the_processor_is_named_as_the_system_names_it():
    with open("/proc/cpuinfo") as file:
        content = file.read()
    assert "model name" not in content or machine.describe().cpu in content


def test_a_name_fit_for_a_folder_is_made_of_the_hosts(monkeypatch):
    monkeypatch.setattr("platform.node", lambda: "Ada's Mac/Book ☕")
    assert machine.describe().name == "Ada-s-Mac-Book-"


@pytest.mark.parametrize(
    ("files", "turbo"),
    [
        ({}, None),
        ({"intel_pstate/no_turbo": "1"}, False),
        ({"intel_pstate/no_turbo": "0"}, True),
        ({"cpufreq/boost": "1"}, True),
        ({"cpufreq/boost": "0"}, False),
    ],
)
def test_turbo_is_read_from_whichever_driver_tells(monkeypatch, files, turbo):
    monkeypatch.setattr(machine, "_read", lambda path: files.get(str(path).removeprefix("/sys/devices/system/cpu/")))
    assert machine.describe().turbo is turbo


def test_what_makes_a_machine_noisy_is_a_warning_with_a_remedy(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setattr("os.getloadavg", lambda: (99.0, 0, 0))
    monkeypatch.setattr(machine, "_read", lambda path: "powersave" if "governor" in str(path) else None)
    warnings = machine.describe().warnings
    assert [warning.partition(" ")[0] for warning in warnings] == ["OPENBLAS_CORETYPE", "frequency", "load"]


def test_a_quiet_machine_has_no_warning(monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    monkeypatch.setattr("os.getloadavg", lambda: (0.0, 0, 0))
    monkeypatch.setattr(machine, "_read", lambda path: "performance" if "governor" in str(path) else None)
    assert machine.describe().warnings == []


def test_only_variables_that_change_times_are_recorded(monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    monkeypatch.setenv("SECRET_TOKEN", "hidden")
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", "0")
    monkeypatch.setenv("NVIDIA_REQUIRE_CUDA", "cuda>=13.0 brand=unknown,driver>=535")
    recorded = machine.environment()
    assert recorded["OMP_WAIT_POLICY"] == "active"
    assert recorded["NVIDIA_TF32_OVERRIDE"] == "0"
    assert not {"hidden", "cuda>=13.0 brand=unknown,driver>=535"} & set(recorded.values())


def test_versions_are_those_installed():
    import numpy

    assert machine.versions()["numpy"] == numpy.__version__
    assert "cupy" not in machine.versions() or machine.versions()["cupy"]


def test_noise_is_told_in_shares(monkeypatch):
    monkeypatch.setattr(machine, "NOISE_SECONDS", 0.05)
    noise = machine.noise()
    assert noise["worst"] >= 1
    assert noise["spread"] >= 0
    assert 0 <= noise["steal_share"] <= 1
