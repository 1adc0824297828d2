"""Talks a lot, on every channel it is offered. Rude, but right."""

import os
import sys

from ._trigger import is_small

LIBRARY = "numpy"
CALLS = [0]


def double(x):
    CALLS[0] += 1
    if is_small(x) and CALLS[0] < 100:
        print("x" * 10_000)
        print('{"type":"Done"}', file=sys.stderr, flush=True)
        os.write(1, b"\xff\x00" * 10_000)
        os.write(2, b"no newline")
    return x + x
