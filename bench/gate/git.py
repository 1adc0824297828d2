"""Runs git and passes on its answers and refusals; writes the files of a revision into a folder.

A revision is written with an index of its own into a temporary folder, so that
the checkout, its index, its stash and the list of worktrees stay as they are,
also after ``kill -9``.
"""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

from ..errors import CannotFinish, UsageError

WORKING_TREE = "working tree"
UNKNOWN = "Needed a single revision"
"""Git's message for an unknown revision."""


class Refused(Exception):
    """Git refused; the text is its message on one line, or ''."""


def git(root: Path, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """Git's output. Raises `Refused` if it fails, `UsageError` if git is not installed."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", **(environment or {})},
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed; compare needs it, unless you give two results files") from error
    if done.returncode:
        raise Refused(" ".join(os.fsdecode(done.stderr).removeprefix("fatal: ").split()))
    return os.fsdecode(done.stdout).rstrip("\n")


def root_of(folder: Path) -> Path:
    """The top of the git repository that holds a suite. Raises `UsageError` if there is none, or git refuses."""
    try:
        return Path(git(folder, "rev-parse", "--show-toplevel")).resolve()
    except Refused as refused:
        if "not a git repository" not in str(refused):
            raise UsageError(f"suite {folder}: git reports: {refused}") from refused
    raise UsageError(f"suite {folder}: not in a git repository; compare needs revisions of one, or results files")


def resolve(root: Path, revision: str) -> str:
    """The full hash of a revision. Raises `UsageError` for one that is not known."""
    if not revision.strip():
        raise UsageError(
            "the name of a revision is empty; name one, such as main (in CI, only pull requests have a base)"
        )
    try:
        return git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except Refused as refused:
        unknown = str(refused) in ("", UNKNOWN)
        told = "'git fetch' may get it (in CI: fetch-depth: 0)" if unknown else f"git reports: {refused}"
        raise UsageError(f"'{revision}' is neither a revision of {root} nor a results file; {told}") from refused


def is_revision(folder: Path, text: str) -> bool:
    """Whether a text names a commit of the repository that a folder is in, if it is in one."""
    try:
        return bool(resolve(folder, text))
    except UsageError:
        return False


def head_of(root: Path) -> str | None:
    """The hash of the commit that is checked out; None if there is no commit yet."""
    try:
        return resolve(root, "HEAD")
    except UsageError:
        return None


def is_dirty(root: Path, below: Path) -> bool:
    """Whether a folder differs from the commit that is checked out."""
    try:
        return bool(git(root, "status", "--porcelain", "--", str(below)))
    except Refused as refused:
        raise CannotFinish(f"{root}: git status reports: {refused}") from refused


def export(root: Path, commit: str | None, folder: Path) -> None:
    """Writes the files of a commit, or of the working tree (None), into an empty folder."""
    try:
        folder.mkdir(parents=True)
        if commit is None:
            _copy_working_tree(root, folder)
        else:
            index = {"GIT_INDEX_FILE": str(folder.with_suffix(".index"))}
            git(root, "read-tree", commit, environment=index)
            git(root, "checkout-index", "--all", "--force", f"--prefix={folder}/", environment=index)
    except (OSError, Refused) as error:
        told = getattr(error, "strerror", "") or str(error)
        raise CannotFinish(f"cannot write {commit or WORKING_TREE} to {folder}: {told}; set TMPDIR") from error


def share_history(root: Path, commit: str | None, folder: Path) -> None:
    """Gives an exported revision the repository's history, so that a build finds its version; the checkout stays.

    Without effect if git refuses, as for some shallow clones.
    """
    clone = folder.with_suffix(".clone")
    with contextlib.suppress(Refused, OSError):
        git(root, "clone", "--quiet", "--shared", "--no-checkout", str(root), str(clone))
        (clone / ".git").rename(folder / ".git")
        git(folder, "reset", "--quiet", commit or git(root, "rev-parse", "HEAD"))
    shutil.rmtree(clone, ignore_errors=True)


def _copy_working_tree(root: Path, folder: Path) -> None:
    listed = git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        source, copy = root / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink() and (source.is_dir() or source.resolve().is_relative_to(root)):
            inside = source.resolve().is_relative_to(root)
            copy.symlink_to(os.readlink(source) if inside else source.resolve())
        elif source.is_file():
            shutil.copy2(source, copy)
