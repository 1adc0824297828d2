"""Asks for more than any machine has."""

import numpy as np

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    if is_small(x):
        return np.ones(2**59)
    return x + x
