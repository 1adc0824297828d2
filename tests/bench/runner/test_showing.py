"""What is kept of every implementation to be drawn: once, judged, and never before what is timed."""

import pytest

from rooflinear.bench import store
from rooflinear.bench.records import Output, ShownTask
from rooflinear.bench.runner import outputs

from ..made import NUMPY, OPERATIONS, SHOWN, write_suite

SMALL = f"{OPERATIONS}{SHOWN}SHOWN = (shown(),)\n"
WRONG_WHEN_SHOWN = NUMPY.replace("2 * x", "3 * x if len(x) == 3 else 2 * x")
WRONG_AT_ONCE = NUMPY.replace("2 * x", "3 * x")
DIES_WHEN_SHOWN = NUMPY.replace("return", "import os\n    if len(x) == 3: os._exit(9)\n    return")
SLEEPS_WHEN_SHOWN = NUMPY.replace("return", "import time\n    if len(x) == 3: time.sleep(100)\n    return")
COUNTS = """
LIBRARY = "numpy"
calls = 0

def double(x):
    global calls
    if len(x) != 3:
        calls += 1
        return 2 * x
    return x * 0 + calls
"""


def run(rooflinear, *options, operations=SMALL, **files):
    suite = write_suite(rooflinear.folder / "mine", operations=operations, **files)
    options = options or ("--preset", "quick")
    return rooflinear("run", "--suite", suite, "--m", "50", "--threads", "1", *options)


def kept(rooflinear):
    return store.read_outputs(rooflinear.runs()[0])


def output(rooflinear, implementation="plain"):
    [found] = [each for each in kept(rooflinear) if isinstance(each, Output) and each.implementation == implementation]
    return found


@pytest.fixture(scope="module")
def ran(another_rooflinear):
    command = another_rooflinear()
    files = {"crashing": DIES_WHEN_SHOWN, "counting": COUNTS, "lying": WRONG_WHEN_SHOWN, "wrong": WRONG_AT_ONCE}
    return command, run(command, **files)


def test_a_task_is_kept_once_with_its_inputs_and_the_true_output(ran):
    [task] = [each for each in kept(ran[0]) if isinstance(each, ShownTask)]
    assert (task.task, task.operation, task.why, task.settings) == ("small", "double", "to be seen", {"start": 1})
    assert (task.inputs["x"].values, task.expected.values, task.expected.shape) == ([1, 2, 3], [2, 4, 6], [3])


def test_what_an_implementation_returned_is_kept(ran):
    found = output(ran[0])
    assert (found.status, found.error_over_bound, found.output.values) == ("ok", 0, [2, 4, 6])


def test_a_wrong_output_is_kept_as_wrong(ran):
    found = output(ran[0], "lying")
    assert (found.status, found.output.values) == ("wrong", [3, 6, 9])
    assert "exceeds the bound" in found.reason


def test_a_worker_that_dies_of_it_is_crashed_there_and_nowhere_else(ran):
    found = output(ran[0], "crashing")
    assert (found.status, found.output) == ("crashed", None)
    ok = [each.case.implementation for each in store.read_results(ran[0].runs()[0]) if each.status == "ok"]
    assert "crashing" in ok


def test_who_is_wrong_when_timed_is_not_asked(ran):
    assert "wrong" not in {each.implementation for each in kept(ran[0]) if isinstance(each, Output)}


def test_nothing_is_asked_before_the_timing_is_over(ran):
    assert output(ran[0], "counting").output.values[0] > 10


def test_a_finished_run_resumed_asks_nobody_again(ran):
    path = ran[0].runs()[0] / store.OUTPUTS
    before = path.read_bytes()
    ran[0]("run", "--resume", ran[0].runs()[0])
    assert path.read_bytes() == before


def test_a_run_that_was_killed_before_it_could_ask_does_so_when_resumed(rooflinear):
    run(rooflinear)
    (rooflinear.runs()[0] / store.OUTPUTS).unlink()
    assert rooflinear("run", "--resume", rooflinear.runs()[0]).status == 0
    assert output(rooflinear).status == "ok"


def test_who_takes_too_long_is_not_waited_for(rooflinear):
    assert run(rooflinear, "--preset", "quick", "--time-budget", "20s", plain=SLEEPS_WHEN_SHOWN).status == 0
    assert output(rooflinear).status == "timeout"


def test_a_task_that_is_too_large_is_refused_before_anything_is_timed(rooflinear):
    many = f"lambda dtype: {{'x': np.zeros({outputs.MOST_NUMBERS + 1})}}"
    outcome = run(rooflinear, operations=f"{OPERATIONS}{SHOWN}SHOWN = (shown(inputs={many}),)\n")
    assert (outcome.status, rooflinear.runs()) == (2, [])
    assert "SHOWN 'small': an array has 4097 numbers; at most 4096 are stored" in outcome.stderr


def test_a_suite_that_shows_nothing_keeps_no_outputs(rooflinear):
    run(rooflinear, operations=OPERATIONS)
    assert not (rooflinear.runs()[0] / store.OUTPUTS).exists()


def test_a_run_in_float32_is_shown_in_float32(rooflinear):
    run(rooflinear, "--preset", "quick", "--dtype", "float32")
    [task] = [each for each in kept(rooflinear) if isinstance(each, ShownTask)]
    assert (task.dtype, output(rooflinear).status) == ("float32", "ok")
