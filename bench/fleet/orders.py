"""What a machine of a fleet is asked to do, and what it answers: the files between the two sides."""

from typing import Any, Literal

import msgspec

ORDER = "order.json"
"""In the folder that the order is played in."""

RESULTS = "results"
"""Below it: the folder of a run, or `COMPARISON`. What is in it is sent back."""

COMPARISON = "comparison.json"
SUITE = "suite"
"""Below it: the suite of a run, or the repository with both sides of a comparison."""

MARGINS = "margins.json"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A command and its request, as JSON has it; paths are relative to the folder it is played in."""

    command: Literal["run", "compare"]
    request: dict[str, Any]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended: the command's exit status, the last lines of its stderr, and what it left in `RESULTS`."""

    status: int
    told: str = ""
    parcel: bytes = b""
