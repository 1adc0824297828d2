"""Explains failed imports: files that are in the checkout but not in the revision."""

import os
import re
import sys
from collections.abc import Iterator
from importlib.machinery import all_suffixes
from typing import NamedTuple

from .exported import FINDERS, Export, Finder, NotExported

REMEDY = "commit it, or install each revision into an environment of its own (--base-python, --head-python)"
SHOWN = 3
FROM = re.compile(r"cannot import name '(\w+)'")


class Explanation(NamedTuple):
    """The explanation of a failure. ``unexported``: it needs a file that is in the checkout but not in the revision."""

    told: str
    unexported: bool = False


def explained(told: str, error: BaseException) -> Explanation:
    """A failure of this process, with what its import was looking for."""
    return explain(FINDERS[0], told, error) if FINDERS else Explanation(told)


def explain(finder: Finder, told: str, error: BaseException) -> Explanation:
    """As `explained`, of one finder."""
    for each in _chain(error):
        if isinstance(each, NotExported):
            return Explanation(told, unexported=True)
        if left := list(_left_behind(finder, each)):
            names = ", ".join(map(finder.export.named, left[:SHOWN]))
            lacking = f"{names} is only in the checkout, because git ignores or lacks it; {REMEDY}"
            return Explanation(f"{told}; {lacking}", unexported=True)
    looked = ", ".join(dict.fromkeys(name for each in _chain(error) for name in _looked_for(finder, each)))
    return Explanation(f"{told}; the checkout has no {looked} either, ignored or not" if looked else told)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and its causes: projects often replace an import error by their own."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _left_behind(finder: Finder, error: BaseException) -> Iterator[str]:
    """Files of the checkout that the export lacks and the error is about."""
    export = finder.export
    if isinstance(error, FileNotFoundError) and error.filename and export.holds(os.fsdecode(error.filename)):
        there = _in_checkout(export, os.fsdecode(error.filename))
        yield from [there] if os.path.exists(there) else []
    if not isinstance(error, ImportError):
        return
    if error.name in finder.refused:
        yield finder.refused[error.name]
    for folder, leaf in _places(finder, error):
        there = _in_checkout(export, folder)
        names = {leaf, *(leaf + suffix for suffix in all_suffixes())}
        found = [name for name in sorted(os.listdir(there)) if name in names] if os.path.isdir(there) else []
        yield from (os.path.join(there, name) for name in found if not os.path.exists(os.path.join(folder, name)))


def _looked_for(finder: Finder, error: BaseException) -> list[str]:
    """What was looked for of a module in a package of the export."""
    if not isinstance(error, ModuleNotFoundError) or "." not in (error.name or ""):
        return []
    return [os.path.join(finder.export.named(folder), f"{leaf}.*") for folder, leaf in _places(finder, error)]


def _places(finder: Finder, error: ImportError) -> list[tuple[str, str]]:
    """Folders of the export that a missing module was looked for in, and the file's name without suffixes."""
    package, _, leaf = (_missing(error) or "").rpartition(".")
    folders = _folders(finder, package) if package else finder.export.roots
    return [(each, leaf) for each in folders if finder.export.holds(each)]


def _folders(finder: Finder, package: str) -> list[str]:
    """The folders of a package's modules. A package whose import failed is looked for in its parents' folders."""
    found = finder.packages.get(package) or list(getattr(sys.modules.get(package), "__path__", ()))
    above, _, name = package.rpartition(".")
    return found or [os.path.join(each, name) for each in (_folders(finder, above) if above else ())]


def _missing(error: ImportError) -> str | None:
    """The full name of the module that was not found."""
    wanted = FROM.search(str(error))
    return f"{error.name}.{wanted[1]}" if wanted and error.name else error.name


def _in_checkout(export: Export, path: str) -> str:
    return os.path.join(export.top, os.path.relpath(path, export.folder))
