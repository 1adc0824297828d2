"""Suites that import packages of their own repository: each side runs its revision's, or it is said why not."""

import json
import os
import re
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from rooflinear.bench.calibration.planted import plant
from rooflinear.bench.commands.options import build
from rooflinear.bench.commands.requests import CaseRequest
from rooflinear.bench.errors import CannotFinish, SuiteFault, UsageError
from rooflinear.bench.gate import git, packages, revisions
from rooflinear.bench.gate.blocks import Blocks
from rooflinear.bench.gate.margins import Margins
from rooflinear.bench.gate.plan import Planned, plan
from rooflinear.bench.records import Case
from rooflinear.bench.suites.exported import VARIABLE

from ..made import OPERATIONS, ROOT
from ..made_repository import KERNEL, OTHER, SIZES, Repository

IMPORTS = "from mine.fast import double\n" + 'LIBRARY = "numpy"\n'
FAST = "from mine.factor import TWO\n\ndef double(x):\n    return TWO * x\n"
SMALL = CaseRequest(preset="quick", threads=("1",), m="10", seed="0")
RIGHT, WRONG = "TWO = 2\n", "TWO = 2.001\n"


@pytest.fixture
def repository(rooflinear):
    """A suite whose kernel is a package's function, the package in ``src``."""
    made = Repository(rooflinear.folder)
    made.write(plain=IMPORTS, other=None)
    package(made, __init__="", fast=FAST, factor=RIGHT)
    made.commit("a package")
    return made


def package(repository, **files):
    folder = repository.folder / "src" / "mine"
    folder.mkdir(parents=True, exist_ok=True)
    for stem, text in files.items():
        (folder / f"{stem}.py").write_text(text)


def compared(rooflinear, *arguments, environment=None):
    """Status, the comparison's record, and what a terminal shows: from one run of the command."""
    file = rooflinear.folder / "comparison.out"
    on_path = {"PYTHONPATH": str(rooflinear.folder / "src")}
    outcome = rooflinear("compare", *arguments, *SIZES, "--output", file, environment=on_path | (environment or {}))
    assert outcome.status != 2, outcome.stderr
    return outcome.status, json.loads(file.read_text()), outcome.stdout


def test_each_side_runs_the_package_of_its_own_revision(rooflinear, repository):
    """The checkout holds head's package, which is wrong: run on both sides, it would be wrong on both."""
    package(repository, factor=WRONG)
    repository.commit("wrong")
    status, found, _ = compared(rooflinear, "HEAD~1", "HEAD")
    assert status == 4
    assert [each["verdict"] for each in found["cases"]] == ["broken"]
    assert found["cases"][0]["reason"].startswith("head: wrong")
    assert "base" not in found["cases"][0]["reason"]


def test_operations_take_the_package_of_their_own_revision_too(repository, tmp_path):
    operations = "from mine.fast import WHO\n" + OPERATIONS.replace('doc=""', "doc=WHO")
    for who in ("base", "head"):
        repository.write(operations=operations)
        package(repository, fast=f"{FAST}WHO = {who!r}\n")
        repository.commit(who)
    sides = opened(repository, tmp_path, "HEAD~1", "HEAD")
    assert [side.suite.operations["double"].doc for side in sides] == ["base", "head"]
    assert not any(name.partition(".")[0] == "mine" for name in sys.modules)


@pytest.fixture
def blocks(repository, tmp_path):
    base, head = opened(repository, tmp_path, "HEAD", "HEAD")
    made = Blocks(base, head, build(head.suite, SMALL), 0)
    yield made
    made.close()


def test_inputs_and_oracle_are_made_with_heads_packages(blocks):
    told = json.loads(blocks._problems._environment[VARIABLE])
    assert told["folder"].endswith("side1")


@pytest.mark.parametrize("error", [UsageError, CannotFinish])
def test_an_oracle_that_fails_breaks_the_case_and_is_no_slowdown(blocks, monkeypatch, error):
    """Its exit status is that of bad usage, and other cases could be compared."""
    planned = Planned(Case("kernels", "double", "plain", {"m": 10}, {}, "float64", 1, "cpu"), 0.02)
    monkeypatch.setattr(blocks, "_terms_of", raises(SuiteFault("the suite's operations.py failed")))
    outcome = blocks._one(planned, {}, [], False)
    told = {side: (lost.status, lost.reason) for side, lost in outcome.lost.items()}
    assert told == dict.fromkeys(("base", "head"), ("crashed", "the suite's operations.py failed"))
    monkeypatch.setattr(blocks, "_terms_of", raises(error("bad data")))
    with pytest.raises(error):
        blocks._one(planned, {}, [], False)


def raises(error):
    def fail(planned):
        raise error

    return fail


def test_a_planted_suite_loads_with_the_package_of_its_revision(repository, tmp_path):
    repository.write(operations="from mine.factor import TWO\n" + OPERATIONS.replace('doc=""', "doc=str(TWO)"))
    repository.commit("operations import it")
    package(repository, factor=WRONG)
    [side] = opened(repository, tmp_path, "HEAD")
    planted = plant(side, ["plain"], 0.05, Path(side.export.scratch) / "planted" / "kernels")
    assert planted.suite.operations["double"].doc == "2"


def test_a_compiled_module_that_git_ignores_ends_the_comparison_with_its_name(rooflinear, repository):
    suffix = EXTENSION_SUFFIXES[0]
    (repository.folder / ".gitignore").open("a").write("*.so\n")
    package(repository, fast="from mine._core import double\n")
    repository.commit("compiled")
    (repository.folder / "src" / "mine" / f"_core{suffix}").touch()
    status, found, shown = compared(rooflinear, "HEAD")
    assert status == 4
    assert [each["verdict"] for each in found["cases"]] == ["broken"]
    told = "both sides: not exported: ModuleNotFoundError: No module named 'mine._core' (fast.py:1)"
    assert f"{told}; src/mine/_core{suffix} is only in the checkout" in shown
    assert "--base-python, --head-python" in shown


BY_PATH = """import importlib.util, sys

LIBRARY = "numpy"

def factor():
    if "factor" not in sys.modules:
        spec = importlib.util.spec_from_file_location("factor", PATH)
        sys.modules["factor"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["factor"])
    return sys.modules["factor"].TWO

def double(x):
    return factor() * x
"""


@pytest.mark.parametrize("early", ["factor()\n", ""], ids=["when it is imported", "when it is called"])
def test_a_module_loaded_from_the_checkout_by_its_path_ends_the_comparison_with_its_name(rooflinear, repository, early):
    path = repository.folder / "src" / "mine" / "factor.py"
    repository.write(plain=BY_PATH.replace("PATH", repr(str(path))) + early)
    repository.commit("by path")
    status, found, shown = compared(rooflinear, "HEAD")
    assert status == 4
    assert [each["verdict"] for each in found["cases"]] == ["broken"]
    assert f"factor was loaded from {path} of the checkout, not the revision; import it by name" in shown


def test_in_rooflinears_own_repository_the_harness_is_lent_to_both_sides(rooflinear):
    """Its bench lies in the repository, outside the exports, and its kernels import the contract from there."""
    if not (ROOT / ".git").exists():
        pytest.skip("not in a git repository")
    chosen = ["--implementation", "numpy", "--operation", "predict", "--m", "10", "--n", "2", "--time-budget", "1s"]
    outcome = rooflinear("compare", "HEAD", "HEAD", "--suite", ROOT / "kernels", *chosen, "--json")
    assert outcome.status in (0, 3), outcome.stdout + outcome.stderr
    [case] = json.loads(outcome.stdout)["cases"]
    assert case["verdict"] in ("equivalent", "not slower", "inconclusive")


def opened(repository, tmp_path, *labels, python=None):
    python = python or revisions.interpreter(None, "")
    places = [tmp_path.resolve() / "temporary" / "scratch" / f"side{number}" for number in range(len(labels))]
    return [
        revisions.open_revision(repository.folder.resolve(), Path("kernels"), label, place, python)
        for label, place in zip(labels, places, strict=True)
    ]


@pytest.mark.parametrize(
    ("changes", "unchanged"),
    [
        ({"src/mine/factor.py": "TWO = 2.0\n"}, {"numpy"}),
        ({"src/mine/table.bin": "1"}, {"numpy"}),
        ({"src/theirs/__init__.py": "1"}, {"plain", "numpy"}),
        ({"README": "more"}, {"plain", "numpy"}),
        ({"src/reached/__init__.py": "TWO = 2.0\n"}, {"numpy"}),
        ({"kernels/plain.py": IMPORTS + "# A remark.\n"}, {"numpy"}),
    ],
    ids=["through another", "data of the package", "not imported", "no code", "through a function", "the suite"],
)
def test_a_case_is_unchanged_only_where_what_it_imports_of_the_repository_is(repository, tmp_path, changes, unchanged):
    late = "def late():\n    import reached\n"
    repository.write(numpy=KERNEL)
    package(repository, fast=FAST + late)
    for name in ("theirs", "reached"):
        (repository.folder / "src" / name).mkdir()
        (repository.folder / "src" / name / "__init__.py").write_text("")
    repository.commit("before")
    for name, text in changes.items():
        (repository.folder / name).write_text(text)
    base, head = opened(repository, tmp_path, "HEAD", None)
    options = build(head.suite, SMALL)
    found = plan(base, head, options, Margins(0.02), [], False)
    cases = [(each.case, each.unchanged) for each in (*found.measured, *found.settled)]
    assert {case.implementation for case, same in cases if same} == unchanged
    assert {case.implementation for case, _ in cases} == {"plain", "numpy"}


def test_what_imports_by_name_may_import_anything(repository, tmp_path):
    repository.write(plain="import importlib\n" + KERNEL)
    repository.commit("dynamic")
    package(repository, factor="TWO = 2.0\n")
    base, head = opened(repository, tmp_path, "HEAD", None)
    assert not packages.same_packages(base, head, "plain")


@pytest.mark.parametrize(("helper", "same"), [("_help/inner", True), ("_help/draft", False)])
def test_a_package_belongs_to_those_whose_helper_in_a_folder_imports_it(repository, tmp_path, helper, same):
    """One that nobody imports might be read by any, by means that no import shows."""
    files = {"_help/inner": "", helper: "from mine.factor import TWO\n"}
    repository.write(plain=KERNEL, other="from ._help import inner\n" + OTHER, **files)
    repository.commit("a helper in a folder")
    package(repository, factor="TWO = 2.0\n")
    base, head = opened(repository, tmp_path, "HEAD", None)
    assert packages.same_packages(base, head, "plain") is same
    assert not packages.same_packages(base, head, "other")


def test_packages_that_run_as_a_named_environment_has_them_are_told(repository, tmp_path):
    installed = tmp_path / "site-packages"
    (installed / "mine").mkdir(parents=True)
    (installed / "mine" / "__init__.py").write_text("")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={installed} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    named = revisions.interpreters(None, str(python))
    assert all(each.named for each in named.values())
    [side] = opened(repository, tmp_path, "HEAD", python=named["head"])
    assert packages.installed_instead(side) == ["mine"]
    [side] = opened(repository, tmp_path / "again", "HEAD")
    assert packages.installed_instead(side) == []


def test_links_inside_the_repository_stay_links_and_lead_into_the_export(repository, tmp_path):
    (repository.folder / "lib").mkdir()
    (repository.folder / "lib" / "linked.py").write_text("")
    (repository.folder / "src" / "linked").symlink_to("../lib")
    (repository.folder / "outside.py").symlink_to(__file__)
    [side] = opened(repository, tmp_path, None)
    folder = Path(side.export.folder)
    assert (folder / "src" / "linked" / "linked.py").resolve() == folder / "lib" / "linked.py"
    assert (folder / "outside.py").read_text() == Path(__file__).read_text()


def test_a_file_whose_name_begins_with_a_blank_is_exported(repository, tmp_path):
    (repository.folder / " first.py").write_text("")
    [side] = opened(repository, tmp_path, None)
    assert (Path(side.export.folder) / " first.py").is_file()


def test_implementations_that_git_ignores_are_told(repository, tmp_path):
    (repository.folder / "kernels" / ".gitignore").write_text("generated.py\n")
    repository.write(generated=KERNEL)
    head, old = opened(repository, tmp_path, None, "HEAD")
    below = Path("kernels")
    assert revisions.ignored(repository.folder.resolve(), below, head) == ["kernels/generated.py"]
    assert revisions.ignored(repository.folder.resolve(), below, old) == []


def test_helpers_in_folders_that_git_ignores_are_told(repository, tmp_path):
    """Those that are imported: a suite's folder may hold an environment."""
    (repository.folder / "kernels" / ".gitignore").write_text("_help/\n.venv/\n")
    inner = {"_help/__init__": "", "_help/inner": "", ".venv/lib/mine": "", "_help/draft": ""}
    repository.write(plain="from ._help import inner\n" + KERNEL, **inner)
    head, old = opened(repository, tmp_path, None, "HEAD")
    below = Path("kernels")
    unseen = ["kernels/_help/__init__.py", "kernels/_help/inner.py"]
    assert revisions.ignored(repository.folder.resolve(), below, head) == unseen
    assert revisions.ignored(repository.folder.resolve(), below, old) == []


def test_a_suite_that_a_revision_does_not_have_is_said(repository, tmp_path):
    (repository.folder / "later").mkdir()
    (repository.folder / "later" / "operations.py").write_text("")
    place = tmp_path.resolve() / "temporary" / "scratch" / "base"
    side = revisions.open_revision(
        repository.folder.resolve(), Path("later"), "HEAD", place, revisions.interpreter(None, "")
    )
    assert side.fault == "has no folder later: git ignores it, or it was added later"


def test_a_suite_that_is_the_repositorys_top_hides_no_library(tmp_path):
    """Its numpy.py lies where packages would."""
    made = Repository(tmp_path / "repository")
    (made.folder / "numpy.py").write_text(KERNEL)
    (made.folder / "operations.py").write_text(OPERATIONS)
    made.commit("flat")
    place = tmp_path.resolve() / "temporary" / "scratch" / "base"
    side = revisions.open_revision(made.folder.resolve(), Path(), "HEAD", place, revisions.interpreter(None, ""))
    assert side.fault == ""
    assert str(place) not in side.export.roots


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"pyproject.toml": '[project]\nname = "My_Project"\n'}, {"my-project"}),
        ({"pyproject.toml": '[tool.poetry]\nname = "mine"\n'}, {"mine"}),
        ({"pyproject.toml": "[project\n", "setup.cfg": "[metadata]\nname = mine\n"}, {"mine"}),
        ({"setup.py": "from setuptools import setup\nsetup(\n    name='mine.too', version='1')\n"}, {"mine-too"}),
        ({"setup.cfg": "name = mine\n"}, set()),
        ({}, set()),
    ],
    ids=["project", "poetry", "setup.cfg", "setup.py", "damaged", "none"],
)
def test_the_names_that_a_repositorys_packages_are_installed_by(tmp_path, files, names):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert revisions.projects.names(tmp_path) == names


FOREIGN = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


def test_gits_own_refusal_is_passed_on(repository, monkeypatch):
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=r"git reports: detected dubious ownership in repository at .*safe\.directory"):
        git.root_of(repository.folder / "kernels")


def test_what_git_says_of_a_revision_is_passed_on(repository):
    with pytest.raises(UsageError, match=r"neither a revision of .* git reports: .*expected commit type"):
        git.resolve(repository.folder, "HEAD^{tree}")
    with pytest.raises(UsageError, match=r"'nosuch' is neither a revision .*; 'git fetch' may get it"):
        git.resolve(repository.folder, "nosuch")


LINE = re.compile(r"run: >\n((?: +.*\n)+?) +- uses", re.MULTILINE)


def typed(text):
    """The workflow's command, as a shell gets it: folded, its expression filled in."""
    folded = " ".join(LINE.search(text)[1].split())
    return re.sub(r"\$\{\{.*?\}\}", "HEAD", folded)


@pytest.mark.parametrize(
    ("kernel", "operations", "reason"),
    [
        (
            "import nobody_has_this\n" + KERNEL,
            OPERATIONS,
            "missing: ModuleNotFoundError: No module named 'nobody_has_this'",
        ),
        (KERNEL + "def unsupported(*_):\n    return 'not on Mondays'\n", OPERATIONS, "unsupported: not on Mondays"),
        (KERNEL, "import nobody_has_this\n", "import failed: ModuleNotFoundError: No module named 'nobody_has_this'"),
    ],
    ids=["an import is absent", "all is unsupported", "operations do not load"],
)
def test_the_documented_workflow_fails_where_nothing_can_be_compared(rooflinear, kernel, operations, reason):
    made = Repository(rooflinear.folder)
    made.write(plain=kernel, other=None, operations=operations)
    made.commit("cannot load")
    line = typed((ROOT / "docs" / "ci.md").read_text())
    assert line.startswith("rooflinear compare HEAD --suite kernels --time-budget")
    program = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "TMPDIR": str(rooflinear.temporary)}
    done = subprocess.run(
        ["bash", "-e", "-c", line], cwd=made.folder, env=os.environ | program, capture_output=True, text=True
    )
    assert done.returncode not in (0, 3), done.stdout
    assert done.stdout.startswith("Cannot be compared: nothing was compared: ")
    assert reason in done.stdout
    assert "Traceback" not in done.stderr
    assert reason in (made.folder / "compare.xml").read_text().replace("&apos;", "'")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ('[true, ["psutil", "numpy"], {}]', "lacks psutil, numpy; '{} -m pip install psutil numpy' installs what is"),
        ('[false, ["psutil"], {}]', "is older than Python 3.11"),
    ],
)
def test_an_environment_without_a_worker_s_packages_is_refused_with_the_remedy(tmp_path, answer, told):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho '{answer}'\n")
    python.chmod(0o755)
    with pytest.raises(UsageError, match=re.escape(f"--base-python {python}: {told.format(python)}")):
        revisions.interpreter(str(python), "--base-python")


def test_the_harness_is_this_one_whatever_is_installed(tmp_path, monkeypatch):
    for name in ("", "bench"):
        other = tmp_path / "installed" / "rooflinear" / name / "__init__.py"
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "installed"))
    environment = {**os.environ, **revisions._harness(tmp_path / "scratch")}
    script = "import rooflinear, rooflinear.bench as bench; print(rooflinear.__file__, bench.__file__)"
    found = subprocess.run([sys.executable, "-P", "-c", script], env=environment, capture_output=True, text=True).stdout
    assert all(each.startswith(str(tmp_path / "scratch")) for each in found.split()), found
    assert len(found.split()) == 2
