"""Where the spread of a time comes from: ``python tests/audit/spread.py [--output FILE]``. Needs a quiet machine.

For a dozen cases, several processes of one implementation take turns as in a
run, and each places its inputs in memory anew several times. Prints, as
standard deviations of a log time, what turns, placements and processes add
(nested analysis of variance, what all processes share of a round taken out),
and how far the same case lies from itself when all is done again later.
"""

import argparse
import math
import random
import statistics
import tempfile
from pathlib import Path

import numpy as np

from rooflinear.bench.inputs.maker import Problems
from rooflinear.bench.machine.cores import available_cores
from rooflinear.bench.processes.protocol import Done
from rooflinear.bench.processes.reference_messages import Judge
from rooflinear.bench.processes.worker_messages import Prepare, Prepared, Reload, Slice, Sliced, Warmed, WarmUp
from rooflinear.bench.records import Task
from rooflinear.bench.runner.contender import WARM_UP_NS, WARM_UP_SLICE_NS
from rooflinear.bench.runner.slot import Slot
from rooflinear.bench.runner.terms import LOAD_SECONDS, SLICE_NS, SLICES, UNTIMED_NS
from rooflinear.bench.suites import suite
from rooflinear.bench.sweep import Options
from rooflinear.bench.timing.guard import disturbed
from rooflinear.bench.timing.kernel import calls_to_fill

CASES = (
    ("numpy", "predict", 100, 10),
    ("numpy", "gradient", 10_000, 10),
    ("numpy", "gradient", 100_000, 10),
    ("numpy_inplace", "gradient", 10_000, 10),
    ("numba", "gradient", 1000, 10),
    ("numba_parallel", "gradient", 10_000, 10),
    ("numba_parallel", "gradient", 1_000_000, 10),
    ("torch", "gradient", 10_000, 10),
    ("tensorflow", "gradient", 10_000, 10),
    ("jax", "gradient", 100, 10),
    ("jax", "gradient", 100_000, 10),
    ("scipy_blas", "predict", 100_000, 10),
)
PROCESSES, PLACEMENTS, TURNS = 5, 5, 6
AGAIN = 2
SECONDS = 120.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="where the table goes as well")
    chosen = parser.parse_args()
    loaded = suite.load(suite.find(None))
    found: dict[tuple, list[np.ndarray]] = {case: [] for case in CASES}
    for _ in range(AGAIN):
        for case in CASES:
            found[case].append(_measured(loaded, *case))
    lines = ["| case | a call | turns | placements | processes | done again |", "|---|---|---|---|---|---|"]
    lines += [_row(case, logs) for case, logs in found.items()]
    print("\n".join(lines))
    if chosen.output:
        chosen.output.write_text("\n".join(lines) + "\n")


def _measured(loaded: suite.Suite, stem: str, operation: str, m: int, n: int) -> np.ndarray:
    """Log times (processes, placements, turns)."""
    parameters = dict(loaded.operations[operation].parameters)
    task = Task(operation, {"m": m, "n": n}, parameters, "float64")
    problems = Problems(loaded, Options(suite=str(loaded.folder)))
    with tempfile.TemporaryDirectory() as scratch:
        slots = [
            Slot(loaded, loaded.implementations[stem], available_cores(), "cpu", scratch=Path(scratch))
            for _ in range(PROCESSES)
        ]
        try:
            problems.make(task, "main", "main")
            calls = [_ready(slot, task, problems) for slot in slots]
            return _played(slots, statistics.median_low(calls))
        finally:
            for slot in slots:
                slot.stop()
            problems.close()


def _ready(slot: Slot, task: Task, problems: Problems) -> int:
    """The calls that fill a slice."""
    folder = str(problems.scratch / "main")
    slot.start()
    into = problems.outputs()
    slot.ask(Prepare(task, folder, into=into), SECONDS, Prepared)
    of = Judge(into, [folder] * 2, slot.implementation.algorithm, task.dtype)
    verdict = problems.judge(of).verdicts[0]
    if verdict.status != "ok":
        raise SystemExit(f"{slot.implementation.stem}: {verdict.reason}")
    warmed = slot.ask(WarmUp(WARM_UP_NS, WARM_UP_SLICE_NS), SECONDS, Warmed)
    return calls_to_fill(warmed.call_ns, SLICE_NS)


def _played(slots: list[Slot], calls: int) -> np.ndarray:
    logs = np.zeros((len(slots), PLACEMENTS, TURNS))
    for placement in range(PLACEMENTS):
        for slot in slots:
            slot.ask(Reload(), LOAD_SECONDS, Done)
        for turn in range(TURNS):
            for place in random.sample(range(len(slots)), len(slots)):
                request = Slice(turn, calls, SLICES, UNTIMED_NS)
                samples = slots[place].ask(request, SECONDS, Sliced).samples
                flags = zip(samples, disturbed(samples), strict=True)
                kept = [each for each, flagged in flags if not flagged] or samples
                logs[place, placement, turn] = statistics.median(math.log(each.wall_ns / each.calls) for each in kept)
    return logs


def _row(case: tuple, logs: list[np.ndarray]) -> str:
    parts = [_components(each) for each in logs]
    levels = [float(np.median(each)) for each in logs]
    spreads = [math.sqrt(statistics.fmean(part[place] for part in parts)) for place in range(3)]
    stem, operation, m, n = case
    cells = [f"{operation}/{stem} {m} × {n}", f"{math.exp(levels[0]) / 1e3:.3g} µs"]
    return "| " + " | ".join([*cells, *map(_percent, [*spreads, abs(levels[1] - levels[0])])]) + " |"


def _components(logs: np.ndarray) -> list[float]:
    """Variances of turns, placements and processes, each at least 0."""
    logs = logs - np.median(logs, axis=0, keepdims=True)
    turns = logs.var(axis=2, ddof=1).mean()
    means = logs.mean(axis=2)
    placements = means.var(axis=1, ddof=1).mean() - turns / TURNS
    processes = means.mean(axis=1).var(ddof=1) - means.var(axis=1, ddof=1).mean() / PLACEMENTS
    return [float(max(0.0, each)) for each in (turns, placements, processes)]


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


if __name__ == "__main__":
    main()
