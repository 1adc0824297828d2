"""Allocates, and touches what it allocates, until somebody stops it."""

import time

import numpy as np

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    hoard = []
    while is_small(x):
        hoard.append(np.ones(16_000_000))
        time.sleep(0.02)
    return x + x
