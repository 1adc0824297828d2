"""What the kernels of a worker may leave behind: seen from outside, and ended with it."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from rooflinear.bench.runner import leftovers

from ...waiting import wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")

MARK = "of-this-test"
CHILD = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'{more})"


@pytest.fixture
def start():
    """Starts Python in a process group of its own, marked, and waits until it has run ``code``."""
    started = []

    def start(code, mark=MARK):
        script = f"{code}\nprint(flush=True)\nimport time; time.sleep(60)"
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            process_group=0,
            env={**os.environ, leftovers.MARK: mark},
        )
        process.stdout.readline()
        started.append(process)
        return process.pid

    yield start
    for process in started:
        behind = leftovers.strays(process.pid, MARK)
        with contextlib.suppress(ProcessLookupError):  # ended with one before it, whose mark it has
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        leftovers.end([*behind, *leftovers.strays(process.pid, MARK)])


def cores():
    return set(os.sched_getaffinity(0))


def test_a_worker_that_changes_nothing_is_fine(start):
    pid = start("")
    assert (leftovers.changed(pid, cores()), leftovers.strays(pid, MARK)) == ("", [])


def test_a_thread_that_may_leave_its_cores_is_seen(start):
    code = "import os, threading; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    pid = start(f"import time; {code}")
    allowed = cores() - {max(cores())}
    assert leftovers.changed(pid, allowed) == f"left its cores: a thread may run on {max(cores())} too"


def test_another_scheduling_class_is_seen(start):
    pid = start("import os; os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))")
    assert leftovers.changed(pid, cores()) == "changed its scheduling class"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root raises a priority")
def test_a_raised_priority_is_seen_and_a_lowered_one_is_its_own_loss(start):
    assert leftovers.changed(start("import os; os.nice(-3)"), cores()) == "raised its priority"
    assert leftovers.changed(start("import os; os.nice(3)"), cores()) == ""


def test_a_child_in_the_group_ends_with_it_anyway(start):
    assert leftovers.strays(start(CHILD.replace("{more}", "]")), MARK) == []


def test_a_child_that_left_the_group_is_found(start):
    assert len(leftovers.strays(start(CHILD.replace("{more}", "], start_new_session=True")), MARK)) == 1


def test_an_orphan_is_adopted_found_and_ended(start):
    """Its parent ended, and it has left group and session."""
    leftovers.adopt()
    child = CHILD.replace("{more}", "]")
    pid = start(f"import os\nif os.fork() == 0:\n    os.setsid()\n    {child}\n    os._exit(0)\nos.wait()")
    wait_for(lambda: leftovers.strays(pid, MARK))
    (orphan,) = leftovers.strays(pid, MARK)
    assert leftovers.strays(pid, "of-another") == []
    leftovers.end([orphan])
    assert leftovers.strays(pid, MARK) == []
    with pytest.raises(ProcessLookupError):
        os.kill(orphan, 0)
