"""Reads from address zero."""

import ctypes

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    if is_small(x):
        ctypes.string_at(0)
    return x + x
