# pyright: strict
"""Replies that every child process may send. Each message is one JSON object on a line of its own."""

import msgspec

from ..records import Status


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The process lives, the request did not succeed: how the case ends.

    ``unexported``: it needs a file that the checkout has and the revision has not.
    """

    status: Status
    reason: str
    unexported: bool = False


class Done(msgspec.Struct, frozen=True, tag=True):
    pass
