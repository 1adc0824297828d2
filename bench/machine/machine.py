"""The machine, its software, and how quiet it is now."""

import importlib
import importlib.metadata
import os
import platform
import re
import statistics
import time
from pathlib import Path
from typing import Any

import psutil

from ..records import Machine
from .cores import available_cores

DISTRIBUTIONS = (
    "rooflinear", "numpy", "scipy", "numba", "torch", "tensorflow", "tensorflow-cpu", "jax", "jaxlib",
    "jax-cuda12-plugin", "jax-cuda13-plugin", "scikit-learn", "dask", "distributed", "cupy", "cupy-cuda12x",
    "cupy-cuda13x", "triton", "numba-cuda", "pandas", "threadpoolctl", "cython", "pythran", "numexpr", "onnxruntime",
    "polars", "pytensor", "scikit-learn-intelex",
)  # fmt: skip
# NVIDIA_REQUIRE_CUDA lists the drivers that a container accepts, in thousands of letters.
RECORDED = re.compile(
    r"(OMP|OPENBLAS|MKL|KMP|GOMP|NUMBA|XLA|JAX|TF|TORCH|GLIBC|MALLOC|DASK_SCHEDULER|CUDA|CUPY|NVIDIA|TRITON|POLARS)_(?!REQUIRE_)"
)
NOISE_SECONDS = 1.0
NOISE_WORK = 20_000


def describe() -> Machine:
    """The machine's facts; those that the system does not report are None."""
    frequency = _quiet(lambda: psutil.cpu_freq().max or psutil.cpu_freq().current)
    facts = {
        "name": re.sub(r"[^A-Za-z0-9.-]+", "-", platform.node()) or "unnamed",
        "system": f"{platform.system()} {platform.release()}",
        "cpu": _cpu_name(),
        "cores_available": available_cores(),
        "cores_logical": os.cpu_count(),
        "cores_physical": psutil.cpu_count(logical=False),
        "frequency_mhz": frequency or None,
        "memory_bytes": psutil.virtual_memory().total,
        "caches_bytes": caches(),
        **gpus(),
        "virtualised": _virtualised(),
        "governor": _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "turbo": _turbo(),
        "load_1min": _quiet(lambda: os.getloadavg()[0]),
        "python": platform.python_version(),
        "libc": " ".join(platform.libc_ver()).strip(),
    }
    return Machine(**facts, warnings=_warnings(facts))


def versions() -> dict[str, str]:
    """Installed versions of what may be measured."""
    found = {}
    for name in DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def environment() -> dict[str, str]:
    """The environment variables that thread pools and compilers read."""
    return {name: value for name, value in sorted(os.environ.items()) if RECORDED.match(name)}


def noise() -> dict[str, float]:
    """How evenly this machine computes now.

    Repeats the same small piece of work for a second: ``spread`` is its
    interquartile range over its median, ``worst`` the slowest over the median,
    ``steal_share`` the share of time another guest took.
    """
    before, times = _cpu_ticks(), []
    deadline = time.perf_counter() + NOISE_SECONDS
    while time.perf_counter() < deadline:
        started = time.perf_counter_ns()
        sum(range(NOISE_WORK))
        times.append(time.perf_counter_ns() - started)
    low, middle, high = statistics.quantiles(times, n=4)
    stolen, total = (after - first for after, first in zip(_cpu_ticks(), before, strict=True))
    return {
        "spread": (high - low) / middle,
        "worst": max(times) / middle,
        "steal_share": stolen / total if total else 0.0,
    }


def _cpu_name() -> str:
    match = re.search(r"model name\s*:\s*(.+)", _read("/proc/cpuinfo") or "")
    if match:
        return match.group(1)
    import cpuinfo

    return _quiet(lambda: cpuinfo.get_cpu_info().get("brand_raw")) or platform.processor() or platform.machine()


def caches() -> dict[str, int]:
    """Bytes of each cache of one core, such as ``L1d``."""
    found = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = (_read(folder / name) for name in ("level", "type", "size"))
        if level and kind and size and size.endswith("K"):
            letter = {"Data": "d", "Instruction": "i"}.get(kind, "")
            found[f"L{level}{letter}"] = int(size[:-1]) * 1024
    return found


def gpus() -> dict[str, Any]:
    """NVIDIA's GPUs in order, and their driver; empty if its library (``nvidia-ml-py``) does not report any."""
    try:
        nvml = importlib.import_module("pynvml")
        nvml.nvmlInit()
        handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]
        return {"gpus": list(map(nvml.nvmlDeviceGetName, handles)), "gpu_driver": nvml.nvmlSystemGetDriverVersion()}
    except Exception:  # not installed, no driver, no permission, a device lost: an error of its own for each
        return {}


def _virtualised() -> str | None:
    vendor = _read("/sys/class/dmi/id/sys_vendor")
    flags = re.search(r"^flags\s*:(.*)$", _read("/proc/cpuinfo") or "", re.MULTILINE)
    if flags and " hypervisor" in flags.group(1):
        return vendor or "yes"
    return None


def _turbo() -> bool | None:
    no_turbo = _read("/sys/devices/system/cpu/intel_pstate/no_turbo")
    boost = _read("/sys/devices/system/cpu/cpufreq/boost")
    if no_turbo is not None:
        return no_turbo == "0"
    return None if boost is None else boost == "1"


def _warnings(facts: dict[str, Any]) -> list[str]:
    cores = facts["cores_available"]
    found = []
    if not os.path.exists("/proc/self/schedstat"):
        found.append("this system does not count waiting for cores; only context switches show busy programs")
    if os.environ.get("OPENBLAS_CORETYPE"):
        found.append("OPENBLAS_CORETYPE is set and slows NumPy; unset it to measure what users see")
    if facts["virtualised"]:
        found.append("a virtual machine: other guests may take time; compare ratios within one run, not times of two")
    if facts["governor"] not in (None, "performance"):
        found.append(
            f"frequency governor is '{facts['governor']}'; 'cpupower frequency-set -g performance' makes it constant"
        )
    if (facts["load_1min"] or 0) > 0.5 * cores:
        found.append(f"load is {facts['load_1min']:.1f} on {cores} cores; end other programs before measuring")
    return found


def _cpu_ticks() -> tuple[int, int]:
    fields = (_read("/proc/stat") or "cpu 0 0 0 0 0 0 0 0").splitlines()[0].split()[1:9]
    return int(fields[7]), sum(map(int, fields))


def _read(path: str | Path) -> str | None:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return None


def _quiet(ask: Any) -> Any:
    try:
        return ask()
    except (AttributeError, OSError, NotImplementedError, RuntimeError):
        return None
