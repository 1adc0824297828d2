# pyright: strict
"""Messages between parent and child processes: one JSON object per line."""

from typing import Any, Literal

import msgspec

from ..records import Numbers, Sample, Status, Task, Verdict

# Parent to worker.


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

    ``displace`` bytes are read before each call, so that inputs leave the caches; ``peak``: watch the memory;
    ``unseen``: outputs are not judged; ``all_kept``: all are kept, unless they are very large.
    """

    order: list[int]
    displace: int = 0
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


# Worker to parent. ``fault``: why its process says that the case is wrong, or ''.


class Started(msgspec.Struct, frozen=True, tag=True):
    import_ns: int
    version: str
    pools: dict[str, Any]
    resident_bytes: int
    sources: dict[str, str] = {}
    """SHA-256 of every file of the suite that was imported, by its path below the suite."""
    dispatch_ns: float = 0.0
    """The time of an empty call of the array library."""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The process lives, the request did not succeed: how the case ends.

    ``unexported``: it needs a file that the checkout has and the revision has not.
    """

    status: Status
    reason: str
    unexported: bool = False


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
    """The samples of a turn, repeated ones included, and the time of the untimed calls before them."""

    samples: list[Sample]
    untimed_ns: int


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


class Done(msgspec.Struct, frozen=True, tag=True):
    pass


# Parent to reference and back.


class Source(msgspec.Struct, frozen=True, tag=True):
    """Where numbers come from: a seed, and a file or a condition number where the user names one."""

    suite: str
    seed: int
    data: str | None = None
    target: str | None = None
    condition: float | None = None


class Make(msgspec.Struct, frozen=True, tag=True):
    """Write inputs into ``folder``, and keep the oracle's output and a bound per algorithm.

    ``variant`` is ``main``, ``fresh`` or ``exact``; each draws its own numbers.
    """

    task: Task
    variant: str
    algorithms: list[str]
    folder: str


class MakeShown(msgspec.Struct, frozen=True, tag=True):
    """As `Make`, the problem of a task of ``SHOWN``."""

    name: str
    dtype: str
    algorithms: list[str]
    folder: str
    most: int
    """Numbers its output may hold; more are refused."""


class Draw(msgspec.Struct, frozen=True, tag=True):
    """Write up to ``copies`` problems of a task into ``folder`` that no seed tells, and keep what some should give.

    Inputs that the suite makes equal each time, as those in ``beside`` are, are changed in their last places. One
    copy is a problem as `Make` writes it; several are told apart by their number.
    """

    task: Task
    beside: str
    folder: str
    algorithms: list[str]
    copies: int = 1


class Judge(msgspec.Struct, frozen=True, tag=True):
    """Compare the outputs in a file. ``of``: whose each is, a folder or a folder and a number; '' is let pass.
    An output that is a tuple is as many arrays.

    ``exact`` names the operation whose exact test they are. ``inputs``: what follows are the inputs of ``of[0]``, at
    the places that its seed draws. ``numbers``: return those of the first output, where there are no more.
    """

    path: str
    of: list[str]
    algorithm: str
    dtype: str
    exact: str = ""
    inputs: bool = False
    numbers: int = 0


class Forget(msgspec.Struct, frozen=True, tag=True):
    """Keep nothing of the problems in these folders, and with ``source`` no hold on the user's data."""

    folders: list[str] = []
    source: bool = False


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The source was read; ``label`` names it in results."""

    label: str
    generated: bool


class Made(msgspec.Struct, frozen=True, tag=True):
    inputs_sha256: str
    inputs_bytes: int
    refused: dict[str, str] = {}
    """Algorithms of which nothing can be judged here, and why."""
    output_bytes: int = 0
    seed: int = 0
    """Draws the places at which inputs are looked at after the timing; no worker learns it before."""
    expected: Numbers | list[Numbers] | None = None
    """Of a task that is shown."""


class Drawn(msgspec.Struct, frozen=True, tag=True):
    """The number of problems drawn, and those whose expected output is known."""

    copies: int
    judged: list[int]


class Judged(msgspec.Struct, frozen=True, tag=True):
    """One verdict per output, and the requested numbers of the first one."""

    verdicts: list[Verdict]
    output: Numbers | list[Numbers] | None = None


class Refusal(msgspec.Struct, frozen=True, tag=True):
    """Nothing was made, and no case alone is at fault but the suite, what the user asked, the disk or the memory.

    ``finish``: the command cannot go on.
    """

    kind: Literal["fault", "usage", "finish", "disk", "memory"]
    reason: str


# Parent to meter and back.


class Read(msgspec.Struct, frozen=True, tag=True):
    """Read so many bytes again and again for about ``slice_ns``."""

    bytes: int
    slice_ns: int


class Compute(msgspec.Struct, frozen=True, tag=True):
    """Multiply and add for about ``slice_ns``, in registers or by a matrix product."""

    dtype: str
    by_gemm: bool
    slice_ns: int


class Call(msgspec.Struct, frozen=True, tag=True):
    """Call a Python function that does nothing for about ``slice_ns``."""

    slice_ns: int


class Metered(msgspec.Struct, frozen=True, tag=True):
    """The time of a call in the fastest of several slices; ``work`` is the bytes or flops of a call, or 1."""

    call_ns: float
    work: float


MeterRequest = Read | Compute | Call
MeterReply = Metered | Failed

WorkerRequest = Start | Exact | Prepare | WarmUp | Slice | Deliver | Trial | Release | Reload | Pin
WorkerReply = Started | Failed | Called | Prepared | Warmed | Sliced | Delivered | Tried | Done
ReferenceRequest = Source | Make | MakeShown | Draw | Judge | Forget
ReferenceReply = Opened | Made | Drawn | Judged | Done | Failed | Refusal
