"""Where the sessions of both sides and of a copy of base run, and what they are told."""

import os
import sys
from pathlib import Path

import pytest

from rooflinear.bench.errors import CannotFinish
from rooflinear.bench.guests import sides
from rooflinear.bench.guests.sides import Release, Wanted

from .test_trees import files, make


def opened(folder, made, paths, site, lend=True, **more):
    """Both sides of a project with these files in a folder of packages below each side's own."""
    for side in ("base", "head"):
        make(folder / side / "tree", *made, text=side)
        make(folder / side / site, "pkg/__init__.py", "pkg/core.py", text=side)
    wanted = Wanted("pytest", folder / "project", Path(), tuple(paths), **more)
    roots = {side: [folder / side / site] for side in ("base", "head")}
    pythons = {"base": "base-python", "head": "head-python"}
    versions = {"base": {}, "head": {}}
    return sides._opened(wanted, folder / "head" / "tree", folder, ["pkg"], roots, pythons, versions, [], lend=lend)


FLAT = ("pyproject.toml", "pkg/__init__.py", "pkg/core.py", "tests/test_a.py", "pkg/tests/test_b.py")


def test_a_suite_beside_the_package_runs_in_a_copy_without_it(tmp_path):
    found = opened(tmp_path, FLAT, [Path("tests")], "site")
    assert found.suite.arguments == ("tests",)
    for side in ("base", "head", "copy"):
        place = found.places[side]
        assert files(place.suite) == {"pyproject.toml", "tests/test_a.py"}
        assert (place.suite / "tests/test_a.py").read_text() == "head"
        of = "head" if side == "head" else "base"
        assert place.imports == place.roots == (tmp_path / of / "site",)
        assert (place.python, place.packages) == (f"{of}-python", ("pkg",))
    assert len({place.own for place in found.places.values()}) == 3


@pytest.mark.parametrize(("site", "lend"), [("site", True), ("env/lib/python3/site-packages", False)])
def test_a_suite_inside_the_package_is_found_at_one_path_on_every_side(tmp_path, site, lend):
    found = opened(tmp_path, FLAT, [Path("pkg/tests")], site, lend=lend)
    suite, *options = found.suite.arguments
    assert options == ["--rootdir=.", "-c", "pyproject.toml"]
    for side in ("base", "head", "copy"):
        place = found.places[side]
        (root,) = place.roots
        at = os.path.normpath(place.suite / suite)
        assert at == str(root / "pkg/tests")
        assert (root / "pkg/tests/test_b.py").read_text() == "head"
        assert (root / "pkg/core.py").read_text() == ("head" if side == "head" else "base")
        assert root.is_relative_to(tmp_path / side)
        assert not (place.suite / "pkg").exists()
    assert found.places["copy"].imports == found.places["copy"].roots


def test_tests_that_are_named_and_options_follow_the_paths(tmp_path):
    chosen = {"selected": ("::test_a[1/2]", ""), "options": ("-k", "a or b")}
    found = opened(tmp_path, FLAT, [Path("tests/test_a.py"), Path("tests")], "site", **chosen)
    assert found.suite.arguments == ("tests/test_a.py::test_a[1/2]", "tests", "-k", "a or b")


def test_interpreters_of_the_users_choice_have_no_folders_to_prove(tmp_path):
    make(tmp_path / "head" / "tree", *FLAT)
    wanted = Wanted("pytest", tmp_path, Path("."), (Path("tests"),))
    made = {"base": [], "head": []}
    pythons = dict.fromkeys(made, sys.executable)
    found = sides._opened(wanted, tmp_path / "head" / "tree", tmp_path, ["pkg"], made, pythons, {}, [])
    assert {(place.imports, place.roots) for place in found.places.values()} == {((), ())}


class Index:
    """A package index: what is installed with each release of ``pkg``; ``pins`` are those that were asked for."""

    def __init__(self, monkeypatch, installed, allows_pins=True):
        self.installed, self.allows_pins, self.pins = installed, allows_pins, {}
        monkeypatch.setattr(sides.builds, "environment", self.environment)
        monkeypatch.setattr(sides.builds, "installed", lambda python: self.installed[side_of(python)])
        monkeypatch.setattr(sides.builds, "packages_of", lambda python, _: (["pkg"], python.parent))

    def environment(self, folder, python, requirements, constraints):
        if constraints and not self.allows_pins:
            raise CannotFinish("these releases do not allow it")
        self.pins[folder.parent.name] = constraints
        make(folder, "pkg/__init__.py")
        return folder / "python"


def side_of(python):
    return python.parent.parent.name


RELEASES = {"base": Release("Pkg", "1.0"), "head": Release("Pkg", "1.1")}


def released(folder):
    make(folder / "project", "tests/test_a.py")
    wanted = Wanted("pytest", folder / "project", Path(), (Path("tests"),))
    return sides.open_releases(wanted, RELEASES, folder)


def test_everything_but_the_released_package_has_the_same_version_on_both_sides(tmp_path, monkeypatch):
    versions = {"base": {"pkg": "1.0", "dep": "2"}, "head": {"pkg": "1.1", "dep": "2"}}
    index = Index(monkeypatch, versions)
    found = released(tmp_path)
    assert index.pins == {"head": None, "base": {"dep": "2"}}
    assert found.notes == []
    assert found.versions == versions
    assert found.places["copy"].python == found.places["base"].python != found.places["head"].python


def test_versions_that_the_releases_do_not_allow_to_be_equal_are_told(tmp_path, monkeypatch):
    installed = {"base": {"pkg": "1.0", "dep": "2", "same": "1"}, "head": {"pkg": "1.1", "dep": "3", "same": "1"}}
    index = Index(monkeypatch, installed, allows_pins=False)
    found = released(tmp_path)
    assert index.pins == {"head": None, "base": None}
    assert found.notes == ["the releases need different versions of dep (2 and 3)"]


def test_codspeed_is_installed_where_the_suite_names_it(tmp_path):
    wanted = Wanted("pytest", tmp_path, Path("."), (Path("tests"),))
    make(tmp_path / "plain", "tests/test_a.py", text="def test_a(benchmark): ...")
    make(tmp_path / "speed", "tests/test_a.py", text="import pytest_codspeed")
    assert sides._tools(wanted, tmp_path / "plain") == ["pytest", "pytest-benchmark"]
    assert sides._tools(wanted, tmp_path / "speed") == ["pytest", "pytest-codspeed"]


@pytest.mark.parametrize(
    ("stated", "tool"),
    [
        ("['pytest', 'pytest-codspeed']", "pytest-codspeed"),
        ("['pytest_codspeed>=3']", "pytest-codspeed"),
        ("['pytest-benchmark', 'pytest-codspeed']", "pytest-benchmark"),
        ("['pytest-benchmark']", "pytest-benchmark"),
    ],
)
def test_codspeed_is_installed_where_the_project_states_it_alone(tmp_path, stated, tool):
    """A suite that marks whole tests does not import it."""
    wanted = Wanted("pytest", tmp_path, Path("."), (Path("tests"),))
    make(tmp_path, "pyproject.toml", text=f"[dependency-groups]\nbenchmark = {stated}\n")
    make(tmp_path, "tests/test_a.py", text="pytestmark = pytest.mark.benchmark")
    assert sides._tools(wanted, tmp_path) == ["pytest", tool]


def test_the_suite_may_be_that_of_a_third_revision(tmp_path):
    def export(side, folder):
        make(folder, "pkg/__init__.py", "tests/test_a.py", text=side)
        return "cd"

    wanted = Wanted("pytest", tmp_path / "project", Path(), (Path("tests"),))
    found = sides.open_revisions(wanted, export, tmp_path / "scratch", None, own_suite=True)
    for side in ("base", "head"):
        place = found.places[side]
        assert (place.suite / "tests/test_a.py").read_text() == "suite"
        assert (place.roots[0] / "pkg/__init__.py").read_text() == side
