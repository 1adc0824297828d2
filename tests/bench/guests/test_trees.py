"""Copies of a suite's project: which folder is its project, and what of it the sessions may import."""

from pathlib import Path

import pytest

from rooflinear.bench.errors import UsageError
from rooflinear.bench.guests import trees


def make(folder, *files, text=""):
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text or name)
    return folder


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("made", "path", "project"),
    [
        (("pyproject.toml", "tests/bench/test_a.py"), "tests/bench/test_a.py", "."),
        (("setup.py", "tests/test_a.py"), "tests", "."),
        ((".git/HEAD", "tests/test_a.py"), "tests/test_a.py", "."),
        (("asv.conf.json", "benchmarks/a.py"), "benchmarks", "."),
        (("pyproject.toml", "tests/pytest.ini", "tests/test_a.py"), "tests/test_a.py", "."),
        (("pyproject.toml", "inner/pyproject.toml", "inner/tests/test_a.py"), "inner/tests", "inner"),
        ((".git/HEAD", "inner/setup.py", "inner/tests/test_a.py"), "inner/tests", "inner"),
    ],
)
def test_the_project_of_a_suite_is_the_nearest_folder_that_is_built(tmp_path, made, path, project):
    make(tmp_path, *made)
    assert trees.project_of(tmp_path / path) == (tmp_path / project).resolve()


def test_a_suite_of_no_project_is_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(trees, "BUILT_BY", ("absent-file",))
    monkeypatch.setattr(trees, "SETTINGS", ("absent-file",))
    make(tmp_path, "alone/test_a.py")
    assert trees.project_of(tmp_path / "alone" / "test_a.py") == (tmp_path / "alone").resolve()


def test_a_copy_leaves_out_environments_caches_builds_and_hidden_folders(tmp_path):
    kept = {"pyproject.toml", "src/pkg/__init__.py", "tests/test_a.py", "tests/data/a.bin", ".coveragerc"}
    left = {
        ".git/HEAD", ".venv/lib/a.py", "env/pyvenv.cfg", "env/lib/a.py", "build/lib/a.py", "dist/a.whl",
        "src/pkg.egg-info/PKG-INFO", "tests/__pycache__/a.pyc", ".pytest_cache/README.md", "node_modules/a.js",
    }  # fmt: skip
    make(tmp_path / "project", *kept, *left)
    trees.copy(tmp_path / "project", tmp_path / "copy")
    assert files(tmp_path / "copy") == kept


FLAT = ("pkg/__init__.py", "pkg/a.py", "tests/test_a.py", "pyproject.toml")
SRC = ("src/pkg/__init__.py", "src/other/data.txt", "tests/test_a.py", "pyproject.toml")


@pytest.mark.parametrize(
    ("made", "suite", "left"),
    [
        pytest.param(FLAT, "tests", {"tests/test_a.py", "pyproject.toml"}, id="flat"),
        pytest.param(SRC, "tests", {"tests/test_a.py", "pyproject.toml", "src/other/data.txt"}, id="src"),
        pytest.param((*FLAT, "test_b.py"), "test_b.py", {"tests/test_a.py", "test_b.py", "pyproject.toml"}, id="top"),
        pytest.param(FLAT, ".", {"tests/test_a.py", "pyproject.toml"}, id="the whole project"),
        pytest.param(("pkg.py", "tests/test_a.py"), "tests", {"tests/test_a.py"}, id="a module"),
        pytest.param(("pkg.cpython-312.so", "tests/a.py"), "tests", {"tests/a.py"}, id="a compiled module"),
        pytest.param(("pkg.toml", "tests/a.py"), "tests", {"pkg.toml", "tests/a.py"}, id="no code"),
        pytest.param(
            ("pkg/a.py", "tests/pkg/helper.py", "tests/a.py"), "tests", {"tests/pkg/helper.py", "tests/a.py"},
            id="a helper of the same name",
        ),
        pytest.param(("pkg/a.py", "pkg/tests/a.py"), "pkg/tests", {"pkg/a.py", "pkg/tests/a.py"}, id="inside"),
        pytest.param(("pkg/a.py", "pkg/test_a.py"), "pkg", {"pkg/a.py", "pkg/test_a.py"}, id="the package"),
        pytest.param(("a/b/pkg/a.py", "tests/a.py"), "tests", {"a/b/pkg/a.py", "tests/a.py"}, id="deep"),
    ],
)  # fmt: skip
def test_the_packages_under_test_are_taken_out_of_the_working_folder(tmp_path, made, suite, left):
    make(tmp_path, *made)
    trees.without(tmp_path, ["pkg"], [tmp_path / suite])
    assert files(tmp_path) == left


def test_a_package_that_is_a_link_is_unlinked_and_not_emptied(tmp_path):
    make(tmp_path, "elsewhere/__init__.py", "tree/tests/a.py")
    (tmp_path / "tree" / "pkg").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    trees.without(tmp_path / "tree", ["pkg"], [tmp_path / "tree" / "tests"])
    assert not (tmp_path / "tree" / "pkg").exists()
    assert (tmp_path / "elsewhere" / "__init__.py").exists()


def test_a_suite_inside_a_package_is_put_into_each_sides_package(tmp_path):
    tree = make(
        tmp_path / "tree", "src/pkg/__init__.py", "src/pkg/core.py", "src/pkg/conftest.py", "src/pkg/tests/__init__.py",
        "src/pkg/tests/conftest.py", "src/pkg/tests/bench/test_a.py", text="head",
    )  # fmt: skip
    site = make(
        tmp_path / "site", "pkg/__init__.py", "pkg/core.py", "pkg/tests/bench/test_a.py", "pkg/tests/bench/test_old.py",
        text="base",
    )  # fmt: skip
    trees.overlay(tree, tree / "src/pkg/tests/bench", tree / "src", site)
    assert {name: (site / name).read_text() for name in files(site)} == {
        "pkg/__init__.py": "base", "pkg/core.py": "base", "pkg/conftest.py": "head", "pkg/tests/__init__.py": "head",
        "pkg/tests/conftest.py": "head", "pkg/tests/bench/test_a.py": "head",
    }  # fmt: skip


def test_a_file_inside_a_package_is_put_there_alone(tmp_path):
    tree = make(tmp_path / "tree", "pkg/__init__.py", "pkg/tests/test_a.py", "pkg/tests/test_b.py", text="head")
    site = make(tmp_path / "site", "pkg/__init__.py", text="base")
    trees.overlay(tree, tree / "pkg/tests/test_a.py", tree, site)
    assert files(site) == {"pkg/__init__.py", "pkg/tests/test_a.py"}
    assert (site / "pkg/__init__.py").read_text() == "base"


def test_a_path_is_seen_from_its_project(tmp_path, monkeypatch):
    make(tmp_path, "project/tests/test_a.py", "other/test_b.py")
    monkeypatch.chdir(tmp_path / "project")
    project = (tmp_path / "project").resolve()
    assert trees.relative("tests/test_a.py", project) == Path("tests/test_a.py")
    with pytest.raises(UsageError, match=r"tests/absent.py: no such file or folder; name the suite's files"):
        trees.relative("tests/absent.py", project)
    with pytest.raises(UsageError, match="give paths of one project"):
        trees.relative("../other/test_b.py", project)
