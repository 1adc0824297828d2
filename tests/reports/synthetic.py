"""Runs made of planted times, written the way the harness writes them."""

from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from rooflinear.bench.records import Case, Ceilings, Exit, Machine, Result, Roof, Run, Sample
from rooflinear.bench.store import ResultFile, write_run

HOSTILE = "<script>alert('1')</script>"

# ns per call, ns per multiply-add in float64, and the array library of each implementation.
SPEEDS = {
    "python": (400, 60.0, "python"),
    "numpy_rows": (900, 12.0, "numpy"),
    "numpy": (2600, 0.42, "numpy"),
    "numpy_inplace": (1900, 0.36, "numpy"),
    "numpy_blocked": (3800, 0.19, "numpy"),
    "scipy_blas": (2500, 0.34, "numpy"),
    "numba": (420, 0.21, "numpy"),
    "numba_parallel": (9500, 0.11, "numpy"),
    "numba_gram": (520, 0.25, "numpy"),
    "torch": (6900, 0.35, "torch"),
    "torch_compile": (11500, 0.30, "torch"),
    "tensorflow": (38000, 0.40, "tensorflow"),
    "jax": (8800, 0.31, "jax"),
    "dask": (1.9e6, 0.33, "dask"),
    HOSTILE: (3000, 0.9, "numpy"),
}
COMPILE_NS = {
    "numba": 9e8,
    "numba_parallel": 3.1e9,
    "numba_gram": 1.1e9,
    "torch_compile": 8.4e9,
    "jax": 2.2e8,
}
IMPORT_NS = {"numpy": 9e7, "torch": 1.9e9, "tensorflow": 3.4e9, "jax": 8e8, "dask": 4e8}

CACHE_BYTES = 36 * 2**20
CACHED_NS_PER_BYTE, NS_PER_BYTE = 0.008, 0.012
PEAKS = {"float64": 1e11, "float32": 2e11}

OPERATIONS: dict[str, dict[str, Any]] = {
    "gradient": {
        "formula": "(2/m) Xᵀ(Xθ − y)",
        "doc": "Gradient of the mean squared error.",
        "sizes": ["m", "n"],
    },
    "gradient_descent": {"formula": "θ ← θ − α·gradient", "doc": "Repeated steps.", "sizes": ["m", "n"]},
    "r2": {"formula": "1 − SSres/SStot", "doc": "Coefficient of determination.", "sizes": ["m"]},
}


def realistic_run(folder: Path, blocks: int = 3, rounds: int = 9) -> Path:
    """The folder of a run with the results of `realistic`."""
    return write(folder, run(list(SPEEDS), OPERATIONS), realistic(blocks, rounds))


def realistic(blocks: int = 3, rounds: int = 9) -> list[Result]:
    """Three operations, two dtypes, every status, a hostile name; descent was run in one block only."""
    return [
        result
        for dtype in ("float64", "float32")
        for m in (100, 1_000, 10_000, 100_000, 1_000_000)
        for operation, ns, parameters, count in (
            ("gradient", (2, 10, 50), [{}], blocks),
            ("gradient_descent", (2, 10, 50), [{"steps": 10}, {"steps": 100}], 1),
            ("r2", (None,), [{}], blocks),
        )
        for n in ns
        for steps in parameters
        for block in range(count)
        for result in contest(operation, {"m": m} | ({"n": n} if n else {}), steps, dtype, block, rounds)
    ]


def contest(
    operation: str, sizes: dict[str, int], parameters: dict[str, Any], dtype: str, block: int, rounds: int
) -> list[Result]:
    """One block of all implementations, with a drift that hits all of them alike."""
    rng = np.random.default_rng(crc32(repr((operation, sizes, parameters, dtype, block)).encode()))
    drift = np.cumsum(rng.normal(0, 0.03, rounds)) + rng.normal(0, 0.02)
    made = []
    for name in SPEEDS:
        case = Case("builtin", operation, name, sizes, parameters, dtype, 2, "cpu")
        made.append(_result(case, block, drift, rng))
    return made


def case(implementation: str = "numpy", **changes: Any) -> Case:
    """A case of operation ``gradient`` at m=1000 n=10, changed as said."""
    fields = {"suite": "builtin", "operation": "gradient", "implementation": implementation}
    fields |= {
        "sizes": {"m": 1000, "n": 10},
        "parameters": {},
        "dtype": "float64",
        "threads": 2,
        "device": "cpu",
    }
    return Case(**(fields | changes))


def ok(of: Case, call_ns: Any, block: int = 0, flags: Any = None, **changes: Any) -> Result:
    """An ok result with one sample of 100 calls per given time of one call, in ns."""
    samples = [
        Sample(number, 0, round(time * 100), round(time * 100), 100, (flags or {}).get(number, {}))
        for number, time in enumerate(call_ns)
    ]
    return Result(case=of, status="ok", samples=samples, block=block, steady=True, **changes)


def sweep(law: Any, ms: Any = (100, 1000, 10_000, 100_000), ns: Any = (2, 10, 50), **changes: Any) -> list[Result]:
    """A case per size whose calls take ``law(bytes, rows)`` ns, in three samples one per cent apart."""
    return [
        ok(case(sizes={"m": m, "n": n}, **changes), [law(moved, m) * each for each in (1, 0.99, 1.01)], **cost)
        for m in ms
        for n in ns
        for moved, cost in [costs(m, n)]
    ]


def costs(m: int, n: int, itemsize: int = 8, steps: int = 1) -> tuple[float, dict[str, Any]]:
    """Bytes that a gradient moves, and the fields of a result that tell what it costs."""
    held = float(itemsize * (m * n + m + 2 * n))
    direct, gram = (4.0 * steps * m * n, steps * held), (float(m * n * n + 2 * steps * n * n), held)
    return steps * held, {"costs": {"direct": direct, "gram": gram}, "footprint_bytes": held}


def ceilings(threads: int = 2) -> Ceilings:
    """Two rates of reading, from 8 KiB in the caches and beyond the last one."""
    read = [
        (2**power, 1e9 / (CACHED_NS_PER_BYTE if 2**power <= CACHE_BYTES else NS_PER_BYTE)) for power in range(13, 29)
    ]
    return Ceilings(machine="bench-1", roofs={str(threads): Roof(read, PEAKS)}, dispatch_ns={"numpy": 300.0})


def run(implementations: list[str], operations: dict[str, dict[str, Any]], **changes: Any) -> Run:
    machine = Machine(
        name="bench-1",
        system="Linux 6.8",
        cpu="Example CPU @ 2.50GHz",
        cores_available=2,
        cores_logical=4,
        memory_bytes=16 * 2**30,
        caches_bytes={"L1d": 49152, "L2": 2 * 2**20, "L3": CACHE_BYTES},
        virtualised="kvm",
        python="3.11.9",
        warnings=["frequency scaling is on: <b>times may vary</b>"],
    )
    fields: dict[str, Any] = {
        "command": ["rooflinear", "run", "--preset", "standard"],
        "options": {"blocks": 3, "timeout": 60},
        "machine": machine,
        "versions": {"numpy": "2.4.6", "torch": "2.13.0"},
        "environment": {"OMP_NUM_THREADS": "2"},
        "suite": "builtin",
        "operations": operations,
        "implementations": {name: {"library": SPEEDS.get(name, (0, 0, "numpy"))[2]} for name in implementations},
        "commit": "0123456789abcdef",
        "dirty": True,
        "ceilings": ceilings(),
        "started_at": "2026-01-02T03:04:05Z",
        "finished_at": "2026-01-02T03:24:05Z",
        "warnings": ["one core was busy at the start"],
    }
    return Run(**(fields | changes))


def write(folder: Path, record: Run, results: list[Result]) -> Path:
    """A run folder, through the store."""
    write_run(folder, record)
    file = ResultFile(folder)
    for result in results:
        file.append(result)
    file.close()
    return folder


def _result(of: Case, block: int, drift: Any, rng: np.random.Generator) -> Result:
    overhead, slope, library = SPEEDS[of.implementation]
    work = of.sizes["m"] * of.sizes.get("n", 2) * (0.5 if of.dtype == "float32" else 1)
    steps = of.parameters.get("steps", 1)
    call = (overhead + slope * work) * steps
    algorithm = "direct"
    if of.implementation == "numba_gram" and of.operation == "gradient_descent":
        algorithm, call = "gram", slope * work * 2.5 + 300 * steps
    refused = _refusal(of, call, block)
    if refused:
        return Result(case=of, block=block, algorithm=algorithm, **refused)
    _, stated = costs(of.sizes["m"], of.sizes.get("n", 2), 4 if of.dtype == "float32" else 8, steps)
    byte_ns = CACHED_NS_PER_BYTE if stated["footprint_bytes"] <= CACHE_BYTES else NS_PER_BYTE
    bound = 1e-14 * of.sizes["m"] ** 0.5
    share = float(rng.uniform(0.001, 0.2))
    times = call * np.exp(drift + rng.normal(0, 0.012, len(drift)) + rng.normal(0, 0.006))
    calls = max(1, int(1.5e7 / call))
    samples = [
        Sample(number, 0, int(time * calls), int(time * calls * 1.9), calls, _flags(rng))
        for number, time in enumerate(times)
    ]
    return Result(
        case=of,
        algorithm=algorithm,
        status="ok",
        error_over_bound=share,
        error=share * bound,
        bound=bound,
        import_ns=int(IMPORT_NS[library] * rng.uniform(0.9, 1.1)) if library in IMPORT_NS else None,
        first_call_ns=int(call * 3 + COMPILE_NS.get(of.implementation, 2e4) * rng.uniform(0.9, 1.1)),
        transfer_in_ns=None if library in ("python", "numpy") else int(2e4 + work),
        transfer_out_ns=None if library in ("python", "numpy") else 15_000,
        samples=samples,
        steady=bool(rng.random() > 0.02),
        peak_bytes=int(work * 8 * rng.uniform(0.1, 2)) if of.implementation != "numba" else None,
        block=block,
        reads=[(number, byte_ns * float(np.exp(log))) for number, log in enumerate(drift)],
        **stated,
        warning="inputs were slow to convert" if library == "dask" else "",
    )


def _flags(rng: np.random.Generator) -> dict[str, int]:
    return {"steal_ticks": 1} if rng.random() < 0.06 else {}


def _refusal(of: Case, call: float, block: int) -> dict[str, Any]:
    name = of.implementation
    if name == "tensorflow" and of.operation == "r2":
        return {"status": "missing", "reason": "No module named 'tensorflow'"}
    if name == "python" and of.dtype == "float32":
        return {"status": "unsupported", "reason": "floats are float64"}
    if call > 6e10:
        return {"status": "skipped", "reason": "predicted to take over 60 s", "predicted_ns": int(call)}
    if call > 2.5e9:
        return {"status": "timeout", "reason": "took longer than 60 s", "cap_ns": 60_000_000_000}
    if name == "torch_compile" and of.sizes.get("n") == 2 and of.dtype == "float32":
        killed = Exit(signal="SIGSEGV", status=None, stderr=["Fatal Python error: Segmentation fault"])
        return {"status": "crashed", "exit": killed}
    if name == "jax" and of.sizes["m"] == 1_000_000 and block == 0 and of.operation == "gradient":
        return {"status": "wrong", "reason": "3 of 50 components outside the bound", "error_over_bound": 812.0,
                "error": 8e-9, "bound": 1e-11}  # fmt: skip
    return {}
