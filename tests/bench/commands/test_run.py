"""A run beside other programs: what is waited for, warned of and recorded."""

import contextlib
from dataclasses import replace
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from rooflinear.bench import store
from rooflinear.bench.cli import app
from rooflinear.bench.commands import run
from rooflinear.bench.machine import quiet
from rooflinear.bench.machine.neighbours import Neighbour
from rooflinear.bench.machine.quiet import look_round, wait_for_quiet
from rooflinear.bench.suites import suite
from rooflinear.bench.sweep import PRESETS

from ..machine.computer import LINUX, busy_program
from ..made import write_suite

MEASURE = run._measure


@pytest.fixture
def quiet_run(monkeypatch, tmp_path):
    """A run's commands without anything measured: what was waited for, and the run's record."""
    asked = SimpleNamespace(waits=[], records=[], chosen=[], found=[])

    def wait(seconds):
        asked.waits.append(seconds)
        return asked.found

    def measure(folder, record, loaded, chosen, *_):
        asked.records.append(record)
        asked.chosen.append(chosen)
        return 0

    monkeypatch.setattr(quiet, "wait_for_quiet", wait)
    monkeypatch.setattr(quiet, "look_round", lambda: asked.found)
    monkeypatch.setattr(run, "_measure", measure)
    typed = ["run", "--suite", write_suite(tmp_path / "mine"), "--results", tmp_path / "results"]
    asked.invoke = lambda *more: CliRunner().invoke(app, list(map(str, [*typed, *more])))
    asked.folders = lambda: list((tmp_path / "results").iterdir())
    asked.resume = lambda *more: CliRunner().invoke(app, ["run", "--resume", str(asked.folders()[0]), *more])
    return asked


def test_a_run_waits_only_when_asked(quiet_run):
    assert quiet_run.invoke().exit_code == 0
    assert quiet_run.invoke("--wait-for-quiet", "5m").exit_code == 0
    assert (quiet_run.waits, quiet_run.records[-1].warnings) == ([300], [])


def test_a_resumed_run_may_wait_as_well(quiet_run):
    quiet_run.invoke()
    outcome = quiet_run.resume("--wait-for-quiet", "90s")
    assert (outcome.exit_code, quiet_run.waits) == (0, [90]), outcome.output


def test_the_wait_is_no_option_that_makes_another_run(quiet_run):
    quiet_run.invoke()
    quiet_run.invoke("--wait-for-quiet", "5m")
    assert quiet_run.records[0].options == quiet_run.records[1].options


def test_a_time_budget_stated_on_resuming_is_a_total(quiet_run):
    assert quiet_run.invoke("--preset", "quick").exit_code == 0
    assert quiet_run.resume().exit_code == 0
    assert quiet_run.resume("--time-budget", "82s").exit_code == 0
    quick = PRESETS["quick"]
    assert [(each.time_budget_s, each.start_s) for each in quiet_run.chosen] == [
        (quick.time_budget_s, quick.start_s), (quick.time_budget_s, quick.start_s), (82, None),
    ]  # fmt: skip


@LINUX
def test_a_run_beside_a_real_busy_program_warns_and_records_it(quiet_run, monkeypatch):
    monkeypatch.setattr(quiet, "look_round", look_round)
    monkeypatch.setattr(quiet, "wait_for_quiet", wait_for_quiet)
    with busy_program():
        outcome = quiet_run.invoke()
    assert outcome.exit_code == 0, outcome.output
    [folder] = quiet_run.folders()
    [warning] = store.read_run(folder).warnings
    assert warning.startswith("other programs are busy: ")
    assert warning.endswith("; --wait-for-quiet 5m waits until they end")
    assert outcome.stderr == f"warning: {warning}\n"


def test_a_wait_in_vain_is_told(quiet_run):
    quiet_run.found = [Neighbour(1234, "python3", 0.98)]
    warning = "other programs are busy: python3 (pid 1234) 98 % of a core; still so after waiting 300 s"
    assert quiet_run.invoke("--wait-for-quiet", "5m").stderr == f"warning: {warning}\n"
    assert quiet_run.records[0].warnings == [warning]


def test_a_resumed_run_keeps_the_warnings_it_had(quiet_run):
    quiet_run.found = [Neighbour(1, "a", 1.0)]
    quiet_run.invoke()
    quiet_run.found = [Neighbour(2, "b", 1.0)]
    quiet_run.resume()
    assert [each.partition("busy: ")[2][:9] for each in quiet_run.records[-1].warnings] == ["a (pid 1)", "b (pid 2)"]


@pytest.mark.parametrize("name", [store.CASES, store.OUTPUTS])
def test_a_run_that_another_process_goes_on_with_leaves_no_watcher_open(quiet_run, watchers, monkeypatch, name):
    load = suite.load
    monkeypatch.setattr(suite, "load", lambda folder: replace(load(folder), shown=("an output",)))
    quiet_run.invoke()
    monkeypatch.setattr(run, "_measure", MEASURE)
    [folder] = quiet_run.folders()
    with contextlib.closing(store.ResultFile(folder, name)):
        outcome = quiet_run.resume()
    assert (outcome.exit_code, "another rooflinear is at work" in outcome.stderr) == (2, True)
    assert all(each.closed for each in watchers)
    for free in (store.CASES, store.OUTPUTS):
        store.ResultFile(folder, free).close()


@pytest.mark.parametrize("more", [[], ["--resume", "nowhere"]])
@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("soon", "must be more than 0"),
        ("0", "must be more than 0"),
        ("-5", "must be more than 0"),
        ("5 parsecs", "unknown unit 'parsecs'"),
        ("", "must be more than 0"),
    ],
)
def test_junk_for_the_wait_is_bad_usage(tmp_path, monkeypatch, value, told, more):
    monkeypatch.chdir(tmp_path)
    outcome = CliRunner().invoke(app, ["run", f"--wait-for-quiet={value}", *more])
    assert outcome.exit_code == 2
    assert outcome.stderr.startswith(f"rooflinear: --wait-for-quiet '{value}': {told}")
    assert not list(tmp_path.iterdir())
