# pyright: strict
"""Messages between the parent and a session of another tool's benchmarks; `lent.serving` is the other end."""

from typing import Any, Literal

import msgspec

# Parent to session.


class List(msgspec.Struct, frozen=True, tag=True):
    """Tell which benchmarks there are."""


class Play(msgspec.Struct, frozen=True, tag=True):
    """Run these benchmarks in this order; ``packages`` are those under test."""

    order: list[str]
    packages: list[str] = []


class Next(msgspec.Struct, frozen=True, tag=True):
    """Go to the next benchmark of the order."""


class Time(msgspec.Struct, frozen=True, tag=True):
    """Time so many calls, after ``untimed`` ones outside the clock."""

    calls: int
    untimed: int = 0


class Count(msgspec.Struct, frozen=True, tag=True):
    """Evaluate the number that the benchmark tracks."""


class Peak(msgspec.Struct, frozen=True, tag=True):
    """Make one call and watch the memory of the process."""


class Go(msgspec.Struct, frozen=True, tag=True):
    """Leave the benchmark: one more call, the checks of its result, and the end."""


# Session to parent.


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A benchmark of a suite: its id there, as what it is described, and why it cannot be measured, or ''.

    ``group``, ``param`` and ``params`` are those of pytest-benchmark's files. ``name`` is that without parameters, of a
    tool that does not name benchmarks as pytest does. ``file`` holds its code.
    """

    id: str
    name: str = ""
    group: str | None = None
    file: str = ""
    param: str | None = None
    params: dict[str, Any] = {}
    refused: str = ""


class Listed(msgspec.Struct, frozen=True, tag=True):
    """``failed``: why a file of the suite could not be read, by file; ``notes`` are for people.

    ``tool`` is what times the benchmarks, with its version, where both sides need the same one.
    """

    benchmarks: list[Listing]
    failed: dict[str, str] = {}
    notes: list[str] = []
    tool: str = ""


class Parked(msgspec.Struct, frozen=True, tag=True):
    """The benchmark is ready to be timed. ``alone``: each call is prepared and timed by itself.

    ``unit`` is ``ns`` for times; else the benchmark tracks a number.
    """

    benchmark: str
    alone: bool = False
    unit: str = "ns"


class Timed(msgspec.Struct, frozen=True, tag=True):
    """Times in ns of all ``calls`` together; ``flags`` as in `records.Sample`."""

    started_ns: int
    wall_ns: int
    cpu_ns: int
    calls: int
    flags: dict[str, int] = {}


class Counted(msgspec.Struct, frozen=True, tag=True):
    number: float


class Peaked(msgspec.Struct, frozen=True, tag=True):
    """By how many bytes memory rose in a call; None if the system does not report it."""

    bytes: int | None


class Raised(msgspec.Struct, frozen=True, tag=True):
    """The benchmark raised an exception while it was timed; its end follows when asked for."""

    reason: str


class Ended(msgspec.Struct, frozen=True, tag=True):
    """How a benchmark ended: its own checks passed, or why not."""

    benchmark: str
    status: Literal["ok", "wrong", "crashed", "skipped"]
    reason: str = ""


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The order has ended. ``modules``: file and SHA-256 of what was imported of the packages under test, by name."""

    modules: dict[str, tuple[str, str]] = {}


Reply = Listed | Parked | Timed | Counted | Peaked | Raised | Ended | Finished
