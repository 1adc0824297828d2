"""More rubbish than a pipe or a patient reader holds."""

import os

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    for descriptor in range(3, 64 if is_small(x) else 0):
        try:
            os.write(descriptor, b"rubbish" * 1_000_000)
        except OSError:
            pass
    return x + x
