"""``rooflinear calibrate --report``: runs played by a fake, lines that stay, tables of a file."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from rooflinear.bench import store
from rooflinear.bench.cli import app
from rooflinear.bench.commands import calibrate_report
from rooflinear.bench.commands.calibrate import busy
from rooflinear.bench.commands.calibrate_report import Play, calibrate, played
from rooflinear.bench.commands.requests import CalibrateReportRequest
from rooflinear.bench.errors import CannotFinish, UsageError
from rooflinear.bench.machine import machine
from rooflinear.bench.records import Case, Result, Run, Sample
from rooflinear.reports.repeatability import simulated_runs
from rooflinear.reports.repeatability.run_trials import CaseEstimates, ContestVerdict, RunTrial

from ...waiting import wait_for

KEY = ("gradient", "", "float64", 2, "cpu", "m=1000 n=10")


def made(wanted, time_ns=100.0):
    numpy = CaseEstimates("numpy", 300.0, 290.0, 310.0, "k", 1.0, 1.0, 1.0, "baseline", 3, False)
    numba = CaseEstimates("numba", time_ns, time_ns / 1.1, time_ns * 1.1, "k", 3.0, 2.9, 3.1, "k", 3, False)
    return RunTrial(
        started_at="2026-01-02T03:04:05+00:00",
        seconds=480,
        measuring_seconds=460,
        machine=machine.describe(),
        preset=wanted.preset,
        load=wanted.load,
        nice=wanted.nice,
        seed=wanted.seed or 0,
        timed_share=0.3,
        statuses={"ok": 2},
        skipped_for_time=0,
        disturbed=0,
        contests=[ContestVerdict(KEY, "numba", "numpy", "ahead", 2.9, True, [numpy, numba])],
    )


class Fake:
    """Plays runs at once and remembers what was asked; ends with an error after so many."""

    def __init__(self, error=None, after=0):
        self.asked, self.error, self.after = [], error, after

    def __call__(self, wanted):
        if self.error and len(self.asked) == self.after:
            raise self.error
        self.asked.append(wanted)
        return made(wanted)


def ask(file, play, **typed):
    defaults = {"runs": "1", "load": "0", "simulate": "0"}
    given = ("report", "output", *typed)
    return calibrate(CalibrateReportRequest(**{**defaults, **typed}, output=file, given=given), play)


def lines(file):
    return [msgspec.json.decode(line, type=RunTrial) for line in file.read_bytes().splitlines()]


def test_every_run_is_a_line_of_the_file(tmp_path, capsys):
    file, play = tmp_path / "deep" / "runs.jsonl", Fake()
    assert ask(file, play, runs="2") == 0
    assert ask(file, play, runs="1", load="2", nice="19", preset="quick", seed="7") == 0
    assert play.asked == [Play("standard", 0, 0, None)] * 2 + [Play("quick", 2, 19, 7)]
    assert [each.preset for each in lines(file)] == ["standard", "standard", "quick"]
    assert "standard, idle, 2 runs" in capsys.readouterr().out


def test_each_run_has_a_seed_of_its_own_where_one_is_given(tmp_path):
    play = Fake()
    ask(tmp_path / "runs.jsonl", play, runs="3", seed="0")
    assert [each.seed for each in play.asked] == [0, 1, 2]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), CannotFinish("a run ended with status 5")])
def test_an_end_on_the_way_keeps_the_runs_before(tmp_path, error):
    file = tmp_path / "runs.jsonl"
    with pytest.raises(type(error)):
        ask(file, Fake(error, after=2), runs="5")
    assert len(lines(file)) == 2
    ask(file, Fake(), runs="1")
    assert len(lines(file)) == 3


def test_figures_are_printed_as_json(tmp_path, capsys):
    ask(tmp_path / "runs.jsonl", Fake(), runs="2", json=True)
    (group,) = json.loads(capsys.readouterr().out)["groups"]
    assert group["runs"] == 2
    assert group["winners"][0] == {
        "contests": "all", "pairs": 1, "same": 1, "ahead": 2, "ahead_same": 2, "allowed": 0, "contradicted": 0,
    }  # fmt: skip


def test_a_place_that_cannot_be_written_is_told_before_a_run(tmp_path):
    (tmp_path / "file").touch()
    play = Fake()
    with pytest.raises(UsageError, match="Not a directory"):
        ask(tmp_path / "file" / "runs.jsonl", play)
    assert not play.asked


def test_simulated_contests_play_no_run(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(simulated_runs, "NOISES", {"even": simulated_runs.NoiseModel()})
    play = Fake()
    assert ask(tmp_path / "runs.jsonl", play, simulate="3") == 0
    assert not play.asked
    assert "| even | 3 of 3 |" in capsys.readouterr().out
    ask(tmp_path / "runs.jsonl", play, simulate="3", runs="1", json=True)
    told = json.loads(capsys.readouterr().out)
    assert [group["runs"] for group in told["groups"]] == [1]
    assert [each["noise"] for each in told["simulated"]] == ["even"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"preset": "standrad"}, "did you mean 'standard'"),
        ({"preset": "verify"}, "measures no times"),
        ({"nice": "20"}, "--nice '20'"),
        ({"runs": "many"}, "--runs 'many'"),
        ({"seed": "-1"}, "--seed '-1'"),
    ],
)
def test_what_cannot_be_played_is_refused(tmp_path, typed, told):
    with pytest.raises(UsageError, match=told):
        ask(tmp_path / "runs.jsonl", Fake(), **typed)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--report", "--effect", "5%"], "leave out --effect"),
        (["--report", "--peers"], "leave out --peers"),
        (["--report", "--margin", "2%"], "leave out --margin"),
        (["--report", "--time-budget", "60s"], "leave out --time-budget"),
        (["--report", "HEAD"], "leave out a revision"),
        (["--preset", "quick"], "need --report"),
        (["--nice", "19"], "need --report"),
    ],
)
def test_options_that_mean_nothing_are_refused_in_a_line(arguments, told):
    outcome = CliRunner().invoke(app, ["calibrate", *arguments])
    assert outcome.exit_code == 2
    assert told in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def test_no_runs_print_what_the_file_holds(rooflinear):
    file = rooflinear.results / "report-calibration.jsonl"
    ask(file, Fake(), runs="2")
    before = file.read_bytes()
    outcome = rooflinear("calibrate", "--report", "--runs", "0")
    assert outcome.status == 0, outcome.stderr
    assert "| same winner in two runs | 100.0% |" in outcome.stdout
    assert file.read_bytes() == before


def test_a_damaged_file_is_refused_in_a_line(rooflinear):
    file = rooflinear.folder / "runs.jsonl"
    ask(file, Fake(), runs="1")
    file.write_bytes(file.read_bytes()[:-40])
    outcome = rooflinear("calibrate", "--report", "--runs", "1", "--output", file)
    assert outcome.status == 2
    assert "a line is not a calibration run" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def short_run(folder):
    """What a run leaves behind."""
    case = Case("builtin", "gradient", "numpy", {"m": 10}, {}, "float64", 1, "cpu")
    samples = [Sample(number, 0, 10**9, 10**9, 100) for number in range(3)]
    run = Run(
        command=[], options={}, machine=machine.describe(), versions={}, environment={}, suite="builtin",
        operations={}, implementations={}, preset="quick", seed=3,
        started_at="2026-01-02T03:04:05+00:00", finished_at="2026-01-02T03:04:15+00:00",
    )  # fmt: skip
    store.write_run(folder, run)
    file = store.ResultFile(folder)
    file.append(Result(case=case, status="ok", samples=samples))
    file.close()


def stands_in(monkeypatch, folder, program):
    """A program in place of ``rooflinear run``; it finds its arguments in ``sys.argv``."""
    script = folder / "program.py"
    script.write_text(program)
    monkeypatch.setattr(calibrate_report, "COMMAND", [sys.executable, str(script)])


COPY = """
import json, shutil, sys, time
time.sleep(0.2)
arguments = sys.argv[1:]
json.dump(arguments, open("{seen}", "w"))
shutil.copytree("{run}", arguments[arguments.index("--results") + 1] + "/a-run")
sys.exit({status})
"""


@pytest.mark.parametrize("status", [0, 1])
def test_a_run_is_a_command_whose_folder_is_read(tmp_path, monkeypatch, status):
    short_run(tmp_path / "run")
    seen = tmp_path / "seen.json"
    stands_in(monkeypatch, tmp_path, COPY.format(seen=seen, run=tmp_path / "run", status=status))
    found = played(Play("quick", 0, 0, 3))
    arguments = json.loads(seen.read_text())
    assert [*arguments[:3], *arguments[4:]] == ["--preset", "quick", "--results", "--seed", "3"]
    assert not Path(arguments[3]).exists()
    assert (found.measuring_seconds, found.timed_share, found.seed) == (10.0, 0.3, 3)
    assert 0.2 <= found.seconds < 60


@pytest.mark.parametrize("status", [2, 5])
def test_a_run_without_an_end_is_no_line(tmp_path, monkeypatch, status):
    stands_in(monkeypatch, tmp_path, f"raise SystemExit({status})")
    with pytest.raises(CannotFinish, match=f"status {status}"):
        played(Play("quick", 0, 0, None))


WAITS = """
import pathlib, signal, sys, time
def end(*_):
    pathlib.Path("{ended}").touch()
    sys.exit(130)
signal.signal(signal.SIGTERM, end)
pathlib.Path("{begun}").touch()
time.sleep(60)
"""


def test_a_run_is_stopped_with_the_command_that_plays_it(tmp_path, monkeypatch):
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    stands_in(monkeypatch, tmp_path, WAITS.format(begun=begun, ended=ended))
    interrupter = f"""
import os, pathlib, signal, time
while not pathlib.Path({str(begun)!r}).exists(): time.sleep(0.01)
os.kill({os.getpid()}, signal.SIGINT)
"""
    with subprocess.Popen([sys.executable, "-c", interrupter]), pytest.raises(KeyboardInterrupt):
        played(Play("quick", 0, 0, None))
    assert ended.exists()


def test_busy_programs_are_as_nice_as_they_are_told(monkeypatch):
    started = []
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **more: started.append(real(*words, **more)) or started[-1])
    with busy(1, nice=19):
        wait_for(lambda: os.getpriority(os.PRIO_PROCESS, started[0].pid) == 19)
    assert started[0].returncode == -signal.SIGKILL
