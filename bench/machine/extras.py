"""The extras of rooflinear: which packages each brings, and what is said where one of them is absent."""

import importlib.util
import json
from collections.abc import Sequence
from importlib import metadata
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..errors import PackageMissing

NAME = "rooflinear"

DISTRIBUTIONS = {
    "cpuinfo": "py-cpuinfo",
    "pynvml": "nvidia-ml-py",
    "sklearn": "scikit-learn",
    "vl_convert": "vl-convert-python",
    "yaml": "pyyaml",
}
"""Projects whose modules have another name."""


PAGE = ("altair", "pandas", "vl_convert")
"""What a run's page needs, which the command says before it measures."""


def need(command: str, *modules: str) -> None:
    """Raises `PackageMissing` if one of these modules is not installed. No module is imported."""
    if absent := [name for name in modules if importlib.util.find_spec(name) is None]:
        raise PackageMissing(remedy(command, absent))


def told(command: str, error: ModuleNotFoundError) -> str | None:
    """What to say where an import failed; None if no extra brings the module, which is then a fault."""
    module = (error.name or "").partition(".")[0]
    return remedy(command, [module]) if module and extra_of(module) else None


def remedy(command: str, modules: Sequence[str]) -> str:
    """Which packages a command needs, and what installs them."""
    needed = ", ".join(sorted(_distribution(name) for name in modules))
    extras = sorted({extra for name in modules if (extra := extra_of(name))})
    return f"{command} needs {needed}: pip install '{_installable(extras) if extras else needed}'"


def extra_of(module: str) -> str | None:
    """The first extra that brings a module; None if there is none, or if rooflinear is not installed."""
    wanted = canonicalize_name(_distribution(module))
    return next((extra for extra, names in _brought() if wanted in names), None)


def _distribution(module: str) -> str:
    return DISTRIBUTIONS.get(module, module)


def _brought() -> list[tuple[str, set[str]]]:
    """The extras in their order in pyproject.toml, each with the projects that it brings on any system."""
    try:
        found = metadata.distribution(NAME)
    except metadata.PackageNotFoundError:
        return []
    needed = [Requirement(each) for each in found.requires or ()]
    base = {NAME} | {canonicalize_name(each.name) for each in needed if "extra ==" not in str(each.marker)}
    return [(extra, _of(extra, needed) - base) for extra in found.metadata.get_all("Provides-Extra") or ()]


def _of(extra: str, needed: Sequence[Requirement]) -> set[str]:
    marked = [each for each in needed if each.marker and f'extra == "{extra}"' in str(each.marker)]
    return {canonicalize_name(each.name) for each in marked}


def _installable(extras: Sequence[str]) -> str:
    """What pip takes to add extras to the rooflinear that is installed, from where it was installed."""
    name, origin = f"[{','.join(extras)}]", _origin()
    if not origin:
        return f"{NAME}{name}"
    return f"{NAME}{name} @ {origin}" if "+" in origin.partition(":")[0] else f"{origin}{name}"


def _origin() -> str:
    """The folder, wheel or repository that rooflinear was installed from; empty for a package index (PEP 610)."""
    try:
        found = json.loads(metadata.distribution(NAME).read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return ""
    url = found.get("url", "")
    if control := found.get("vcs_info"):
        return f"{control['vcs']}+{url}@{control['commit_id']}"
    return unquote(urlsplit(url).path) if url.startswith("file:") else url
