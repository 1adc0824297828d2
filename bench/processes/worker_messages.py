# pyright: strict
"""What the parent asks the process of an implementation, and what that replies."""

from typing import Any

import msgspec

from ..records import Sample, Task
from .protocol import Done, Failed

# Requests.


class Start(msgspec.Struct, frozen=True, tag=True):
    suite: str
    implementation: str
    library: str
    threads: int
    device: str
    cores: list[int] = []


class Exact(msgspec.Struct, frozen=True, tag=True):
    """Call once on the files in ``folder``; the output goes into the file ``into``."""

    task: Task
    folder: str
    into: str


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Load the inputs in ``folder`` and call once; the output, and once more what it is a moment later, go ``into``.

    ``in_place``: what lies in a user's file stays there. Without ``into`` nothing is written.
    """

    task: Task
    folder: str
    in_place: bool = False
    into: str = ""


class WarmUp(msgspec.Struct, frozen=True, tag=True):
    budget_ns: int
    slice_ns: int


class Slice(msgspec.Struct, frozen=True, tag=True):
    """One turn: untimed calls for about ``untimed_ns`` until they are steady, then ``slices`` of about ``calls`` each.

    A disturbed slice is repeated at once, a few times. ``watch`` are pids of busy programs.
    """

    round: int
    calls: int
    slices: int = 1
    untimed_ns: int = 0
    watch: list[int] = []


class Deliver(msgspec.Struct, frozen=True, tag=True):
    """Write an output of the last turn into a file; with a ``seed`` then numbers of each input, drawn by it."""

    into: str
    seed: int | None = None


class Place(msgspec.Struct, frozen=True):
    """A problem to be placed in memory: that in ``folder``, or one of the many there."""

    folder: str
    number: int | None = None


class Play(msgspec.Struct, frozen=True):
    """One call, timed alone, on each problem of ``order``: 0 is the one that was timed, the others as placed.

    ``displace`` bytes are read before each call, so that inputs leave the caches; before each call ``pause_ns`` pass,
    in which the core works on and the caches stay as they are; ``peak``: watch the memory;
    ``unseen``: outputs are not judged; ``all_kept``: all are kept, unless they are very large.
    """

    order: list[int]
    displace: int = 0
    pause_ns: int = 0
    peak: bool = False
    unseen: bool = False
    all_kept: bool = False


class Trial(msgspec.Struct, frozen=True, tag=True):
    """Place problems (none: as they are), play, and write all outputs ``into`` a file in the order of the calls.

    ``alone``: forget the problem that was timed, which frees its memory.
    """

    into: str
    plays: list[Play]
    places: list[Place] = []
    alone: bool = False


class Release(msgspec.Struct, frozen=True, tag=True):
    """Forget the inputs."""


class Reload(msgspec.Struct, frozen=True, tag=True):
    """Place the inputs in memory anew."""


class Pin(msgspec.Struct, frozen=True, tag=True):
    """Compute on these cores from now on."""

    cores: list[int]


# Replies. ``fault``: why its process says that the case is wrong, or ''.


class Started(msgspec.Struct, frozen=True, tag=True):
    import_ns: int
    version: str
    pools: dict[str, Any]
    resident_bytes: int
    sources: dict[str, str] = {}
    """SHA-256 of every file of the suite that was imported, by its path below the suite."""
    dispatch_ns: float = 0.0
    """The time of an empty call of the array library."""


class Called(msgspec.Struct, frozen=True, tag=True):
    compiled_ns: int = 0
    fault: str = ""


class Prepared(msgspec.Struct, frozen=True, tag=True):
    first_call_ns: int
    transfer_in_ns: int
    transfer_out_ns: int
    compiled_ns: int = 0
    """What first calls of this operation and dtype took over steady ones before, at most: it was compiled there."""
    fault: str = ""


class Warmed(msgspec.Struct, frozen=True, tag=True):
    """What a warm-up found: ns per call, and whether the last slices were steady."""

    call_ns: float
    steady: bool | None


class Sliced(msgspec.Struct, frozen=True, tag=True):
    """The samples of a turn, repeated ones included, the time of the untimed calls before them, and what reading
    counters between them took."""

    samples: list[Sample]
    untimed_ns: int
    between_ns: int


class Delivered(msgspec.Struct, frozen=True, tag=True):
    fault: str = ""


class Played(msgspec.Struct, frozen=True):
    """ns of each call, and which of them kept their output."""

    call_ns: list[int]
    kept: list[int] = []
    waited_ns: int = 0
    peak_bytes: int | None = None


class Tried(msgspec.Struct, frozen=True, tag=True):
    plays: list[Played]
    fault: str = ""


WorkerRequest = Start | Exact | Prepare | WarmUp | Slice | Deliver | Trial | Release | Reload | Pin
WorkerReply = Started | Failed | Called | Prepared | Warmed | Sliced | Delivered | Tried | Done
