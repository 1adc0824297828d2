"""What the page is given of the outputs kept with a run."""

import lab_run
import pytest
import synthetic

from rooflinear.kernels import operations
from rooflinear.reports import frames
from rooflinear.reports.lab import lab


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return lab(frames.load(lab_run.write(tmp_path_factory.mktemp("lab") / "run")))


def test_every_task_is_there(made):
    assert list(made) == [task.name for task in operations.SHOWN]


def test_who_is_right_is_drawn_with_what_it_returned(made):
    task = next(each for each in operations.SHOWN if each.name == "path-13")
    returned = lab_run.called("numpy", task, task.inputs("float64"))
    assert made["path-13"]["outputs"][made["path-13"]["who"]["numpy"]] == tuple(returned)


def test_equal_outputs_are_sent_once(made):
    for task in made.values():
        assert len(set(task["outputs"])) == len(task["outputs"]) <= len(task["who"])


def test_who_is_wrong_is_sent_without_numbers(made):
    for task in made.values():
        assert lab_run.WRONG not in task["who"]
        assert task["not_ok"] == {lab_run.WRONG: ["wrong", "error 2 exceeds the bound 1e-15"]}


def test_a_run_without_outputs_has_an_empty_lab(tmp_path):
    assert lab(frames.load(lab_run.write(tmp_path / "old", kept=False))) == {}


def test_a_run_of_another_suite_has_none(tmp_path):
    run = synthetic.run(["a"], {"smooth": {}})
    folder = synthetic.write(tmp_path / "run", run, [synthetic.ok(synthetic.case("a"), [9])])
    assert lab(frames.load(folder)) is None
