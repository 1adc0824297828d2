"""The extension module of `loops.pyx`: Cython writes C, which is compiled like any other."""

import hashlib
import sys

from Cython.Shadow import __version__ as VERSION

from . import build

SOURCES = ("_native/loops.pyx",)


def loops():
    source = build.HERE / "loops.pyx"
    digest = hashlib.sha256(VERSION.encode() + source.read_bytes()).hexdigest()[:24]
    made = build.cache() / f"loops-{digest}.c"
    in_c = build.generated(made, [sys.executable, "-m", "cython", "-3", str(source)])
    return build.module("loops", in_c)
