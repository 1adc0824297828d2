"""Imports during a comparison of two revisions: they load the exported revision, never the checkout.

A suite may import packages of its own repository. However the interpreter finds them (``PYTHONPATH``, a ``.pth``
file, the finder of an editable install), what would come from the checkout comes from the export, or from nowhere.
"""

import contextlib
import importlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from types import ModuleType

VARIABLE = "ROOFLINEAR_EXPORT"
"""Environment variable by which a child process knows its side's export."""

HARNESS = ("rooflinear.bench", "rooflinear_suite_")
"""Modules that both sides share: they belong to rooflinear or are loaded from a named folder."""

MAIN = frozenset({"__main__", "__mp_main__"})
"""The program that runs: rooflinear's own. ``multiprocessing`` gives it the second name."""

INSTALLED = ("site-packages", "dist-packages")


class NotExported(ImportError):
    """A module was loaded from the checkout."""


@dataclass(frozen=True)
class Export:
    """A revision of the repository at ``top``, written to ``folder``.

    ``scratch`` holds all that rooflinear writes, ``roots`` are the export's folders that packages lie in,
    ``projects`` the names that the revision's packages are installed by. ``installed``: an installed package
    prevails over the export's, because the user has named an environment for this side.
    """

    top: str
    folder: str
    scratch: str
    roots: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    installed: bool = False

    @property
    def environment(self) -> dict[str, str]:
        return {VARIABLE: json.dumps(asdict(self))}

    def moved(self, path: str) -> str:
        """The export's path for one of the checkout."""
        return os.path.join(self.folder, os.path.relpath(os.path.realpath(path), self.top))

    def holds(self, path: str) -> bool:
        return is_below(os.path.abspath(path), self.folder)

    def named(self, path: str) -> str:
        """A path of the export or the checkout as the repository knows it."""
        return os.path.relpath(path, self.folder if self.holds(path) else self.top)


class Finder:
    """The first import finder: asks the others, and answers with the export's file if theirs is in the checkout.

    ``packages`` are the folders of those it found, ``refused`` the files of the checkout that the export lacks.
    """

    def __init__(self, export: Export):
        self.export = export
        self.packages: dict[str, list[str]] = {}
        self.refused: dict[str, str] = {}
        self._is_checkouts = cache(lambda path: is_checkouts(path, export))

    def install(self) -> None:
        sys.path[:] = [each for entry in sys.path for each in self._entries(entry)]
        sys.meta_path.insert(0, self)  # type: ignore[arg-type]
        importlib.invalidate_caches()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if is_harness(name):
            return None
        found = self._others(name, path, target)
        if found is not None and self._strays(found):
            found = self._moved(name, found) or self._without_checkout(name, path)
            if found is None:  # returning None would let the next finder find the checkout's
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        elif path is None:
            found = self._preferred(name, found)
        if found is not None and found.submodule_search_locations is not None:
            self.packages[name] = list(found.submodule_search_locations)
        return found

    def prove(self, but: frozenset[str] = frozenset()) -> None:
        """Raises `NotExported` if a module was loaded from the checkout. ``but``: modules that may be."""
        lent = but | MAIN
        for name, module in list(sys.modules.items()):
            file = _file(module)
            if file and name not in lent and not is_harness(name) and self._is_checkouts(file):
                raise NotExported(f"{name} was loaded from {file} of the checkout, not the revision; import it by name")

    def _entries(self, entry: str) -> list[str]:
        """An entry of the import path; an entry in the checkout is preceded by its counterpart in the export."""
        if not os.path.isabs(entry) or not self._is_checkouts(entry):
            return [entry]
        return [self.export.moved(entry), entry]

    def _others(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        finders = [each for each in sys.meta_path if each is not self and hasattr(each, "find_spec")]
        return next((spec for each in finders if (spec := each.find_spec(name, path, target)) is not None), None)

    def _strays(self, spec: ModuleSpec) -> bool:
        return any(map(self._is_checkouts, [spec.origin] if _has_file(spec) else _folders(spec)))

    def _moved(self, name: str, spec: ModuleSpec) -> ModuleSpec | None:
        """The same from the export, or None if it is absent there."""
        if not spec.origin or not _has_file(spec):
            return _namespace(name, [self._place(folder) for folder in _folders(spec)])
        file = self.export.moved(spec.origin)
        if not os.path.isfile(file):
            self.refused[name] = spec.origin
            return None
        folders = None if spec.submodule_search_locations is None else [os.path.dirname(file)]
        return spec_from_file_location(name, file, submodule_search_locations=folders)

    def _place(self, folder: str) -> str:
        return self.export.moved(folder) if self._is_checkouts(folder) else folder

    def _without_checkout(self, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
        """The module found without the checkout: as if its package were not installed."""
        folders = [*sys.path, *self.export.roots] if path is None else path
        return PathFinder.find_spec(name, [each for each in folders if not self._is_checkouts(each or os.getcwd())])

    def _preferred(self, name: str, found: ModuleSpec | None) -> ModuleSpec | None:
        """The export's package, if no other has the name or the installed one was built from this repository."""
        own = PathFinder.find_spec(name, list(self.export.roots))
        if own is None or (found is not None and any(map(self.export.holds, [found.origin or "", *_folders(found)]))):
            return found
        if found is None:
            return own if _has_file(own) else None
        if self.export.installed or not self._belongs(name):
            return found
        return own if _has_file(own) or _has_file(found) else _namespace(name, [*_folders(own), *_folders(found)])

    def _belongs(self, name: str) -> bool:
        from .projects import made_from

        return made_from(name, self.export.top, self.export.projects)


def is_harness(name: str) -> bool:
    """Whether a module belongs to rooflinear, which both sides share, or to the suite, loaded by its folder."""
    return name == "rooflinear" or name.startswith(HARNESS)


def is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def is_checkouts(path: str, export: Export) -> bool:
    """Whether a path lies in the repository and is neither exported nor a part of an environment."""
    real, top = os.path.realpath(path), export.top
    if not is_below(real, top) or is_below(real, export.scratch):
        return False
    prefixes = {os.path.realpath(each) for each in (sys.prefix, sys.base_prefix, sys.exec_prefix)} - {top}
    return not any(is_below(each, top) and is_below(real, each) for each in prefixes) and not _is_installed(real, top)


@contextlib.contextmanager
def running(export: Export) -> Iterator[Finder]:
    """Within this context, imports use the export's modules; afterwards they are removed."""
    finder, before, path = Finder(export), frozenset(sys.modules), list(sys.path)
    finder.install()
    try:
        yield finder
        finder.prove(but=before)
    finally:
        sys.meta_path.remove(finder)  # type: ignore[arg-type]
        sys.path[:] = path
        for name in sys.modules.keys() - before:
            _forget(name, export)
        importlib.invalidate_caches()


FINDERS: list[Finder] = []
"""Of this process, a child that was told of an export: one at most."""


def begin(environment: Mapping[str, str] = os.environ) -> None:
    """In a child process: imports use the modules of its export, if it has one."""
    if told := environment.get(VARIABLE):
        stated = json.loads(told)
        export = Export(**{**stated, **{name: tuple(stated[name]) for name in ("roots", "projects")}})
        FINDERS.append(Finder(export))
        FINDERS[0].install()


def prove() -> None:
    """Raises `NotExported` where this child process loaded a module from the checkout."""
    for finder in FINDERS:
        finder.prove()


def _file(module: object) -> str | None:
    """Where a module was loaded from. Reads no attribute of it: that would load a lazy module."""
    file = object.__getattribute__(module, "__dict__").get("__file__") if isinstance(module, ModuleType) else None
    return file if isinstance(file, str) else None


def _has_file(spec: ModuleSpec) -> bool:
    return bool(spec.origin) and os.path.isabs(str(spec.origin))


def _folders(spec: ModuleSpec) -> list[str]:
    return list(spec.submodule_search_locations or ())


def _namespace(name: str, folders: Sequence[str]) -> ModuleSpec | None:
    """A package without an ``__init__.py``, over those of the folders that exist."""
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = [each for each in dict.fromkeys(folders) if os.path.isdir(each)]
    return spec if spec.submodule_search_locations else None


@cache
def _is_installed(path: str, top: str) -> bool:
    """Whether a path is among installed packages, also in a folder that ``pip --target`` filled."""
    folder = os.path.dirname(path)
    if not is_below(folder, top) or folder == top:
        return False
    if os.path.basename(folder) in INSTALLED or _is_installed(folder, top):
        return True
    return any(each.endswith(".dist-info") for each in os.listdir(folder)) if os.path.isdir(folder) else False


def _forget(name: str, export: Export) -> None:
    module = sys.modules[name]
    folders = [_file(module), *getattr(module, "__path__", ())]
    if is_harness(name) or not any(export.holds(each) for each in folders if isinstance(each, str)):
        return
    del sys.modules[name]
    package, _, leaf = name.rpartition(".")
    if package in sys.modules and vars(sys.modules[package]).get(leaf) is module:
        delattr(sys.modules[package], leaf)
