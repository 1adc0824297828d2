"""Git revisions as sides of a comparison: each in a folder of its own, its suite loaded with its own packages."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import UsageError
from ..machine import machine
from ..suites import projects, suite, suite_sources, unexported
from ..suites.exported import Export, NotExported, running
from ..suites.suite import Suite
from .git import WORKING_TREE, export, head_of, is_dirty, resolve
from .records import Side

PACKAGE = Path(__file__).resolve().parents[2]
NEEDED = ("msgspec", "numpy", "psutil", "threadpoolctl")
"""Packages that the harness's worker imports in the user's environment."""

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
    """The Python of a side: its path, and the installed versions of the packages that may be measured.

    ``named``: the user has named one for either side, so the packages installed there are used.
    """

    path: str
    versions: dict[str, str]
    named: bool = False


@dataclass(frozen=True)
class Revision:
    """One side of a paired comparison: its suite at that revision, and its Python.

    ``fault`` says why the suite cannot be loaded; then ``suite`` is None. ``export`` is None for a suite that is
    in no repository.
    """

    side: Side
    suite: Suite | None
    python: str
    environment: dict[str, str]
    sources: dict[str, str]
    fault: str = ""
    export: Export | None = None


def open_revision(root: Path, below: Path, label: str | None, folder: Path, python: Interpreter) -> Revision:
    """A revision written to ``folder`` and its suite loaded; ``label`` None is the working tree."""
    commit = None if label is None else resolve(root, label)
    export(root, commit, folder)
    dirty = is_dirty(root, Path()) if label is None else False
    side = Side(
        label=label or WORKING_TREE,
        commit=commit or head_of(root),
        dirty=dirty,
        python=python.path,
        versions=python.versions,
    )
    made = exported(root, below, folder, python)
    environment = {} if python.path == sys.executable else _harness(folder.parent / "harness")
    found, fault = load(folder / below, made)
    if (root / below).is_dir() and not (folder / below).is_dir():
        fault = f"has no folder {below}: git ignores it, or it was added later"
    return Revision(side, found, python.path, environment | made.environment, sources(folder / below), fault, made)


def exported(root: Path, below: Path, folder: Path, python: Interpreter) -> Export:
    """Folders of a revision that contain packages: its top, ``src``, and those that installed ones were built from."""
    own = [] if python.named else [Path(each).relative_to(root) for each in projects.sources(str(root))]
    built = dict.fromkeys([folder, *(folder / each for each in own)])
    places = [place for each in built for place in (each / "src", each)]
    roots = tuple(str(place) for place in places if place.is_dir() and place != folder / below)
    names = tuple(sorted(set().union(*map(projects.names, built))))
    return Export(str(root), str(folder), str(folder.parent), roots, names, python.named)


def ignored(root: Path, below: Path, head: Revision) -> list[str]:
    """Files of the checkout's suite that are not exported, if head is the working tree."""
    if head.side.label != WORKING_TREE or head.export is None:
        return []
    exported, here = Path(head.export.folder) / below, root / below
    names = {path.relative_to(here) for path in suite_sources.followed(here)}
    return sorted(str(below / name) for name in names if not (exported / name).is_file())


def sources(folder: Path) -> dict[str, str]:
    """SHA-256 of every Python file of a suite, by its path below it."""
    paths = sorted(folder.rglob("*.py"))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def interpreters(base: str | None, head: str | None) -> dict[str, Interpreter]:
    """The Python of each side. If the user names one for either side, both use their installed packages."""
    found = {"base": interpreter(base, "--base-python"), "head": interpreter(head, "--head-python")}
    named = any(each.named for each in found.values())
    return {side: replace(each, named=named) for side, each in found.items()}


def interpreter(python: str | None, option: str) -> Interpreter:
    """The named Python, or this one. Raises `UsageError` if it cannot run the harness's worker."""
    if python is None:
        return Interpreter(sys.executable, machine.versions())
    found = shutil.which(python)
    if found is None:
        raise UsageError(f"{option} {python}: no such program; give an environment's python")
    asked = [found, "-c", ASKED, " ".join(NEEDED), " ".join(machine.DISTRIBUTIONS)]
    try:
        new, lacks, versions = json.loads(subprocess.run(asked, capture_output=True, text=True).stdout)
    except (OSError, ValueError) as error:
        raise UsageError(f"{option} {python}: is not a working Python; give an environment's python") from error
    if not new:
        raise UsageError(f"{option} {python}: is older than Python 3.11; use a newer one")
    if lacks:
        remedy = f"'{python} -m pip install {' '.join(lacks)}' installs what is missing"
        raise UsageError(f"{option} {python}: lacks {', '.join(lacks)}; {remedy}")
    return Interpreter(os.path.abspath(found), versions, named=True)


def load(folder: Path, export: Export | None) -> tuple[Suite | None, str]:
    """A suite, loaded with the packages of its own revision; None and the reason if that fails."""
    if export is None:
        return suite.load(folder), ""
    try:
        with running(export) as finder:
            try:
                return suite.load(folder, export.environment), ""
            except UsageError as error:
                told = unexported.explain(finder, str(error), error).told
    except NotExported as error:
        told = str(error)
    return None, told.replace(f"{folder}/", "").replace(str(folder), folder.name)


def _harness(folder: Path) -> dict[str, str]:
    """This version of the harness, importable by any interpreter, whatever is installed there."""
    (folder / "rooflinear").mkdir(parents=True, exist_ok=True)
    inside = {name: PACKAGE / name for name in ("bench", "kernels", "reports")}
    if init := sys.modules["rooflinear"].__file__:  # without it, an installed package would be taken
        inside["__init__.py"] = Path(init)
    for name, place in inside.items():
        link = folder / "rooflinear" / name
        if not link.exists():
            link.symlink_to(place, target_is_directory=place.is_dir())
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))}
