"""What is sent to the machines of a fleet: a suite, or a repository with the two revisions that are compared."""

import shutil
from pathlib import Path

from ..errors import CannotFinish, UsageError
from ..gate import git
from ..suites.suite import BUILT_IN
from .orders import SUITE
from .parcels import packed


def of_suite(folder: Path, place: Path) -> tuple[bytes, str | None]:
    """A suite as a parcel, packed in an empty folder, and where it lies in it; None for the one that is installed."""
    if folder == BUILT_IN:
        return packed(place, []), None
    (place / SUITE).mkdir()
    shutil.copytree(folder, place / SUITE / folder.name, symlinks=True)
    return packed(place), f"{SUITE}/{folder.name}"


def of_revisions(root: Path, base: str, head: str | None, place: Path) -> None:
    """A repository in ``place`` / `SUITE` with two commits and no more of the history; ``head`` is checked out.

    ``head`` None is the working tree: its files, on top of the commit that it was made from. Commits keep their hashes.
    """
    made = place / SUITE
    git.export(root, head, made)
    at = head or git.head_of(root)
    if at is None:
        raise UsageError(f"{root}: has no commit yet, so there is nothing to compare with")
    try:
        git.git(made, "init", "--quiet")
        git.git(made, "fetch", "--quiet", "--no-tags", "--depth", "1", root.as_uri(), *dict.fromkeys([base, at]))
        git.git(made, "reset", "--quiet", at)
    except git.Refused as refused:
        raise CannotFinish(f"cannot pack the revisions of {root}: git reports: {refused}") from refused
