"""Scripts of pyperf, served without a process; a Runner stands in where pyperf itself is absent."""

import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import pytest

from rooflinear.bench.lent import pyperf_session
from rooflinear.bench.lent.serving import CRASHED, OK, WRONG

from .fake_server import CALLS, FakeServer


class Runner:
    """As pyperf's, as far as these scripts go."""

    _created: ClassVar[set[int]] = set()

    def __init__(self):
        if id(Runner) in self._created:
            raise RuntimeError("only one Runner instance must be created per process")
        self._created.add(id(Runner))
        self._bench_names, self.metadata = set(), {}

    def bench_time_func(self, name, function, *arguments, inner_loops=None, metadata=None):
        task = SimpleNamespace(name=name, inner_loops=inner_loops, metadata={"unit": "second", **(metadata or {})})
        task.task_func = lambda _, loops: function(loops, *arguments)
        return self._main(task)

    def is_worker(self):
        return "--worker" in sys.argv

    def _main(self, task):
        raise AssertionError("it measures by itself")


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Writes scripts, serves them, and returns the server."""
    if find_spec("pyperf") is None:
        standing = ModuleType("pyperf")
        standing.Runner, standing.__version__ = Runner, "0"  # pyright: ignore[reportAttributeAccessIssue]
        monkeypatch.setitem(sys.modules, "pyperf", standing)
    monkeypatch.chdir(tmp_path)

    def serve(server=None, **scripts):
        for name, text in scripts.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(exist_ok=True)
            path.with_suffix(".py").write_text(dedent(text))
        server, before = server or FakeServer(), (list(sys.path), list(sys.argv))
        paths = [f"{name.replace('__', '/')}.py" for name in scripts if "helper" not in name]
        assert pyperf_session.run(server, paths) == 0
        assert (sys.path, sys.argv) == before
        assert server.finished
        return server

    return serve


TWO = """
    import pyperf
    runner = pyperf.Runner()
    def spent(loops, seconds):
        return loops * seconds
    assert runner.bench_time_func("first", spent, 2.0) is None
    runner.bench_time_func("second", spent, 6.0, inner_loops=3)
    """


def test_benchmarks_are_listed_by_script_and_name_and_timed_in_order(served):
    found = served(bm_a=TWO, bm_b=TWO)
    names = ["bm_a.py::first", "bm_a.py::second", "bm_b.py::first", "bm_b.py::second"]
    assert list(found.benchmarks) == list(found.ends) == names
    assert set(found.ends.values()) == {(OK, "")}
    assert (found.benchmarks["bm_b.py::first"].name, found.benchmarks["bm_b.py::first"].file) == (
        "bm_b.py::first",
        "bm_b.py",
    )
    assert found.tool.startswith("pyperf ")


def test_a_call_takes_the_seconds_that_the_task_returns(served):
    found = served(bm_a=TWO)
    first, second = found.parked["bm_a.py::first"], found.parked["bm_a.py::second"]
    assert (first.timer(3), first.inner) == (6_000_000_000, 1)
    assert (second.timer(3), second.inner) == (18_000_000_000, 3)


def test_what_is_no_time_is_a_number_in_the_unit_of_the_script(served):
    found = served(
        bm_a="""
            import pyperf
            pyperf.Runner().bench_time_func("size", lambda loops: 512 * loops, metadata={"unit": "byte"})
            """
    )
    assert found.numbers == {"bm_a.py::size": [512.0] * CALLS}
    assert found.parked["bm_a.py::size"].unit == "byte"


def test_a_number_is_that_of_one_of_the_loops_within_a_call(served):
    found = served(
        bm_a="""
            import pyperf
            runner = pyperf.Runner()
            runner.bench_time_func("size", lambda loops: 512, inner_loops=4, metadata={"unit": "byte"})
            """
    )
    assert found.numbers == {"bm_a.py::size": [128.0] * CALLS}


def test_what_a_script_draws_is_alike_on_both_sides_and_new_in_the_next_block(served, monkeypatch):
    drawing = """
        import pyperf, random
        open("drawn", "a").write(f"{random.random()} ")
        pyperf.Runner().bench_time_func("x", lambda loops: 1.0)
        """
    for block in ("1", "1", "2"):
        monkeypatch.setenv("ROOFLINEAR_SEED", block)
        served(bm_a=drawing)
    listed, played, *others = Path("drawn").read_text().split()
    assert listed == played
    assert others[:2] == [listed] * 2
    assert listed not in others[2:]


def test_a_script_is_listed_as_pyperfs_parent_and_timed_as_its_worker(served):
    found = served(
        bm_a="""
            import pyperf
            runner = pyperf.Runner()
            role = "worker" if runner.is_worker() else "parent"
            open("roles", "a").write(role + " ")
            runner.bench_time_func("x", lambda loops: 1.0)
            """
    )
    assert Path("roles").read_text() == "parent worker "
    assert len(found.ends) == 1


def test_only_what_is_wanted_is_timed(served):
    found = served(FakeServer(order=lambda ids: ids[1:]), bm_a=TWO)
    assert list(found.parked) == ["bm_a.py::second"]


CHECKED = """
    import pyperf
    runner = pyperf.Runner()
    runner.bench_time_func("first", lambda loops: 1.0)
    {after_first}
    runner.bench_time_func("second", lambda loops: 1.0)
    {after_second}
    """


def test_what_a_script_checks_after_a_benchmark_belongs_to_it(served):
    found = served(bm_a=CHECKED.format(after_first="", after_second="assert not runner.is_worker(), 'wrong sum'"))
    assert found.ends == {
        "bm_a.py::first": (OK, ""),
        "bm_a.py::second": (WRONG, "AssertionError: wrong sum"),
    }


def test_where_a_script_ends_early_the_rest_of_its_benchmarks_fails_with_its_words(served):
    early = "if runner.is_worker(): raise SystemExit('no data')"
    found = served(bm_a=CHECKED.format(after_first=early, after_second=""), bm_b=TWO)
    assert found.ends["bm_a.py::first"] == found.ends["bm_a.py::second"] == (CRASHED, "no data")
    assert found.ends["bm_b.py::second"] == (OK, "")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("raise ValueError('bad')", "ValueError: bad"),
        ("raise SystemExit(3)", "it exited with status 3"),
        ("runner.bench_time_func('first', print)", "ValueError: duplicated benchmark name: 'first'"),
    ],
)
def test_a_script_that_fails_while_it_is_listed_is_told_with_what_it_had_reached(served, line, reason):
    found = served(FakeServer(order=lambda ids: []), bm_a=CHECKED.format(after_first=line, after_second=""), bm_b=TWO)
    assert found.failed == {"bm_a.py": reason}
    assert list(found.benchmarks) == ["bm_a.py::first", "bm_b.py::first", "bm_b.py::second"]


def test_a_script_may_exit_without_an_error(served):
    found = served(bm_a=CHECKED.format(after_first="", after_second="raise SystemExit"))
    assert found.failed == {}
    assert found.ends["bm_a.py::second"] == (OK, "")


def test_a_benchmark_that_raises_does_not_take_the_others_with_it(served):
    found = served(
        bm_a="""
            import pyperf
            runner = pyperf.Runner()
            runner.bench_time_func("bad", lambda loops: 1 / 0)
            runner.bench_time_func("good", lambda loops: 1.0)
            """
    )
    assert found.ends == {
        "bm_a.py::bad": (CRASHED, "ZeroDivisionError: division by zero"),
        "bm_a.py::good": (OK, ""),
    }


def test_what_the_script_does_not_reach_again_fails(served):
    found = served(
        bm_a="""
            import pyperf
            runner = pyperf.Runner()
            names = ("b", "a") if runner.is_worker() else ("a", "b", "c")
            for name in names:
                runner.bench_time_func(name, lambda loops: 1.0)
            """
    )
    assert found.ends == {
        "bm_a.py::a": (OK, ""),
        "bm_a.py::b": (CRASHED, pyperf_session.UNREACHED),
        "bm_a.py::c": (CRASHED, pyperf_session.UNREACHED),
    }


def test_scripts_of_two_folders_have_their_own_modules_beside_them(served):
    script = """
        import helper, pyperf
        pyperf.Runner().bench_time_func(helper.NAME, lambda loops: 1.0)
        """
    found = served(one__helper="NAME = 'of one'", two__helper="NAME = 'of two'", one__bm=script, two__bm=script)
    assert list(found.ends) == ["one/bm.py::of one", "two/bm.py::of two"]


def test_without_pyperf_the_session_ends_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyperf", None)
    with pytest.raises(SystemExit, match=r"pyperf is not installed for .*-m pip install pyperf"):
        pyperf_session.run(FakeServer(), ["bm.py"])  # pyright: ignore[reportArgumentType]
