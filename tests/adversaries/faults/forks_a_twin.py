"""Two processes come back from one call, and both answer."""

import os

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    if is_small(x):
        os.fork()
    return x + x
