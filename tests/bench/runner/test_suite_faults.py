"""An ``operations.py`` that fails on some inputs: bad usage before anything is measured, and later no end of a run."""

import json
from types import SimpleNamespace

import pytest

from rooflinear.bench.errors import Lost, SuiteFault
from rooflinear.bench.inputs.maker import Problems
from rooflinear.bench.records import Case, Result, Task
from rooflinear.bench.runner.runner import Runner
from rooflinear.bench.store import read_results
from rooflinear.bench.suites import suite
from rooflinear.bench.sweep import Options, contests

from ..made import OPERATIONS, write_suite

ORACLE = OPERATIONS.replace("lambda x: 2 * x", "oracle") + "\n"
RAISES = """
def oracle(x):
    if {condition}:
        {line}
    return 2 * x

OPERATIONS ="""


def failing(line="raise RuntimeError('no such table')", condition="len(x) == 50"):
    return ORACLE.replace("\nOPERATIONS =", RAISES.format(condition=condition, line=line))


FAULTS = {
    "raises": (failing(), "the suite's operations.py failed on double m=50 float64: RuntimeError: no such table"),
    "reads what is not there": (
        failing("open('/nowhere/table.csv')"),
        "the suite's operations.py failed on double m=50 float64: FileNotFoundError: [Errno 2] No such file",
    ),
    "a bound raises": (
        OPERATIONS.replace("np.zeros(output.shape)", "{}['x'] if len(output) == 50 else np.zeros(output.shape)"),
        "the suite's operations.py failed on double m=50 float64: KeyError: 'x'",
    ),
    "a bound is none": (
        OPERATIONS.replace("np.zeros(output.shape)", "np.zeros(output.shape) - (len(output) == 50)"),
        "operations.py: double: its bound for x (50,) in float64, algorithm direct, is negative (50 of 50",
    ),
    "inputs fail": (
        OPERATIONS.replace("    return {", "    1 / (sizes['m'] - 50)\n    return {"),
        "the suite's operations.py failed on double m=50 float64: ZeroDivisionError: division by zero",
    ),
    "an oracle returns nothing": (
        failing("return None"),
        "operations.py: double: its oracle returned NoneType of object, not numbers",
    ),
}


@pytest.fixture(params=FAULTS)
def fault(request, tmp_path):
    text, told = FAULTS[request.param]
    return write_suite(tmp_path / "mine", operations=text), told


def verify(rooflinear, folder, sizes, *more):
    return rooflinear("verify", "--suite", folder, "--m", sizes, "--dtype", "float64", *more)


def test_what_is_measured_already_stays_and_the_others_go_on(rooflinear, fault):
    folder, told = fault
    outcome = verify(rooflinear, folder, "20,50,80", "--json")
    found = {each["case"]["sizes"]["m"]: each for each in json.loads(outcome.stdout)}
    assert {size: each["status"] for size, each in found.items()} == {20: "ok", 50: "crashed", 80: "ok"}
    assert found[50]["reason"].startswith(told)
    assert outcome.status == 1


def test_before_anything_is_measured_it_is_bad_usage(rooflinear, fault):
    folder, told = fault
    outcome = verify(rooflinear, folder, "50,80")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert f"rooflinear: {told}" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_the_line_that_failed_is_told(rooflinear, tmp_path):
    folder = write_suite(tmp_path / "mine", operations=failing())
    line = 1 + failing().splitlines().index("        raise RuntimeError('no such table')")
    assert f"no such table (operations.py:{line})\n" in verify(rooflinear, folder, "50").stderr


def test_another_dtype_goes_on(rooflinear, tmp_path):
    folder = write_suite(tmp_path / "mine", operations=failing(condition="x.dtype == 'float32'"))
    outcome = rooflinear("verify", "--suite", folder, "--m", "20", "--json")
    found = {each["case"]["dtype"]: each["status"] for each in json.loads(outcome.stdout)}
    assert found == {"float64": "ok", "float32": "crashed"}


def test_a_run_keeps_what_it_measured(rooflinear, tmp_path):
    folder = write_suite(tmp_path / "mine", operations=failing())
    chosen = ("--suite", folder, "--threads", "1", "--preset", "quick", "--m")
    outcome = rooflinear("run", *chosen, "20,50,80")
    found = {each.case.sizes["m"]: (each.status, bool(each.samples)) for each in read_results(rooflinear.runs()[0])}
    assert found == {20: ("ok", True), 50: ("crashed", False), 80: ("ok", True)}
    assert outcome.status == 1


@pytest.mark.parametrize(
    "text", [failing(), OPERATIONS.replace("cost=lambda", "exact_inputs=lambda *_: 1 / 0,\n        cost=lambda")]
)
def test_a_run_that_measured_nothing_leaves_nothing(rooflinear, tmp_path, text):
    folder = write_suite(
        tmp_path / "mine", operations=text, absent="LIBRARY = 'cupy'\ndef double(x):\n    return 2 * x\n"
    )
    outcome = rooflinear("run", "--suite", folder, "--threads", "1", "--preset", "quick", "--m", "50")
    assert (outcome.status, rooflinear.runs()) == (2, [])
    assert "the suite's operations.py failed on double m=" in outcome.stderr


def test_one_that_fails_on_inputs_that_no_seed_tells_ends_the_case_alone(rooflinear, tmp_path):
    text = failing(condition="len(x) == 50 and (seen.append(0) or len(seen) > 2)").replace(
        "CONTRACT = 1", "CONTRACT = 1\nseen = []"
    )
    outcome = verify(rooflinear, write_suite(tmp_path / "mine", operations=text), "50,20", "--json")
    found = {each["case"]["sizes"]["m"]: each for each in json.loads(outcome.stdout)}
    assert {size: each["status"] for size, each in found.items()} == {20: "ok", 50: "crashed"}
    assert found[50]["reason"].startswith("the suite's operations.py failed on double m=50 float64: RuntimeError")


def test_a_resumed_run_goes_on(tmp_path):
    loaded = suite.load(write_suite(tmp_path / "mine", operations=failing(condition="True")))
    options, found = Options(suite=str(loaded.folder), dtypes=["float64"], sizes={"m": [20, 80]}), []
    earlier = [Result(case=Case("mine", "double", "plain", {"m": 5}, {}, "float64", 1, "cpu"), status="ok")]
    watcher = SimpleNamespace(**dict.fromkeys(("begin", "now", "done", "note"), lambda *_: None))
    Runner(loaded, options, found.append, watcher, earlier, timed=False).play(contests(loaded, options))
    assert [each.status for each in found] == ["crashed", "crashed"]


def test_a_fault_in_what_is_drawn_is_lost_and_in_what_is_made_is_the_suites(tmp_path):
    text = failing(condition="seen.append(0) or len(seen) > 1").replace("CONTRACT = 1", "CONTRACT = 1\nseen = []")
    loaded = suite.load(write_suite(tmp_path / "mine", operations=text))
    problems, task = (
        Problems(loaded, Options(suite=str(loaded.folder))),
        Task("double", {"m": 4}, {}, "float64"),
    )
    try:
        problems.make(task, "main", "main")
        with pytest.raises(Lost, match="RuntimeError: no such table") as caught:
            problems.draw(task, str(problems.scratch / "main"), "drawn", 1)
        assert caught.value.status == "crashed"
        with pytest.raises(SuiteFault, match="RuntimeError: no such table"):
            problems.make(task, "fresh", "fresh")
    finally:
        problems.close()
