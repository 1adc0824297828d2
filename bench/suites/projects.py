"""Which project a package was installed from: one of this repository, or another."""

import contextlib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from configparser import ConfigParser
from configparser import Error as Unreadable
from importlib import metadata
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

NAME_IN_SETUP = re.compile(r"\bname\s*=\s*['\"]([^'\"]+)['\"]")


def names(folder: Path) -> set[str]:
    """The project names in a folder's build files, normalised; empty if there are none."""
    found: list[object] = []
    with contextlib.suppress(OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError):
        stated = tomllib.loads((folder / "pyproject.toml").read_text())
        found += [stated.get("project", {}).get("name"), stated.get("tool", {}).get("poetry", {}).get("name")]
    with contextlib.suppress(OSError, Unreadable, UnicodeDecodeError):
        setup = ConfigParser()
        setup.read_string((folder / "setup.cfg").read_text())
        found.append(setup.get("metadata", "name", fallback=None))
    with contextlib.suppress(OSError, UnicodeDecodeError):
        found += NAME_IN_SETUP.findall((folder / "setup.py").read_text())
    return {normal(each) for each in found if isinstance(each, str)}


def made_from(package: str, top: str, projects: Iterable[str]) -> bool:
    """Whether the package installed by this name is one of ``projects``, or was made from what lies below ``top``."""
    installed = metadata.packages_distributions().get(package, ())
    if {normal(each) for each in installed} & set(projects):
        return True
    return any(_is_below(_source(metadata.distribution(each)), top) for each in installed)


def sources(top: str) -> Iterator[str]:
    """Folders below ``top`` that installed packages were built from."""
    for each in metadata.distributions():
        source = _source(each)
        if _is_below(source, top) and os.path.isdir(source):
            yield source


def normal(project: str) -> str:
    """A project's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", project).lower()


def _is_below(source: str, top: str) -> bool:
    return bool(source) and Path(source).is_relative_to(top)


def _source(installed: metadata.Distribution) -> str:
    """The local folder or file that it was built from (PEP 610), or ''."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        url = urlparse(json.loads(installed.read_text("direct_url.json") or "{}").get("url", ""))
        return os.path.realpath(url2pathname(url.path)) if url.scheme == "file" else ""
    return ""
