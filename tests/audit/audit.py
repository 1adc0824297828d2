"""Does the harness read the time there is? Run on a quiet machine: ``make audit``.

Prints the timing loop against a bare loop, a kernel of known duration, synchronised time against time with a forced
read-back, and a real run's time against plain scripts' in every array library, as Markdown. Exits 1 where one of these
is off by more than its limit: 2 %, 2 %, 5 % and 5 %, in this order. ``--frameworks`` prints the last table only.
"""

import argparse
import importlib
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rooflinear.bench import store
from rooflinear.bench.libraries.host import LIBRARIES, common_environment
from rooflinear.bench.machine.cores import available_cores
from rooflinear.bench.processes.worker_messages import Start
from rooflinear.bench.runner.terms import SLICE_NS
from rooflinear.bench.suites import suite
from rooflinear.bench.timing.kernel import Kernel, calls_to_fill
from rooflinear.bench.worker.worker import Worker
from rooflinear.reports.tables import frames

HERE = Path(__file__).resolve().parent
KERNELS = HERE.parent.parent / "kernels"
DURATIONS_US = (100, 1000, 20_000)
READ_BACK = ("numpy", "numba", "torch", "tensorflow_eager", "tensorflow", "tensorflow_xla", "jax")
READ_BACK_SIZES = (100_000, 50)
READ_BACK_ROUNDS = 31
LOOPED = (("numba", 100), ("numba", 1000), ("numpy", 100), ("numpy", 1000), ("numpy", 10_000))
LOOPED_ROUNDS = 401
TRIES = 3
"""A neighbour on a shared machine can spoil a whole try."""

GRADIENT = ("python", "numpy", "numba", "numba_parallel", "scipy_blas", "torch", "tensorflow", "tensorflow_xla", "jax")
FRAMEWORKS = {**dict.fromkeys((*GRADIENT, "dask"), "gradient"), "sklearn": "predict"}
"""Implementations and the operation timed, at least one of each array library."""

ROWS = (1000, 10_000, 100_000)
COLUMNS = 10
MOST_ROWS = {"python": 10_000}
TURNS = 3
"""Run and scripts alternate, for a shared machine's memory is faster in one minute than in the next."""

BUDGET = "100s"
"""Of a run. Starting eleven frameworks takes half of it."""

SCRIPTS = {"script": (), "paused": ("--pause",), "shell": ()}
"""Kinds of `Times` -> options of `plain_script`."""

OFF = 0.05
WITHIN = "within what scripts take"


class Point(NamedTuple):
    """What is timed."""

    stem: str
    m: int


class Times(NamedTuple):
    """ns of a call, one of each turn; of scripts the fastest tenth of their repetitions and the median."""

    script: list[tuple[float, float]]
    paused: list[tuple[float, float]]
    shell: list[tuple[float, float]]
    harness: list[float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frameworks", action="store_true", help="only the comparison with plain scripts")
    parser.add_argument("--implementation", nargs="+", choices=FRAMEWORKS, default=[*FRAMEWORKS], metavar="NAME")
    parser.add_argument("--m", nargs="+", type=int, default=[*ROWS], metavar="N")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the comparison is written, in Markdown")
    parser.add_argument("--child", metavar="STEM", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(_read_back(chosen.child)))
        return 0
    rows = [] if chosen.frameworks else [*timing_loop(), *known_duration(), *read_back()]
    points = [Point(stem, m) for stem in chosen.implementation for m in chosen.m if m <= MOST_ROWS.get(stem, m)]
    rows += against_scripts(points, chosen.output)
    bad = [row for row in rows if not row]
    print(f"{len(rows) - len(bad)} of {len(rows)} within their limits, or explained")
    return int(bool(bad))


def timing_loop() -> list[bool]:
    """A slice must take as long as its calls in a bare loop, within 2 %: both in turns, in one process."""
    print("timing loop, predict      bare µs     slice µs   off")
    return [_row(f"{stem} {m} x {COLUMNS}", *_looped_ns(stem, m), 0.02) for stem, m in LOOPED]


def known_duration() -> list[bool]:
    """A busy wait must read what it waits, within 2 %."""
    print("known duration            stated µs     read µs   off")
    return [_row("busy wait", 1000.0 * stated_us, time, 0.02) for stated_us, time in sorted(_known_ns().items())]


def read_back() -> list[bool]:
    """Synchronised and read-back times of the gradient must agree within 5 %."""
    print(f"read-back, gradient {READ_BACK_SIZES}   synced µs  read back µs   off")
    verdicts = []
    for stem in READ_BACK:
        synced, forced = min((_child(stem) for _ in range(TRIES)), key=lambda pair: abs(pair[1] / pair[0] - 1))
        verdicts.append(_row(stem, synced, forced, 0.05))
    return verdicts


def against_scripts(points: Sequence[Point], output: Path | None) -> list[bool]:
    """Real runs and plain scripts, taken in turns: a run's time must lie within 5 % of what scripts take.

    These run without and with pauses, and in the shell's own memory allocator; what they take lies between the fastest
    tenth and the median of their repetitions. Medians of the turns count.
    """
    times = {point: Times([], [], [], []) for point in points}
    for turn in range(TURNS):
        print(f"turn {turn + 1} of {TURNS}", file=sys.stderr, flush=True)
        for point, time_ns in _harness_ns(points).items():
            times[point].harness.append(time_ns)
        scripts = [(point, kind) for point in points for kind in SCRIPTS]
        random.shuffle(scripts)
        for point, kind in scripts:
            getattr(times[point], kind).append(_script_ns(point, kind))
    lines = [
        "| implementation | m × n | plain script µs | with pauses µs | shell's malloc µs | harness µs | off % | |",
        "|---|---|---|---|---|---|---|---|",
        *(_markdown(point, each) for point, each in times.items()),
    ]
    print("\n".join(lines))
    if output:
        output.write_text("\n".join(lines) + "\n")
    return [not _mark(each) or _mark(each) == WITHIN for each in times.values()]


def _mark(times: Times) -> str:
    """'' where the harness agrees with the plain script, else whether it lies within what all scripts took."""
    harness, *scripts = _middle(times.harness), *_fastest(times), *map(_middle, _columns(times, 1))
    if abs(harness / scripts[0] - 1) <= OFF:
        return ""
    return WITHIN if min(scripts) * (1 - OFF) <= harness <= max(scripts) * (1 + OFF) else "**off**"


def _fastest(times: Times) -> list[float]:
    """The fastest tenth of each kind of script."""
    return [*map(_middle, _columns(times, 0))]


def _columns(times: Times, column: int) -> list[list[float]]:
    return [[each[column] for each in kind] for kind in times[:3]]


def _middle(times: list[float]) -> float:
    """Their median; NaN where one is."""
    return float(np.median(times))


def _markdown(point: Point, times: Times) -> str:
    told = [*_fastest(times), _middle(times.harness)]
    off = told[-1] / told[0] - 1
    numbers = " | ".join(f"{float(f'{each / 1e3:.3g}'):,g}" for each in told)
    return f"| {point.stem} | {point.m} × {COLUMNS} | {numbers} | {off:+.1%} | {_mark(times)} |"


def _harness_ns(points: Sequence[Point]) -> dict[Point, float]:
    """ns a call, by a real run; NaN where a case is not ok."""
    found = dict.fromkeys(points, math.nan)
    for operation in dict.fromkeys(FRAMEWORKS[point.stem] for point in points):
        chosen = [point for point in points if FRAMEWORKS[point.stem] == operation]
        with tempfile.TemporaryDirectory() as results:
            stems, rows = (",".join(dict.fromkeys(map(str, each))) for each in zip(*chosen, strict=True))
            sizes = ["--m", rows, "--n", str(COLUMNS), "--dtype", "float64"]
            limits = ["--time-budget", BUDGET, "--results", results]
            _rooflinear("--implementation", stems, "--operation", operation, *sizes, *limits)
            cases = frames.load(next(Path(results).iterdir())).cases
        for case in cases[cases["status"] != "ok"].to_dict("records"):
            print(*(case[column] for column in ("implementation", "sizes", "status", "reason")), file=sys.stderr)
        timed = cases.set_index(["implementation", "m"])["time_ns"].to_dict()
        found.update({point: timed[point] for point in chosen})
    return found


def _script_ns(point: Point, kind: str) -> tuple[float, float]:
    """ns a call, by a plain script in a worker's environment; ``kind`` is one of `SCRIPTS`."""
    environment = _environment(point.stem)
    if kind == "shell":
        del environment["GLIBC_TUNABLES"]
    arguments = [point.stem, FRAMEWORKS[point.stem], str(point.m), str(COLUMNS), *SCRIPTS[kind]]
    fastest, median = json.loads(_output([str(HERE / "plain_script.py"), *arguments], environment))
    return fastest, median


def _looped_ns(stem: str, m: int) -> tuple[float, float]:
    """ns a call in a bare loop, and the same times the median ratio of a slice to the bare loop beside it."""
    rng = np.random.default_rng(0)
    inputs = (rng.standard_normal((m, COLUMNS)), rng.standard_normal(COLUMNS))
    function = importlib.import_module(f"rooflinear.kernels.{stem}").predict
    kernel = Kernel(function, inputs)
    kernel.many(5)
    calls = calls_to_fill(kernel.many(100)[1] / 100, SLICE_NS)
    pairs = [(_bare_ns(function, inputs, calls), kernel.many(calls)[1] / calls) for _ in range(LOOPED_ROUNDS)]
    bare_ns = statistics.median(bare for bare, _ in pairs)
    return bare_ns, bare_ns * statistics.median(looped / bare for bare, looped in pairs)


def _bare_ns(function: Callable[..., Any], inputs: tuple[Any, ...], calls: int) -> float:
    begun = time.perf_counter_ns()
    for _ in repeat(None, calls):
        function(*inputs)
    return (time.perf_counter_ns() - begun) / calls


def _known_ns() -> dict[int, float]:
    """Median ns a call by the µs it waits, from a real run."""
    with tempfile.TemporaryDirectory() as results:
        chosen = ["--preset", "full", "--blocks", "2", "--dtype", "float64", "--operation", "wait"]
        stated = f"microseconds={','.join(map(str, DURATIONS_US))}"
        _rooflinear("--suite", str(HERE / "known"), *chosen, "--size", stated, "--results", results)
        found: dict[int, list[float]] = {}
        for result in store.read_results(next(Path(results).iterdir())):
            times = [sample.wall_ns / sample.calls for sample in result.samples]
            found.setdefault(result.case.sizes["microseconds"], []).extend(times)
    return {microseconds: statistics.median(times) for microseconds, times in found.items()}


def _row(name: str, expected_ns: float, read_ns: float, limit: float) -> bool:
    off = read_ns / expected_ns - 1
    good = abs(off) <= limit
    print(
        f"{name:24} {expected_ns / 1e3:11.3f} {read_ns / 1e3:11.3f} {off:+6.1%}  {'ok' if good else 'OFF'}", flush=True
    )
    return good


def _rooflinear(*options: str) -> None:
    _output(["-m", "rooflinear.bench", "run", *options], dict(os.environ))


def _child(stem: str) -> Any:
    return json.loads(_output(["-P", str(Path(__file__).resolve()), "--child", stem], _environment(stem)))


def _environment(stem: str) -> dict[str, str]:
    """A worker's."""
    library = LIBRARIES[suite.load(KERNELS).implementations[stem].library]()
    threads = available_cores()
    return {**os.environ, **common_environment(threads), **library.environment(threads, "cpu")}


def _output(arguments: list[str], environment: dict[str, str]) -> str:
    """What Python prints. Ends the audit with its last words where it fails."""
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        last = "\n".join(done.stderr.splitlines()[-5:])
        sys.exit(f"failed with exit status {done.returncode}: python {' '.join(arguments)}\n{last}")
    return done.stdout


def _read_back(stem: str) -> tuple[float, float]:
    """Median ns a call, synchronised and read back, taken in turns."""
    described = suite.load(KERNELS).implementations[stem]
    worker = Worker(Start(str(KERNELS), stem, described.library, available_cores(), "cpu"))
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


if __name__ == "__main__":
    sys.exit(main())
