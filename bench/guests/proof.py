"""Proof of which code was measured: where a session's modules came from, and whether both sides have the same."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import CannotFinish
from .session import Place

Modules = Mapping[str, tuple[str, str]]
"""File and SHA-256 of each module, by its name."""

LEFT_BY_INSTALLATION = (".dist-info", ".egg-info")
"""Ends of folders that tell when and from where a package was installed."""


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


def same_code(base: Modules, head: Modules, places: tuple[Place, Place]) -> bool:
    """Whether both sides have the same code: what they imported, and all that lies in their folders.

    A benchmark may import modules, or read files, that nothing has asked for while the suite was listed.
    """
    imported = [{name: digest for name, (_, digest) in modules.items()} for modules in (base, head)]
    files = [held(place.roots) for place in places]
    return imported[0] == imported[1] and files[0] == files[1]


def held(roots: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of all files below folders, by their path; not of what installation and imports leave there."""
    paths = [(root, path) for root in roots for path in sorted(root.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(root)): sha256(path)
        for root, path in paths
        if not path.relative_to(root).parts[0].endswith(LEFT_BY_INSTALLATION) and "__pycache__" not in path.parts
    }


def sha256(path: Path) -> str:
    """The digest of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
