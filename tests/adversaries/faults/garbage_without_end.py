"""The same without a newline, so that the rubbish sticks to the answer."""

import os

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    for descriptor in range(64 if is_small(x) else 0):
        try:
            os.write(descriptor, b"rubbish")
        except OSError:
            pass
    return x + x
