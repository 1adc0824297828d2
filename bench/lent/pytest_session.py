"""Benchmarks of a pytest suite: the fixtures of pytest-benchmark and pytest-codspeed, and tests timed as a whole.

Every use of pytest-benchmark's fixture ends in `BenchmarkFixture._raw` or
`_raw_pedantic`, every use of pytest-codspeed's in its `__call__` or `pedantic`;
these are replaced, and nothing else of the tools. A test parks inside its
fixture; told to go on, it makes one more call and checks its result.
"""

import faulthandler
import importlib.util
import inspect
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

import pytest

from . import pytest_settings
from .serving import CRASHED, OK, SKIPPED, Parked, Server, Timer, Watch, loop, seed, seed_of_block, status_of, told

TOOLS = ("pytest_benchmark", "pytest_codspeed")
PLAIN = (str, int, float, bool, type(None))
WHOLE = ("codspeed_benchmark", "benchmark")
"""Markers by which pytest-codspeed times a whole test."""

HAS_CODSPEED = importlib.util.find_spec("pytest_codspeed") is not None


def run(server: Server, arguments: Sequence[str]) -> int:
    """Collects the tests that the arguments name and serves those with benchmarks."""
    seed("collection")
    sys.path.append(os.getcwd())
    own, left = pytest_settings.kept(pytest_settings.addopts(arguments))
    typed, also_left = pytest_settings.kept(shlex.split(os.environ.get("PYTEST_ADDOPTS", "")))
    os.environ["PYTEST_ADDOPTS"] = shlex.join(typed)
    quiet = ["--verbosity=-1", "--no-header", "--no-summary", "--maxfail=0", "-o", "required_plugins="]
    switched = _unshuffled() if importlib.util.find_spec("pytest_randomly") else []
    notes = [f"switched off: {what}, which the suite's addopts ask for" for what in sorted({*left, *also_left})]
    if "PYTEST_DISABLE_PLUGIN_AUTOLOAD" in os.environ or "--disable-plugin-autoload" in (*own, *typed):
        loaded = [name for name in TOOLS if importlib.util.find_spec(name)]
        switched = [*switched, *(word for name in loaded for word in ("-p", f"{name}.plugin"))]
    words = [*arguments, *quiet, *switched, "-o", f"addopts={shlex.join(own)}"]
    return int(pytest.main(words, plugins=[Session(server, notes)]))


def _unshuffled() -> list[str]:
    """Options of pytest-randomly, which acts without being asked to: it seeds before each step of each test."""
    return ["--randomly-dont-reorganize", f"--randomly-seed={seed_of_block()}"]


class Session:
    """A plugin in the place of pytest's own loop over the tests."""

    def __init__(self, server: Server, notes: Sequence[str]):
        self._server, self._notes = server, notes
        self._failed: dict[str, str] = {}
        self._ended = (OK, "")

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self._failed[report.nodeid] = _last_line(str(report.longrepr))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: Any) -> None:
        faulthandler.disable()  # the parent tells how the process ended; a dump would hide its last words
        _serve_pytest_benchmark(self._server, session.config)
        if HAS_CODSPEED:
            _serve_codspeed(self._server)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        items = {item.nodeid: item for item in session.items}
        order = self._server.listed([_described(item) for item in items.values()], self._failed, self._notes)
        chosen = [items[name] for name in order if name in items]
        for item, following in zip_longest(chosen, chosen[1:]):
            with self._server.running(item.nodeid):
                self._ended = (OK, "")
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                self._server.ended(*self._ended)
        self._server.finish()
        return True

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, call: Any) -> Iterator[None]:
        outcome: Any = yield
        report = outcome.get_result()
        if self._ended[0] != OK:
            return
        if report.skipped:
            self._ended = (SKIPPED, _why_skipped(report))
        elif report.failed:
            error = call.excinfo.value if call.excinfo else None
            where = "" if report.when == "call" else f" (in its {report.when})"
            reason = told(error) if error else _last_line(str(report.longrepr))
            self._ended = (status_of(error) if error else CRASHED, reason + where)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self) -> tuple[str, str, str]:
        """pytest prints no letter for a test: it would be taken for the last words of a process that dies."""
        return "", "", ""

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_timeout_set_timer(self) -> bool:
        """No clock of pytest-timeout runs: it would go on while a benchmark waits for its turn."""
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: Any) -> None:
        if _is_timed_whole(pyfuncitem) and not inspect.iscoroutinefunction(pyfuncitem.obj):
            arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
            self._server.park(Parked(loop(pyfuncitem.obj, (), arguments), collects=False))


def _described(item: Any) -> dict[str, Any]:
    """A test as pytest-benchmark's files describe it, and why it is no benchmark."""
    callspec = getattr(item, "callspec", None)
    marker = item.get_closest_marker("benchmark")
    return {
        "id": item.nodeid,
        "group": marker.kwargs.get("group") if marker else None,
        "file": str(item.path),
        "param": callspec.id if callspec else None,
        "params": {name: _plain(value) for name, value in callspec.params.items()} if callspec else {},
        "refused": "" if _is_benchmark(item) else _why_no_benchmark(item),
    }


def _why_no_benchmark(item: Any) -> str:
    if any(item.get_closest_marker(name) for name in WHOLE):
        return "a test that is marked as a benchmark as a whole, which takes pytest-codspeed: it is not installed"
    return "a test without a benchmark fixture"


def _is_benchmark(item: Any) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return bool({"benchmark", "benchmark_weave", "codspeed_benchmark"} & set(fixtures)) or _is_timed_whole(item)


def _is_timed_whole(item: Any) -> bool:
    if {"benchmark", "codspeed_benchmark"} & set(getattr(item, "fixturenames", ())):
        return False
    return HAS_CODSPEED and any(item.get_closest_marker(name) for name in WHOLE)


def _plain(value: Any) -> Any:
    return value if isinstance(value, PLAIN) else f"UNSERIALIZABLE[{value!r}]"[:200]


def _why_skipped(report: Any) -> str:
    if hasattr(report, "wasxfail"):
        return f"expected to fail: {report.wasxfail}"
    longrepr = report.longrepr
    return str(longrepr[2] if isinstance(longrepr, tuple) else longrepr).removeprefix("Skipped: ")


def _last_line(text: str) -> str:
    lines = [line.removeprefix("E").strip() for line in text.splitlines() if line.startswith("E")]
    return lines[-1] if lines else (text.strip().splitlines() or ["it failed"])[-1]


def _serve_pytest_benchmark(server: Server, config: Any) -> None:
    session = getattr(config, "_benchmarksession", None)
    if session is None:
        return
    from pytest_benchmark.fixture import BenchmarkFixture

    session.disabled = session.skip = session.only = False
    session.finish = session.display = lambda *_: None  # it would save and compare files

    def raw(fixture: Any, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        server.park(_watched(fixture, loop(function, args, kwargs)))
        return function(*args, **kwargs)

    def pedantic(fixture: Any, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        call = Pedantic(server.watch, target, *args, **kwargs)
        server.park(_watched(fixture, call.timer, alone=call.alone))
        return call.once()

    fixtures: Any = BenchmarkFixture
    fixtures._raw, fixtures._raw_pedantic = raw, pedantic


def _watched(fixture: Any, timer: Timer, alone: bool = False) -> Parked:
    """The fixture's own statistics keep working: tests may read them."""
    stats = fixture._make_stats(1)

    def watched(calls: int) -> int:
        wall = timer(calls)
        stats.update(wall / calls / 1e9)
        return wall

    return Parked(watched, alone, collects=not fixture._disable_gc)


def _serve_codspeed(server: Server) -> None:
    fixtures: Any = importlib.import_module("pytest_codspeed.plugin").BenchmarkFixture

    def called(fixture: Any, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        _refuse_second(fixture)
        server.park(Parked(loop(target, args, kwargs), collects=False))
        return target(*args, **kwargs)

    def pedantic(fixture: Any, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        _refuse_second(fixture)
        call = Pedantic(server.watch, target, *args, **kwargs)
        server.park(Parked(call.timer, call.alone, collects=False))
        return call.once()

    fixtures.__call__, fixtures.pedantic = called, pedantic


def _refuse_second(fixture: Any) -> None:
    if fixture._called:
        raise RuntimeError("The benchmark fixture can only be used once per test")
    fixture._called = True


class Pedantic:
    """``benchmark.pedantic``: setup before and teardown after each call, outside the clock."""

    def __init__(
        self,
        watch: Watch,
        target: Callable[..., Any],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
        setup: Callable[[], Any] | None = None,
        teardown: Callable[..., Any] | None = None,
        rounds: int = 1,
        warmup_rounds: int = 0,
        iterations: int = 1,
    ):
        for name, value, least in (
            ("rounds", rounds, 1),
            ("warmup_rounds", warmup_rounds, 0),
            ("iterations", iterations, 1),
        ):
            if not isinstance(value, int) or value < least:
                raise ValueError(f"Must have positive int for `{name}`.")
        if iterations > 1 and setup:
            raise ValueError("Can't use more than 1 `iterations` with a `setup` function.")
        self._watch, self._target, self._args, self._kwargs = watch, target, args, kwargs or {}
        self._setup, self._teardown, self._iterations = setup, teardown, iterations
        self.alone = setup is not None or teardown is not None
        self.timer = self._alone if self.alone else loop(target, args, kwargs)

    def once(self) -> Any:
        """One call more, for its result."""
        args, kwargs = self._made()
        result = self._target(*args, **kwargs)
        if self._teardown is not None:
            self._teardown(*args, **kwargs)
        return result

    def _made(self) -> tuple[Sequence[Any], dict[str, Any]]:
        made = self._setup() if self._setup else None
        if not made:
            return self._args, self._kwargs
        if self._args or self._kwargs:
            raise TypeError("Can't use `args` or `kwargs` if `setup` returns the arguments.")
        return made

    def _alone(self, calls: int) -> int:
        total, target = 0, self._target
        for _ in range(calls):
            args, kwargs = self._made()
            repeat = range(self._iterations)
            with self._watch:
                started = time.perf_counter_ns()
                for _ in repeat:
                    target(*args, **kwargs)
                total += time.perf_counter_ns() - started
            if self._teardown is not None:
                self._teardown(*args, **kwargs)
        return total // self._iterations
