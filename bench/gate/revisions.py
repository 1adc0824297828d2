"""Git revisions as folders: what each held, written out beside the user's checkout, never into it.

A revision is written with an index of its own into a temporary folder, so that
the checkout, its index, its stash and the list of worktrees stay as they are,
also after ``kill -9``.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .. import machine, suite
from ..errors import CannotFinish, UsageError
from ..suite import Suite
from .records import Side

WORKING_TREE = "working tree"
PACKAGE = Path(__file__).resolve().parents[2]
NEEDED = ("msgspec", "numpy", "psutil", "threadpoolctl")
"""What the harness's worker imports in an interpreter of the user's."""

ASKED = """
import importlib.metadata, importlib.util, json, sys
needed, named = (words.split() for words in sys.argv[1:])
versions = {}
for name in named:
    try:
        versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
lacks = [name for name in needed if importlib.util.find_spec(name) is None]
print(json.dumps([sys.version_info >= (3, 11), lacks, versions]))
"""


@dataclass(frozen=True)
class Interpreter:
    """Who runs a side: a path, and the installed versions of what may be measured."""

    path: str
    versions: dict[str, str]


@dataclass(frozen=True)
class Revision:
    """One side of a paired comparison: its suite as it was, and who runs it.

    ``fault`` says why the suite cannot be loaded; then ``suite`` is None.
    """

    side: Side
    suite: Suite | None
    python: str
    environment: dict[str, str]
    sources: dict[str, str]
    fault: str = ""


def root_of(folder: Path) -> Path:
    """The top of the git repository that holds a suite. Raises `UsageError` where there is none."""
    found = _git(folder, "rev-parse", "--show-toplevel", check=False)
    if not found:
        raise UsageError(
            f"suite {folder}: not in a git repository; compare takes revisions of one, or files of results"
        )
    return Path(found).resolve()


def resolve(root: Path, revision: str) -> str:
    """The full hash of a revision. Raises `UsageError` for one that is not known."""
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", check=False)
    if not commit:
        raise UsageError(
            f"'{revision}' is no revision of {root} and no file of results;"
            " 'git fetch' may bring it (in CI: fetch-depth: 0)"
        )
    return commit


def export(root: Path, commit: str | None, folder: Path) -> None:
    """Writes the files of a commit, or of the working tree (None), into an empty folder."""
    try:
        folder.mkdir(parents=True)
        if commit is None:
            _copy_working_tree(root, folder)
        else:
            index = {"GIT_INDEX_FILE": str(folder.with_suffix(".index"))}
            _git(root, "read-tree", commit, environment=index)
            _git(root, "checkout-index", "--all", "--force", f"--prefix={folder}/", environment=index)
    except (OSError, subprocess.CalledProcessError) as error:
        told = getattr(error, "stderr", "") or getattr(error, "strerror", "") or str(error)
        raise CannotFinish(f"cannot write {commit or WORKING_TREE} to {folder}: {told.strip()}; set TMPDIR") from error


def open_revision(root: Path, below: Path, label: str | None, folder: Path, python: Interpreter) -> Revision:
    """A revision written to ``folder`` and its suite loaded; ``label`` None is the working tree."""
    commit = None if label is None else resolve(root, label)
    export(root, commit, folder)
    dirty = bool(_git(root, "status", "--porcelain", "--", str(below))) if label is None else False
    head = commit or _git(root, "rev-parse", "--verify", "--quiet", "HEAD", check=False) or None
    side = Side(label=label or WORKING_TREE, commit=head, dirty=dirty, python=python.path, versions=python.versions)
    environment = {} if python.path == sys.executable else _harness(folder.parent / "harness")
    found, fault = _load(folder / below)
    return Revision(side, found, python.path, environment, sources(folder / below), fault)


def sources(folder: Path) -> dict[str, str]:
    """SHA-256 of every Python file of a suite, by its path below it."""
    paths = sorted(folder.rglob("*.py"))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def interpreter(python: str | None, option: str) -> Interpreter:
    """The one named, or this one. Raises `UsageError` where it cannot run the harness's worker."""
    if python is None:
        return Interpreter(sys.executable, machine.versions())
    found = shutil.which(python)
    if found is None:
        raise UsageError(f"{option} {python}: no such program; name an environment's python")
    asked = [found, "-c", ASKED, " ".join(NEEDED), " ".join(machine.DISTRIBUTIONS)]
    try:
        new, lacks, versions = json.loads(subprocess.run(asked, capture_output=True, text=True).stdout)
    except (OSError, ValueError) as error:
        raise UsageError(f"{option} {python}: is no working Python; name an environment's python") from error
    if lacks or not new:
        wanting = f"lacks {', '.join(lacks)}" if new else "is older than Python 3.11"
        raise UsageError(f"{option} {python}: {wanting}; 'pip install rooflinear' there brings what is needed")
    return Interpreter(os.path.abspath(found), versions)


def _load(folder: Path) -> tuple[Suite | None, str]:
    try:
        return suite.load(folder), ""
    except UsageError as error:
        return None, str(error).replace(f"{folder}/", "").replace(str(folder), folder.name)


def _harness(folder: Path) -> dict[str, str]:
    """Today's harness, importable by any interpreter whatever is installed there."""
    (folder / "rooflinear").mkdir(parents=True, exist_ok=True)
    for name in ("bench", "kernels", "reports"):
        link = folder / "rooflinear" / name
        if not link.exists():
            link.symlink_to(PACKAGE / name, target_is_directory=True)
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))}


def _copy_working_tree(root: Path, folder: Path) -> None:
    listed = _git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)


def _git(root: Path, *arguments: str, check: bool = True, environment: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            check=check,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", **(environment or {})},
        )
    except FileNotFoundError as error:
        raise UsageError("git is not installed; compare needs it, or two files of results") from error
    return done.stdout.strip() if done.returncode == 0 else ""
