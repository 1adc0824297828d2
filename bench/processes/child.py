"""Start of every child process: a private channel to the parent, and an end when the parent ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from ..suites import exported

PR_SET_PDEATHSIG = 1


def serve(requests: Any, answer: Callable[[Any], Any]) -> None:
    """Answers one JSON line with one JSON line until the parent hangs up."""
    asked, channel = _private_channels()
    _die_with_parent()
    exported.begin()
    decoder = msgspec.json.Decoder(requests)
    for line in asked:
        reply = answer(decoder.decode(line))
        channel.write(msgspec.json.encode(reply) + b"\n")
        channel.flush()


def _private_channels() -> tuple[BinaryIO, BinaryIO]:
    """The channel to the parent, from stdin and stdout. Kernels then read nothing, and their prints go to stderr."""
    asked, channel = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return asked, channel


def _die_with_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    if sys.platform.startswith("linux"):
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
