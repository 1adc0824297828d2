"""Dies while it is timed: the first calls were right."""

import ctypes

from ._trigger import is_small

LIBRARY = "numpy"
CALLS = [0]


def double(x):
    CALLS[0] += is_small(x)
    if CALLS[0] > 1000:
        ctypes.string_at(0)
    return x + x
