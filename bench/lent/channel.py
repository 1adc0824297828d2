"""The child's end of the channel to the parent: one line for each message. Needs the standard library only."""

import ctypes
import os
import signal
import sys
from typing import BinaryIO

PR_SET_PDEATHSIG = 1


def private() -> tuple[BinaryIO, BinaryIO]:
    """What the parent writes and reads, taken from stdin and stdout.

    Benchmarks then read nothing, and what they print goes to stderr.
    """
    asked, channel = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return asked, channel


def die_with_parent(by: int = signal.SIGKILL) -> None:
    """Ends this process, by a signal, when its parent ends; only the parent handles Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform.startswith("linux"):
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, by)
        if os.getppid() != parent:
            os._exit(1)
