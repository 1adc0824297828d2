"""A framework that takes the interpreter with it."""

import ctypes

LIBRARY = "numpy"

ctypes.string_at(0)


def double(x):
    return x + x
