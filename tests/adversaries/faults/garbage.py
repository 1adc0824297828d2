"""Writes rubbish into everything that is open."""

import os

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    for descriptor in range(64 if is_small(x) else 0):
        try:
            os.write(descriptor, b"\xff\x00 rubbish {]\n")
        except OSError:
            pass
    return x + x
