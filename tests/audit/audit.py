"""Does the harness read the time there is? Run on a quiet machine: ``make audit``.

Prints three tables: a kernel of known duration, synchronised time against time
with a forced read-back in every array library, and NumPy's predict against
timeit (best against best, an empty call subtracted from both). Exits 1 where
one is off by more than 2 %, 5 % and 5 %.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import timeit
from pathlib import Path

import numpy as np

from rooflinear.bench import protocol, store, suite
from rooflinear.bench.arrays import LIBRARIES, common_environment
from rooflinear.bench.measure import Kernel, available_cores
from rooflinear.bench.sweep import PRESETS
from rooflinear.bench.worker import Worker

HERE = Path(__file__).resolve().parent
KERNELS = HERE.parent.parent / "kernels"
DURATIONS_US = (100, 1000, 20_000)
READ_BACK = ("numpy", "numba", "torch", "tensorflow_eager", "tensorflow", "tensorflow_xla", "jax")
READ_BACK_SIZES = (100_000, 50)
READ_BACK_ROUNDS = 31
PREDICT_SIZES = ((1000, 10), (10_000, 10), (10_000, 50), (100_000, 10), (100_000, 50))
TRIES = 3
"""A neighbour on a shared machine can spoil a whole try."""

ROUNDS = PRESETS["full"].rounds
"""As many stretches for timeit as for the harness: the best of more is better by itself."""

TURNS = 4
"""Harness and timeit alternate, for a shared machine's memory is faster in one minute than in the next."""

PROCESSES = 3
"""Where its pages lie moves a process's best time by half where X fills the last cache: the best of many counts."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", nargs=2, metavar=("KIND", "ARGUMENTS"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        kind, arguments = chosen.child
        print(json.dumps({"read_back": _read_back, "timeit": _timeit}[kind](*json.loads(arguments))))
        return 0
    rows = [*known_duration(), *read_back(), *against_timeit()]
    bad = [row for row in rows if not row]
    print(f"{len(rows) - len(bad)} of {len(rows)} within their limits")
    return int(bool(bad))


def known_duration() -> list[bool]:
    """A busy wait must read what it waits, within 2 %."""
    print("known duration            stated µs     read µs   off")
    times = _run(HERE / "known", "wait", [("microseconds", DURATIONS_US)], statistics.median)
    return [_row("busy wait", 1000.0 * key[0], time, 0.02) for key, time in sorted(times.items())]


def read_back() -> list[bool]:
    """Synchronised and read-back times of the gradient must agree within 5 %."""
    print(f"read-back, gradient {READ_BACK_SIZES}   synced µs  read back µs   off")
    verdicts = []
    for stem in READ_BACK:
        synced, forced = min(
            (_child("read_back", [stem], stem) for _ in range(TRIES)), key=lambda pair: abs(pair[1] / pair[0] - 1)
        )
        verdicts.append(_row(stem, synced, forced, 0.05))
    return verdicts


def against_timeit() -> list[bool]:
    """NumPy's predict by the harness and by timeit must agree within 5 %, best against best."""
    print("predict by numpy          timeit µs  harness µs   off")
    empty = min(_run(HERE / "known", "empty", [("microseconds", (1,))], min, PROCESSES).values())
    verdicts = []
    for m, n in PREDICT_SIZES:
        ours, theirs = [], []
        for _ in range(TURNS):
            ours.append(_run(KERNELS, "predict", [("m", (m,)), ("n", (n,))], min, PROCESSES)[(m, n)] - empty)
            theirs.extend(_child("timeit", [m, n], "numpy") for _ in range(PROCESSES))
        verdicts.append(_row(f"m={m} n={n}", min(theirs), min(ours), 0.05))
    return verdicts


def _row(name: str, expected_ns: float, read_ns: float, limit: float) -> bool:
    off = read_ns / expected_ns - 1
    good = abs(off) <= limit
    print(
        f"{name:24} {expected_ns / 1e3:11.3f} {read_ns / 1e3:11.3f} {off:+6.1%}  {'ok' if good else 'OFF'}", flush=True
    )
    return good


def _run(folder: Path, operation: str, sizes: list, statistic, blocks: int = 2) -> dict[tuple[int, ...], float]:
    """ns a call by size, from a real run."""
    stem = "busy" if folder.name == "known" else "numpy"
    with tempfile.TemporaryDirectory() as results:
        command = [sys.executable, "-m", "rooflinear.bench", "run", "--suite", str(folder), "--results", results]
        command += ["--preset", "full", "--operation", operation, "--implementation", stem, "--dtype", "float64"]
        command += ["--blocks", str(blocks)]
        for name, values in sizes:
            command += ["--size", f"{name}={','.join(map(str, values))}"]
        subprocess.run(command, check=True, capture_output=True)
        found: dict[tuple[int, ...], list[float]] = {}
        for result in store.read_results(next(Path(results).iterdir())):
            times = [sample.wall_ns / sample.calls for sample in result.samples]
            found.setdefault(tuple(result.case.sizes.values()), []).extend(times)
    return {key: statistic(times) for key, times in found.items()}


def _child(kind: str, arguments: list, stem: str):
    library = LIBRARIES[suite.load(KERNELS).implementations[stem].library]()
    threads = available_cores()
    environment = {**os.environ, **common_environment(threads), **library.environment(threads, "cpu")}
    command = [sys.executable, "-P", str(Path(__file__).resolve()), "--child", kind, json.dumps(arguments)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout)


def _read_back(stem: str) -> tuple[float, float]:
    """Median ns a call, synchronised and read back, taken in turns."""
    described = suite.load(KERNELS).implementations[stem]
    worker = Worker(protocol.Start(str(KERNELS), stem, described.library, available_cores(), "cpu"))
    library, m, n = worker.library, *READ_BACK_SIZES
    rng = np.random.default_rng(0)
    named = {
        name: library.convert(rng.standard_normal(shape)) for name, shape in (("X", (m, n)), ("y", m), ("theta", n))
    }
    make = getattr(worker.module, "workspace", None)
    workspace = make("gradient", named) if make else None
    inputs = (*named.values(), *([] if workspace is None else [workspace]))
    wait = library.synchronise if library.asynchronous else None

    def and_read_back(*inputs):
        return library.to_numpy(worker.module.gradient(*inputs), "float64")

    kernels = (Kernel(worker.module.gradient, inputs, wait), Kernel(and_read_back, inputs))
    for kernel in kernels:
        kernel.many(5)
    times = [[kernel.many(3)[1] / 3 for kernel in kernels] for _ in range(READ_BACK_ROUNDS)]
    synced, forced = zip(*times, strict=True)
    return statistics.median(synced), statistics.median(forced)


def _timeit(m: int, n: int) -> float:
    """Best ns a call by timeit, an empty call subtracted."""
    worker = Worker(protocol.Start(str(KERNELS), "numpy", "numpy", available_cores(), "cpu"))
    rng = np.random.default_rng(0)
    X, theta = (worker.library.convert(rng.standard_normal(shape)) for shape in ((m, n), n))

    def empty(X, theta):
        return X

    best = {}
    for name, function in (("predict", worker.module.predict), ("empty", empty)):
        timer = timeit.Timer("f(X, theta)", globals={"f": function, "X": X, "theta": theta})
        number, _ = timer.autorange()
        number = max(1, number // 20)
        best[name] = min(timer.repeat(ROUNDS, number)) / number * 1e9
    return best["predict"] - best["empty"]


if __name__ == "__main__":
    sys.exit(main())
