"""The action and the reusable workflow: their steps, run by bash with the variables that GitHub's runner sets."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.needs("yaml")

ROOT = Path(__file__).resolve().parents[1]
BASE_SHA = "github.event.pull_request.base.sha"
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")
SUITE = "--pyperf 'bench/bm_*.py' --pyperf \"a b.py\""
SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"], None: ["bash", "-e"]}
"""How a runner starts a step's script: where ``shell: bash`` is stated, and where nothing is."""


def read(path):
    import yaml

    return yaml.safe_load((ROOT / path).read_text())


class Runner:
    """Runs steps in a folder as GitHub's runner does; ``known`` are the values of expressions."""

    def __init__(self, folder, where, steps, inputs):
        self.folder, self.where, self._steps = folder, where, steps
        self._defaults = {f"inputs.{name}": str(each.get("default", "")) for name, each in inputs.items()}
        self.output, self.summary = where / "output", where / "summary.md"
        self.programs = where / "programs"
        self.programs.mkdir()
        self.output.touch()

    def program(self, name, script):
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def __call__(self, begins, given=None, base="a1b2"):
        """Runs the step whose name begins so, with these inputs; how it ended."""
        step = next(each for each in self._steps if each.get("name", "").startswith(begins))
        known = {**self._defaults, **{f"inputs.{name}": text for name, text in (given or {}).items()}}
        known |= {BASE_SHA: base, "github.action_path": str(ROOT), "github.event_name": "pull_request"}
        script = self.where / "script.sh"
        script.write_text(filled(step["run"], known))
        variables = {name: filled(text, known) for name, text in step.get("env", {}).items()}
        runners = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": self.output, "GITHUB_STEP_SUMMARY": self.summary}
        return subprocess.run(
            [*SHELLS[step.get("shell")], script], cwd=self.folder, capture_output=True, text=True,
            env={**os.environ, **variables, **{name: str(each) for name, each in runners.items()},
                 "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}", "TMPDIR": str(self.where)},
        )  # fmt: skip


def filled(text, known):
    """Fills in expressions, which may name values of which the first that is not empty counts."""
    return EXPRESSION.sub(lambda found: first([value(each, known) for each in found[1].split(" || ")]), text)


def value(name, known):
    return filled(known[name], known)


def first(values):
    return next(filter(None, values), "")


def action(tmp_path, folder):
    found = read("action.yml")
    return Runner(folder, tmp_path, found["runs"]["steps"], found["inputs"])


def workflow(tmp_path, folder):
    found = read(".github/workflows/benchmarks.yml")
    steps = [step for job in found["jobs"].values() for step in job["steps"]]
    return Runner(folder, tmp_path, steps, found[True]["workflow_call"]["inputs"])  # YAML reads "on" as true


@pytest.fixture(params=[action, workflow])
def runner(request, tmp_path):
    """Steps in an empty folder; the command tells its arguments and ends as ``$STATUS`` says."""
    (tmp_path / "project/bench").mkdir(parents=True)
    (tmp_path / "project/bench/bm_a.py").touch()
    (tmp_path / "project/bench/bm_b.py").touch()
    made = request.param(tmp_path, tmp_path / "project")
    made.program("rooflinear", 'for each in "$@"; do echo "$each"; done\nexit ${STATUS:-0}')
    return made


def test_the_command_gets_what_the_inputs_say(runner):
    done = runner("Compare", {"suite": SUITE, "margin": "3%", "time-budget": "10m"})
    assert done.returncode == 0, done.stderr
    files = ["--html", "rooflinear.html", "--junit", "rooflinear.xml", "--output", "rooflinear.json"]
    suite = ["--pyperf", "bench/bm_*.py", "--pyperf", "a b.py"]
    assert done.stdout.splitlines() == [
        "compare", "a1b2", "HEAD", *suite, "--margin", "3%", "--time-budget", "10m", *files
    ]  # fmt: skip


def test_a_base_of_ones_own_is_taken_in_the_place_of_the_pull_requests(runner):
    done = runner("Compare", {"suite": "--pytest bench", "base": "v1.2"})
    assert done.stdout.splitlines()[:5] == ["compare", "v1.2", "HEAD", "--pytest", "bench"]


@pytest.mark.parametrize("status", [0, 1, 2, 3, 4, 5, 130])
def test_only_an_inconclusive_comparison_and_one_that_is_replayed_pass_beside_a_good_one(runner, monkeypatch, status):
    monkeypatch.setenv("STATUS", str(status))
    done = runner("Compare", {"suite": "--pytest bench"})
    assert (done.returncode == 0) == (status in (0, 1, 3))
    if status:
        assert runner.output.read_text() == f"status={status}\n"


REPLAYS = {action: "Measure again", workflow: "Replay"}


@pytest.mark.parametrize("kind", [action, workflow])
@pytest.mark.parametrize("status", [0, 1, 3, 4])
def test_what_is_slower_is_replayed_and_that_decides(tmp_path, monkeypatch, kind, status):
    monkeypatch.setenv("STATUS", str(status))
    runner = kind(tmp_path, tmp_path)
    runner.program("rooflinear", 'for each in "$@"; do echo "$each"; done\nexit $STATUS')
    done = runner(REPLAYS[kind], {"suite": "--pytest bench", "time-budget": "10m"})
    name = "rooflinear-confirm"
    files = ["--html", f"{name}.html", "--junit", f"{name}.xml", "--output", f"{name}.json"]
    assert done.stdout.splitlines() == ["compare", "--confirm", "rooflinear.json", "--time-budget", "10m", *files]
    assert done.returncode == status


def test_a_replay_is_made_only_where_something_was_slower():
    steps = {step.get("id"): step for step in read("action.yml")["runs"]["steps"]}
    assert steps["confirm"]["if"] == "steps.compare.outputs.status == '1' && inputs.confirm == 'true'"
    jobs = read(".github/workflows/benchmarks.yml")["jobs"]
    assert (jobs["confirm"]["needs"], jobs["confirm"]["if"]) == ("compare", "needs.compare.outputs.status == '1'")
    assert jobs["compare"]["outputs"] == {"status": "${{ steps.compare.outputs.status }}"}


@pytest.mark.parametrize("status", [0, 1, 3, 4, 5])
def test_the_action_tells_the_commands_status_and_fails_an_inconclusive_one_if_asked_to(tmp_path, monkeypatch, status):
    monkeypatch.setenv("STATUS", str(status))
    runner = action(tmp_path, tmp_path)
    runner.program("rooflinear", "exit $STATUS")
    done = runner("Compare", {"suite": "--pytest bench", "fail-on-inconclusive": "true", "confirm": "false"})
    assert done.returncode == status
    assert runner.output.read_text() == f"status={status}\n"


def test_more_options_of_the_action_are_words_of_a_shell(tmp_path):
    runner = action(tmp_path, tmp_path)
    runner.program("rooflinear", 'for each in "$@"; do echo "$each"; done')
    done = runner("Compare", {"suite": "--pytest bench", "options": "-k 'fast or slow' --allow-missing \"a b\""})
    assert done.stdout.splitlines()[-4:] == ["-k", "fast or slow", "--allow-missing", "a b"]


def test_the_action_installs_the_revision_that_the_workflow_names(tmp_path):
    runner = action(tmp_path, tmp_path)
    runner.program("python", 'echo "$@"')
    assert runner("Install").stdout.split() == ["-m", "pip", "install", "--quiet", str(ROOT)]


def test_the_docs_list_the_actions_inputs_with_their_defaults():
    rows = re.findall(r"^\| `([a-z-]+)` \|[^|]*\| ?(.*?) ?\|$", (ROOT / "docs/existing-suites.md").read_text(), re.M)
    told = {name: default.strip("`") for name, default in rows}
    stated = {name: each.get("default") for name, each in read("action.yml")["inputs"].items()}
    assert told.keys() == stated.keys()
    assert told["suite"] == "required"
    assert told["base"] == "the pull request's base"
    assert stated["base"] == f"${{{{ {BASE_SHA} }}}}"
    others = stated.keys() - {"suite", "base"}
    assert {name: told[name] for name in others} == {name: stated[name] for name in others}


def git(folder, *words):
    identity = ["-c", "user.email=a@example.org", "-c", "user.name=A", "-c", "protocol.file.allow=always"]
    return subprocess.run(["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def pull_request(tmp_path):
    """A remote repository whose main went on after a branch began, and the merge of both; the base's hash."""
    remote = tmp_path / "remote"
    (remote / "bench").mkdir(parents=True)
    git(remote, "init", "-q", "-b", "main")
    (remote / "pkg.py").write_text("SIDE = 'base'\n")
    (remote / "bench/test_pkg.py").write_text("import pkg\ndef test_a(benchmark):\n    assert benchmark(str) == ''\n")
    git(remote, "add", "-A")
    git(remote, "commit", "-qm", "first")
    git(remote, "checkout", "-qb", "change")
    (remote / "pkg.py").write_text("SIDE = 'head'\n")
    suite = "import pkg\ndef test_a(benchmark):\n    assert benchmark(str) == '' and pkg.SIDE == 'base'\n"
    (remote / "bench/test_pkg.py").write_text(suite)
    git(remote, "commit", "-qam", "a change")
    git(remote, "checkout", "-q", "main")
    (remote / "README").touch()
    git(remote, "add", "-A")
    git(remote, "commit", "-qm", "main goes on")
    base = git(remote, "rev-parse", "HEAD").strip()
    git(remote, "checkout", "-qb", "merged")
    git(remote, "merge", "-q", "--no-edit", "change")
    return remote, base


def checked_out(tmp_path, remote, *depth):
    """As actions/checkout leaves it: the merge alone, with no branch."""
    clone = tmp_path / "project"
    git(tmp_path, "clone", "-q", *depth, "--branch", "merged", f"file://{remote}", str(clone))
    git(clone, "checkout", "-q", "--detach")
    return clone


def with_the_command(runner):
    runner.program("rooflinear", f'exec {shlex.quote(sys.executable)} -m rooflinear.bench "$@"')
    return runner


@pytest.mark.slow
@pytest.mark.parametrize("kind", [action, workflow])
def test_a_shallow_clone_is_told_to_fetch_the_base(tmp_path, pull_request, kind):
    remote, base = pull_request
    runner = with_the_command(kind(tmp_path, checked_out(tmp_path, remote, "--depth=1")))
    done = runner("Compare", {"suite": "--pytest bench"}, base)
    assert done.returncode
    assert "in CI: fetch-depth: 0" in done.stderr
    assert len(done.stderr.splitlines()) <= 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", [action, workflow])
def test_an_event_without_a_base_is_told_so(tmp_path, pull_request, kind):
    remote, _ = pull_request
    runner = with_the_command(kind(tmp_path, checked_out(tmp_path, remote)))
    done = runner("Compare", {"suite": "--pytest bench"}, base="")
    assert done.returncode
    assert "the name of a revision is empty" in done.stderr
    assert len(done.stderr.splitlines()) <= 2


@pytest.mark.slow
@pytest.mark.needs("pytest_benchmark")
def test_a_pull_request_whose_benchmark_fails_is_summarised(tmp_path, pull_request):
    """Its own suite fails on head: no verdict depends on a time."""
    remote, base = pull_request
    runner = with_the_command(action(tmp_path, checked_out(tmp_path, remote)))
    done = runner("Compare", {"suite": "--pytest bench", "time-budget": "20"}, base)
    assert done.returncode == 4, done.stderr
    assert runner.output.read_text() == "status=4\n"
    assert "test_a" in runner.summary.read_text()
    assert {path.suffix for path in runner.folder.glob("rooflinear.*")} == {".html", ".xml", ".json"}
    told = json.loads((runner.folder / "rooflinear.json").read_text())
    assert [each["verdict"] for each in told["cases"]] == ["broken"]
    assert told["base"]["commit"] == base
