"""Benchmarks of pytest suites in sessions of their own: what is timed, how each ends, and what is told of it.

Most tests look at one session of one suite: a process starts for each session.
"""

import os
import sys
import time
from pathlib import Path

import pytest

from rooflinear.bench.errors import Lost
from rooflinear.bench.guests.session import Session, Suite
from rooflinear.bench.lent import pytest_session

from ...waiting import wait_for
from ..guests.played import CALLS, place, played

pytestmark = [pytest.mark.slow, pytest.mark.needs("pytest_benchmark")]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
MADE = sum(CALLS) + 1
"""Calls of a benchmark that is played here."""

MANY = (
    f"MADE = {MADE}"
    + """
import gc, os, random, socket, subprocess, sys, tempfile, threading, time, unittest
from pathlib import Path

import pytest


def test_appends(benchmark):
    found = []
    assert benchmark(found.append, 1) is None
    assert len(found) == MADE


def test_arguments_and_result(benchmark):
    assert benchmark(max, [3, 1], key=lambda each: -each) == 1


@pytest.mark.parametrize("n", [1, 20])
def test_param(benchmark, n):
    assert benchmark(range, n) == range(n)


@pytest.mark.benchmark(group="sums", min_rounds=3, disable_gc=True, warmup=True)
def test_group(benchmark):
    benchmark.group = "sums"
    benchmark(sum, [1, 2])


@pytest.mark.benchmark(disable_gc=True)
def test_without_collection(benchmark):
    seen = []
    benchmark(lambda: seen.append(gc.isenabled()))
    assert seen == [False] * (MADE - 1) + [True]


def test_with_collection_of_what_is_new(benchmark):
    seen = []
    benchmark(lambda: seen.append((gc.isenabled(), gc.get_freeze_count() > 0)))
    assert seen == [(True, True)] * MADE


def test_pedantic_setup_and_teardown(benchmark):
    log = []
    def setup():
        log.append("setup")
        return (len(log),), {"more": 1}
    def target(number, more):
        log.append("call")
        return number + more
    result = benchmark.pedantic(target, setup=setup, teardown=lambda number, more: log.append("teardown"), rounds=7)
    assert log == ["setup", "call", "teardown"] * MADE
    assert result == 3 * (MADE - 1) + 2


def test_pedantic_iterations(benchmark):
    found = []
    benchmark.pedantic(found.append, args=(1,), iterations=5, rounds=2, warmup_rounds=1)
    assert len(found) == MADE


def test_pedantic_iterations_and_teardown(benchmark):
    found, torn = [], []
    benchmark.pedantic(found.append, args=(1,), teardown=torn.append, iterations=5)
    assert (len(found), len(torn)) == (5 * (MADE - 1) + 1, MADE)


def test_pedantic_invalid(benchmark):
    benchmark.pedantic(int, setup=lambda: None, iterations=2)


def test_stats(benchmark):
    benchmark(time.sleep, 0.001)
    assert benchmark.stats.stats.mean > 0.001
    assert benchmark.stats["min"] > 0.001


def test_extra_info(benchmark):
    benchmark.extra_info["size"] = 3
    benchmark(int)


def test_weave(benchmark):
    pytest.importorskip("aspectlib")
    import woven
    benchmark.weave("woven.f")
    assert woven.f(3) == 3


class TestClass:
    def setup_method(self):
        self.data = [3, 1, 2]

    def test_method(self, benchmark):
        assert benchmark(sorted, self.data) == [1, 2, 3]


@pytest.fixture
def resource(tmp_path):
    (tmp_path / "data").write_text("x")
    yield tmp_path / "data"
    (tmp_path / "data").unlink()


def test_fixtures(benchmark, resource):
    assert benchmark(resource.read_text) == "x"


def test_wrong_result(benchmark):
    assert benchmark(int) == 1


def test_raises(benchmark):
    benchmark(lambda: 1 // 0)


def test_raises_as_expected(benchmark):
    with pytest.raises(ZeroDivisionError):
        benchmark(lambda: 1 // 0)


def test_raises_many_lines(benchmark):
    def fail():
        raise ValueError("first\\nsecond")
    benchmark(fail)


def test_asserts_while_timed(benchmark):
    def fail():
        assert False, "no"
    benchmark(fail)


def test_raises_before(benchmark):
    raise OSError("no such port")


def test_fixture_raises(benchmark, broken):
    pass


@pytest.fixture
def broken():
    raise KeyError("broken")


@pytest.fixture
def torn():
    yield
    raise KeyError("torn")


def test_teardown_raises(benchmark, torn):
    benchmark(int)


def test_skips(benchmark):
    pytest.skip("not on this machine")


@pytest.mark.skip(reason="marked")
def test_marked_skip(benchmark):
    benchmark(int)


@pytest.mark.skipif(True, reason="a condition")
def test_skipif(benchmark):
    benchmark(int)


@pytest.mark.xfail(reason="known")
def test_xfail(benchmark):
    assert benchmark(int) == 1


@pytest.mark.xfail(reason="known", raises=ZeroDivisionError)
def test_xfail_while_timed(benchmark):
    benchmark(lambda: 1 // 0)


@pytest.mark.xfail(reason="mended", strict=True)
def test_xpass_strict(benchmark):
    benchmark(int)


def test_twice(benchmark):
    benchmark(int)
    benchmark(int)


def test_never(benchmark):
    pass


def test_plain():
    pass


def test_prints(benchmark, capfd):
    with capfd.disabled():
        benchmark(lambda: os.write(1, b'{"type": "Ended"}\\n'))
        print("to stdout", flush=True)
        sys.__stdout__.write("to stdout\\n")
    subprocess.run(["echo", "from a child"], check=True)


def test_reads_nothing(benchmark):
    assert benchmark(lambda: os.read(0, 10)) == b""


def test_input(benchmark):
    benchmark(input)


def test_files(benchmark, tmp_path):
    def write():
        for folder in (Path.cwd(), Path.home(), Path(os.environ["XDG_CACHE_HOME"]), tmp_path):
            (folder / "written.txt").write_text("x")
        with tempfile.NamedTemporaryFile(delete=False, suffix=".kept") as file:
            pass
        return file.name
    name = benchmark(write)
    places = [str(Path.home()), name, str(tmp_path), os.environ["XDG_CACHE_HOME"]]
    (Path.cwd() / "places.txt").write_text("\\n".join(places))


def test_random(benchmark):
    Path("random.txt").write_text(str(random.random()))
    benchmark(int)


def test_numpy_random(benchmark):
    numpy = pytest.importorskip("numpy")
    Path("numpy.txt").write_text(str(numpy.random.rand()))
    benchmark(int)


def test_cores_of_threads(benchmark):
    threads = [threading.Thread(target=time.sleep, args=(0.01,)) for _ in range(3)]
    def run():
        for each in threads:
            pass
    benchmark(run)


def test_interrupt_is_ignored(benchmark):
    import signal
    benchmark(int)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.timeout(0.5)
def test_time_limit(benchmark):
    benchmark(time.sleep, 0.15)


@pytest.mark.flaky(reruns=2)
def test_rerun(benchmark):
    assert benchmark(int) == 1


class TestUnit(unittest.TestCase):
    def test_unit(self):
        pass


@pytest.mark.parametrize("name", sorted({"b", "a", "c"}, key=hash))
def test_from_a_set(benchmark, name):
    benchmark(str, name)
"""
)

ENDS = {
    "test_pedantic_invalid": ("crashed", "ValueError: Can't use more than 1 `iterations` with a `setup` function."),
    "test_wrong_result": ("wrong", "AssertionError: assert 0 == 1 + where 0 = <"),
    "test_raises": ("crashed", "ZeroDivisionError: "),
    "test_raises_as_expected": ("ok", ""),
    "test_raises_many_lines": ("crashed", "ValueError: first second"),
    "test_asserts_while_timed": ("wrong", "AssertionError: no"),
    "test_raises_before": ("crashed", "OSError: no such port"),
    "test_fixture_raises": ("crashed", "KeyError: 'broken' (in its setup)"),
    "test_teardown_raises": ("crashed", "KeyError: 'torn' (in its teardown)"),
    "test_skips": ("skipped", "not on this machine"),
    "test_marked_skip": ("skipped", "marked"),
    "test_skipif": ("skipped", "a condition"),
    "test_xfail": ("skipped", "expected to fail: known"),
    "test_xfail_while_timed": ("skipped", "expected to fail: known"),
    "test_xpass_strict": ("crashed", "[XPASS(strict)] mended"),
    "test_rerun": ("wrong", "AssertionError: assert 0 == 1"),
    "test_twice": ("crashed", "FixtureAlreadyUsed: Fixture can only be used once."),
    "test_never": ("crashed", "PytestBenchmarkWarning: Benchmark fixture was not used at all in this test!"),
    "test_input": ("crashed", ""),
    "test_weave": ("skipped", "could not import 'aspectlib'"),
}
"""How benchmarks end that do not end well; the reason begins so."""

WITH_PLUGINS = {**ENDS, "test_weave": ("ok", ""), "test_numpy_random": ("skipped", "could not import 'numpy'")}

SETTINGS = '''
[tool.pytest.ini_options]
addopts = """
    -x -n 4 --dist loadscope --cov=pkg --cov-report term --benchmark-disable --random-order --strict-markers
    --reruns 2"""
markers = ["timeout: of pytest-timeout", "flaky: of pytest-rerunfailures"]
filterwarnings = ["error"]
cache_dir = ".cache"
required_plugins = "pytest-absent"
'''


@pytest.fixture(scope="module", params=["without the plugins", "with the plugins"])
def many(request, tmp_path_factory):
    """The suite with everything, under settings that ask for everything."""
    with_plugins = request.param == "with the plugins"
    python = request.getfixturevalue("plugins_python") if with_plugins else sys.executable
    at = place(tmp_path_factory.mktemp("many"), python=python)
    (at.suite / "test_many.py").write_text(MANY)
    (at.suite / "woven.py").write_text("def f(x):\n    return x\n")
    (at.suite / "pyproject.toml").write_text(SETTINGS)
    found = played(at)
    found.place, found.expected = at, WITH_PLUGINS if with_plugins else ENDS
    return found


def test_every_benchmark_ends_as_its_suite_says(many):
    for name, (status, reason) in many.ends.items():
        expected, begins = many.expected.get(name, ("ok", ""))
        assert (name, status) == (name, expected), reason
        assert reason.startswith(begins), reason
        assert "\n" not in reason
    assert many.ends.keys() >= ENDS.keys()
    assert len(many.ends) > 35


def test_every_slice_has_its_calls_and_its_time(many):
    times = {name: [(each.calls, each.wall_ns > 0) for each in samples] for name, samples in many.samples.items()}
    assert all(each == [(calls, True) for calls in CALLS] for each in times.values())
    assert many.samples["test_stats"][1].wall_ns > 3_000_000


def test_only_what_is_prepared_for_each_call_is_timed_alone(many):
    alone = {name for name, each in many.parked.items() if each.alone}
    assert alone == {"test_pedantic_setup_and_teardown", "test_pedantic_iterations_and_teardown"}


def test_a_listing_describes_benchmarks_as_the_tools_files_do(many):
    listed = {each.id: each for each in many.listed.benchmarks}
    assert listed["test_many.py::test_group"].group == "sums"
    param = listed["test_many.py::test_param[20]"]
    assert (param.param, param.params, Path(param.file).name) == ("20", {"n": 20}, "test_many.py")
    refused = {each.id: each.refused for each in many.listed.benchmarks if each.refused}
    plain = dict.fromkeys(("test_many.py::test_plain", "test_many.py::TestUnit::test_unit"))
    assert refused == dict.fromkeys(plain, "a test without a benchmark fixture")


def test_what_addopts_ask_for_is_switched_off_and_told(many):
    told = ["coverage", "early end", "options of pytest-benchmark", "random order", "reruns", "xdist"]
    assert many.listed.notes == [f"switched off: {what}, which the suite's addopts ask for" for what in told]


def test_files_are_written_to_folders_of_the_sides_own(many):
    home, temporary, tmp_path, cache = (many.place.suite / "places.txt").read_text().splitlines()
    assert all(each.startswith(str(many.place.own)) for each in (home, temporary, tmp_path, cache))
    assert (many.place.suite / "written.txt").exists()
    assert len(set(map(os.path.dirname, (home, temporary, tmp_path, cache)))) == 4


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
        ("test_hangs", "timeout", "no answer within 1.5 s; its process was ended"),
    ],
)
def test_a_benchmark_that_ends_its_process_is_told(tmp_path, name, status, reason):
    at = place(tmp_path)
    (at.suite / "test_broken.py").write_text(BROKEN)
    (at.suite / "pytest.ini").write_text("[pytest]\naddopts = -vv\n")
    found = played(at, names=("test_before", name), timeout_s=1.5 if status == "timeout" else 60.0)
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
    assert pytest_session.Pedantic(lambda: passes(10), iterations=iterations, **around).timer(3) == ns


def test_a_whole_test_that_only_codspeed_would_time_is_told(tmp_path):
    at = place(tmp_path)
    names = ("benchmark", "codspeed_benchmark")
    marked = "".join(f"@pytest.mark.{name}\ndef test_{name}():\n    pass\n\n" for name in names)
    (at.suite / "test_a.py").write_text(f"import pytest\n\n{marked}\ndef test_plain():\n    pass\n")
    refused = {each.id: each.refused for each in played(at).listed.benchmarks}
    told = "a test that is marked as a benchmark as a whole, which takes pytest-codspeed: it is not installed"
    assert refused == {
        **{f"test_a.py::test_{name}": told for name in names},
        "test_a.py::test_plain": "a test without a benchmark fixture",
    }


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


PACKAGE = "def f():\n    return 1\n"
IMPORTS = "import pkg\n\ndef test_f(benchmark):\n    assert benchmark(pkg.f) == 1\n"
LATE = "def test_f(benchmark):\n    import pkg\n    assert benchmark(pkg.f) == 1\n"


@pytest.mark.parametrize("suite", [IMPORTS, LATE], ids=["on top", "inside the test"])
@pytest.mark.parametrize(
    "conftest",
    [
        "import sys; sys.path.insert(0, {!r})",
        "import sys; sys.path.insert(0, {!r} + '/../checkout')",
        "import importlib.machinery as m, sys\n"
        "class F:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        return m.PathFinder.find_spec(name, [{!r}]) if name == 'pkg' else None\n"
        "sys.meta_path.insert(0, F())",
    ],
    ids=["path", "odd path", "editable"],
)
def test_what_a_conftest_imports_from_the_checkout_is_told_by_file(tmp_path, suite, conftest):
    checkout, site = tmp_path / "checkout", tmp_path / "head" / "site"
    for folder in (checkout, site):
        folder.mkdir(parents=True)
        (folder / "pkg.py").write_text(PACKAGE)
    at = place(tmp_path, imports=(site,), packages=("pkg",), roots=(site,))
    (at.suite / "test_f.py").write_text(suite)
    (at.suite / "conftest.py").write_text(conftest.format(str(checkout)))
    found = played(at)
    assert found.modules["pkg"][0] == str((checkout / "pkg.py").resolve())


@pytest.mark.parametrize("settings", ['pythonpath = ["src"]', 'addopts = "--import-mode=importlib"', ""])
def test_a_sides_own_folder_comes_before_the_suites_settings(tmp_path, settings):
    site = tmp_path / "head" / "site"
    site.mkdir(parents=True)
    (site / "pkg.py").write_text(PACKAGE)
    at = place(tmp_path, imports=(site,), packages=("pkg",), roots=(site,))
    (at.suite / "test_f.py").write_text(IMPORTS)
    (at.suite / "conftest.py").write_text("import sys; sys.path.insert(0, 'src')")
    (at.suite / "pyproject.toml").write_text(f"[tool.pytest.ini_options]\n{settings}\n")
    found = played(at)
    assert found.ends == {"test_f": ("ok", "")}
    assert found.modules["pkg"][0] == str((site / "pkg.py").resolve())


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


CODSPEED_SUITE = """
import gc
import pytest

@pytest.mark.codspeed_benchmark
def test_whole():
    assert sum(range(10)) == 45

@pytest.mark.benchmark
@pytest.mark.parametrize("n", [1, 2])
def test_marked(n, tmp_path):
    assert tmp_path.exists()
    range(n)

@pytest.mark.benchmark
def test_whole_fails():
    assert False, "no"

def test_fixture(benchmark):
    found = []
    benchmark(found.append, 1)
    assert len(found) == MADE

def test_collection(benchmark):
    seen = []
    benchmark(lambda: seen.append(gc.isenabled()))
    assert seen == [False] * (MADE - 1) + [True]

def test_own_fixture(codspeed_benchmark):
    assert codspeed_benchmark(int) == 0

def test_pedantic(benchmark):
    made = []
    assert benchmark.pedantic(int, setup=lambda: made.append(1), rounds=3) == 0
    assert len(made) == MADE

def test_decorated(benchmark):
    @benchmark
    def result():
        return 3

def test_twice(benchmark):
    benchmark(int)
    benchmark(int)

def test_twice_pedantic(benchmark):
    benchmark.pedantic(int)
    benchmark.pedantic(int)

def test_plain():
    pass
"""


def test_codspeeds_fixture_and_whole_tests_by_marker(codspeed_python, tmp_path):
    at = place(tmp_path, python=codspeed_python)
    (at.suite / "test_a.py").write_text(f"MADE = {MADE}\n{CODSPEED_SUITE}")
    (at.suite / "pytest.ini").write_text("[pytest]\naddopts = --codspeed --codspeed-mode walltime\n")
    found = played(at)
    good = ["whole", "marked[1]", "marked[2]", "fixture", "collection", "own_fixture", "pedantic", "decorated"]
    bad = {"test_whole_fails": ("wrong", "AssertionError: no")}
    for name in ("test_twice", "test_twice_pedantic"):
        status, reason = found.ends.pop(name)
        assert status == "crashed"
        assert "only be used once" in reason
    assert {name: (status, reason[:18]) for name, (status, reason) in found.ends.items()} == {
        **{f"test_{name}": ("ok", "") for name in good},
        **bad,
    }
    assert {each.id: each.refused for each in found.listed.benchmarks if each.refused} == {
        "test_a.py::test_plain": "a test without a benchmark fixture"
    }
