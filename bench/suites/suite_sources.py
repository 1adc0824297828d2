"""Which files of a suite run when one of them is imported, also in packages. No file is imported to find out."""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError

INIT = "__init__"
DYNAMIC = (
    b"importlib", b"__import__", b"exec(", b"open(", b"read_text", b"read_bytes", b"resources", b"sys.path",
    b"sys.modules", b"pkgutil", b"entry_points", b"lazy",
)  # fmt: skip
"""Words of code that may use a file which it does not import."""

SOURCES = "SOURCES"
"""What a module of a suite calls the files that it reads or compiles, by their path from the suite's folder."""


class Relative(NamedTuple):
    """A relative import: one of ``names`` may be a module of ``package``, given by its path from the suite's folder."""

    package: tuple[str, ...]
    names: tuple[str, ...]


def parse(path: Path) -> ast.Module:
    """A file's syntax tree. Raises `UsageError` with file and line where it has none."""
    try:
        return _tree(path.read_bytes())
    except SyntaxError as error:
        raise UsageError(f"{path}:{error.lineno}: {error.msg}; correct the file or start its name with '_'") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error


def is_dynamic(content: bytes) -> bool:
    """Whether code may use files that it does not import."""
    return any(word in content for word in DYNAMIC)


def reads_unstated(path: Path) -> bool:
    """Whether a module of a suite may use files that it neither imports nor states."""
    return is_dynamic(path.read_bytes()) and not states(path)


def states(path: Path) -> bool:
    """Whether a module of a suite states all files that it uses beside those that it imports."""
    return SOURCES.encode() in path.read_bytes() and _sources(parse(path)) is not None


def closure(folder: Path, stem: str) -> list[str]:
    """The files that an import of ``stem`` may run, itself included, sorted: ``_help/inner`` is ``_help/inner.py``.

    Raises `UsageError` where one of them cannot be parsed.
    """
    found, waiting = set[str](), {stem, *_run_by(folder, ())}
    while waiting:
        current = waiting.pop()
        found.add(current)
        waiting |= _imported_files(folder, current) - found
    return sorted(found)


def stated(folder: Path, names: Iterable[str]) -> list[Path]:
    """The files that modules state in ``SOURCES``. Raises `UsageError` where one is not a file of the suite."""
    found = {folder / each: name for name in names for each in _sources(parse(file(folder, name))) or ()}
    for path, name in found.items():
        if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            raise UsageError(f"{file(folder, name)}: {SOURCES} names '{path}', which is not a file of the suite")
    return sorted(found)


def sha256(folder: Path, names: Sequence[str]) -> str:
    """One digest of modules and the files that they state, with their names."""
    digest = hashlib.sha256()
    contents = {name: file(folder, name) for name in names}
    contents |= {path.relative_to(folder).as_posix(): path for path in stated(folder, names)}
    for name, path in contents.items():
        digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def file(folder: Path, name: str) -> Path:
    """The path of a file that `closure` names."""
    return folder / f"{name}.py"


def followed(folder: Path) -> set[Path]:
    """Files on a suite's top level, and files in folders that they import or state. Faulty files are not followed."""
    tops = {path for path in folder.glob("*.py") if path.is_file()}
    names = {name for path in tops for name in _closure_or_none(folder, path.stem)}
    return tops | {file(folder, name) for name in names} | set(stated(folder, names))


def imports(tree: ast.Module) -> set[str]:
    """Top-level modules that a module imports absolutely as soon as it runs."""
    return _absolute(tree.body)


def imports_anywhere(tree: ast.Module) -> set[str]:
    """Top-level modules that are imported absolutely, in functions too."""
    return _absolute(_imports(tree))


def _sources(tree: ast.Module) -> tuple[str, ...] | None:
    """What a module states as ``SOURCES``, or None."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and SOURCES in [getattr(target, "id", "") for target in node.targets]:
            leaves = [leaf.value for leaf in ast.walk(node.value) if isinstance(leaf, ast.Constant)]
            return tuple(value for value in leaves if isinstance(value, str))
    return None


def _closure_or_none(folder: Path, stem: str) -> list[str]:
    try:
        return closure(folder, stem)
    except UsageError:
        return []


@lru_cache(maxsize=1024)
def _tree(content: bytes) -> ast.Module:
    return ast.parse(content)


@lru_cache(maxsize=1024)
def _imports(tree: ast.Module) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """All statements that import, in functions too."""
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))


def _imported_files(folder: Path, name: str) -> set[str]:
    path = file(folder, name)
    tree = parse(path)
    package = path.relative_to(folder).parent.parts
    found = set[str]()
    for each in _relatives(tree, package):
        names = [*each.names, *(_exported(folder, each.package) if "*" in each.names else ())]
        found |= {run for leaf in names for run in _run_by(folder, (*each.package, leaf))}
    return found


def _relatives(tree: ast.Module, package: tuple[str, ...]) -> Iterator[Relative]:
    """The relative imports in a file of ``package``, in functions too; none that would leave the suite."""
    for node in _imports(tree):
        if isinstance(node, ast.ImportFrom) and 0 < node.level <= len(package) + 1:
            base = package[: len(package) - node.level + 1]
            inner = tuple(node.module.split(".")) if node.module else ()
            yield Relative((*base, *inner), tuple(alias.name for alias in node.names))


def _run_by(folder: Path, parts: Sequence[str]) -> Iterator[str]:
    """What an import of a module runs: each package on the way to it, and itself where it is there.

    As Python looks: a package before a module of its name, a folder without ``__init__.py`` after both.
    """
    for depth in range(len(parts) + 1):
        name = "/".join(parts[:depth])
        init = f"{name}/{INIT}".lstrip("/")
        if file(folder, init).is_file():
            yield init
        elif depth and file(folder, name).is_file():
            yield name
            return


def _exported(folder: Path, package: tuple[str, ...]) -> set[str]:
    """Names in a package's ``__all__``: an import of ``*`` imports those that are modules."""
    init = folder.joinpath(*package, f"{INIT}.py")
    lists = [node for node in parse(init).body if _binds_all(node)] if init.is_file() else []
    leaves = [leaf for node in lists for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)]
    return {leaf.value for leaf in leaves if isinstance(leaf.value, str)}


def _binds_all(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    else:
        return False
    return any(isinstance(each, ast.Name) and each.id == "__all__" for each in targets)


def _absolute(nodes: Sequence[ast.AST]) -> set[str]:
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in names}
