"""Benchmarks of pyperf scripts: each script runs as it would alone, and `pyperf.Runner` parks instead of measuring.

Every method of a Runner that measures ends in `Runner._main(task)`; it is replaced, and nothing else. A script runs
once to list its benchmarks, as in pyperf's own parent, and again as its worker to time them, in the script's order.
What the script does after a benchmark, to its next one or its end, is part of that benchmark: it may check results.
"""

import importlib
import itertools
import os
import runpy
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .serving import CRASHED, OK, Parked, Server, seed, status_of, told

AS_WORKER = ("--worker", "--loops=1")
SECOND = "second"
UNREACHED = "its script ended without reaching it, or reached it in another order than on the other side"


def run(server: Server, arguments: Sequence[str]) -> int:
    """Serves the benchmarks of scripts."""
    try:
        pyperf: Any = importlib.import_module("pyperf")
    except ImportError as error:
        sys.exit(f"pyperf is not installed for {sys.executable} ({error}); {sys.executable} -m pip install pyperf")
    found, failed = [], {}
    for script in arguments:
        names, reason = _listed(pyperf, script)
        found += [_described(script, name) for name in names]
        if reason:
            failed[script] = reason
    order = server.listed(found, failed, [], f"pyperf {pyperf.__version__}")
    for script, group in itertools.groupby(order, lambda name: name.partition("::")[0]):
        Script(server, script, list(group)).play(pyperf)
    server.finish()
    return 0


def _listed(pyperf: Any, script: str) -> tuple[list[str], str]:
    """Names of the benchmarks that a script reaches, and why it failed, or ''."""
    names: list[str] = []
    with _funnel(pyperf, lambda task: names.append(task.name)):
        return names, _run(script, ())[1]


def _described(script: str, name: str) -> dict[str, Any]:
    return {"id": f"{script}::{name}", "name": f"{os.path.basename(script)}::{name}", "file": script}


class Script:
    """A script that is played. ``order`` are the ids of its benchmarks that are wanted."""

    def __init__(self, server: Server, script: str, order: list[str]):
        self._server, self._script, self._left = server, script, order
        self._open = False

    def play(self, pyperf: Any) -> None:
        with _funnel(pyperf, self._reach):
            status, reason = _run(self._script, AS_WORKER)
        self._close(status, reason)
        for name in self._left:
            with self._server.running(name):
                self._server.ended(CRASHED, reason or UNREACHED)

    def _reach(self, task: Any) -> None:
        self._close()
        name = f"{self._script}::{task.name}"
        if not self._left or name != self._left[0]:
            return
        self._left.pop(0)
        with self._server.running(name):
            try:
                offered = _offered(task)
                self._server.park(offered)
                if offered.timer:
                    offered.timer(1)  # what fails on one side is tried on the other, too
                self._open = True
            except BaseException as error:  # the script's other benchmarks may be well
                self._server.ended(status_of(error), told(error))

    def _close(self, status: str = OK, reason: str = "") -> None:
        if self._open:
            self._open = False
            self._server.ended(status, reason)


def _offered(task: Any) -> Parked:
    """``task_func`` returns seconds, or what the script's metadata say."""
    inner, unit = task.inner_loops or 1, str(task.metadata.get("unit", SECOND))
    if unit == SECOND:
        return Parked(lambda calls: round(task.task_func(task, calls) * 1e9), inner=inner)
    return Parked(number=lambda: task.task_func(task, 1) / inner, unit=unit)


@contextmanager
def _funnel(pyperf: Any, reach: Any) -> Iterator[None]:
    """Calls ``reach(task)`` for each benchmark instead of measuring it; the Runner's method returns None."""

    def main(runner: Any, task: Any) -> None:
        if task.name in runner._bench_names:
            raise ValueError(f"duplicated benchmark name: {task.name!r}")
        runner._bench_names.add(task.name)
        reach(task)

    pyperf.Runner._main, measured = main, pyperf.Runner._main
    pyperf.Runner._created.clear()  # it allows one for each process
    try:
        yield
    finally:
        pyperf.Runner._main = measured


def _run(script: str, options: Sequence[str]) -> tuple[str, str]:
    """Runs a script as ``python SCRIPT OPTIONS`` would; how it ended."""
    argv, path, loaded = sys.argv, list(sys.path), set(sys.modules)
    folder = os.path.dirname(os.path.abspath(script))
    sys.argv, sys.path[:0] = [script, *options], [folder]
    seed(script)
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as left:
        return (OK, "") if left.code in (None, 0) else (CRASHED, _exit_of(left.code))
    except BaseException as error:
        return status_of(error), told(error)
    finally:
        sys.argv, sys.path[:] = argv, path
        _forget(folder, loaded)
    return OK, ""


def _exit_of(code: Any) -> str:
    return f"it exited with status {code}" if isinstance(code, int) else str(code)


def _forget(folder: str, loaded: set[str]) -> None:
    """A script in another folder may have modules of the same names beside it."""
    for name in set(sys.modules) - loaded:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.endswith(".py") and os.path.dirname(os.path.abspath(file)) == folder:
            del sys.modules[name]
