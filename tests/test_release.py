"""What a release rests on: one version everywhere, archives of the same bytes, workflows that may do little."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def test_the_version_is_the_same_everywhere():
    version = PROJECT["project"]["version"]
    assert PROJECT["tool"]["bumpversion"]["current_version"] == version
    heading = re.search(r"^## (\S+) \((.*)\)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert heading is not None
    assert heading[1] == version.removesuffix(".dev0")
    assert (heading[2] == "unreleased") == version.endswith(".dev0")


def test_every_package_is_in_the_wheel():
    """A folder that `packages` leaves out is absent from an installed rooflinear only."""
    modules = [path for name in ("bench", "kernels", "reports") for path in (ROOT / name).rglob("*.py")]
    folders = {path.parent.relative_to(ROOT) for path in modules} - {Path("bench/public")}  # the package itself
    stated = set(PROJECT["tool"]["setuptools"]["packages"])
    tools = {"rooflinear.bench.asv_suite", "rooflinear.bench.pytest_suite"}
    assert {f"rooflinear.{'.'.join(folder.parts)}" for folder in folders} - tools <= stated


def archive(path, names, mtime):
    with tarfile.open(path, "w:gz") as made:
        for name in names:
            file = path.parent / name
            file.write_text(name)
            os.utime(file, (mtime, mtime))
            made.add(file, name)


def test_archives_of_the_same_files_become_the_same_bytes(tmp_path):
    first, second = tmp_path / "first.tar.gz", tmp_path / "second.tar.gz"
    archive(first, ["a", "b"], 1_000_000_000.5)
    archive(second, ["b", "a"], 1_100_000_000.25)
    assert first.read_bytes() != second.read_bytes()
    command = [sys.executable, ROOT / ".ci/same_bytes.py", first, second]
    subprocess.run(command, env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}, check=True)
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as made:
        assert [(each.name, each.mtime) for each in made] == [("a", 1_700_000_000), ("b", 1_700_000_000)]


@pytest.mark.needs("yaml")
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_read_the_repository_and_no_more(path):
    import yaml

    found = yaml.safe_load(path.read_text())
    assert found["permissions"] == {"contents": "read"}
    granted = {name: job["permissions"] for name, job in found["jobs"].items() if "permissions" in job}
    assert granted == ({"publish": {"id-token": "write"}} if path.name == "release.yml" else {})
