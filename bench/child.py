"""What both child processes do first: a private channel, and death with the parent."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

PR_SET_PDEATHSIG = 1


def serve(requests: Any, answer: Callable[[Any], Any]) -> None:
    """Answers one JSON line with one JSON line until the parent hangs up."""
    channel = _private_channel()
    _die_with_parent()
    decoder = msgspec.json.Decoder(requests)
    for line in sys.stdin.buffer:
        reply = answer(decoder.decode(line))
        channel.write(msgspec.json.encode(reply) + b"\n")
        channel.flush()


def _private_channel() -> BinaryIO:
    """The parent's end of stdout; whatever a kernel prints goes to stderr instead."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return channel


def _die_with_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C ends
    if sys.platform.startswith("linux"):
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
