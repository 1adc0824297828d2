"""Start of every child process: a private channel to the parent, and an end when the parent ends."""

from collections.abc import Callable
from typing import Any

import msgspec

from ..lent import channel
from ..suites import exported


def serve(requests: Any, answer: Callable[[Any], Any]) -> None:
    """Answers one JSON line with one JSON line until the parent hangs up."""
    asked, answered = channel.private()
    channel.die_with_parent()
    exported.begin()
    decoder = msgspec.json.Decoder(requests)
    for line in asked:
        reply = answer(decoder.decode(line))
        answered.write(msgspec.json.encode(reply) + b"\n")
        answered.flush()
