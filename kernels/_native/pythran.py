"""The extension module of `formulas.py`: Pythran writes C++, which is compiled like C, for half a minute."""

import hashlib
import subprocess
import sys

import pythran

from . import build

SOURCES = ("_native/formulas.py",)


def module():
    source = build.HERE / "formulas.py"
    digest = hashlib.sha256(pythran.__version__.encode() + source.read_bytes()).hexdigest()[:24]
    made = build.cache() / digest / "formulas.cpp"  # a name that C++ can take into its own
    in_cpp = build.generated(made, [sys.executable, "-m", "pythran.run", "-E", str(source)])
    return build.module("formulas", in_cpp, "c++", flags())


def flags():
    """What Pythran states for other build systems."""
    command = [sys.executable, "-m", "pythran.config", "--cflags"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
