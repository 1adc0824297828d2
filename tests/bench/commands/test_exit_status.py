"""How a command ends where an interrupt and an error of the system meet."""

import os

import pytest

from rooflinear.bench.commands.exit_status import guarded, interrupts_first


def interrupted_while_it_closes_a_file():
    """As in `shutil.rmtree`, where an interrupt between two steps lets a file be closed twice."""
    reading, writing = os.pipe()
    os.close(writing)
    try:
        os.close(reading)
        raise KeyboardInterrupt
    finally:
        os.close(reading)


def test_an_interrupt_during_the_clean_up_ends_as_one(capsys):
    assert guarded(interrupted_while_it_closes_a_file) == 130
    assert capsys.readouterr().err == "interrupted\n"


def refused_after_an_interrupt():
    try:
        interrupted_while_it_closes_a_file()
    except OSError as error:
        raise OSError(28, "No space left on device") from error


def test_an_error_after_an_interrupt_is_raised_as_the_interrupt():
    with pytest.raises(KeyboardInterrupt), interrupts_first():
        refused_after_an_interrupt()


def test_an_error_without_an_interrupt_stays_one(capsys):
    def refused():
        os.close(-1)
        return 0

    assert guarded(refused) == 5
    assert "Bad file descriptor" in capsys.readouterr().err
