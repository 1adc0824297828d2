"""``rooflinear compare`` on real git revisions: verdicts, exit statuses, and a checkout that stays as it is."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from rooflinear.bench.cli import app
from rooflinear.bench.commands import compare as comparing
from rooflinear.bench.commands import compare_output
from rooflinear.bench.commands.requests import CompareRequest
from rooflinear.bench.errors import CannotFinish, UsageError
from rooflinear.bench.gate.margins import Margins
from rooflinear.bench.gate.plan import Plan, Planned
from rooflinear.bench.gate.records import SAME, CaseResult
from rooflinear.bench.records import Case
from rooflinear.bench.sweep import Options

from ...conftest import Outcome, Rooflinear
from ...waiting import wait_for
from ..interop.test_interop import PYTEST
from ..made_repository import KERNEL, MORE_MEMORY, OTHER, SIZES, SLOWER, WRONG, Repository


@pytest.fixture
def repository(rooflinear):
    return Repository(rooflinear.folder)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """The current folder is a repository."""
    monkeypatch.chdir(Repository(tmp_path / "checkout").folder)


@pytest.fixture
def compare(rooflinear, repository):
    """Runs the command with ``--json``; whatever happens, git and the checkout must be as before."""

    def run(*arguments, **options):
        before = repository.state()
        outcome = rooflinear("compare", *arguments, "--json", *SIZES, **options)
        assert repository.state() == before
        assert not list(rooflinear.temporary.glob("rooflinear-*"))
        return outcome.status, json.loads(outcome.stdout) if outcome.stdout.startswith("{") else outcome.stderr

    return run


BRIEF = ("--time-budget", "8s")
"""For what does not depend on a verdict: beside other programs a confirmation would take minutes."""


@pytest.fixture
def environment(tmp_path):
    """Another environment with the same packages, as far as its interpreter can tell."""
    folder = tmp_path / "environment.out"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "pyvenv.cfg").write_text((Path(sys.prefix) / "pyvenv.cfg").read_text())
    (folder / "lib").symlink_to(Path(sys.prefix) / "lib")
    return folder / "bin" / "python"


def verdicts(found):
    return {each["case"]["implementation"]: each["verdict"] for each in found["cases"]}


def the_case(found, implementation="plain"):
    return next(each for each in found["cases"] if each["case"]["implementation"] == implementation)


class Compared(NamedTuple):
    """A comparison of a slower commit, in every form."""

    rooflinear: Rooflinear
    repository: Repository
    outcome: Outcome
    files: dict[str, Path]
    summary: Path

    @property
    def found(self):
        return json.loads(self.files["output"].read_text())


@pytest.fixture(scope="module")
def slower(rooflinear_once):
    folder = rooflinear_once.folder
    repository = Repository(folder)
    repository.write(plain=SLOWER)
    repository.commit("slower")
    before = repository.state()
    files = {form: folder / f"{form}.out" for form in ("html", "junit", "markdown", "output")}
    summary = folder / "summary.out"
    options = [word for form, path in files.items() for word in (f"--{form}", path)]
    told = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    outcome = rooflinear_once("compare", "HEAD~1", *SIZES, *options, environment=told)
    assert repository.state() == before
    return Compared(rooflinear_once, repository, outcome, files, summary)


@pytest.mark.alone
def test_a_slower_commit_is_found_and_said_in_every_form(slower):
    outcome, files, found = slower.outcome, slower.files, slower.found
    assert outcome.status == 1
    assert outcome.stdout.startswith("Slower: 1 of 2 cases")
    assert "::error file=kernels/plain.py,title=slower%3A double/plain::" in outcome.stdout
    assert slower.summary.read_text() == files["markdown"].read_text() + "\n"
    assert ElementTree.parse(files["junit"]).getroot().attrib["failures"] == "1"
    assert b"<html" in files["html"].read_bytes()[:4000]
    assert found["verdict"] == "slower"
    case = the_case(found)
    assert case["ratio"] > case["low"] > 1.5
    assert case["blocks"] >= 12
    assert case["least_effect"] < case["ratio"]
    assert case["case"]["sizes"] == {"m": 20000}
    assert verdicts(found)["other"] != "slower"
    assert any(control["kind"] == "unchanged" for control in found["controls"])
    assert found["base"]["commit"] == slower.repository.git("rev-parse", "HEAD~1").strip()
    assert found["base"]["versions"]["numpy"] == np.__version__


@pytest.mark.alone
def test_a_slower_commit_recurs_elsewhere(slower, tmp_path):
    repository, old, again = slower.repository, slower.found, tmp_path / "again.out"
    repository.write(plain=KERNEL)
    repository.commit("as it was")
    before = repository.state()
    outcome = slower.rooflinear("compare", "--confirm", slower.files["output"], "--output", again)
    assert repository.state() == before
    assert outcome.status == 1
    assert outcome.stdout.startswith("Slower: 1 of 1 confirmed slowdown recurs")
    new = json.loads(again.read_text())
    (case,) = new["cases"]
    assert (case["recurrence"], case["case"], case["margin"]) == (
        "recurs",
        the_case(old)["case"],
        the_case(old)["margin"],
    )
    assert (case["then"]["ratio"], case["then"]["low"]) == (the_case(old)["ratio"], the_case(old)["low"])
    assert case["confirm"]["ratio"] > 1.5
    assert [new[side]["commit"] for side in ("base", "head")] == [old[side]["commit"] for side in ("base", "head")]
    assert new["seed"] != old["seed"]
    assert [control["kind"] for control in new["controls"]] == ["copy"]


@pytest.mark.slow
def test_a_working_tree_that_takes_a_mebibyte_less_is_found_and_a_remark_changes_nothing(compare, repository):
    """No verdict here depends on a time."""
    repository.write(plain=MORE_MEMORY)
    repository.commit("more memory")
    repository.write(plain=KERNEL, other="# A remark.\n" + OTHER)
    status, found = compare("HEAD", "--measure", "memory", "--dtype", "float64")
    assert status == 0
    case = the_case(found)
    assert (verdicts(found), case["measure"]) == ({"plain": "faster", "other": "equivalent"}, "memory")
    stage = case["confirm"] or case["screen"]
    assert (stage["unit"], stage["base_ns"] - stage["head_ns"]) == ("B", pytest.approx(2**20, abs=2**17))
    assert {(each["kind"], each["result"]["measure"]) for each in found["controls"]} == {("copy", "memory")}
    assert (found["head"]["label"], found["head"]["dirty"]) == ("working tree", True)


def test_what_did_not_change_only_controls(compare):
    status, found = compare("HEAD", "HEAD")
    assert (status, found["verdict"]) == (0, "not slower")
    assert all(each["unchanged"] for each in found["cases"])
    assert len(found["controls"]) == 2
    assert found["reason"] == f"{SAME}: there is nothing to compare"


@pytest.mark.parametrize("changed", [False, True])
def test_where_nothing_changed_it_is_said_before_anything_is_measured(monkeypatch, capsys, changed):
    case = Case("made", "double", "plain", {"m": 10}, {}, "float64", 1, "cpu")
    same = CaseResult(case=case, verdict="not compared", margin=0.02, unchanged=True)
    made = Plan((Planned(case, 0.02, unchanged=not changed),), (same,) * 9)
    monkeypatch.setattr(comparing, "plan", lambda *_: made)
    monkeypatch.setattr("rooflinear.bench.gate.measures.Gate", lambda *_, **__: pytest.fail("it was begun"))
    with pytest.raises(pytest.fail.Exception):
        comparing.paired(None, None, Options(suite="made"), Margins(0.02), [])
    assert capsys.readouterr().err == ("" if changed else f"{SAME}; measured as controls: 1 of 10 cases\n")


def test_kernels_that_come_and_go_are_said(compare, repository):
    repository.write(other=None, third=KERNEL)
    repository.commit("comes and goes")
    status, found = compare("HEAD~1", "HEAD", "--implementation", "other,third")
    assert status == 4
    assert verdicts(found) == {"other": "missing", "third": "appeared"}
    status, found = compare("HEAD~1", "HEAD", "--allow-missing", "other", "--allow-missing", "third", *BRIEF)
    assert status in (0, 3)
    assert verdicts(found).keys() == {"plain", "other", "third"}
    assert {verdicts(found)[name] for name in ("other", "third")} == {"not compared"}
    assert not [text for text in found["warnings"] if "--allow-missing" in text]


def test_a_kernel_that_turned_wrong_is_broken_not_fast(compare, repository):
    repository.write(plain=WRONG)
    repository.commit("wrong")
    status, found = compare("HEAD~1", "HEAD", "--implementation", "plain")
    assert status == 4
    assert the_case(found)["verdict"] == "broken"
    assert the_case(found)["ratio"] is None
    assert "head: wrong" in the_case(found)["reason"]


def test_an_operation_that_means_another_thing_is_changed(compare, repository):
    operations = (repository.folder / "kernels" / "operations.py").read_text()
    repository.write(operations=operations.replace('sizes=("m",)', 'sizes=("m",), parameters={"power": 1}'))
    repository.commit("a parameter")
    status, found = compare("HEAD~1", "HEAD")
    assert status == 4
    assert set(verdicts(found).values()) == {"changed"}


def test_a_suite_that_does_not_load_is_said_for_every_case(compare, repository):
    repository.write(operations="CONTRACT = 99\n")
    repository.commit("another contract")
    status, found = compare("HEAD~1", "HEAD")
    assert status == 4
    assert set(verdicts(found).values()) == {"broken"}
    assert "CONTRACT = 99" in found["cases"][0]["reason"]


def test_too_little_time_is_inconclusive(compare, repository):
    repository.write(plain=SLOWER)
    repository.commit("slower")
    status, found = compare("HEAD~1", "HEAD", "--time-budget", "1s", "--allow-missing", "nobody,plain")
    assert status == 3
    [late] = [each for each in found["cases"] if not each["unchanged"]]
    assert "time-budget" in late["reason"]
    assert late["ratio"] is None
    told = [text for text in found["warnings"] if "--allow-missing" in text]
    assert told == ["--allow-missing 'nobody' matches no case of this comparison"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nosuch"], "neither a revision"),
        (["--", "-x"], "neither a revision"),
        (["HEAD", "--margin", "0"], "--margin '0'"),
        (["HEAD", "--margin", "nan"], "--margin 'nan'"),
        (["HEAD", "--margin", "-2%"], "--margin '-2%'"),
        (["HEAD", "--margins", "nosuch.json"], "--margins nosuch.json"),
        (["HEAD", "--implementation", "plian"], "did you mean 'plain'"),
        (["HEAD", "--operation", "nosuch"], "unknown operation"),
        (["HEAD", "--base-python", "/nosuch/python"], "--base-python /nosuch/python: no such program"),
        (["HEAD", "--head-python", "/bin/true"], "is not a working Python"),
        (["HEAD", "--head-python", "/dev/null"], "no such program"),
        (["HEAD", "--suite", "nosuch"], "no such folder"),
    ],
)
def test_what_cannot_be_asked_is_said(checkout, arguments, told):
    outcome = CliRunner().invoke(app, ["compare", *arguments])
    assert outcome.exit_code == 2
    assert told in outcome.stderr
    assert len(outcome.stderr.splitlines()) <= 2


def test_remarks_on_a_suite_are_told_as_by_other_commands(rooflinear, repository):
    remark = "slip.py: no function of an operation; 'doubel': did you mean 'double'?\n"
    repository.write(slip=KERNEL.replace("double", "doubel"))
    chosen = ("compare", "HEAD", "--implementation", "slip", *SIZES)
    outcome = rooflinear(*chosen)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr.count(remark) == 1
    assert f"warning: working tree: {remark}" in outcome.stderr
    repository.commit("slip")
    assert f"warning: {remark}" in rooflinear(*chosen).stderr
    repository.write(slip=None)
    assert f"warning: HEAD: {remark}" in rooflinear(*chosen).stderr


def test_outside_a_repository_it_says_so(rooflinear, tmp_path):
    Repository(tmp_path / "suite")
    os.rename(tmp_path / "suite" / ".git", tmp_path / "elsewhere")
    outcome = rooflinear("compare", "HEAD", "--suite", tmp_path / "suite" / "kernels")
    assert outcome.status == 2
    assert "not in a git repository" in outcome.stderr


def test_two_environments_of_one_suite_are_judged(compare, environment):
    status, found = compare("HEAD", "HEAD", "--head-python", environment, "--implementation", "plain", *BRIEF)
    assert status in (0, 3)
    assert not any(each["unchanged"] for each in found["cases"])
    assert found["head"]["python"] == str(environment)
    assert found["base"]["python"] == sys.executable
    assert found["head"]["versions"]["numpy"] == np.__version__


@pytest.fixture
def refused(monkeypatch, tmp_path):
    """What `compare` raises; whatever would measure fails the test."""
    monkeypatch.setattr(comparing, "_files", lambda request: pytest.fail("it went on"))
    monkeypatch.setattr(comparing, "_revisions", lambda request: pytest.fail("it went on"))
    monkeypatch.chdir(tmp_path)

    def run(error, **typed):
        with pytest.raises(error) as raised:
            comparing.compare(CompareRequest(**{"preset": "quick", "base": "HEAD"} | typed))
        return str(raised.value)

    return run


@pytest.mark.parametrize("option", ["html", "markdown", "junit", "output"])
def test_a_file_that_cannot_be_written_is_said_before_measuring(refused, tmp_path, option):
    for path in (tmp_path / "nosuch" / "page.out", tmp_path):
        told = refused(CannotFinish, **{option: path})
        assert told == f"--{option} {path}: cannot write there; choose a file in a folder that you may write to"


def test_a_file_is_not_written_over_another(refused, tmp_path):
    told = refused(UsageError, html=Path("one"), junit=tmp_path / "one")
    assert told == f"--junit {tmp_path}/one: --html names the same file; choose another"
    (tmp_path / "old.json").touch()
    told = refused(UsageError, base="old.json", output=Path("old.json"))
    assert told == "--output old.json: BASE names the same file; choose another"


def test_several_forms_may_go_to_one_device():
    device = Path("/dev/null")
    compare_output.refuse_unwritable(CompareRequest(preset="quick", base="HEAD", html=device, junit=device))


def test_the_summary_is_refused_before_measuring_too(refused, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    assert refused(CannotFinish).startswith(f"GITHUB_STEP_SUMMARY {tmp_path}: cannot write there")


def test_folders_of_results_in_place_of_results_are_said(refused, tmp_path):
    for folder, name in (("results", "1-first"), ("results", "2-newest"), ("others", "3-run")):
        run = tmp_path / folder / name
        run.mkdir(parents=True)
        (run / "run.json").write_text("{}")
        os.utime(run, (1, 1000 + int(name[0])))
    told = refused(UsageError, base="results", head="others")
    assert told == "results: contains several results; give one of them, such as results/2-newest"
    assert refused(UsageError, base="results/1-first", head="others").startswith("others: contains several results;")


def test_a_run_is_one_though_a_report_lies_in_its_folder(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "run.json").write_text("{}")
    (run / "report.benchmark.json").write_bytes(PYTEST.read_bytes())
    assert comparing._are_files(CompareRequest(preset="quick", base=str(run), head=str(PYTEST)))


def test_a_folder_of_files_of_another_tool_is_said(refused, tmp_path):
    (tmp_path / "kept" / "machine").mkdir(parents=True)
    (tmp_path / "kept" / "machine" / "0001.json").write_bytes(PYTEST.read_bytes())
    (tmp_path / "kept" / "notes.json").write_text("{}")
    assert refused(UsageError, base="kept", head=None).endswith("such as kept/machine/0001.json")


def test_a_revision_is_taken_for_one_though_a_folder_has_its_name(repository):
    (repository.folder / "main").mkdir()
    (repository.folder / "main" / "1").mkdir()
    (repository.folder / "main" / "1" / "run.json").write_text("{}")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository.folder)
        comparing._refuse_folder("main")
        with pytest.raises(UsageError, match="contains several"):
            comparing._refuse_folder("./main")


def test_ctrl_c_leaves_nothing(rooflinear, repository):
    before = repository.state()
    process = rooflinear.start("compare", "HEAD", *SIZES)
    wait_for(lambda: len(rooflinear.processes()) >= 4)
    os.kill(process.pid, signal.SIGINT)
    outcome = rooflinear.finish(process)
    assert outcome.status == 130
    assert repository.state() == before
    assert not list(rooflinear.temporary.iterdir())
    wait_for(lambda: not rooflinear.processes())


def test_what_a_killed_comparison_left_goes_with_the_next(rooflinear, repository):
    before = repository.state()
    process = rooflinear.start("compare", "HEAD", *SIZES)
    wait_for(lambda: len(rooflinear.processes()) >= 4)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    wait_for(lambda: not rooflinear.processes())
    assert repository.state() == before
    assert list(rooflinear.temporary.iterdir())
    assert rooflinear("compare", "HEAD", *SIZES, "--implementation", "plain", *BRIEF).status in (0, 3)
    assert not list(rooflinear.temporary.iterdir())
