"""A function in a forked child."""

import os
import subprocess
import sys

import psutil
import pytest

from rooflinear.bench.lent import forked

from ...waiting import wait_for

pytestmark = pytest.mark.skipif(not forked.AVAILABLE, reason="needs fork")


def test_the_result_comes_back_and_what_the_child_changes_does_not():
    kept = []

    def function():
        kept.append(1)
        return [os.getpid(), 2.5]

    pid, number = forked.in_child(function)
    assert pid != os.getpid()
    assert (number, kept) == (2.5, [])


@pytest.mark.parametrize(
    ("function", "status", "reason"),
    [
        (lambda: [].pop(), "crashed", "IndexError: pop from empty list"),
        (lambda: pytest.fail("no"), "crashed", "Failed: no"),
        (lambda: os._exit(4), "crashed", "its process exited with 4"),
        (lambda: os.kill(os.getpid(), 9), "crashed", "its process ended by signal 9"),
        (lambda: object(), "crashed", "TypeError: Object of type object is not JSON serializable"),
    ],
)
def test_what_the_child_raises_is_raised_here_with_its_words(function, status, reason):
    with pytest.raises(forked.Failed) as failed:
        forked.in_child(function)
    assert (failed.value.status, failed.value.reason) == (status, reason)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends a process with its parent")
def test_the_child_ends_with_its_parent():
    program = """
import os, time
from rooflinear.bench.lent import forked
forked.in_child(lambda: (print(os.getpid(), flush=True), time.sleep(1000)))
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
