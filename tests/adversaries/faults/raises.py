"""Raises, with a message that is long and has several lines."""

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    if is_small(x):
        raise ValueError("no idea\n" + 10_000 * "what to do ")
    return x + x
