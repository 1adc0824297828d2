"""Installs the two sides: a revision into a folder of its own, a release into an environment of its own."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

from ..errors import BuildFailed, CannotFinish
from ..suites import projects

METADATA = ("pyproject.toml", "setup.py", "setup.cfg")
REPEATED = '"$T/site"'
TAIL = 6
"""Lines of a failed command's output that are shown."""

FRAME = (
    "×", "│", "╰─>", "[end of output]", "note: This ", "hint: See above", "error: subprocess-exited-with-error",
    "error: metadata-generation-failed",
)  # fmt: skip
"""How pip's own lines about a failed build begin."""

NOT_UNDER_TEST = {"tests", "test", "benchmarks", "benchmark", "bench", "docs", "examples", "conftest", "setup", "bin"}
"""Top-level names that projects install or keep by accident; they are no packages under test."""


def build(tree: Path, site: Path, python: str, command: str | None, label: str, again: str) -> list[Path]:
    """Makes a revision importable and returns the folders to import from.

    ``command`` replaces pip; ``{target}``, ``{python}`` and ``{source}`` in it are filled in. ``again`` makes a folder
    ``$T`` and goes to the sources, for the message of a build that failed. Raises `BuildFailed` for one.
    """
    site.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    if command is not None:
        told = f"{again} && {_filled(command, REPEATED, '.', shlex.quote(python))}"
        typed = _filled(command, shlex.quote(str(site)), shlex.quote(str(tree)), shlex.quote(python))
        _run(["sh", "-c", typed], tree, environment, f"{label}: --build failed", told, site.parent)
        return [site] if any(site.iterdir()) else source_roots(tree)
    if not any((tree / name).is_file() for name in METADATA):
        return source_roots(tree)
    pip = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(tree)]
    repeat = f"{again} && {shlex.quote(python)} -m pip install --no-deps --target {REPEATED} ."
    _run(pip, tree, environment, f"{label}: its build failed (--build COMMAND replaces pip)", repeat, site.parent)
    return [site]


def _filled(command: str, target: str, source: str, python: str) -> str:
    """Other braces are the shell's."""
    for name, value in (("{target}", target), ("{source}", source), ("{python}", python)):
        command = command.replace(name, value)
    return command


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
        _run(command, folder.parent, dict(os.environ), "cannot make an environment", shlex.join(command), folder.parent)
    pip = [sys.executable, "-m", "pip", "--python", str(made), "install", "--quiet", "--disable-pip-version-check"]
    if constraints is not None:
        pinned = folder / "constraints.txt"
        pinned.write_text("".join(f"{name}=={version}\n" for name, version in constraints.items()))
        pip += ["--constraint", str(pinned)]
    repeat = (
        shlex.join([sys.executable, "-m", "pip", "install", "--target"]) + f" $(mktemp -d) {shlex.join(requirements)}"
    )
    what = "cannot install " + " ".join(requirements)
    _run([*pip, *requirements], folder.parent, dict(os.environ), what, repeat, folder.parent)
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


def interrupt() -> None:
    """Ends all commands that run at the moment."""
    for each in list(_RUNNING):
        _end(each)


def _run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], what: str, again: str, scratch: Path
) -> None:
    """Runs a command whose temporary files lie in ``scratch``. Raises `BuildFailed` with its last lines."""
    temporary = scratch / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    supervised = [sys.executable, "-I", str(Path(__file__).with_name("supervised.py")), str(os.getpid()), *command]
    try:
        process = subprocess.Popen(
            supervised, cwd=folder, env={**environment, "TMPDIR": str(temporary)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            process_group=0 if os.name == "posix" else None,
        )  # fmt: skip
    except OSError as error:
        raise CannotFinish(f"{what}: {command[0]}: {error.strerror}") from error
    _RUNNING.add(process)
    try:
        output, _ = process.communicate()
    finally:
        _end(process)
        _RUNNING.discard(process)
    if process.returncode:
        raise BuildFailed("\n  ".join([f"{what}:", *_last_lines(output), f"to repeat it: {again}"]))


def _last_lines(output: str) -> list[str]:
    """The last lines of a command's output; pip puts several of its own below those of the build."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if not line.strip().startswith(FRAME)]
    return (telling or lines)[-TAIL:]


_RUNNING = set[subprocess.Popen[str]]()


def _end(process: subprocess.Popen[str]) -> None:
    """Kills a command and its child processes, if it still runs."""
    if process.poll() is None:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL) if os.name == "posix" else process.kill()
        process.wait()
