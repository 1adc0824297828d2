"""``run --pytest``: what a run keeps of a suite's benchmarks, with sessions that are made up."""

from typing import ClassVar

import pytest

from rooflinear.bench import store
from rooflinear.bench.commands import run_guests
from rooflinear.bench.commands.requests import RunRequest
from rooflinear.bench.errors import Lost, UsageError
from rooflinear.bench.guests.messages import Ended, Listed, Listing, Parked
from rooflinear.bench.records import Sample

MS = 1_000_000
CALL_NS = 1000


class Session:
    """Serves benchmarks by their names: some are skipped, fail, die or track a number."""

    names: tuple[str, ...] = ()
    played: ClassVar[list] = []

    def __init__(self, suite, place, seed):
        self.alive, self.left = True, []
        Session.played.append(self)

    def list(self):
        refused = Listing(id="t.py::test_plain", refused="a test without a benchmark fixture")
        return Listed([*(Listing(id=name) for name in self.names), refused])

    def begin(self, order):
        self.left = list(order)

    raised = False

    def next(self, timeout_s):
        assert not self.raised  # a session waits to be told to go on, also where a benchmark raised
        self.name = self.left.pop(0)
        if "skipped" in self.name:
            return Ended(self.name, "skipped", "not today")
        if "dies" in self.name:
            self.alive = False
            raise Lost("crashed", "killed by SIGSEGV")
        return Parked(self.name, unit="bytes" if "track" in self.name else "ns")

    def time(self, number, calls, timeout_s):
        if "raises" in self.name:
            self.raised = True
            raise Lost("crashed", "OSError: the port is taken")
        return Sample(number, 0, calls * CALL_NS, calls * CALL_NS, calls, {})

    def count(self, timeout_s):
        return 120.0

    def go(self, timeout_s):
        self.raised = False
        return Ended(self.name, "wrong" if "fails" in self.name else "ok", "AssertionError: 1 == 2")

    def pin(self, cores):
        pass

    def end(self):
        self.alive = False


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """Runs a suite with these benchmarks: the exit status, and the results by the benchmark's name."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "t.py").write_text("")
    monkeypatch.setattr(run_guests, "Session", Session)
    monkeypatch.setattr(Session, "played", [])

    def run(*names, **more):
        monkeypatch.setattr(Session, "names", names)
        request = RunRequest(preset="standard", pytest=(str(tmp_path / "t.py"),), results=tmp_path / "results", **more)
        status = run_guests.run(request)
        (folder,) = (tmp_path / "results").iterdir()
        found = {}
        for each in store.read_results(folder):
            found.setdefault(each.benchmark.name, []).append(each)
        assert (folder / "report.html").is_file()
        return status, found, store.read_run(folder)

    return run


def test_each_benchmark_is_timed_in_as_many_fresh_processes_as_asked_for(ran):
    status, found, record = ran("t.py::test_sum", "t.py::test_other", blocks="2")
    assert status == 0
    assert len(Session.played) == 1 + 2
    for name in ("t.py::test_sum", "t.py::test_other"):
        assert [(each.status, each.block) for each in found[name]] == [("ok", 0), ("ok", 1)]
        samples = found[name][0].samples
        assert {each.wall_ns / each.calls for each in samples} == {CALL_NS}
        assert min(each.wall_ns for each in samples) >= MS
    assert (record.preset, record.finished_at is not None) == ("pytest", True)


def test_what_has_no_time_says_why(ran):
    names = ("t.py::test_skipped", "t.py::test_fails", "t.py::test_track", "t.py::test_sum")
    status, found, _ = ran(*names, blocks="1")
    told = {name: (each[0].status, each[0].reason) for name, each in found.items()}
    assert told["t.py::test_skipped"] == ("skipped", "not today")
    assert told["t.py::test_fails"] == ("wrong", "AssertionError: 1 == 2")
    assert told["t.py::test_track"] == ("unsupported", "tracks a number, 120 bytes, and no time")
    assert told["t.py::test_plain"] == ("unsupported", "a test without a benchmark fixture")
    assert status == 1


def test_after_a_death_the_others_go_on_in_a_fresh_process(ran):
    status, found, _ = ran("t.py::test_dies", "t.py::test_sum", "t.py::test_other", blocks="1", seed="1")
    statuses = {name.rpartition("_")[2]: each[0].status for name, each in found.items()}
    assert statuses == {"dies": "crashed", "sum": "ok", "other": "ok", "plain": "unsupported"}
    assert status == 1


def test_a_benchmark_that_raises_is_left_and_the_next_one_follows_in_its_process(ran):
    _, found, _ = ran("t.py::test_raises", "t.py::test_sum", blocks="1", seed="1")
    assert (found["t.py::test_raises"][0].status, found["t.py::test_raises"][0].reason) == (
        "crashed",
        "OSError: the port is taken",
    )
    assert found["t.py::test_sum"][0].status == "ok"
    assert len(Session.played) == 2


def test_a_benchmark_that_is_not_collected_again_does_not_shift_the_others(ran, monkeypatch):
    listed = Session.list

    def forgetful(self):
        found = listed(self)
        kept = [each for each in found.benchmarks if len(Session.played) < 2 or "other" not in each.id]
        return Listed(kept)

    monkeypatch.setattr(Session, "list", forgetful)
    _, found, _ = ran("t.py::test_other", "t.py::test_sum", blocks="1")
    assert {name.rpartition("_")[2]: each[0].status for name, each in found.items()} == {
        "other": "crashed",
        "sum": "ok",
        "plain": "unsupported",
    }


def test_a_run_that_is_interrupted_keeps_its_results_and_is_not_finished(ran, monkeypatch, tmp_path, capsys):
    def interrupted(self, timeout_s):
        raise KeyboardInterrupt

    monkeypatch.setattr(Session, "next", interrupted)
    with pytest.raises(AssertionError):  # there is no page
        ran("t.py::test_sum")
    (folder,) = (tmp_path / "results").iterdir()
    assert store.read_run(folder).finished_at is None
    assert "interrupted; 1 results are stored" in capsys.readouterr().err


def test_a_suite_without_benchmarks_leaves_no_run(ran, tmp_path):
    with pytest.raises(UsageError, match=r"t\.py: no benchmark was found"):
        ran()
    assert not (tmp_path / "results").exists()


def test_what_is_of_kernels_is_refused(ran):
    with pytest.raises(UsageError, match="a suite of another tool has no such choice; leave out --operation"):
        ran("t.py::test_sum", operation=("predict",), given=("pytest", "operation"))
