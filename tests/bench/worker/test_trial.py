"""What an operations.py does to a process it does to a child: the command survives and its output stays its own."""

import json
import os
import sys

import pytest

from rooflinear.bench import sweep
from rooflinear.bench.errors import UsageError
from rooflinear.bench.suites import suite, trial

from ..made import OPERATIONS, SMOOTHING, write_suite

HARMS = {
    "ends all with 0": ("import os\nos._exit(0)", "ends the process that imports it (exit status 0)"),
    "ends all with 77": ("import os\nos._exit(77)", "ends the process that imports it (exit status 77)"),
    "aborts": ("import os\nos.abort()", "ends the process that imports it (SIGABRT)"),
    "ends at the end": (
        "import atexit, os\natexit.register(os._exit, 0)",
        "changes how the process that imports it ends (exit status 0)",
    ),
    "closes all descriptors": (
        "import os\nos.closerange(0, 65536)",
        "ends the process that imports it (exit status 1)",
    ),
    "closes stdout": ("import os\nos.close(1)", "closes or replaces standard streams when it is imported"),
    "closes stdout as a file": ("import sys\nsys.stdout.close()", "closes or replaces standard streams"),
    "replaces stdout": (
        "import os\nos.dup2(os.open('/dev/full', os.O_WRONLY), 1)",
        "closes or replaces standard streams when it is imported; leave them alone",
    ),
    "exits": ("raise SystemExit(0)", "import failed: SystemExit: 0"),
    "interrupts": ("raise KeyboardInterrupt", "import failed: KeyboardInterrupt"),
    "raises what nobody catches": ("class Odd(BaseException): pass\nraise Odd('no')", "import failed: Odd: no"),
    "its cost ends all": (
        "import os, dataclasses\nOPERATIONS = (dataclasses.replace(OPERATIONS[0], cost=lambda *_: os._exit(0)),)",
        "ends the process that imports it (exit status 0)",
    ),
}


@pytest.mark.parametrize("name", HARMS)
def test_what_harms_a_process_refuses_the_suite(tmp_path, name):
    line, message = HARMS[name]
    folder = write_suite(tmp_path, operations=f"{OPERATIONS}\n{line}\n")
    with pytest.raises(UsageError) as caught:
        suite.load(folder)
    assert str(caught.value).startswith(f"{folder}/operations.py: {message}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("line", ["import time\ntime.sleep(600)", "import threading\nthreading.Event().wait()"])
def test_what_never_ends_is_ended_at_the_limit(tmp_path, monkeypatch, line):
    monkeypatch.setattr(trial, "SECONDS", 1.0)
    with pytest.raises(UsageError, match=r"operations\.py: its import took over 1 s; move slow code into functions"):
        suite.load(write_suite(tmp_path, operations=f"{OPERATIONS}\n{line}\n"))


def test_a_thread_that_never_ends_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 2.0)
    text = f"{OPERATIONS}\nimport threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n"
    with pytest.raises(UsageError, match="took over 2 s"):
        suite.load(write_suite(tmp_path, operations=text))


CHATTER = """
import os, sys
print("by print")
sys.stdout.write("by write\\n")
sys.__stdout__.write("by the first stdout\\n")
os.write(1, b"by descriptor\\n")
print("unflushed", end="")

def loud(sizes, parameters, itemsize, algorithm):
    print("by cost")
    os.write(1, b"by cost's descriptor\\n")
    return sizes["m"], 2 * itemsize * sizes["m"]

import dataclasses
OPERATIONS = (dataclasses.replace(OPERATIONS[0], cost=loud),)
"""


@pytest.mark.parametrize("command", ["list", "verify"])
def test_what_a_suite_prints_never_reaches_the_output(rooflinear, tmp_path, command):
    folder = write_suite(tmp_path / "mine", operations=OPERATIONS + CHATTER)
    chosen = ["--m", "5", "--dtype", "float64"] if command == "verify" else []
    outcome = rooflinear(command, "--suite", folder, "--json", *chosen)
    assert outcome.status == 0
    found = json.loads(outcome.stdout)
    assert [each["status"] for each in found] == ["ok"] if command == "verify" else "double" in found["operations"]
    assert all(f"by {way}\n" in outcome.stderr for way in ("print", "write", "the first stdout", "descriptor"))
    assert command == "list" or "by cost\n" in outcome.stderr


def test_a_suite_that_ends_all_with_0_ends_the_command_with_2(rooflinear, tmp_path):
    folder = write_suite(tmp_path / "mine", operations="import os\nos._exit(0)\n")
    outcome = rooflinear("verify", "--suite", folder)
    assert (outcome.status, outcome.stdout) == (2, "")


def test_output_aside_returns_where_it_was(capfd):
    print("before")
    with trial.aside():
        print("aside")
        os.write(1, b"aside too\n")
    print("after")
    os.write(1, b"after too\n")
    sys.stdout.flush()
    captured = capfd.readouterr()
    assert sorted(captured.out.split("\n")) == ["", "after", "after too", "before"]
    assert sorted(captured.err.split("\n")) == ["", "aside", "aside too"]


def test_output_aside_returns_after_an_error(capfd):
    with pytest.raises(ZeroDivisionError), trial.aside():
        raise ZeroDivisionError
    print("after")
    assert capfd.readouterr().out == "after\n"


def test_a_cost_that_prints_is_still_a_cost(capfd):
    operation = suite.load(SMOOTHING).operations["smooth"]
    task = sweep.Task("smooth", {"length": 9, "width": 3}, {}, "float64")
    quiet = sweep.cost(operation, task)

    def loud(*arguments):
        print("loud")
        return operation.cost(*arguments)

    from dataclasses import replace

    assert sweep.cost(replace(operation, cost=loud), task) == quiet
    assert capfd.readouterr() == ("", "loud\n")


def test_the_suite_that_comes_with_the_package_needs_no_trial(monkeypatch):
    monkeypatch.setattr(trial, "require_unharmed", lambda *_: pytest.fail("tried"))
    assert suite.load(suite.BUILT_IN).operations
    with pytest.raises(pytest.fail.Exception):
        suite.load(SMOOTHING)
