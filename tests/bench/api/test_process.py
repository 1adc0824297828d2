"""A command as a child process: its progress and errors arrive here, an interrupt ends it with all that it started."""

import signal
import sys
import threading
import types
from contextlib import contextmanager

import psutil
import pytest

from rooflinear.bench import progress
from rooflinear.bench.api import calls, process, watching
from rooflinear.bench.api.process import Finished, play, raise_error
from rooflinear.bench.errors import CannotFinish, UsageError
from rooflinear.bench.records import Case, Result, Sample

from ...waiting import came_true

CASE = Case("made", "double", "plain", {"m": 3}, {}, "float64", 1, "cpu")


class Recording(progress.Plain):
    """Remembers what a watcher is called with."""

    def __init__(self):
        super().__init__()
        self.seen = []
        for name in ("begin", "now", "step", "note", "close"):
            setattr(self, name, lambda *values, name=name: self.seen.append((name, *values)))

    def done(self, result):
        self.seen.append(("done", result.case, result.status, result.reason))


def program(monkeypatch, script):
    """Children run this text instead of the command; `tell` writes progress."""
    start = "import sys; from rooflinear.bench.api.watching import Told; told = Told(int(sys.argv[1]))\n"
    monkeypatch.setattr(process, "PROGRAM", (sys.executable, "-c", start + script))


def test_progress_output_and_status_arrive(monkeypatch, capfd):
    program(
        monkeypatch,
        "told.begin(2); told.now('predict', 1.5); told.step(); told.note('ä'); told.close(); print('out')\n"
        "print('warning: busy', file=sys.stderr); print('rooflinear: what, where\\nremedy', file=sys.stderr)\n"
        "sys.exit(2)",
    )
    seen = Recording()
    done = play([], seen)
    assert seen.seen[:5] == [("begin", 2), ("now", "predict", 1.5), ("step",), ("note", "ä"), ("close",)]
    assert (done.status, done.stdout, done.message) == (2, "out\n", "what, where\nremedy")
    assert capfd.readouterr() == ("", "warning: busy\n")
    with pytest.raises(UsageError, match=r"^what, where\nremedy$"):
        raise_error(done)


def test_a_result_arrives_without_its_samples(monkeypatch):
    seen = []
    monkeypatch.setattr(watching.os, "write", lambda _, line: seen.append(line))
    watching.Told(0).done(Result(case=CASE, status="wrong", reason="why", samples=[Sample(0, 0, 1, 1, 1)]))
    recording = Recording()
    watching.replay(process._EVENTS.decode(seen[0]), recording)
    assert recording.seen == [("done", CASE, "wrong", "why")]
    assert b"samples" not in seen[0].replace(b'"samples":[]', b"")


@contextmanager
def interrupted(when):
    """This thread gets a Ctrl-C as soon as something is true."""
    thread = threading.get_ident()
    waiting = threading.Thread(target=lambda: came_true(when) and signal.pthread_kill(thread, signal.SIGINT))
    waiting.start()
    yield
    waiting.join()


def running():
    """The children of this process; other tests may have left a browser."""
    return {each for each in psutil.Process().children() if each.status() != psutil.STATUS_ZOMBIE}


SLEEPING = (
    "import signal, time\ndef end(*_):\n    {ending}\nsignal.signal(signal.SIGTERM, end)\ntold.begin(1)\ntime.sleep(60)"
)
ENDS = "print('interrupted; 3 results are stored', file=sys.stderr); sys.exit(130)"


@pytest.mark.parametrize(("ending", "told"), [(ENDS, "interrupted; 3 results are stored\n"), ("sys.exit(7)", "")])
def test_an_interrupt_ends_the_child_and_is_raised(monkeypatch, capfd, ending, told):
    before = running()
    program(monkeypatch, SLEEPING.format(ending=ending))
    seen = Recording()
    with interrupted(lambda: seen.seen), pytest.raises(KeyboardInterrupt):
        play([], seen)
    assert capfd.readouterr().err == told
    assert not running() - before


def test_a_second_interrupt_ends_a_child_that_goes_on(monkeypatch):
    before = running()
    program(monkeypatch, SLEEPING.format(ending="told.note('no')"))
    seen = Recording()
    with (
        interrupted(lambda: seen.seen),
        interrupted(lambda: ("note", "no") in seen.seen),
        pytest.raises(KeyboardInterrupt),
    ):
        play([], seen)
    assert not running() - before


def test_a_child_that_is_killed_is_told(monkeypatch):
    program(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(CannotFinish, match="ended by SIGKILL"):
        raise_error(play([], Recording()))


def test_a_child_that_says_nothing_of_use_is_told(monkeypatch):
    monkeypatch.setattr(process, "play", lambda *_: Finished(1, "", ["Traceback", "ValueError: odd"]))
    for call in (calls.run, calls.verify, calls.compare):
        with pytest.raises(CannotFinish, match="ended with status 1: ValueError: odd"):
            call()


@pytest.mark.slow
def test_the_command_s_own_errors_are_exceptions(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"^unknown implementation 'nunpy'; did you mean 'numpy'\?$"):
        calls.verify(implementation="nunpy", m=5)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def kernel(monkeypatch):
    """IPython as it is in a kernel; what it displays."""
    shown = []

    def display(made, display_id):
        shown.append(made._repr_html_())
        return types.SimpleNamespace(update=lambda made: shown.append(made._repr_html_()))

    ipython = types.SimpleNamespace(get_ipython=lambda: types.SimpleNamespace(kernel=1))
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", types.SimpleNamespace(display=display))
    return shown


def test_a_notebook_has_a_line_that_changes_and_vanishes(kernel, monkeypatch):
    monkeypatch.setattr(watching, "UPDATE_SECONDS", 0)
    watcher = watching.watcher(True)
    watcher.begin(4)
    watcher.step()
    watcher.now("<b>m=3", 12.3)
    watcher.close()
    assert kernel == ["", '<progress value="1" max="4"></progress> 1/4 &lt;b&gt;m=3, about 12 s left', ""]


def test_elsewhere_progress_is_that_of_the_command(monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: None))
    assert type(watching.watcher(True)) is progress.Plain
    assert type(watching.watcher(False)) is watching.Silent
