"""Ends as C++ libraries do that meet the unexpected."""

import os
import sys

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    if is_small(x):
        print("terminate called after throwing an instance of 'std::bad_alloc'", file=sys.stderr, flush=True)
        os.abort()
    return x + x
