"""Proof of which code was measured: where a session's modules came from, and whether both sides have the same."""

from collections.abc import Mapping
from pathlib import Path

from ..errors import CannotFinish
from .session import Place

Modules = Mapping[str, tuple[str, str]]
"""File and SHA-256 of each module, by its name."""


def strangers(modules: Modules, place: Place) -> str:
    """Which module under test came from elsewhere than its side's folders, and where from; '' if none did."""
    if not place.roots:
        return ""
    roots = [root.resolve() for root in place.roots]
    for name, (file, _) in modules.items():
        if not any(Path(file).is_relative_to(root) for root in roots):
            return f"{name} was imported from {file}, not from {place.roots[0]}; {_remedy(Path(file), place)}"
    return ""


def _remedy(file: Path, place: Place) -> str:
    if file.is_relative_to(place.suite.resolve()):
        return "name the folder or the files of the benchmarks alone"
    return "install the project without --editable, and let no conftest.py put its checkout on sys.path"


def prove(label: str, modules: Modules, place: Place) -> None:
    """Raises `CannotFinish` if a side would measure other code than its own."""
    if found := strangers(modules, place):
        raise CannotFinish(f"{label}: {found}")


def same_code(base: Modules, head: Modules) -> bool:
    """Whether both sides imported the same modules with the same content."""
    return {name: digest for name, (_, digest) in base.items()} == {name: digest for name, (_, digest) in head.items()}
