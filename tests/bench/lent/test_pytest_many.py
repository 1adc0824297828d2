"""A pytest suite with everything in one session: what is timed, how each benchmark ends, what is told of it."""

import os
import sys
from pathlib import Path

import pytest

from ..guests.played import CALLS, MADE, place, played

pytestmark = [pytest.mark.slow, pytest.mark.needs("pytest_benchmark")]

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
