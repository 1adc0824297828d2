"""Single calls on problems beside the one that was timed: what they return is kept, whatever memory it lies in."""

from types import SimpleNamespace

import numpy as np
import pytest

from rooflinear.bench.inputs import problem
from rooflinear.bench.lent.counters import Guard
from rooflinear.bench.libraries.plain import NumPy
from rooflinear.bench.processes.worker_messages import Place, Play
from rooflinear.bench.records import Task
from rooflinear.bench.timing.kernel import Clock
from rooflinear.bench.worker import plays
from rooflinear.bench.worker.loader import Loader, Refused
from rooflinear.bench.worker.plays import Plays, overwrites

TASK = Task("double", {"m": 4}, {}, "float64")
SIZE = 4


def fresh(x):
    return 2 * x


def into_a_workspace(x, buffer):
    return np.multiply(x, 2, out=buffer)


BUFFER = np.empty(SIZE)


def into_its_own(x):
    return np.multiply(x, 2, out=BUFFER)


def tried(folder, function, *, size=SIZE, workspace=False):
    """Plays of a kernel with three problems placed beside the main one: inputs are full of 1, and of 10, 20, 30."""
    problem.save({"x": np.ones(size)}, folder / "main")
    problem.save_many([{"x": np.full(size, 10.0 * (1 + number))} for number in range(3)], folder / "many")
    more = {"workspace": lambda operation, inputs: np.empty(size)} if workspace else {}
    loader = Loader(SimpleNamespace(double=function, **more), NumPy(), Clock())
    found = Plays(loader, Guard())
    found.begin(8 * size)
    found.place(TASK, [Place(str(folder / "many"), number) for number in range(3)])
    return found, loader.load(TASK, str(folder / "main"), poison=True)


KERNELS = [(fresh, False), (into_a_workspace, True), (into_its_own, False)]


@pytest.mark.parametrize(("function", "workspace"), KERNELS)
def test_every_small_output_is_kept_in_the_order_of_the_calls(tmp_path, function, workspace):
    found, main = tried(tmp_path, function, workspace=workspace)
    arrays, played = found.play(Play([0, 1, 2, 3, 2, 0]), main)
    assert [each.tolist() for each in arrays] == [[value] * SIZE for value in (2, 20, 40, 60, 40, 2)]
    assert played.kept == list(range(6))
    assert len(played.call_ns) == 6
    assert all(ns > 0 for ns in played.call_ns)


def test_plays_are_played_in_order_and_displace_alike(tmp_path):
    found, main = tried(tmp_path, fresh)
    plays = [Play([0, 1]), Play([0], displace=1 << 16), Play([2, 3], displace=1 << 12)]
    arrays, played = found.play_all(plays, main)
    assert [each.tolist() for each in arrays] == [[value] * SIZE for value in (2, 20, 2, 40, 60)]
    assert [len(each.call_ns) for each in played] == [2, 1, 2]


@pytest.mark.parametrize(("function", "workspace"), KERNELS)
def test_it_is_seen_whether_the_next_call_overwrites_an_output(tmp_path, function, workspace):
    assert overwrites(tried(tmp_path, function, workspace=workspace)[1]) == (function is not fresh)


def test_of_large_outputs_some_are_kept_and_nobody_knows_which(tmp_path):
    found, main = tried(tmp_path, fresh, size=1000)
    kept = [found.play(Play([0, 1] * 16), main)[1].kept for _ in range(20)]
    assert all(1 <= len(each) < 32 for each in kept)
    assert len(set(map(tuple, kept))) > 15


def test_a_kept_output_is_that_of_its_call(tmp_path):
    found, main = tried(tmp_path, fresh, size=1000)
    order = [0, 1, 2, 3] * 8
    arrays, played = found.play(Play(order), main)
    assert [each[0] for each in arrays] == [max(2, 20 * order[index]) for index in played.kept]


def test_no_more_is_kept_than_memory_is_meant_for_it(tmp_path, monkeypatch):
    monkeypatch.setattr(plays, "KEPT_BYTES", 3 * 8000)
    found, main = tried(tmp_path, fresh, size=1000)
    assert max(len(found.play(Play([0] * 64), main)[1].kept) for _ in range(10)) <= 4


def test_all_are_kept_where_all_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(plays, "KEPT_BYTES", 3 * 8000)
    found, main = tried(tmp_path, fresh, size=1000)
    assert found.play(Play([1, 0, 0, 1], all_kept=True), main)[1].kept == [0, 1, 2, 3]


def test_an_output_lets_go_of_its_memory_before_the_next_call(tmp_path):
    """Else calls would be looked at that have colder caches than those that were timed."""
    addresses = []

    def remembering(x):
        found = 2 * x
        addresses.append(found.ctypes.data)
        return found

    found, main = tried(tmp_path, remembering, size=1000)
    found.play(Play([0] * 64, unseen=True), main)
    assert len(set(addresses[-20:])) <= 2


def test_what_nobody_looks_at_is_not_kept(tmp_path):
    found, main = tried(tmp_path, fresh)
    arrays, played = found.play(Play([0, 1, 0], unseen=True), main)
    assert (arrays, played.kept, len(played.call_ns)) == ([], [], 3)


def test_the_timed_problem_may_be_forgotten(tmp_path):
    found, _ = tried(tmp_path, fresh)
    arrays, played = found.play(Play([2], peak=True), None)
    assert arrays[0].tolist() == [40] * SIZE
    assert played.call_ns


def test_what_is_no_array_of_the_library_is_refused(tmp_path):
    found, main = tried(tmp_path, lambda x: [2 * x])
    with pytest.raises(Refused, match=r"returned a builtins\.list"):
        found.play(Play([1]), main)
