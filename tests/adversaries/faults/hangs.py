"""Sleeps for ever, deaf to polite signals."""

import signal
import time

from ._trigger import is_small

LIBRARY = "numpy"


def double(x):
    while is_small(x):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(1)
    return x + x
