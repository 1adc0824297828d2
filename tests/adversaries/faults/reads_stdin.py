"""Asks the user, who is not there."""

import sys

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    if is_small(x):
        sys.stdin.read()
    return x + x
