"""One package, shown flat: three folders that install as subpackages and claim no name at the top level."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS = ("bench", "kernels", "reports")
NOT_INSTALLED = {"asv_suite", "pytest_suite"}
"""Read from the repository by the tools they are for."""

PUBLIC = Path("bench", "public")
"""Installed as the package `rooflinear` itself."""


def package(folder):
    """The package that a folder is installed as."""
    return "rooflinear" if folder == PUBLIC else ".".join(("rooflinear", *folder.parts))


def folder_of(name):
    return ROOT / PUBLIC if name == "rooflinear" else ROOT.joinpath(*name.split(".")[1:])


def test_every_folder_of_modules_is_installed():
    folders = {path.parent.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    wanted = {package(each) for each in folders if not NOT_INSTALLED & set(each.parts)}
    assert wanted == set(SETUP["tool"]["setuptools"]["packages"])


def test_every_file_that_is_no_module_is_installed():
    stated = SETUP["tool"]["setuptools"]["package-data"]
    found = {
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and not NOT_INSTALLED & set(path.parts)
    }
    installed = {
        path for name, patterns in stated.items() for pattern in patterns for path in folder_of(name).glob(pattern)
    }
    assert found <= installed


@pytest.mark.parametrize("name", FOLDERS)
def test_no_name_is_claimed_at_the_top_level(name, tmp_path):
    script = f"import importlib.util; print(importlib.util.find_spec('{name}'))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.strip() == "None"


def test_implementations_are_one_file_each():
    """So that a new one is a new file, and its stem its name everywhere. Folders hold what several share."""
    folders = {path.name for path in (ROOT / "kernels").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == {"_native", "_numba", "_problem"}


def test_the_top_folder_of_the_harness_has_few_files():
    assert len(list((ROOT / "bench").glob("*.py"))) <= 14


def test_every_folder_says_what_it_is_for():
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("__init__.py"):
            assert path.read_text().startswith('"""'), path
