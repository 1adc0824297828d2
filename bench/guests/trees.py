"""Copies of a suite's project: where its sessions work, without the packages that are under test."""

import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from ..errors import CannotFinish, UsageError

BUILT_BY = ("pyproject.toml", "setup.py")
SETTINGS = ("setup.cfg", "pytest.ini", "tox.ini", "asv.conf.json")
"""Files on the top of a project; settings may also lie beside a suite below it."""

LEFT_OUT = {"__pycache__", "node_modules", "build", "dist", "htmlcov"}
DEEPEST = 2
"""How far below the top of a project its packages lie: ``src/package``."""


def project_of(path: Path) -> Path:
    """The top folder of the project that a suite belongs to; the suite's own folder if none shows itself."""
    folder = (path if path.is_dir() else path.parent).resolve()
    for names in (BUILT_BY, SETTINGS):
        for each in (folder, *folder.parents):
            if (each / ".git").exists() or any((each / name).is_file() for name in names):
                return each
    return folder


def copy(project: Path, into: Path) -> None:
    """Copies a project that is in no repository: no hidden folders, environments, caches and builds."""
    try:
        shutil.copytree(project, into, symlinks=True, ignore=_ignored, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        raise CannotFinish(f"cannot copy {project} to {into}: {error}; set TMPDIR") from error


def without(tree: Path, packages: Collection[str], suite: Collection[Path]) -> None:
    """Removes the packages under test from a copy, so that nothing imports them from there.

    A folder that holds part of the suite stays, and so does what lies in the suite's own folder below the top.
    """
    for place in list(_named(tree, packages)):
        inside = any(place.is_relative_to(each) for each in suite if each != tree)
        if not inside and not any(place in each.parents for each in suite):
            shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()


def overlay(tree: Path, suite: Path, package_parent: Path, site: Path) -> None:
    """Puts a suite that lies inside a package, with what its folders share, into a side's copy of the package."""
    inner = suite.relative_to(package_parent)
    target = site / inner
    try:
        if suite.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(suite, target, ignore=shutil.ignore_patterns("__pycache__"))
        for folder in (suite if suite.is_dir() else suite.parent, *suite.parents):
            if folder == package_parent or not folder.is_relative_to(tree):
                break
            _share(folder, site / folder.relative_to(package_parent), package_parent)
        if suite.is_file():
            shutil.copy2(suite, target)
    except OSError as error:
        raise CannotFinish(f"cannot put the suite into {target}: {error.strerror}; set TMPDIR") from error


def _share(folder: Path, into: Path, package_parent: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    names = ["conftest.py"] if folder.parent == package_parent else ["conftest.py", "__init__.py"]
    for name in names:  # the package's own __init__.py is under test
        if (folder / name).is_file():
            shutil.copy2(folder / name, into / name)


def relative(path: str, project: Path) -> Path:
    """A path of the suite, as typed, below its project. Raises `UsageError` if it is not there."""
    full = Path(path).resolve()
    if not full.exists():
        raise UsageError(f"{path}: no such file or folder; name the suite's files or folder")
    if not full.is_relative_to(project):
        raise UsageError(f"{path}: is not in {project}, as the suite's other files are; give paths of one project")
    return full.relative_to(project)


def _named(tree: Path, packages: Collection[str]) -> Iterator[Path]:
    for folder, folders, files in os.walk(tree):
        depth = len(Path(folder).relative_to(tree).parts)
        for name in list(folders):
            if name in packages and any((Path(folder) / name).rglob("*.py")):
                folders.remove(name)
                yield Path(folder) / name
        yield from (Path(folder) / name for name in files if name.partition(".")[0] in packages and _is_code(name))
        if depth + 1 >= DEEPEST:
            folders.clear()


def _is_code(name: str) -> bool:
    return name.endswith((".py", ".so", ".pyd"))


def _ignored(folder: str, names: list[str]) -> set[str]:
    inside = Path(folder)
    return {
        name
        for name in names
        if name in LEFT_OUT or name.endswith(".egg-info")
        or ((inside / name).is_dir() and (name.startswith(".") or (inside / name / "pyvenv.cfg").is_file()))
    }  # fmt: skip
