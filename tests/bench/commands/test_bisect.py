"""``rooflinear bisect`` on real commits: what it names, how it ends, and that it goes on after an interruption."""

import json
import signal

import pytest
from typer.testing import CliRunner

from rooflinear.bench.cli import app
from rooflinear.bench.history.records import BISECT, STEPS

from ...waiting import wait_for
from ..made_repository import KERNEL, MORE_MEMORY, OTHER, SIZES, WRONG, Repository


@pytest.fixture
def repository(rooflinear):
    """Three commits: the last one makes calls of ``plain`` larger, the one before cannot be judged."""
    made = Repository(rooflinear.folder)
    made.write(other=None)
    for number, text in enumerate((KERNEL, WRONG, MORE_MEMORY)):
        made.write(plain=f"{text}# {number}\n")
        made.commit(f"change {number}")
    return made


@pytest.fixture
def bisect(rooflinear, repository):
    """Runs the command with ``--json``; whatever happens, git and the checkout must be as before."""

    def run(*arguments, **options):
        before = repository.state()
        outcome = rooflinear("bisect", *arguments, "--json", **options)
        assert repository.state() == before
        assert not list(rooflinear.temporary.glob("rooflinear-*"))
        return outcome.status, json.loads(outcome.stdout) if outcome.stdout.startswith("{") else outcome.stderr

    return run


def test_it_goes_on_after_it_was_killed_and_names_the_commit_with_one_that_is_wrong(rooflinear, repository, bisect):
    """No verdict here depends on a time."""
    process = rooflinear.start("bisect", "HEAD~2", "--measure", "memory", "--dtype", "float64", *SIZES)
    results = rooflinear.folder / "results"
    wait_for(lambda: any(path.read_bytes().count(b"\n") for path in results.glob(f"*/{STEPS}")) or process.poll())
    process.send_signal(signal.SIGKILL)
    process.wait()
    (steps,) = results.glob(f"*/{STEPS}")
    before = steps.read_bytes()
    status, found = bisect("--resume", steps.parent)
    assert steps.read_bytes().startswith(before)
    assert json.loads((steps.parent / BISECT).read_text()) == found

    assert status == 1
    (change,) = found["changes"]
    assert change["commit"]["subject"] == "change 2"
    assert [each["subject"] for each in change["suspects"]] == ["change 1", "change 2"]
    (case,) = change["cases"]
    assert case["confirmed"]
    assert case["low"] > 2
    ((name, why),) = change["skipped"].items()
    assert name == repository.git("rev-parse", "HEAD~1").strip()
    assert "wrong" in why
    page = (steps.parent / "bisect.html").read_text()
    assert "change 2" in page
    assert "://" not in page


def test_a_pattern_that_fits_nothing_leaves_no_folder(rooflinear, bisect):
    status, told = bisect("HEAD~1", "--case", "nothing *", *SIZES)
    assert status == 2
    assert "no case matches nothing *" in told
    assert not list((rooflinear.folder / "results").iterdir())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "GOOD is missing"),
        (("HEAD", "HEAD"), "are the same commit"),
        (("HEAD", "HEAD~1"), "is not an ancestor"),
        (("nothing",), "'nothing' is neither a revision"),
        (("HEAD~1", "--suite", "absent"), "no such folder"),
        (("HEAD~1", "-k", "a"), "no suite of another tool is given"),
        (("HEAD~1", "--pytest", "x.py", "--dtype", "float32"), "has no such choice"),
        (("yarl==1", "HEAD"), "one end is a release and the other is not"),
        (("yarl==1", "yarl==2"), "releases are compared by a suite of another tool"),
        (("--resume", "absent"), "give a folder that 'rooflinear bisect' wrote"),
        (("--resume", "absent", "--m", "3"), "goes on with what was typed before; leave out --m"),
        (("HEAD~1", "--margin", "0"), "must be more than 0"),
        (("HEAD~1", "--time-budget", "-3"), "--time-budget"),
    ],
)
def test_bad_usage_is_told_in_a_line(tmp_path, monkeypatch, arguments, told):
    checkout = Repository(tmp_path)
    checkout.write(plain=OTHER)
    checkout.commit("second")
    monkeypatch.chdir(tmp_path)
    outcome = CliRunner().invoke(app, ["bisect", *arguments])
    assert outcome.exit_code == 2
    assert told in outcome.stderr
    assert len(outcome.stderr.splitlines()) <= 2
    assert not list(tmp_path.glob("results/*"))
