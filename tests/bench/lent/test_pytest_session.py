"""Sessions of pytest suites: inputs, benchmarks that end or wait, refusals. A process starts for each session."""

import sys
import time
from pathlib import Path

import pytest

from rooflinear.bench.errors import Lost
from rooflinear.bench.guests.session import Session, Suite
from rooflinear.bench.lent import pytest_session
from rooflinear.bench.lent.counters import Guard
from rooflinear.bench.lent.serving import Watch

from ...waiting import wait_for
from ..guests.played import CALLS, place, played

pytestmark = [pytest.mark.slow, pytest.mark.needs("pytest_benchmark")]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


RANDOM = """
import random
from pathlib import Path
import pytest
try:
    import numpy
except ImportError:
    numpy = None

@pytest.mark.parametrize("name", list({"a", "b", "c", "d", "e", "f"}))
def test_set(benchmark, name):
    with Path("drawn.txt").open("a") as file:
        file.write(f"{name} {random.random()} {numpy.random.rand() if numpy else ''}\\n")
    benchmark(int)
"""


@pytest.mark.parametrize("with_randomly", [False, True], ids=["", "pytest-randomly seeds too"])
def test_inputs_without_a_seed_are_alike_on_both_sides_and_new_in_the_next_block(tmp_path, request, with_randomly):
    drawn, python = {}, request.getfixturevalue("plugins_python") if with_randomly else sys.executable
    for side, seed in (("base", 1), ("head", 1), ("copy", 2)):
        at = place(tmp_path, side, python=python)
        (at.suite / "test_random.py").write_text(RANDOM)
        played(at, seed=seed)
        drawn[side] = (at.suite / "drawn.txt").read_text()
    assert drawn["base"] == drawn["head"]
    numbers = [{word for word in drawn[side].split() if "." in word} for side in ("head", "copy")]
    assert len(numbers[0]) == (6 if with_randomly else 12)
    assert not numbers[0] & numbers[1]
    order = [[line.split()[0] for line in each.splitlines()] for each in drawn.values()]
    assert order[0] != order[2]
    assert sorted(order[0]) == sorted(order[2])


BROKEN = """
import ctypes, os, time

def test_before(benchmark):
    benchmark(int)

def test_segfault(benchmark):
    benchmark(lambda: ctypes.string_at(0))

def test_exits(benchmark):
    benchmark(lambda: os._exit(3))

def test_hangs(benchmark):
    benchmark(time.sleep, 100)
"""


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("test_segfault", "crashed", "killed by SIGSEGV"),
        ("test_exits", "crashed", "ended with exit status 3"),
        ("test_hangs", "timeout", "no answer within 5 s; its process was ended"),
    ],
)
def test_a_benchmark_that_ends_its_process_is_told(tmp_path, name, status, reason):
    at = place(tmp_path)
    (at.suite / "test_broken.py").write_text(BROKEN)
    (at.suite / "pytest.ini").write_text("[pytest]\naddopts = -vv\n")
    found = played(at, names=("test_before", name), timeout_s=5.0 if status == "timeout" else 60.0)
    assert found.ends["test_before"] == ("ok", "")
    assert found.ends[name] == (status, reason)


THREADS = """
import asyncio, subprocess, sys, threading, time
from pathlib import Path

def count(name, stop=threading.Event()):
    with open(name, "ab", buffering=0) as file:
        while not stop.wait(0.002):
            file.write(b".")

def test_thread(benchmark):
    threading.Thread(target=count, args=("thread.txt",), daemon=True).start()
    benchmark(time.sleep, 0.02)

def test_loop(benchmark):
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    async def ticking():
        with open("loop.txt", "ab", buffering=0) as file:
            while True:
                file.write(b".")
                await asyncio.sleep(0.002)
    asyncio.run_coroutine_threadsafe(ticking(), loop)
    benchmark(time.sleep, 0.02)

def test_child(benchmark):
    command = [sys.executable, "-c", "import time; time.sleep(1000)"]
    children = [subprocess.Popen(command, start_new_session=away) for away in (False, True)]
    Path("children.txt").write_text(" ".join(str(each.pid) for each in children))
    benchmark(time.sleep, 0.001)
"""


@LINUX
def test_whoever_waits_is_stopped_whole_and_leaves_no_child_behind(tmp_path):
    at = place(tmp_path)
    (at.suite / "test_threads.py").write_text(THREADS)
    session = Session(Suite("pytest", (".",)), at, 1)
    try:
        order = [each.id for each in session.list().benchmarks]
        session.begin(order)
        for name in ("thread.txt", "loop.txt"):
            session.next(60.0)
            session.time(0, 1, 60.0)
            wait_for((at.suite / name).exists)
            time.sleep(0.05)  # a signal takes a moment to stop the last thread
            held = (at.suite / name).stat().st_size
            time.sleep(0.1)
            assert (at.suite / name).stat().st_size == held
            session.time(0, 1, 60.0)
            assert (at.suite / name).stat().st_size > held
            session.go(60.0)
        session.next(60.0)
        children = [int(pid) for pid in (at.suite / "children.txt").read_text().split()]
        assert all(map(is_running, children))
    finally:
        session.end()
    wait_for(lambda: not any(map(is_running, children)))


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


@pytest.mark.parametrize(("torn", "iterations", "ns"), [(False, 1, 30), (True, 1, 30), (True, 5, 30)])
def test_the_time_of_a_prepared_call_is_that_of_one_call_without_what_surrounds_it(monkeypatch, torn, iterations, ns):
    """A call takes 10 ns, and what surrounds it 1000."""
    passed = [0]

    def passes(ns):
        passed[0] += ns

    monkeypatch.setattr(pytest_session.time, "perf_counter_ns", lambda: passed[0])
    around = {"teardown": lambda: passes(1000)} if torn else {"setup": lambda: passes(1000)}
    watch = Watch(Guard())
    watch.restart(3)
    assert pytest_session.Pedantic(watch, lambda: passes(10), iterations=iterations, **around).timer(3) == ns
    assert watch.calls == 3


SWITCHED_OFF = """
def pytest_configure(config):
    config.option.benchmark_disable = config.option.benchmark_skip = True
"""


def test_a_conftest_that_switches_benchmarks_off_is_overruled(tmp_path):
    at = place(tmp_path)
    (at.suite / "conftest.py").write_text(SWITCHED_OFF)
    never = "def test_never(benchmark):\n    pass\n"
    (at.suite / "test_a.py").write_text(f"def test_a(benchmark):\n    benchmark(int)\n\n{never}")
    found = played(at)
    assert found.ends == {"test_a": ("ok", ""), "test_never": ("skipped", "it ended without timing anything")}
    assert len(found.samples["test_a"]) == len(CALLS)


def test_files_that_cannot_be_read_are_told_and_the_others_are_listed(tmp_path):
    at = place(tmp_path)
    (at.suite / "test_good.py").write_text("def test_a(benchmark):\n    benchmark(int)\n")
    (at.suite / "test_import.py").write_text("import absent_module\n")
    (at.suite / "test_syntax.py").write_text("def test_a(:\n")
    found = played(at)
    assert found.ends == {"test_a": ("ok", "")}
    assert found.listed.failed["test_import.py"] == "ModuleNotFoundError: No module named 'absent_module'"
    assert "SyntaxError" in found.listed.failed["test_syntax.py"]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("[pytest]\naddopts = --no-such-option\n", "unrecognized arguments: --no-such-option"),
        ("[pytest]\nminversion = 1000\n", "requires pytest-1000"),
    ],
)
def test_a_suite_that_pytest_refuses_is_told_in_its_words(tmp_path, settings, reason):
    at = place(tmp_path)
    (at.suite / "pytest.ini").write_text(settings)
    (at.suite / "test_a.py").write_text("def test_a(benchmark):\n    benchmark(int)\n")
    with pytest.raises(Lost, match=reason):
        played(at)


def test_a_conftest_that_fails_is_told_in_its_words(tmp_path):
    at = place(tmp_path)
    (at.suite / "conftest.py").write_text("import absent_module\n")
    (at.suite / "test_a.py").write_text("def test_a(benchmark):\n    benchmark(int)\n")
    with pytest.raises(Lost, match="No module named 'absent_module'"):
        played(at)


def test_without_autoload_the_tool_is_loaded_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    at = place(tmp_path)
    (at.suite / "pytest.ini").write_text("[pytest]\naddopts = -p pytest_benchmark.plugin\n")
    (at.suite / "test_a.py").write_text("def test_a(benchmark):\n    benchmark(int)\n")
    assert played(at).ends == {"test_a": ("ok", "")}
