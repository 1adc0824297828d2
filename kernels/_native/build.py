"""Extension modules made from source, once: compiled by this system's compiler, kept in the user's cache folder.

The key of a kept module is a digest of what the preprocessor makes of its source. That covers the headers, the
compiler's version and the processor: both are among the macros that it defines.
"""

import hashlib
import importlib.machinery
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

SOURCES = ()

HERE = Path(__file__).resolve().parent

SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
FLAGS = ("-O3", "-march=native", "-fPIC", "-fno-math-errno", "-ffp-contract=fast", "-w")
REORDERED = ("-fassociative-math", "-freciprocal-math", "-fno-signed-zeros", "-fno-trapping-math")
"""Sums in any order, as Numba's kernels may. Not -ffast-math: it assumes that no value is NaN or infinite."""

PLACE = re.compile(r":\d+:\d+: ")
"""In a compiler's message that says where."""


def module(name: str, source: Path, language: str = "c", flags: Sequence[str] = ()) -> ModuleType:
    """An extension module ``name``, of a source in C or C++. Raises `ImportError` if it cannot be made."""
    command = [*compiler(language), *FLAGS, *REORDERED, *flags, f"-I{_headers()}"]
    digest = hashlib.sha256(f"{name} {SUFFIX} {shlex.join(command)}".encode())
    digest.update(_output([*command, "-E", "-dD", "-P", str(source)]))
    kept = cache() / f"{name}-{digest.hexdigest()[:24]}{SUFFIX}"
    if not kept.is_file():
        _into(kept, lambda partial: _output([*command, "-shared", "-o", partial, str(source)]))
    return load(name, kept)


def generated(made: Path, command: Sequence[str]) -> Path:
    """A source that a program writes, kept like a module; ``command`` is that of the program, without its target."""
    if not made.is_file():
        _into(made, lambda partial: _output([*command, "-o", partial]))
    return made


def compiler(language: str = "c") -> list[str]:
    """The command that compiles: ``$CC`` or ``$CXX``, else the first found. Raises `ImportError` if there is none."""
    variable, names = {"c": ("CC", ("cc", "gcc", "clang")), "c++": ("CXX", ("c++", "g++", "clang++"))}[language]
    stated = shlex.split(os.environ.get(variable, ""))
    found = [[name] for name in names if shutil.which(name)]
    if not stated and not found:
        raise ImportError(f"no compiler for {language.upper()}: none of {', '.join(names)} is found; set {variable}")
    return stated or found[0]


def cache() -> Path:
    """The folder of what was made. Raises `ImportError` if the user has none, or none that takes files."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rooflinear" / "extensions"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError) as error:
        raise ImportError(f"no folder for compiled modules ({error}); set XDG_CACHE_HOME to one") from error


def load(name: str, path: Path) -> ModuleType:
    """The extension module in a file."""
    loader = importlib.machinery.ExtensionFileLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    loader.exec_module(made)
    return made


def _headers() -> str:
    folder = sysconfig.get_path("include")
    if not Path(folder, "Python.h").is_file():
        raise ImportError(f"Python's headers are not installed: no Python.h in {folder}")
    return folder


def _into(kept: Path, make: Callable[[str], object]) -> None:
    """Makes a file beside its place, then moves it there in one step: other processes may make the same."""
    folder = kept.parent / f"{kept.name}.{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        make(str(folder / kept.name))
        (folder / kept.name).replace(kept)
    finally:
        shutil.rmtree(folder)


def _output(command: Sequence[str]) -> bytes:
    """What a command prints. Raises `ImportError` with the first line of its error."""
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise ImportError(f"{command[0]} cannot be started: {error}") from error
    if done.returncode:
        told = done.stderr.decode(errors="replace").splitlines()
        faults = [line for line in told if PLACE.search(line)] or told or ["no message"]
        raise ImportError(f"{Path(command[0]).name} failed: {faults[0]}")
    return done.stdout
