"""Which benchmarks may run code that differs between the sides, by what their files import.

Nothing is imported to find out. Where imports do not tell all that a file may run, it may run anything.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError
from ..suites import suite_sources
from .proof import Modules, sha256
from .session import Place

EXTENSIONS = (".so", ".pyd")
INIT = "__init__.py"


class Reach(NamedTuple):
    """The files that a benchmark's file may run; ``known`` is False where there may be more."""

    files: frozenset[Path]
    known: bool


def unchanged(
    files: Mapping[str, Mapping[str, str]], modules: Mapping[str, Modules], places: Mapping[str, Place]
) -> set[str]:
    """Benchmarks that run the same code on all sides. ``files`` has the file of each benchmark by side and id."""
    sides = list(files)
    reached = {
        side: {file: reach(places[side].suite / file, places[side]) for file in set(files[side].values())}
        for side in sides
    }
    if not _alike(_unexplained(modules[side], reached[side].values()) for side in sides):
        return set()
    shared = set.intersection(*(set(files[side]) for side in sides))
    return {
        name
        for name in shared
        if all(reached[side][files[side][name]].known for side in sides)
        and _alike(_digests(reached[side][files[side][name]], places[side]) for side in sides)
    }


def reach(file: Path, place: Place) -> Reach:
    """What an import of a file may run: itself, what it imports of the suite and of the packages under test."""
    suite, file = place.suite.resolve(), file.resolve()
    above = [folder for folder in file.parents if folder == suite or suite in folder.parents]
    tops = [*above, *(root.resolve() for root in place.roots)]
    waiting = [file, *(folder / "conftest.py" for folder in file.parents if (folder / "conftest.py").is_file())]
    found, known = set[Path](), True
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            tree = _followable(path)
            known = known and tree is not None
            waiting += _packages_of(path) if tree is None else [*_packages_of(path), *_imported(path, tree, tops)]
    return Reach(frozenset(found), known)


def _unexplained(modules: Modules, reached: Iterable[Reach]) -> dict[str, str]:
    """Hashes of modules that were loaded although no benchmark's file imports them."""
    explained = {str(path) for each in reached for path in each.files}
    return {name: digest for name, (file, digest) in modules.items() if file not in explained}


def _digests(reached: Reach, place: Place) -> dict[str, str]:
    tops = [*(root.resolve() for root in place.roots), place.suite.resolve()]
    found = {}
    for path in reached.files:
        top = next((each for each in tops if path.is_relative_to(each)), None)
        found[str(path.relative_to(top) if top else path)] = sha256(path)
    return found


def _alike(of_sides: Iterable[Mapping[str, str]]) -> bool:
    first, *others = of_sides
    return all(each == first for each in others)


def _followable(path: Path) -> ast.Module | None:
    """A file's syntax tree; None where it may run what it does not import."""
    if path.suffix != ".py" or suite_sources.is_dynamic(path.read_bytes()):
        return None
    try:
        return suite_sources.parse(path)
    except UsageError:
        return None


def _packages_of(path: Path) -> Iterator[Path]:
    """The packages that a module lies in, which are imported before it."""
    for folder in path.parents:
        if not (folder / INIT).is_file():
            return
        yield folder / INIT


def _imported(path: Path, tree: ast.Module, tops: Sequence[Path]) -> Iterator[Path]:
    """The files of all that a module imports, in functions too, as far as they lie below ``tops``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _run_by(tops, alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            within = [path.parents[node.level - 1]] if 0 < node.level <= len(path.parents) else tops
            base = node.module.split(".") if node.module else []
            yield from _run_by(within, base)
            for alias in node.names:
                yield from _all_of(within, base) if alias.name == "*" else _run_by(within, [*base, alias.name])


def _run_by(tops: Iterable[Path], parts: Sequence[str]) -> Iterator[Path]:
    """What may run where a module of this name is imported: the packages on the way, and itself."""
    for top in tops:
        folder = top
        for part in parts:
            yield from _modules(folder, part)
            folder = folder / part
            if not folder.is_dir():
                break


def _all_of(tops: Iterable[Path], parts: Sequence[str]) -> Iterator[Path]:
    """The modules of a package, any of which ``*`` may import."""
    for top in tops:
        folder = top.joinpath(*parts)
        if (folder / INIT).is_file():
            for each in folder.iterdir():
                yield from _modules(folder, each.name.partition(".")[0])


def _modules(folder: Path, name: str) -> Iterator[Path]:
    """A package, a module or a compiled module of this name."""
    yield from (path for path in (folder / name / INIT, folder / f"{name}.py") if path.is_file())
    if folder.is_dir():
        yield from (path for path in folder.glob(f"{name}.*") if path.suffix in EXTENSIONS)
