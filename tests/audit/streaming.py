"""How fast a matrix larger than the memory cap is computed on, against reading its file with ``cat``.

``python tests/audit/streaming.py [FILE.npy]`` prints the medians; without
a file it writes one of 2 GiB and removes it afterwards. Every pass is a fresh
process; ``cat`` and the contenders take turns, with the file in the page cache
(warm) and dropped from it before each pass (cold).
"""

import ctypes
import mmap
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from rooflinear.bench.errors import CannotFinish, Lost, UsageError
from rooflinear.bench.inputs import mapped, matrix
from rooflinear.bench.inputs.data import generator
from rooflinear.bench.inputs.maker import Problems
from rooflinear.bench.machine.cores import available_cores
from rooflinear.bench.processes.protocol import Done
from rooflinear.bench.processes.reference_messages import Judge
from rooflinear.bench.processes.worker_messages import Prepare, Prepared, Release, Slice, Sliced
from rooflinear.bench.records import Task
from rooflinear.bench.runner.slot import Slot
from rooflinear.bench.suites import suite
from rooflinear.bench.sweep import Options

IMPLEMENTATIONS = ("numba_parallel", "numpy_blocked", "dask")
STATES = ("warm", "cold")
OPERATION = "gradient"
PROCESSES = 5
COLUMNS = 50
BYTES = 2**31
SECONDS = 300.0
SMALL = 1000
"""What part of the rows a worker compiles on before it sees the whole."""

CAT = "cat"
SEED = 0


class Pass(msgspec.Struct, frozen=True):
    """One pass over the file. ``cached`` is the share that lay in the page cache before.

    ``again_ns`` is what the same process took for a second one, its pages mapped.
    """

    reader: str
    state: str
    wall_ns: int
    bytes: int
    cached: float
    again_ns: int | None = None


def measure(
    path: str,
    implementations: tuple[str, ...] = IMPLEMENTATIONS,
    states: tuple[str, ...] = STATES,
    processes: int = PROCESSES,
) -> list[Pass]:
    """Passes of ``cat`` and of each implementation's gradient, each verified and in a fresh process.

    Who goes first is drawn anew each time. The memory cap is half the matrix. Raises `CannotFinish` where a contender
    cannot be measured, `UsageError` where the file is no matrix.
    """
    loaded = suite.load(suite.find(None))
    nbytes = mapped.matrix(path).nbytes
    options = matrix.adapted(loaded, Options(suite=str(loaded.folder), operations=[OPERATION], data=path))
    with _problems(loaded, options) as problems:
        slots = [_slot(loaded, stem, problems, nbytes // 2) for stem in implementations]
        readers = [partial(_cat, path, nbytes), *(partial(_contender, slot, problems, nbytes) for slot in slots)]
        order = random.Random(SEED)
        return [
            reader(state)
            for state in states
            for _ in range(processes)
            for reader in order.sample(readers, len(readers))  # what went before may have left a disk warm
        ]


def shares(passes: list[Pass]) -> dict[tuple[str, str], float]:
    """By reader and state: its median rate over that of ``cat``."""
    medians = {key: statistics.median(each.wall_ns for each in group) for key, group in _grouped(passes).items()}
    return {(reader, state): medians[CAT, state] / wall_ns for (reader, state), wall_ns in medians.items()}


def write_matrix(path: Path, rows: int, columns: int, dtype: str = "float64", seed: int = 0) -> None:
    """A Gaussian matrix as .npy, written in blocks of rows."""
    rng = generator(seed, "matrix")
    with path.open("wb") as file:
        header = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": (rows, columns)}
        np.lib.format.write_array_header_1_0(file, header)
        block = max(1, 2**21 // columns)
        for first in range(0, rows, block):
            rng.standard_normal((min(block, rows - first), columns)).astype(dtype).tofile(file)


@contextmanager
def _problems(loaded: suite.Suite, options: Options) -> Iterator["_Made"]:
    """The whole matrix's problem and a small one, made by a reference process that has let go of the file."""
    problems = Problems(loaded, options)
    try:
        sizes = {name: values[0] for name, values in options.sizes.items()}
        operation = loaded.operations[OPERATION]
        whole = Task(OPERATION, sizes, dict(operation.parameters), options.dtypes[0])
        small = msgspec.structs.replace(whole, sizes=matrix.shrunken(operation, sizes, SMALL))
        for task, folder in ((whole, "main"), (small, "small")):
            problems.make(task, "main", folder)
        problems.let_go()
        yield _Made(str(options.data), whole, small, problems)
    finally:
        problems.close()


@dataclass(frozen=True)
class _Made:
    path: str
    whole: Task
    small: Task
    problems: Problems

    @property
    def scratch(self) -> Path:
        return self.problems.scratch


def _slot(loaded: suite.Suite, stem: str, made: _Made, memory_limit: int) -> Slot:
    if stem not in loaded.implementations or not loaded.implementations[stem].streams:
        raise UsageError(f"{stem} cannot read X from its file; leave it out")
    return Slot(loaded, loaded.implementations[stem], available_cores(), "cpu", memory_limit, made.scratch)


def _cat(path: str, nbytes: int, state: str) -> Pass:
    cached = _bring_into(state, path)
    started = time.perf_counter_ns()
    subprocess.run([CAT, path], stdout=subprocess.DEVNULL, check=True)
    return Pass(CAT, state, time.perf_counter_ns() - started, nbytes, cached)


def _contender(slot: Slot, made: _Made, nbytes: int, state: str) -> Pass:
    """Compiled on the small problem, which is let go of; then the file as the state wants it, and one pass."""
    try:
        _prepare(slot, made.problems, made.small, "small")
        slot.ask(Release(), SECONDS, Done)
        cached = _bring_into(state, made.path)
        first_ns = _prepare(slot, made.problems, made.whole, "main")
        again = slot.ask(Slice(0, 1), SECONDS, Sliced).samples[0].wall_ns
    except Lost as lost:
        raise CannotFinish(f"{slot.implementation.stem}: {lost.status}: {lost}") from lost
    finally:
        slot.stop()
    return Pass(slot.implementation.stem, state, first_ns, nbytes, cached, again)


def _prepare(slot: Slot, problems: Problems, task: Task, name: str) -> int:
    folder, into = str(problems.scratch / name), problems.outputs()
    reply: Any = slot.ask(Prepare(task, folder, True, into), SECONDS, Prepared)
    request = Judge(into, [folder] * 2, slot.implementation.algorithm, task.dtype)
    reasons = [each.reason for each in problems.judge(request).verdicts if each.status != "ok"]
    if reason := reply.fault or "".join(reasons[:1]):
        raise CannotFinish(f"{slot.implementation.stem}: wrong: {reason}")
    return reply.first_call_ns


def _bring_into(state: str, path: str) -> float:
    """The file into the page cache, or out of it; the share that is there then."""
    if state == "warm":
        subprocess.run([CAT, path], stdout=subprocess.DEVNULL, check=True)
    else:
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return _cached(path)


def _cached(path: str) -> float:
    """The share of a file's pages that can be read without waiting for the disk."""
    pages = np.memmap(path, np.uint8, "r")
    found = np.zeros(-(-pages.size // mmap.PAGESIZE), np.uint8)
    asked = ctypes.CDLL(None).mincore(
        ctypes.c_void_p(pages.ctypes.data), ctypes.c_size_t(pages.size), ctypes.c_void_p(found.ctypes.data)
    )
    return float((found & 1).mean()) if asked == 0 else float("nan")


def _grouped(passes: list[Pass]) -> dict[tuple[str, str], list[Pass]]:
    groups: dict[tuple[str, str], list[Pass]] = {}
    for each in passes:
        groups.setdefault((each.reader, each.state), []).append(each)
    return groups


def _lines(passes: list[Pass]) -> Iterator[str]:
    ratios = shares(passes)
    for (reader, state), group in _grouped(passes).items():
        rates = sorted(each.bytes / each.wall_ns for each in group)
        again = [each.bytes / each.again_ns for each in group if each.again_ns]
        second = f", a second pass {statistics.median(again):.2f}" if again else ""
        yield (
            f"{state:4}  {reader:14}  {statistics.median(rates):5.2f} GB/s ({rates[0]:.2f} to {rates[-1]:.2f})"
            f"  {100 * ratios[reader, state]:4.0f} % of cat{second};"
            f" {100 * statistics.median(each.cached for each in group):.0f} % in the page cache"
        )


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="rooflinear-streaming-") as folder:
        path = arguments[0] if arguments else str(Path(folder) / "X.npy")
        if not arguments:
            write_matrix(Path(path), BYTES // (8 * COLUMNS), COLUMNS)
        for line in _lines(measure(path)):
            print(line)


if __name__ == "__main__":
    from rooflinear.bench.commands.exit_status import guarded

    sys.exit(guarded(lambda: main(sys.argv[1:]) or 0))
