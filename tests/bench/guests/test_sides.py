"""Where the sessions of both sides and of a copy of base run, and what they are told."""

import os
import sys
from pathlib import Path

import pytest

from rooflinear.bench.guests import sides
from rooflinear.bench.guests.sides import Wanted

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


def test_codspeed_is_installed_where_the_suite_names_it(tmp_path):
    wanted = Wanted("pytest", tmp_path, Path("."), (Path("tests"),))
    make(tmp_path / "plain", "tests/test_a.py", text="def test_a(benchmark): ...")
    make(tmp_path / "speed", "tests/test_a.py", text="import pytest_codspeed")
    assert sides._tools(wanted, tmp_path / "plain") == ["pytest", "pytest-benchmark"]
    assert sides._tools(wanted, tmp_path / "speed") == ["pytest", "pytest-codspeed"]
