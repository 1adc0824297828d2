"""What the page is given of the outputs kept with a run."""

import numpy as np
import pytest

from rooflinear.bench.inputs import problem
from rooflinear.bench.records import Output, ShownTask
from rooflinear.bench.store import OUTPUTS, ResultFile
from rooflinear.kernels import operations
from rooflinear.reports.lab.lab import lab
from rooflinear.reports.tables import frames

from .. import lab_run, synthetic


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return lab(frames.load(lab_run.write(tmp_path_factory.mktemp("lab") / "run")))


def test_every_task_is_there(made):
    assert list(made) == [task.name for task in operations.SHOWN]


def test_who_is_right_is_drawn_with_what_it_returned(made):
    task = next(each for each in operations.SHOWN if each.name == "learned-13")
    returned = lab_run.called("numpy", task, task.inputs("float64"))
    assert made["learned-13"]["outputs"][made["learned-13"]["who"]["numpy"]] == tuple(returned)


def test_equal_outputs_are_sent_once(made):
    for task in made.values():
        assert len(set(task["outputs"])) == len(task["outputs"]) <= len(task["who"])


def test_who_is_wrong_is_sent_without_numbers(made):
    for task in made.values():
        assert lab_run.WRONG not in task["who"]
        assert task["not_ok"] == {lab_run.WRONG: ["wrong", "error 2 exceeds the bound 1e-15"]}


def test_a_run_without_outputs_has_an_empty_lab(tmp_path):
    assert lab(frames.load(lab_run.write(tmp_path / "old", kept=False))) == {}


def test_a_task_whose_output_is_a_tuple_is_not_drawn(tmp_path):
    folder = lab_run.write(tmp_path / "run", only="predict")
    both = [problem.numbers(np.ones(2)), problem.numbers(1)]
    task = {"task": "tuple", "operation": "predict", "sizes": {}, "dtype": "float64", "inputs": {}}
    file = ResultFile(folder, OUTPUTS)
    file.append(
        ShownTask(**task, expected=both), Output(task="tuple", implementation="numpy", status="ok", output=both)
    )
    file.close()
    found = lab(frames.load(folder))
    assert found
    assert "tuple" not in found


def test_a_run_of_another_suite_has_none(tmp_path):
    run = synthetic.run(["a"], {"smooth": {}})
    folder = synthetic.write(tmp_path / "run", run, [synthetic.ok(synthetic.case("a"), [9])])
    assert lab(frames.load(folder)) is None
