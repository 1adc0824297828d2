"""Benchmarks of an asv suite: found, set up and torn down by `asv_runner`, each parameter combination by itself.

asv runs each in a fresh process and a temporary folder. Here they share a process, so each gets a new instance of its
class, a new copy of what ``setup_cache`` returned, and a folder that is not the project's.
"""

import argparse
import contextlib
import gc
import io
import itertools
import math
import os
import pickle
import re
import shutil
import tempfile
import time
import timeit
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from . import forked
from .asv_discovery import Found, runner
from .serving import CRASHED, OK, SKIPPED, Parked, Server, Timer, Watch, loop, seed, status_of, told

SKIPPED_BY_ASV = "asv: skipped:"
FOLDER = "rooflinear-asv"
NO_FORK = "its peak memory needs a process of its own, which this system cannot fork"


class Entry(NamedTuple):
    """One combination of a benchmark's parameters; ``place`` is None where it has none."""

    name: str
    place: int | None
    texts: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.name if self.place is None else f"{self.name}({', '.join(self.texts)})"


def run(server: Server, arguments: Sequence[str]) -> int:
    """Serves the benchmarks of a folder: ``FOLDER [--bench REGEX]…``, with asv's own meaning of ``--bench``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("--bench", action="append", default=[])
    typed = parser.parse_args(list(arguments))
    seed("collection")
    discovery, tool = runner()
    found = Found(discovery, os.path.abspath(typed.root))
    entries = {each.id: each for each in _entries(found, typed.bench)}
    listed = [_described(found, each) for each in entries.values()]
    order = server.listed(listed, found.failed, [], tool)
    caches = Caches()
    for name in (each for each in order if each in entries):
        with server.running(name):
            server.ended(*_ran(server, found, entries[name], caches))
    server.finish()
    return 0


def _entries(found: Found, patterns: Sequence[str]) -> Iterator[Entry]:
    for name, benchmark in found.benchmarks.items():
        combinations = [Entry(name, place, each) for place, each in enumerate(itertools.product(*benchmark.params))]
        for each in combinations if benchmark.params else [Entry(name, None, ())]:
            if not patterns or any(re.search(pattern, each.id) for pattern in patterns):
                yield each


def _described(found: Found, entry: Entry) -> dict[str, Any]:
    benchmark = found.benchmarks[entry.name]
    return {
        "id": entry.id,
        "name": entry.name,
        "file": found.file(benchmark),
        "params": dict(zip(benchmark.param_names, entry.texts, strict=True)),
        "refused": _refused(benchmark, entry),
    }


def _refused(benchmark: Any, entry: Entry) -> str:
    if reason := getattr(benchmark, "unmeasurable", ""):
        return reason
    if benchmark.type == "peakmemory" and not forked.AVAILABLE:
        return NO_FORK
    benchmark.set_param_idx(entry.place or 0)
    skipped = tuple(benchmark._current_params) in benchmark._skip_tuples
    return "its suite skips these parameters" if skipped else ""


def _ran(server: Server, found: Found, entry: Entry, caches: "Caches") -> tuple[str, str]:
    """How it ended."""
    try:
        benchmark = found.fresh(entry.name)
        benchmark.set_param_idx(entry.place or 0)
        caches.give(benchmark)
        if benchmark.type == "peakmemory":
            server.park(Parked(number=lambda: forked.in_child(lambda: _number(benchmark)), unit="bytes"))
        else:
            with _prepared(benchmark):
                offered = _offered(benchmark, server.watch)
                server.park(offered)
                if offered.timer:
                    offered.timer(1)  # what fails on one side is tried on the other, too
    except forked.Failed as failed:
        return failed.status, failed.reason
    except BaseException as error:
        return _end_of(error)
    return OK, ""


def _end_of(error: BaseException) -> tuple[str, str]:
    if type(error).__name__ == "SkipNotImplemented":
        return SKIPPED, str(error) or "it raises SkipNotImplemented"
    return status_of(error), told(error)


@contextlib.contextmanager
def _prepared(benchmark: Any) -> Iterator[None]:
    """Between a benchmark's setup and its teardown. Raises `forked.Failed` where its setup skips it."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        skipped = benchmark.do_setup()
    print(said.getvalue(), end="")
    try:
        if skipped:
            line = next((each for each in said.getvalue().splitlines() if each.startswith(SKIPPED_BY_ASV)), "")
            raise forked.Failed(SKIPPED, line.removeprefix(SKIPPED_BY_ASV).strip() or "its setup skips it")
        yield
    finally:
        benchmark.do_teardown()


def _offered(benchmark: Any, watch: Watch) -> Parked:
    kind = {each.__name__ for each in type(benchmark).__mro__}
    if "TimerawBenchmark" in kind:
        return Parked(_of_processes(benchmark), alone=True, collects=False)
    if "TimeBenchmark" not in kind:
        unit = str(benchmark.unit)
        return Parked(number=lambda: _tracked(benchmark), unit="nanoseconds" if unit == "ns" else unit)
    if _is_isolated(benchmark):
        return Parked(_alone(benchmark, watch), alone=True, collects=False)
    return Parked(_repeated(benchmark), collects=False)


def _is_isolated(benchmark: Any) -> bool:
    """Whether asv calls ``setup`` before each call: from 0.3 on always, before that where ``number`` is 1."""
    isolates = getattr(benchmark, "_setup_isolates_timed_calls", benchmark.number == 1)
    return bool(benchmark._setups) and isolates


def _alone(benchmark: Any, watch: Watch) -> Timer:
    clock, function, arguments = _clock_of(benchmark), benchmark.func, _arguments(benchmark)

    def timer(calls: int) -> int:
        gc.collect()  # what setup has left in circles, as garbage is not collected while it is timed
        total = 0
        for _ in range(calls):
            benchmark.redo_setup()
            with watch:
                started = clock()
                function(*arguments)
                total += clock() - started
        return total

    return timer


def _repeated(benchmark: Any) -> Timer:
    clock, function, arguments = _clock_of(benchmark), benchmark.func, _arguments(benchmark)
    if clock is time.perf_counter_ns:
        return loop(function, arguments)

    def timer(calls: int) -> int:
        repeat = itertools.repeat(None, calls)
        started = clock()
        for _ in repeat:
            function(*arguments)
        return clock() - started

    return timer


def _of_processes(benchmark: Any) -> Timer:
    """A process for each call, which repeats the statement as often as ``number`` says."""

    def timer(calls: int) -> int:
        number, process = benchmark.number or 1, benchmark._get_timer(*_arguments(benchmark))
        return round(sum(process.timeit(number) / number for _ in range(calls)) * 1e9)

    return timer


def _clock_of(benchmark: Any) -> Callable[[], int]:
    """A clock in ns: the suite's own, if it states one."""
    own = benchmark.timer
    return time.perf_counter_ns if own is timeit.default_timer else lambda: round(own() * 1e9)


def _arguments(benchmark: Any) -> tuple[Any, ...]:
    build = getattr(benchmark, "_build_params", None)
    return tuple(build() if build else benchmark._current_params)


def _tracked(benchmark: Any) -> float:
    benchmark.redo_setup()
    number = float(benchmark.do_run())
    if math.isnan(number):
        raise forked.Failed(SKIPPED, "its number is NaN")
    return number


def _number(benchmark: Any) -> float:
    """In a child: what is measured there starts without the memory that other benchmarks needed."""
    try:
        with _prepared(benchmark):
            return float(benchmark.do_run())
    except forked.Failed:
        raise
    except BaseException as error:
        raise forked.Failed(*_end_of(error)) from error


class Caches:
    """What each ``setup_cache`` returned; each has a folder, in which the benchmarks that use it also run."""

    def __init__(self) -> None:
        self._folder = os.path.join(tempfile.gettempdir(), FOLDER)
        shutil.rmtree(self._folder, ignore_errors=True)  # an earlier session was ended
        self._made: dict[str, str | forked.Failed] = {}

    def give(self, benchmark: Any) -> None:
        """Goes to the benchmark's folder and hands it a new copy of its cache. Raises `forked.Failed`."""
        key = benchmark.setup_cache_key
        if key not in self._made:
            self._made[key] = self._make(benchmark)
        made = self._made[key]
        if isinstance(made, forked.Failed):
            raise made
        os.chdir(made)
        if key is not None:
            with open("cache.pickle", "rb") as file:
                _set(benchmark, pickle.load(file))

    def _make(self, benchmark: Any) -> "str | forked.Failed":
        folder = os.path.join(self._folder, str(len(self._made)))
        os.makedirs(folder)
        os.chdir(folder)
        try:
            if benchmark.setup_cache_key is not None:
                forked.in_child(lambda: _write(benchmark)) if forked.AVAILABLE else _write(benchmark)
        except forked.Failed as failed:
            return forked.Failed(failed.status, f"{failed.reason} (in its setup_cache)")
        except Exception as error:
            return forked.Failed(CRASHED, f"{told(error)} (in its setup_cache)")
        return folder


def _write(benchmark: Any) -> None:
    cache = benchmark.do_setup_cache()
    with open("cache.pickle", "wb") as file:
        pickle.dump(cache, file)


def _set(benchmark: Any, cache: Any) -> None:
    if hasattr(benchmark, "set_cache"):
        benchmark.set_cache(cache)
    elif cache is not None:
        benchmark.insert_param(cache)
