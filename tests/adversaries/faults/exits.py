"""Thinks it is a program."""

import sys

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    if is_small(x):
        sys.exit(3)
    return x + x
