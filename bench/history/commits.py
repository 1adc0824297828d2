"""The commits, or releases, between two ends."""

import re
import subprocess
import sys
from pathlib import Path

from packaging.version import InvalidVersion, Version

from ..errors import UsageError
from ..gate import git
from ..guests.sides import Release
from .records import Commit

FIELDS = "%H%x00%s%x00%an%x00%cI"


def chain(root: Path, good: str, bad: str) -> list[Commit]:
    """The good commit and all behind it up to the bad one, along first parents. Raises `UsageError`."""
    ends = {text: git.resolve(root, text) for text in (good, bad)}
    if ends[good] == ends[bad]:
        raise UsageError(f"{good} and {bad} are the same commit; give the last good one and a later one")
    try:
        git.git(root, "merge-base", "--is-ancestor", ends[good], ends[bad])
    except git.Refused as refused:
        told = f"git reports: {refused}" if str(refused) else "give a commit that it was made from, good one first"
        raise UsageError(f"{good} is not an ancestor of {bad}; {told}") from refused
    listed = git.git(root, "log", "--first-parent", "--reverse", f"--format={FIELDS}", f"{ends[good]}..{ends[bad]}")
    first = git.git(root, "log", "-1", f"--format={FIELDS}", ends[good])
    return [Commit(*line.split("\0")) for line in [first, *filter(None, listed.split("\n"))]]


def releases(good: Release, bad: Release) -> list[Commit]:
    """Both releases and all final ones between them that pip's index lists, the earlier first.

    Releases that were withdrawn are listed only as an end.
    """
    if good.project.lower() != bad.project.lower():
        raise UsageError(f"{good.project} and {bad.project} are two projects; give two releases of one")
    low, high = version_of(good), version_of(bad)
    if low >= high:
        raise UsageError(f"{good.version} is not earlier than {bad.version}; give the good release first")
    between = sorted(each for each in _listed(good.project) if low < each < high and not each.is_prerelease)
    names = [good.version, *map(str, between), bad.version]
    return [Commit(f"{good.project}=={name}") for name in names]


def version_of(release: Release) -> Version:
    """The version of a release. Raises `UsageError` where it is none."""
    try:
        return Version(release.version)
    except InvalidVersion as error:
        raise UsageError(f"{release.project}=={release.version}: is no version that Python's packages have") from error


def _listed(project: str) -> list[Version]:
    asked = [sys.executable, "-m", "pip", "index", "versions", project]
    done = subprocess.run(asked, capture_output=True, text=True)
    found = re.search(r"^Available versions: (.*)$", done.stdout, re.MULTILINE)
    if not found:
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise UsageError(f"'pip index versions {project}' lists nothing: {last}")
    return [Version(text.strip()) for text in found[1].split(",")]
