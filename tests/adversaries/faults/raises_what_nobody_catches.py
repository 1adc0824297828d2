"""Raises what is no Exception."""

from ._trigger import is_small

LIBRARY = "numpy"


class Odd(BaseException):
    pass


def double(x):
    if is_small(x):
        raise Odd("not an Exception")
    return x + x
