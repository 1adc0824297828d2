"""Loads and checks a suite from its folder; lists stems without importing a framework."""

import ast
import difflib
import hashlib
import importlib
import importlib.util
import inspect
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..contract import LIBRARIES, Goal, Grid, Operation, Shown
from ..errors import RooflinearError, UsageError, unknown
from . import checks, suite_sources, trial
from .suite_sources import closure, file, imports, imports_anywhere, parse

OPERATIONS = "operations"

EXACT_SIZES = (129, 7, 5, 3)
"""Odd, and one above a power of two, so that vectors, blocks and threads have remainders."""

BUILT_IN = Path(__file__).resolve().parents[2] / "kernels"

INTERPRETED = ("python", "numpy", "dask")
COMPILES_NOTHING = {"numpy", "scipy", "sklearn", "dask", "pandas", "rooflinear"} | sys.stdlib_module_names
"""For these array libraries: an implementation that imports only these packages compiles nothing."""

ALIKE, MUCH_ALIKE = 0.6, 0.8
"""Similarity of a function's name to an operation's that is reported: in a file without operations, and with some."""


@dataclass(frozen=True)
class Implementation:
    """One file of a suite, read but not imported.

    ``device`` is the only one it runs on ('': any), ``source_sha256`` covers
    the suite's files that it imports, in packages too, ``requires`` names the
    top-level modules that it and they import, ``streams`` says that it takes inputs that stay in a file,
    ``compiles`` that a first call may take longer for it.
    """

    stem: str
    path: Path
    library: str
    algorithm: str
    device: str
    operations: tuple[str, ...]
    doc: str
    source_sha256: str
    requires: tuple[str, ...]
    streams: bool = False
    compiles: bool = True

    def elsewhere(self, device: str) -> str:
        """Why it cannot run on a device, or ''."""
        return "" if self.device in ("", device) else f"runs on {self.device} only (--device {self.device})"


@dataclass(frozen=True)
class Suite:
    """A folder that fulfils the contract; ``remarks`` lists possible mistakes in it."""

    name: str
    folder: Path
    operations: dict[str, Operation]
    implementations: dict[str, Implementation]
    presets: dict[str, tuple[Grid, ...]]
    goals: tuple[Goal, ...] = ()
    shown: tuple[Shown, ...] = ()
    remarks: tuple[str, ...] = ()


def find(folder: Path | None) -> Path:
    """The named folder, else ``kernels/`` of the current repository, else the installed suite."""
    if folder is not None:
        return folder.resolve()
    here = Path.cwd()
    for parent in (here, *here.parents):
        if (parent / "kernels" / f"{OPERATIONS}.py").is_file():
            return parent / "kernels"
        if (parent / ".git").exists():
            break
    return BUILT_IN


def found(folder: Path | None) -> Path:
    """As `find`. Raises `UsageError` where there is no such folder."""
    path = find(folder)
    if not path.is_dir():
        raise UsageError(f"suite {path}: no such folder; --suite takes a folder with an operations.py")
    return path


def unavailable(implementation: Implementation) -> str:
    """Why an implementation cannot run here, or ''."""
    absent = [name for name in implementation.requires if importlib.util.find_spec(name) is None]
    return f"{', '.join(absent)} not installed" if absent else ""


def load(folder: Path, environment: Mapping[str, str] | None = None) -> Suite:
    """Reads a suite. Raises `UsageError` with file, line and remedy if it is invalid.

    ``environment`` is for the process that imports ``operations.py`` first, beside this one's.
    """
    if folder.is_file():
        raise UsageError(f"suite {folder}: is a file; --suite needs its folder, {folder.parent}")
    if not folder.is_dir():
        raise UsageError(f"suite {folder}: no such folder; --suite needs a folder with an {OPERATIONS}.py")
    if not (folder / f"{OPERATIONS}.py").is_file():
        raise UsageError(f"suite {folder}: has no {OPERATIONS}.py; 'docs/suites.md' explains what it contains")
    trees = {path.stem: parse(path) for path in sorted(folder.glob("*.py")) if not path.is_dir()}
    stems = [stem for stem in trees if stem != OPERATIONS and not stem.startswith("_")]
    _refuse_namesakes(folder, [OPERATIONS, *stems])
    if folder != BUILT_IN:
        trial.require_unharmed(folder, folder / f"{OPERATIONS}.py", environment or {})
    module = _import_operations(folder)
    operations = checks.operations(module, folder / f"{OPERATIONS}.py")
    implementations = {stem: _describe(stem, folder, trees, operations) for stem in stems}
    if not implementations:
        raise UsageError(f"suite {folder}: has no implementation; add one '*.py' beside {OPERATIONS}.py")
    presets = checks.presets(module, operations, implementations, folder / f"{OPERATIONS}.py")
    goals = checks.goals(module, operations, implementations, folder / f"{OPERATIONS}.py")
    if goals:
        presets = {**presets, "goals": tuple(grid for goal in goals for grid in goal.grids())}
    shown = checks.shown(module, operations, folder / f"{OPERATIONS}.py")
    remarks = (*_remarks(implementations, trees, operations), *_remarks_on_folders(folder))
    return Suite(folder.name, folder, operations, implementations, presets, goals, shown, remarks)


def import_stem(folder: Path, stem: str) -> types.ModuleType:
    """Imports one file of a suite within a package of the suite's own name."""
    package = "rooflinear_suite_" + hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    if package not in sys.modules:
        _import_package(package, folder)
    return importlib.import_module(f"{package}.{stem}")


def top_level(path: Path) -> set[str]:
    """The names that a file of a suite binds, without importing it."""
    return set(_top_level(parse(path)))


def imported(folder: Path, stem: str) -> set[str]:
    """Top-level modules that a file of a suite and those of its files that it imports name, wherever in them."""
    return set().union(*(imports_anywhere(parse(file(folder, name))) for name in closure(folder, stem)))


def loaded_sources(folder: Path) -> dict[str, str]:
    """SHA-256 of the files of a suite that this process has imported, by their path below it."""
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    paths = {Path(file) for file in files if file and Path(file).is_relative_to(folder)}
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)}


def exact_sizes(operation: Operation) -> dict[str, int]:
    """The sizes of the exact test: the suite's, else small odd ones."""
    return dict(operation.exact_sizes or zip(operation.sizes, EXACT_SIZES, strict=False))


def takes_data(operation: Operation) -> bool:
    """Whether an operation can be given the user's data."""
    return "data" in inspect.signature(operation.inputs).parameters


def _import_package(package: str, folder: Path) -> None:
    init = folder / "__init__.py"
    if not init.is_file():
        module = types.ModuleType(package)
        module.__path__ = [str(folder)]
        sys.modules[package] = module
        return
    spec = importlib.util.spec_from_file_location(package, init, submodule_search_locations=[str(folder)])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[package] = module
    spec.loader.exec_module(module)


def _refuse_namesakes(folder: Path, stems: list[str]) -> None:
    """Raises `UsageError` if a package hides a file: Python would import the package instead."""
    for stem in stems:
        if (folder / stem / "__init__.py").is_file():
            path = folder / f"{stem}.py"
            raise UsageError(f"{path}: hidden by the package {stem}/ beside it, which Python imports; rename one")


def _import_operations(folder: Path) -> types.ModuleType:
    try:
        with trial.aside():
            return import_stem(folder, OPERATIONS)
    except RooflinearError:
        raise
    except (Exception, SystemExit) as error:
        where = folder / f"{OPERATIONS}.py"
        raise UsageError(f"{where}: import failed: {type(error).__name__}: {error}") from error


def _describe(
    stem: str, folder: Path, trees: dict[str, ast.Module], operations: dict[str, Operation]
) -> Implementation:
    tree = trees[stem]
    names = _top_level(tree)
    library = names.get("LIBRARY")
    path = folder / f"{stem}.py"
    if not isinstance(library, str):
        raise UsageError(
            f"{path}: states no LIBRARY; name the array library whose arrays it takes, or start the file name with '_'"
        )
    if library not in LIBRARIES:
        raise UsageError(f"{path}: {unknown('LIBRARY', library, LIBRARIES)}")
    files = closure(folder, stem)
    run = [parse(file(folder, name)) for name in files]
    imported = set().union(*map(imports_anywhere, run))
    return Implementation(
        stem=stem,
        path=path,
        library=library,
        algorithm=str(names.get("ALGORITHM", "direct")),
        device=str(names.get("DEVICE", "")),
        operations=tuple(name for name in operations if name in names),
        doc=(ast.get_docstring(tree) or "").partition("\n\n")[0],
        source_sha256=suite_sources.sha256(folder, files),
        requires=tuple(sorted(set().union(*map(imports, run)))),
        streams=names.get("STREAMS") is True,
        compiles=library not in INTERPRETED or not imported <= COMPILES_NOTHING,
    )


def tell(remarks: Iterable[str]) -> None:
    """Prints warnings on stderr; stdout is for the command's output."""
    for remark in remarks:
        print(f"warning: {remark}", file=sys.stderr, flush=True)


def _remarks(
    implementations: dict[str, Implementation], trees: dict[str, ast.Module], operations: dict[str, Operation]
) -> Iterator[str]:
    """Remarks on functions that may be misspelt: without them they would be silently absent from a run."""
    for stem, each in implementations.items():
        functions = [name for name in _functions(trees[stem]) if name not in operations]
        lacking = [name for name in operations if name not in each.operations]
        alike = MUCH_ALIKE if each.operations else ALIKE
        near = {name: found[0] for name in functions if (found := difflib.get_close_matches(name, lacking, 1, alike))}
        meant = "; ".join(f"'{name}': did you mean '{operation}'?" for name, operation in near.items())
        if not each.operations:
            yield f"{stem}.py: no function of an operation; {meant or 'operations: ' + ', '.join(operations)}"
        elif meant:
            yield f"{stem}.py: no operation is called {meant}"


def _remarks_on_folders(folder: Path) -> Iterator[str]:
    """Remarks on files in subfolders that state a LIBRARY: perhaps they are meant as implementations."""
    for path in sorted(folder.glob("[!_.]*/*.py")):
        if not (path.parent / f"{OPERATIONS}.py").is_file() and _states_library(path):
            name = path.relative_to(folder).as_posix()
            yield f"{name}: not an implementation, because it is in a folder; move it beside {OPERATIONS}.py"


def _states_library(path: Path) -> bool:
    try:
        return _top_level(parse(path)).get("LIBRARY") in LIBRARIES
    except UsageError:
        return False


def _functions(tree: ast.Module) -> list[str]:
    """Public functions that a module defines."""
    found = [node.name for node in _statements(tree.body) if isinstance(node, ast.FunctionDef)]
    return [name for name in found if not name.startswith("_") and name not in checks.HARNESS_NAMES]


def _top_level(tree: ast.Module) -> dict[str, Any]:
    """Names a module binds, with their value where it is a constant."""
    names: dict[str, Any] = {}
    for node in _statements(tree.body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names[node.name] = None
        elif isinstance(node, ast.ImportFrom):
            names.update({alias.asname or alias.name: None for alias in node.names})
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            value = node.value.value if isinstance(node.value, ast.Constant) else None
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            leaves = [leaf for target in targets for leaf in ast.walk(target)]
            names.update({leaf.id: value for leaf in leaves if isinstance(leaf, ast.Name)})
    return names


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a module, those under ``if`` and ``try`` included."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try):
            handlers = [part for handler in getattr(node, "handlers", ()) for part in handler.body]
            yield from _statements([*node.body, *handlers, *node.orelse])
