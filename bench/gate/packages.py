"""Packages of the repository that a suite imports: whether both sides have the same, and which installation runs."""

import ast
import hashlib
import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..suites import suite, suite_sources
from ..suites.exported import is_checkouts
from .revisions import Revision

DYNAMIC = (b"importlib", b"__import__", b"exec(", b"sys.path")
"""Code by which a file can import modules that its text does not name."""

CODE = (".py", ".pyx", ".so", ".pyd")

ASKED = """
import importlib.util, json, sys
found = {name: importlib.util.find_spec(name) for name in sys.argv[1:]}
print(json.dumps({name: spec.origin for name, spec in found.items() if spec}))
"""


def same_packages(base: Revision, head: Revision, stem: str) -> bool:
    """Whether all that an implementation may import of the repository outside its suite is the same on both sides."""
    if base.export is None or head.export is None:
        return True
    return reached(base, stem) == reached(head, stem)


def installed_instead(revision: Revision) -> list[str]:
    """Packages that the suite imports, that the revision has, and that run as the side's environment has them."""
    if revision.export is None or revision.suite is None or not revision.export.installed:
        return []
    stems = revision.suite.implementations
    names = set().union(*(suite.imported(revision.suite.folder, stem) for stem in stems))
    own = [name for name in sorted(names) if any(_is_package(Path(root), name) for root in revision.export.roots)]
    if not own:
        return []
    asked = subprocess.run([revision.python, "-P", "-c", ASKED, *own], capture_output=True, text=True)
    try:
        found = json.loads(asked.stdout)
    except ValueError:
        return []
    return [name for name, origin in found.items() if origin and not is_checkouts(origin, revision.export)]


def _is_package(root: Path, name: str) -> bool:
    return (root / name / "__init__.py").is_file() or (root / f"{name}.py").is_file()


class Source(NamedTuple):
    """A file: its digest, the top-level modules that it names, and whether it may import others too."""

    sha256: str
    imports: frozenset[str]
    dynamic: bool


def reached(revision: Revision, stem: str) -> dict[str, str]:
    """SHA-256 of all files outside the suite that an implementation may import, by their path in the repository.

    A name may stand anywhere in the repository: where an editable install looks is not asked. What imports by other
    means than its text may import everything.
    """
    assert revision.export is not None
    assert revision.suite is not None
    tree, folder = Path(revision.export.folder), revision.suite.folder
    places, inner = _places(tree, folder), _inner(folder)
    waiting = suite.imported(folder, stem) | inner.imports
    seen = set[str]()
    found: dict[Path, Source] = {}
    while waiting := (waiting & places.keys()) - seen:
        seen |= waiting
        more = {path: _source(path) for name in waiting for place in places[name] for path in _files(place)}
        waiting = set[str]().union(*(each.imports for each in more.values()))
        found |= more
    if inner.dynamic or any(each.dynamic for each in found.values()):
        found = {path: _source(path) for path in _files(tree) if not path.is_relative_to(folder)}
    return {str(path.relative_to(tree)): each.sha256 for path, each in found.items()}


class Inner(NamedTuple):
    """What the files of a suite may import beside what its implementations do: ``dynamic`` as in `Source`."""

    imports: frozenset[str]
    dynamic: bool


@cache
def _inner(folder: Path) -> Inner:
    """Of the suite in a folder of an export, which does not change."""
    files = set(folder.rglob("*.py"))
    unfollowed = files - suite_sources.followed(folder)
    imports = frozenset[str]().union(*(_source(path).imports for path in unfollowed))
    return Inner(imports, any(_source(path).dynamic for path in files if not suite_sources.states(path)))


@cache
def _places(tree: Path, but: Path) -> dict[str, list[Path]]:
    """Folders and files of code outside the suite, by the name that an import would have for them."""
    found: dict[str, list[Path]] = {}
    for folder, folders, files in os.walk(tree) if tree != but else ():
        folders[:] = [name for name in folders if Path(folder, name) != but]
        for name in [*folders, *(name for name in files if name.endswith(CODE))]:
            found.setdefault(name.partition(".")[0], []).append(Path(folder, name))
    return found


def _files(place: Path) -> Iterator[Path]:
    paths: Iterable[Path] = sorted(place.rglob("*")) if place.is_dir() else [place]
    return (path for path in paths if path.is_file() and "__pycache__" not in path.parts)


@cache
def _source(path: Path) -> Source:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if path.suffix != ".py":
        return Source(digest, frozenset(), False)
    try:
        imports = suite_sources.imports_anywhere(ast.parse(content))
    except (SyntaxError, ValueError):
        return Source(digest, frozenset(), True)
    return Source(digest, frozenset(imports), any(word in content for word in DYNAMIC))
