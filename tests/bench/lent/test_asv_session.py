"""A suite of asv, served without a process: what is listed, how each benchmark is prepared, and how it ends."""

import gc
import os
import sys
import tempfile
from textwrap import dedent
from types import SimpleNamespace

import pytest

from rooflinear.bench.lent import asv_discovery, asv_session, forked
from rooflinear.bench.lent.serving import CRASHED, OK, SKIPPED, WRONG

from .fake_server import CALLS, FakeServer

pytestmark = pytest.mark.needs("asv_runner", "pympler")
CALLED = "calls.txt"


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Writes files of a suite, serves them, and returns the server."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "own"))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.chdir(tmp_path)
    loaded = set(sys.modules)

    def serve(*arguments, server=None, **files):
        (tmp_path / "suite").mkdir()
        for name, text in {"__init__": "", **files}.items():
            (tmp_path / "suite" / f"{name}.py").write_text(dedent(text))
        server = server or FakeServer()
        assert asv_session.run(server, ["suite", *arguments]) == 0
        assert server.finished
        return server

    yield serve
    for name in set(sys.modules) - loaded:
        if name.partition(".")[0] == "suite":
            del sys.modules[name]


PARAMETERS = """
    class Sorting:
        params = ([10, 20], ["a", "b"])
        param_names = ["m", "kind"]
        def time_sort(self, m, kind):
            sorted(range(m))

    def time_plain():
        pass
    """


def test_each_combination_of_parameters_is_listed_as_asv_names_it(served):
    found = served(bench=PARAMETERS)
    assert [*found.benchmarks] == [
        "bench.Sorting.time_sort(10, 'a')",
        "bench.Sorting.time_sort(10, 'b')",
        "bench.Sorting.time_sort(20, 'a')",
        "bench.Sorting.time_sort(20, 'b')",
        "bench.time_plain",
    ]
    described = found.benchmarks["bench.Sorting.time_sort(20, 'a')"]
    assert (described.name, described.params) == ("bench.Sorting.time_sort", {"m": "20", "kind": "'a'"})
    assert described.file == "suite/bench.py"
    assert set(found.ends.values()) == {(OK, "")}
    assert found.tool.startswith("asv_runner 0.")


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["plain"], ["bench.time_plain"]),
        (["sort.*20, 'b'"], ["bench.Sorting.time_sort(20, 'b')"]),
        (["^bench.time", r"\(10, 'a'\)$"], ["bench.Sorting.time_sort(10, 'a')", "bench.time_plain"]),
        (["^time_plain"], []),
    ],
)
def test_bench_chooses_as_in_asv(served, patterns, found):
    server = served(*(f"--bench={pattern}" for pattern in patterns), bench=PARAMETERS)
    assert [*server.benchmarks] == found


def test_setup_is_called_before_each_call_and_outside_the_clock(served):
    found = served(
        bench="""
            calls = []
            class Emptied:
                def setup(self):
                    self.items = [1, 2, 3]
                    calls.append("setup")
                def teardown(self):
                    calls.append("teardown")
                def time_empty(self):
                    assert self.items
                    self.items.clear()
                    calls.append("call")
            """
    )
    assert found.ends == {"bench.Emptied.time_empty": (OK, "")}
    assert found.parked["bench.Emptied.time_empty"].alone
    calls = sys.modules["suite.bench"].calls
    assert calls == ["setup", "call", "teardown"] * (CALLS + 1)  # one more after it was told to go on
    assert found.watch.calls == CALLS + 1


def test_calls_without_setup_are_timed_together(served):
    found = served(bench=PARAMETERS)
    assert not found.parked["bench.time_plain"].alone
    assert found.watch.calls == 0


def test_the_suites_own_clock_is_used(served):
    found = served(
        bench="""
            now = [0.0]
            def time_slow():
                now[0] += 2.0
            time_slow.timer = lambda: now[0]
            """
    )
    assert found.parked["bench.time_slow"].timer(3) == 6_000_000_000


def test_a_raw_time_is_that_of_a_process_for_each_call(served, tmp_path):
    found = served(
        bench=f"""
            def timeraw_write():
                return "open({str(tmp_path / CALLED)!r}, 'a').write('x')"
            timeraw_write.number = 2
            """
    )
    assert found.parked["bench.timeraw_write"].alone
    assert (tmp_path / CALLED).read_text() == "xx" * (CALLS + 1)


def test_a_raw_time_is_that_of_one_of_the_statements_of_its_process():
    """2 seconds for each."""
    process = SimpleNamespace(timeit=lambda number: 2.0 * number)
    made = SimpleNamespace(number=4, _get_timer=lambda *_: process, _current_params=())
    assert asv_session._of_processes(made)(3) == 6_000_000_000


def test_setup_is_called_before_each_evaluation_of_a_number(served):
    found = served(
        bench="""
            class Growing:
                def setup(self):
                    self.items = []
                def track_length(self):
                    self.items.append(1)
                    return len(self.items)
            """
    )
    assert found.numbers == {"bench.Growing.track_length": [1.0] * CALLS}


def test_what_setup_leaves_in_circles_is_collected_before_the_next_slice(served):
    found = served(
        bench="""
            import gc, weakref
            gc.disable()  # as while a benchmark is timed
            alive = weakref.WeakSet()
            class Circle:
                def setup(self):
                    self.circle = Circle()
                    self.circle.itself = self.circle
                    alive.add(self.circle)
                def time_nothing(self):
                    pass
            """
    )
    try:
        timer, alive = found.parked["bench.Circle.time_nothing"].timer, sys.modules["suite.bench"].alive
        timer(5)
        timer(1)
        assert len(alive) == 2  # the last one of the slice before, and this slice's
    finally:
        gc.enable()


def test_benchmarks_work_in_a_folder_that_is_not_the_projects(served, tmp_path):
    found = served(bench="def time_write():\n    open('left.txt', 'w').close()")
    assert found.ends == {"bench.time_write": (OK, "")}
    assert not (tmp_path / "left.txt").exists()
    assert len(list((tmp_path / "own").rglob("left.txt"))) == 1


def test_looking_up_benchmarks_does_not_slow_down_what_they_import(served):
    """asv_runner adds an importer each time."""
    before = len(sys.meta_path)
    assert len(served(bench=PARAMETERS).ends) == 5
    assert len(sys.meta_path) <= before + 1


def test_numbers_are_evaluated_and_have_the_units_that_the_suite_states(served):
    found = served(
        bench="""
            def track_calls():
                return 3
            track_calls.unit = "calls"
            def track_below():
                return -1.5
            def track_ns():
                return 1
            track_ns.unit = "ns"
            def mem_list():
                return [0] * 1000
            """
    )
    assert found.numbers["bench.track_calls"] == [3.0] * CALLS
    assert found.numbers["bench.track_below"] == [-1.5] * CALLS
    assert 8000 <= found.numbers["bench.mem_list"][0] <= 8200
    units = {name: each.unit for name, each in found.parked.items()}
    assert units == {
        "bench.track_calls": "calls", "bench.track_below": "unit", "bench.track_ns": "nanoseconds",
        "bench.mem_list": "bytes",
    }  # fmt: skip


@pytest.mark.skipif(not forked.AVAILABLE, reason="needs fork")
def test_peak_memory_is_that_of_a_child_without_what_others_needed(served):
    found = served(
        bench="""
            def time_a_large():
                bytearray(200 * 2**20)
            def peakmem_small():
                pass
            def peakmem_large():
                return bytearray(64 * 2**20)
            """,
        server=FakeServer(order=sorted, calls=1),
    )
    names = sorted(found.ends, reverse=True)
    assert names[0] == "bench.time_a_large"
    small, large = (found.numbers[f"bench.peakmem_{name}"][0] for name in ("small", "large"))
    assert 60 * 2**20 < large - small < 80 * 2**20
    assert found.parked["bench.peakmem_small"].unit == "bytes"


def test_a_large_benchmark_before_it_does_not_count(served):
    order = ["bench.time_large", "bench.peakmem_small"]
    found = served(
        bench="""
            import resource
            def time_large():
                bytearray(256 * 2**20)
            def peakmem_small():
                pass
            def track_own_peak():
                return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            """,
        server=FakeServer(order=lambda ids: [*order, "bench.track_own_peak"], calls=1),
    )
    assert found.numbers["bench.peakmem_small"][0] < found.numbers["bench.track_own_peak"][0] - 100 * 2**20


FAILING = """
    from asv_runner.benchmarks.mark import SkipNotImplemented, skip_for_params

    class Skipping:
        params = [1, 2]
        def setup(self, n):
            if n == 2:
                raise NotImplementedError("not with two")
        @skip_for_params([(1,)])
        def time_both(self, n):
            pass

    def time_unsupported():
        raise SkipNotImplemented("only on Monday")
    def time_asserting():
        assert 1 == 2, "it is not"
    def time_raising():
        raise ValueError("bad")
    def track_nan():
        return float("nan")
    def track_text():
        return "three"
    def peakmem_raising():
        raise ValueError("bad")
    def peakmem_dying():
        import os
        os._exit(3)
    def time_exiting():
        raise SystemExit(7)
    """


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("Skipping.time_both(2)", SKIPPED, "NotImplementedError('not with two')"),
        ("time_unsupported", SKIPPED, "only on Monday"),
        ("time_asserting", WRONG, "AssertionError: it is not"),
        ("time_raising", CRASHED, "ValueError: bad"),
        ("track_nan", SKIPPED, "its number is NaN"),
        ("track_text", CRASHED, "ValueError: could not convert string to float: 'three'"),
        ("peakmem_raising", CRASHED, "ValueError: bad"),
        ("peakmem_dying", CRASHED, "its process exited with 3"),
        ("time_exiting", CRASHED, "SystemExit: 7"),
    ],
)
def test_how_a_benchmark_ends_is_told(served, name, status, reason):
    found = served(f"--bench={name.partition('(')[0]}", bench=FAILING)
    assert found.ends[f"bench.{name}"] == (status, reason)


def test_parameters_that_the_suite_skips_are_refused(served):
    found = served(bench=FAILING)
    assert found.benchmarks["bench.Skipping.time_both(1)"].refused == "its suite skips these parameters"
    assert found.benchmarks["bench.Skipping.time_both(2)"].refused == ""


def test_a_file_that_cannot_be_imported_is_told_and_the_others_are_served(served):
    found = served(bad="import no_such_module", bench="def time_x(): pass", exits="raise SystemExit('by itself')")
    assert found.failed == {
        "suite/bad.py": "ModuleNotFoundError: No module named 'no_such_module'",
        "suite/exits.py": "SystemExit: by itself",
    }
    assert found.ends == {"bench.time_x": (OK, "")}


def test_a_class_that_cannot_be_made_is_told_by_its_file(served):
    found = served(bad="class A:\n    params = 3\n    def time_x(self, n): pass", bench="def time_x(): pass")
    assert list(found.failed) == ["suite/bad.py"]
    assert list(found.benchmarks) == ["bench.time_x"]


CACHED = """
    import os
    class Cached:
        params = [1, 2]
        def setup_cache(self):
            with open("count", "a") as file:
                file.write("x")
            return {"made": os.getcwd(), "used": []}
        def time_use(self, cache, n):
            assert cache["used"] in ([], [n]), cache
            cache["used"] = [n]
            assert open("count").read() == "x"
            assert cache["made"] == os.getcwd()
    def time_between():
        pass
    """


def test_the_cache_is_made_once_and_no_benchmark_changes_it_for_another(served, tmp_path):
    order = ["bench.Cached.time_use(1)", "bench.time_between", "bench.Cached.time_use(2)"]
    found = served(bench=CACHED, server=FakeServer(order=lambda _: order))
    assert found.ends == dict.fromkeys(order, (OK, ""))
    assert str(tmp_path / "own") in os.getcwd()


def test_a_cache_that_cannot_be_made_fails_all_that_need_it(served):
    found = served(
        bench="""
            class Cached:
                params = [1, 2]
                def setup_cache(self):
                    raise OSError("disk is full")
                def time_use(self, cache, n):
                    pass
            def time_other():
                pass
            """
    )
    told = (CRASHED, "OSError: disk is full (in its setup_cache)")
    assert found.ends["bench.Cached.time_use(1)"] == found.ends["bench.Cached.time_use(2)"] == told
    assert found.ends["bench.time_other"] == (OK, "")


def test_each_benchmark_has_an_instance_of_its_own(served):
    found = served(
        bench="""
            class Counting:
                params = [1, 2, 3]
                seen = None
                def time_count(self, n):
                    assert self.seen in (None, n)
                    self.seen = n
            """
    )
    assert set(found.ends.values()) == {(OK, "")}


def test_without_pympler_memory_is_refused_and_not_forgotten(served, monkeypatch):
    import asv_runner.benchmarks as kinds

    types = [each for each in kinds.benchmark_types if each.__name__ != "MemBenchmark"]
    monkeypatch.setattr("asv_runner.discovery.benchmark_types", types)
    found = served(bench="def mem_x(): return []")
    assert found.benchmarks["bench.mem_x"].refused == asv_discovery.UNMEASURABLE
    assert found.ends == {}


def test_without_asv_runner_the_parents_own_is_taken(tmp_path, monkeypatch):
    package = tmp_path / "asv_runner"
    package.mkdir()
    (package / "__init__.py").write_text("__version__ = '0.lent'")
    (package / "discovery.py").write_text("")
    for name in [each for each in sys.modules if each.partition(".")[0] == "asv_runner"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delenv(asv_discovery.LENT, raising=False)
    with pytest.raises(SystemExit, match=r"asv_runner is not installed for .*pip install asv_runner"):
        asv_discovery.runner()
    monkeypatch.setenv(asv_discovery.LENT, str(tmp_path))
    assert asv_discovery.runner()[1] == "asv_runner 0.lent"
    for name in ("asv_runner", "asv_runner.discovery"):
        del sys.modules[name]
