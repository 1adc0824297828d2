"""Installs the two sides: a revision into a folder of its own, a release into an environment of its own."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

from ..errors import CannotFinish
from ..suites import projects

METADATA = ("pyproject.toml", "setup.py", "setup.cfg")
TAIL = 6
"""Lines of a failed command's output that are shown."""

NOT_UNDER_TEST = {"tests", "test", "benchmarks", "benchmark", "bench", "docs", "examples", "conftest", "setup", "bin"}
"""Top-level names that projects install or keep by accident; they are no packages under test."""


def build(tree: Path, site: Path, python: str, command: str | None, label: str, again: str) -> list[Path]:
    """Makes a revision importable and returns the folders to import from.

    ``command`` replaces pip; ``{target}``, ``{python}`` and ``{source}`` in it are filled in. ``again`` gets the
    sources once more, for the message of a build that failed. Raises `CannotFinish` for one.
    """
    site.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    if command is not None:
        filled = command.format(
            target=shlex.quote(str(site)), python=shlex.quote(python), source=shlex.quote(str(tree))
        )
        _run(["sh", "-c", filled], tree, environment, f"{label}: --build failed", f"{again} && {command}")
        return [site] if any(site.iterdir()) else source_roots(tree)
    if not any((tree / name).is_file() for name in METADATA):
        return source_roots(tree)
    pip = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(tree)]
    repeat = f"{again} && {shlex.quote(python)} -m pip install --no-deps --target built ."
    _run(pip, tree, environment, f"{label}: its build failed (--build COMMAND replaces pip)", repeat)
    return [site]


def packages(roots: Sequence[Path]) -> list[str]:
    """Top-level modules in folders, without those that no project means to install."""
    found = {name for root in roots for name in _top_level(root)}
    return sorted(found - NOT_UNDER_TEST)


def environment(folder: Path, python: str, requirements: Sequence[str], constraints: Mapping[str, str] | None) -> Path:
    """A new virtual environment with these requirements; its interpreter. Raises `CannotFinish`."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not made.exists():
        command = [python, "-m", "venv", "--without-pip", str(folder)]
        _run(command, folder.parent, dict(os.environ), "cannot make an environment", shlex.join(command))
    pip = [sys.executable, "-m", "pip", "--python", str(made), "install", "--quiet", "--disable-pip-version-check"]
    if constraints is not None:
        pinned = folder / "constraints.txt"
        pinned.write_text("".join(f"{name}=={version}\n" for name, version in constraints.items()))
        pip += ["--constraint", str(pinned)]
    repeat = shlex.join(["pip", "install", *requirements])
    _run([*pip, *requirements], folder.parent, dict(os.environ), "cannot install " + " ".join(requirements), repeat)
    return made


def installed(python: Path) -> dict[str, str]:
    """Versions of all distributions in an environment, by normalised name."""
    found = _distributions(python)
    return {projects.normal(each.metadata["Name"]): each.version for each in found if each.metadata["Name"]}


def packages_of(python: Path, project: str) -> tuple[list[str], Path]:
    """Top-level modules of an installed distribution, and the folder that holds them."""
    for each in _distributions(python):
        if projects.normal(each.metadata["Name"] or "") == projects.normal(project):
            root = Path(str(each.locate_file("")))
            files = [str(path) for path in each.files or () if path.suffix in (".py", ".so", ".pyd")]
            names = {path.split("/")[0].partition(".")[0] for path in files if not path.startswith("..")}
            return sorted(names - NOT_UNDER_TEST), root
    raise CannotFinish(f"{project} is not installed in {python.parent.parent}")


def _distributions(python: Path) -> list[metadata.Distribution]:
    asked = [str(python), "-c", "import json, site; print(json.dumps(site.getsitepackages()))"]
    folders = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    return list(metadata.distributions(path=folders))


def source_roots(tree: Path) -> list[Path]:
    """Where a project without build metadata, or one that is built in place, is imported from."""
    inner = tree / "src"
    return [inner] if inner.is_dir() and any(_top_level(inner)) else [tree]


def _top_level(root: Path) -> list[str]:
    found = []
    for path in root.iterdir():
        name = path.name.partition(".")[0]
        is_module = path.is_file() and path.suffix in (".py", ".so", ".pyd")
        is_package = path.is_dir() and path.suffix == "" and name.isidentifier() and any(path.rglob("*.py"))
        if name.isidentifier() and (is_module or is_package):
            found.append(name)
    return found


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str], what: str, again: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
    except OSError as error:
        raise CannotFinish(f"{what}: {command[0]}: {error.strerror}") from error
    if done.returncode:
        lines = [line.rstrip() for line in done.stdout.splitlines() if line.strip()][-TAIL:]
        raise CannotFinish("\n  ".join([f"{what}:", *lines, f"to repeat it: {again}"]))
