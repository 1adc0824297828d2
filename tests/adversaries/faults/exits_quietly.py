"""Leaves without a word and says that all is well."""

import os

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    if is_small(x):
        os._exit(0)
    return x + x
