"""The wait for a quiet machine ends when it is quiet, or after the time given."""

import pytest

from rooflinear.bench.machine.quiet import wait_for_quiet

from .computer import SHELL, Computer, pids


@pytest.fixture
def computer():
    return Computer()


class Waiting:
    """A wait beside a program that is busy for a while."""

    def __init__(self, computer, seconds, busy_seconds, share=1.0):
        self.computer, self.share, self.told = computer, share, []
        self.begun = computer.seconds
        self.busy_until = self.begun + busy_seconds
        watcher = computer.neighbours()
        self.left = wait_for_quiet(seconds, watcher, self.told.append, lambda: computer.seconds, self.sleep)
        self.seconds = computer.seconds - self.begun

    def sleep(self, seconds):
        self.computer.run(seconds, shell=self.share if self.computer.seconds < self.busy_until else 0)


def test_a_quiet_machine_is_waited_for_a_second(computer):
    waiting = Waiting(computer, 300, 0)
    assert (waiting.left, waiting.told) == ([], [])
    assert 1 <= waiting.seconds <= 1.5


def test_the_wait_ends_a_second_after_the_busy_program_does(computer):
    waiting = Waiting(computer, 300, 20)
    assert waiting.left == []
    assert 20.5 <= waiting.seconds <= 22


def test_the_wait_says_once_what_it_is_for(computer):
    [told] = Waiting(computer, 300, 20).told
    assert told == (
        "waiting up to 300 s for a quiet machine; "
        f"other programs are busy: python3 -c while… (pid {SHELL}) 100 % of a core"
    )


def test_what_does_not_become_quiet_is_returned(computer):
    waiting = Waiting(computer, 10, 999)
    assert pids(waiting.left) == [SHELL]
    assert 10 <= waiting.seconds <= 10.5


def test_a_desktop_at_rest_is_quiet(computer):
    assert Waiting(computer, 300, 999, share=0.04).seconds <= 1.5


def test_without_a_listener_the_wait_is_told_on_stderr(computer, capsys):
    wait_for_quiet(2, computer.neighbours(), None, lambda: computer.seconds, lambda each: computer.run(each, shell=1))
    assert capsys.readouterr().err.count("waiting up to 2 s") == 1


def test_a_system_that_tells_nothing_is_not_waited_for(computer):
    assert wait_for_quiet(60, computer.neighbours(read=lambda: None), sleep=pytest.fail) == []
