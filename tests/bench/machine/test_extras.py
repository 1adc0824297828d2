"""The base alone gates and verifies; what needs an extra says so in one line, before it measures."""

import functools
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from types import SimpleNamespace

import pytest

from rooflinear.bench.commands.exit_status import guarded
from rooflinear.bench.errors import PackageMissing
from rooflinear.bench.machine import extras

from ..made import SMOOTHING

ROOT = SMOOTHING.parents[1]
OF_DEVELOPERS = {"test", "dev", "docs", "release"}
HIDE = """
import importlib.machinery, os
whole = importlib.machinery.PathFinder.find_spec
hidden = set(os.environ["ROOFLINEAR_HIDDEN"].split())
def found(name, *others):
    return None if name.partition(".")[0] in hidden else whole(name, *others)
importlib.machinery.PathFinder.find_spec = found
"""


def modules_of(*wanted):
    """Import names of what these extras bring, as far as it is installed."""
    brought = {project for extra, projects in extras._brought() if extra in wanted for project in projects}
    names = metadata.packages_distributions().items()
    return {name for name, projects in names if brought & {re.sub(r"[-_.]+", "-", each).lower() for each in projects}}


@pytest.fixture
def base_only(tmp_path):
    """Variables of a process, and of all that it starts, where the packages of every extra look absent."""
    (tmp_path / "houses.csv").write_text("area,price\n50,100\n70,140\n")
    (tmp_path / "hide").mkdir()
    (tmp_path / "hide/sitecustomize.py").write_text(HIDE)
    user_extras = {extra for extra, _ in extras._brought()} - OF_DEVELOPERS
    return {"PYTHONPATH": str(tmp_path / "hide"), "ROOFLINEAR_HIDDEN": " ".join(modules_of(*user_extras))}


def failing(module):
    raise ModuleNotFoundError(f"No module named '{module}'", name=module)


def projects():
    """Every project of every extra for users, as pyproject.toml writes it."""
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for extra, requirements in stated.items():
        for each in requirements if extra not in OF_DEVELOPERS else ():
            name = re.split(r"[^A-Za-z0-9_.-]", each)[0]
            if name not in ("rooflinear", "numpy"):
                yield extra, name


@functools.cache
def distributions():
    """The projects that bring each top-level module here; to read them takes most of a second."""
    return metadata.packages_distributions()


@pytest.mark.parametrize(("extra", "project"), [pytest.param(*each, id=" ".join(each)) for each in projects()])
def test_a_missing_package_of_any_extra_ends_in_one_line(capsys, extra, project):
    top = [name for name, found in distributions().items() if project in found]
    answers = {}
    for module in top or [project]:
        answers[module] = guarded(lambda name=module: failing(name), "rooflinear report") if known(module) else None
    assert 5 in answers.values(), f"add the module of {project} to DISTRIBUTIONS of bench/machine/extras.py"
    told = capsys.readouterr().err.splitlines()[0]
    assert told.startswith(f"rooflinear: rooflinear report needs {project}: pip install '"), told
    assert re.search(r"\[[a-z]+\]'$", told), told


def known(module):
    return extras.extra_of(module) is not None


def test_a_module_that_no_extra_brings_is_a_fault():
    with pytest.raises(ModuleNotFoundError):
        guarded(lambda: failing("nonesuch.part"))


def test_all_that_is_absent_is_named_at_once(monkeypatch):
    monkeypatch.setattr(extras, "_origin", lambda: "")
    monkeypatch.setattr(extras.importlib.util, "find_spec", lambda name: None if name != "altair" else name)
    with pytest.raises(PackageMissing) as caught:
        extras.need("rooflinear run", "altair", "pandas", "numba")
    assert str(caught.value) == "rooflinear run needs numba, pandas: pip install 'rooflinear[kernels,report]'"


@pytest.mark.parametrize(
    ("recorded", "installable"),
    [
        ({}, "rooflinear[report]"),
        ({"url": "file:///a%20b/rooflinear", "dir_info": {}}, "/a b/rooflinear[report]"),
        ({"url": "https://x.org/r.git", "vcs_info": {"vcs": "git", "commit_id": "ab"}},
         "rooflinear[report] @ git+https://x.org/r.git@ab"),
    ],
    ids=["index", "folder", "repository"],
)  # fmt: skip
def test_the_remedy_names_where_rooflinear_was_installed_from(monkeypatch, recorded, installable):
    installed = SimpleNamespace(read_text=lambda _: json.dumps(recorded))
    monkeypatch.setattr(extras.metadata, "distribution", lambda _: installed)
    assert extras._installable(["report"]) == installable


def test_the_base_alone_imports_every_command_that_gates(rooflinear, base_only):
    """In one process: the commands' modules, without one package of an extra."""
    gating = "compare guests compare_output guest_sides confirm bisect history calibrate verify inspect list_guests"
    commands = [f"import rooflinear.bench.commands.{name}" for name in gating.split()]
    pages = [f"import rooflinear.reports.{name}" for name in ("comparison.comparison_page", "history.history_page")]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join([*commands, *pages])],
        cwd=rooflinear.folder, env={**os.environ, **base_only}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["run", "--suite", SMOOTHING], "rooflinear run needs altair, pandas, vl-convert-python"),
        (["report"], "rooflinear report needs pandas"),
        (["verify", "--data", "houses.csv"], "--data houses.csv needs pandas"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_needs_an_extra_says_so_before_it_measures(rooflinear, base_only, arguments, needed):
    outcome = rooflinear(*arguments, environment=base_only)
    assert outcome.status == 5
    assert outcome.stderr.startswith(f"rooflinear: {needed}"), outcome.stderr
    assert "[report]'" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1
    assert rooflinear.runs() == []
