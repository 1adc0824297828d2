"""The two sides of a comparison of another tool's suite: revisions of a project, releases of it, or interpreters."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ..errors import CannotFinish
from ..suites import projects
from . import builds, trees
from .session import Place, Suite

BASE, HEAD, COPY = SIDES = ("base", "head", "copy")
"""Names of equal length: paths may become part of what is measured."""

SUITE = "suite"
"""Stands for the revision whose suite is run, where that is not head's."""

RELEASE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9.+!_-]+)")
TOOLS = {"pytest": ("pytest", "pytest-benchmark"), "asv": ("asv_runner",), "pyperf": ("pyperf",)}
CODSPEED = b"pytest_codspeed"
STATED = ("pyproject.toml", "tox.ini", "setup.cfg", "noxfile.py")
"""Files that state what a project's tests need."""


class Release(msgspec.Struct, frozen=True):
    """``yarl==1.9.4``"""

    project: str
    version: str


@dataclass(frozen=True)
class Opened:
    """Both sides, ready to run: the suite with its arguments, a place for each side and for a copy of base.

    ``versions`` are the installed distributions by side, ``notes`` are for people.
    """

    suite: Suite
    places: Mapping[str, Place]
    versions: Mapping[str, dict[str, str]]
    notes: list[str] = field(default_factory=list)


def release_of(text: str | None) -> Release | None:
    """The release that a side names, if it is one."""
    found = RELEASE.fullmatch(text or "")
    return Release(found[1], found[2]) if found else None


@dataclass(frozen=True)
class Wanted:
    """What is to be opened. ``paths`` are the suite's, below ``project``, which is ``below`` the top of its repository.

    ``selected`` are the tests that a path is followed by (``::test_a``, or ''), ``options`` its tool's other arguments.
    """

    kind: str
    project: Path
    below: Path
    paths: tuple[Path, ...]
    options: tuple[str, ...] = ()
    selected: tuple[str, ...] = ()
    build: str | None = None
    python: str = sys.executable
    extra: tuple[str, ...] = ()


def open_here(wanted: Wanted, scratch: Path) -> tuple[Suite, Place]:
    """The working tree alone: a copy of the project, which is imported from there or as the interpreter has it."""
    copy = scratch / "suite"
    trees.copy(wanted.project, copy)
    imports = tuple(path for path in (copy / "src", copy) if path.is_dir())
    arguments = (*_with_tests(wanted, map(str, wanted.paths)), *wanted.options)
    return Suite(wanted.kind, arguments), Place(wanted.python, copy, scratch / "own", imports)


def open_revisions(
    wanted: Wanted,
    export: Callable[[str, Path], str],
    scratch: Path,
    pythons: Mapping[str, str] | None,
    own_suite: bool = False,
) -> Opened:
    """Two revisions. ``export`` writes the one of a side into a folder and returns the command that goes to it again.

    ``own_suite``: the suite is that of a third revision, which ``export`` knows as `SUITE`; else it is head's.

    ``pythons`` are interpreters of the user's choice; then what is installed there is measured, and nothing is built.
    """
    again = {side: export(side, scratch / side / "tree") for side in (BASE, HEAD)}
    trees_of = {side: scratch / side / "tree" / wanted.below for side in again}
    if pythons:
        roots: dict[str, list[Path]] = {BASE: [], HEAD: []}
        names = builds.packages(builds.source_roots(trees_of[HEAD]))
    else:

        def built(side: str) -> list[Path]:
            site = scratch / side / "site"
            return builds.build(trees_of[side], site, wanted.python, wanted.build, side, again[side])

        with ThreadPoolExecutor(2) as pool:
            try:
                roots = dict(zip(trees_of, pool.map(built, trees_of), strict=True))
            except BaseException:
                builds.interrupt()
                raise
        names = sorted(set(builds.packages(roots[BASE])) | set(builds.packages(roots[HEAD])))
        roots = {
            side: [_moved(root, trees_of[side], scratch / side / "site", names) for root in roots[side]]
            for side in roots
        }
    used = pythons or dict.fromkeys((BASE, HEAD), wanted.python)
    tree = trees_of[HEAD]
    if own_suite:
        export(SUITE, scratch / SUITE / "tree")
        tree = scratch / SUITE / "tree" / wanted.below
    return _opened(wanted, tree, scratch, names, roots, used, {BASE: {}, HEAD: {}}, [])


def open_releases(wanted: Wanted, releases: Mapping[str, Release], scratch: Path) -> Opened:
    """Two releases, each in an environment of its own with the same versions of everything else where they allow it."""
    tree = scratch / HEAD / "tree"
    trees.copy(wanted.project, tree)
    tools = [*_tools(wanted, tree), *wanted.extra]
    stated = {side: f"{each.project}=={each.version}" for side, each in releases.items()}
    head = builds.environment(scratch / HEAD / "env", wanted.python, [stated[HEAD], *tools], None)
    pins = {
        name: version
        for name, version in builds.installed(head).items()
        if name != projects.normal(releases[HEAD].project)
    }
    notes: list[str] = []
    try:
        base = builds.environment(scratch / BASE / "env", wanted.python, [stated[BASE], *tools], pins)
    except CannotFinish:
        base = builds.environment(scratch / BASE / "env", wanted.python, [stated[BASE], *tools], None)
    versions = {BASE: builds.installed(base), HEAD: builds.installed(head)}
    own = {projects.normal(each.project) for each in releases.values()}
    differing = [
        name for name in sorted(pins) if name not in own and versions[BASE].get(name, pins[name]) != pins[name]
    ]
    if differing:
        notes.append("the releases need different versions of " + ", ".join(
            f"{name} ({versions[BASE][name]} and {pins[name]})" for name in differing
        ))  # fmt: skip
    found = {side: builds.packages_of(python, releases[side].project) for side, python in ((BASE, base), (HEAD, head))}
    names = sorted({name for packages, _ in found.values() for name in packages})
    roots = {side: [root] for side, (_, root) in found.items()}
    pythons = {BASE: str(base), HEAD: str(head)}
    return _opened(wanted, tree, scratch, names, roots, pythons, versions, notes, lend=False)


def _opened(
    wanted: Wanted,
    tree: Path,
    scratch: Path,
    names: Sequence[str],
    roots: Mapping[str, Sequence[Path]],
    pythons: Mapping[str, str],
    versions: Mapping[str, dict[str, str]],
    notes: list[str],
    lend: bool = True,
) -> Opened:
    inside = _package_parent(tree, wanted.paths, names)
    places = {}
    for side in SIDES:
        of = BASE if side == COPY else side
        folder = scratch / side
        own_roots = [Path(root) for root in roots[of]]
        apart = inside is not None and side == COPY
        if apart:
            own_roots = [_copied(root, folder / root.relative_to(scratch / of)) for root in own_roots]
        suite = folder / "suite"
        trees.copy(tree, suite)
        trees.without(suite, names, [] if inside is not None else [suite / path for path in wanted.paths])
        if inside is not None and own_roots:
            for path in wanted.paths:
                trees.overlay(tree, tree / path, inside, own_roots[0])
        places[side] = Place(
            python=pythons[of], suite=suite, own=folder / "own", imports=tuple(own_roots) if lend or apart else (),
            packages=tuple(names), roots=tuple(own_roots),
        )  # fmt: skip
    paths = _with_tests(wanted, (_seen_from(places[BASE], path, tree, inside) for path in wanted.paths))
    arguments = (*paths, *wanted.options, *_pytest_root(wanted, places[BASE], inside))
    return Opened(Suite(wanted.kind, arguments), places, versions, notes)


def _with_tests(wanted: Wanted, paths: Iterable[str]) -> list[str]:
    """Paths as the suite's tool takes them, with the tests that are selected of each."""
    selected = wanted.selected or [""] * len(wanted.paths)
    return [path + tests for path, tests in zip(paths, selected, strict=True)]


def _package_parent(tree: Path, paths: Sequence[Path], names: Sequence[str]) -> Path | None:
    """The folder whose packages contain the suite, if it lies inside a package under test."""
    for path in paths:
        for depth, part in enumerate(path.parts[:2]):
            if part in names and len(path.parts) > depth + 1:
                return tree.joinpath(*path.parts[:depth])
    return None


def _seen_from(place: Place, path: Path, tree: Path, inside: Path | None) -> str:
    """A path of the suite from its working folder."""
    if inside is None or not place.roots:
        return str(path)
    return os.path.relpath(place.roots[0] / (tree / path).relative_to(inside), place.suite)


def _pytest_root(wanted: Wanted, place: Place, inside: Path | None) -> list[str]:
    """pytest looks for its settings above the suite, where they are not if the suite was put into a package."""
    if wanted.kind != "pytest" or inside is None or not place.roots:
        return []
    settings = [
        name for name in ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg") if (place.suite / name).is_file()
    ]
    return ["--rootdir=.", *(["-c", settings[0]] if settings else [])]


def _moved(root: Path, tree: Path, site: Path, names: Sequence[str]) -> Path:
    """Packages that are imported from a revision's tree are put apart from the suite."""
    if not root.is_relative_to(tree):
        return root
    for path in list(root.iterdir()):
        if path.name.partition(".")[0] in names:
            target = site / path.name
            shutil.copytree(path, target) if path.is_dir() else shutil.copy2(path, target)
    return site


def _copied(root: Path, into: Path) -> Path:
    shutil.copytree(root, into, symlinks=True)
    return into


def _tools(wanted: Wanted, tree: Path) -> list[str]:
    """What the suite's tool is installed by; pytest-codspeed where the suite names it."""
    if wanted.kind == "pytest" and _is_of_codspeed(tree):
        return ["pytest", "pytest-codspeed"]
    return list(TOOLS[wanted.kind])


def _is_of_codspeed(tree: Path) -> bool:
    """Whether the code imports it, or the project states it alone: a suite that marks whole tests imports nothing."""
    if any(CODSPEED in path.read_bytes() for path in tree.rglob("*.py") if path.is_file()):
        return True
    stated = b"".join((tree / name).read_bytes() for name in STATED if (tree / name).is_file()).replace(b"_", b"-")
    return b"pytest-codspeed" in stated and b"pytest-benchmark" not in stated
