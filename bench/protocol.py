"""What parent and child processes say to each other: one JSON object a line."""

from typing import Any

import msgspec

from .records import Case, Numbers, Sample


class Verdict(msgspec.Struct, frozen=True):
    """What a comparison with the oracle found; times belong only to an ``ok`` one."""

    status: str = "wrong"
    reason: str = "nothing was compared"
    error_over_bound: float | None = None
    error: float | None = None
    bound: float | None = None
    warning: str = ""


class Task(msgspec.Struct, frozen=True):
    """What both children need to know of a case: all but who computes it."""

    operation: str
    sizes: dict[str, int]
    parameters: dict[str, Any]
    dtype: str


def task_of(case: Case) -> Task:
    """What a case's contenders have in common."""
    return Task(case.operation, case.sizes, case.parameters, case.dtype)


# Parent to worker.


class Start(msgspec.Struct, frozen=True, tag=True):
    suite: str
    implementation: str
    library: str
    threads: int
    device: str
    cores: list[int] = []
    operations: str = ""
    """The folder whose ``operations.py`` judges; '' is the suite's own."""


class Exact(msgspec.Struct, frozen=True, tag=True):
    """The exact test on the files in ``folder``."""

    task: Task
    folder: str


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Load the inputs in ``folder``, call once, compare. ``generated`` data meets the tighter bound.

    ``in_place``: what lies in a user's file stays there.
    """

    task: Task
    folder: str
    generated: bool
    in_place: bool = False


class WarmUp(msgspec.Struct, frozen=True, tag=True):
    budget_ns: int
    slice_ns: int


class Slice(msgspec.Struct, frozen=True, tag=True):
    """One turn: untimed calls for about ``untimed_ns`` until they are steady, then ``slices`` of ``calls`` each.

    A slice in which somebody took time is played again at once, a few times. ``watch`` are pids of neighbours.
    """

    round: int
    calls: int
    slices: int = 1
    untimed_ns: int = 0
    watch: list[int] = []


class Finish(msgspec.Struct, frozen=True, tag=True):
    """Verify once more on the fresh inputs in ``folder``; ``thorough``: see also whether short calls cache work."""

    folder: str
    thorough: bool = True


class Show(msgspec.Struct, frozen=True, tag=True):
    """As `Prepare` on generated data; the output's numbers too, where there are no more than ``most``."""

    task: Task
    folder: str
    most: int


class Release(msgspec.Struct, frozen=True, tag=True):
    """Forget the inputs."""


class Reload(msgspec.Struct, frozen=True, tag=True):
    """Place the inputs in memory anew."""


class Pin(msgspec.Struct, frozen=True, tag=True):
    """Compute on these cores from now on."""

    cores: list[int]


# Worker to parent.


class Started(msgspec.Struct, frozen=True, tag=True):
    import_ns: int
    version: str
    pools: dict[str, Any]
    resident_bytes: int
    sources: dict[str, str] = {}
    """SHA-256 of every file of the suite that was imported, by its path below the suite."""
    dispatch_ns: float = 0.0
    """What the least call of the array library takes."""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The worker lives, the request did not succeed."""

    status: str
    reason: str


class Checked(msgspec.Struct, frozen=True, tag=True):
    verdict: Verdict
    peak_bytes: int | None = None
    compiled_ns: int = 0


class Prepared(msgspec.Struct, frozen=True, tag=True):
    verdict: Verdict
    first_call_ns: int
    transfer_in_ns: int
    transfer_out_ns: int
    compiled_ns: int = 0
    """What first calls of this operation and dtype took over steady ones before, at most: it was compiled there."""


class Shown(msgspec.Struct, frozen=True, tag=True):
    verdict: Verdict
    output: Numbers | None


class Warmed(msgspec.Struct, frozen=True, tag=True):
    call_ns: float
    steady: bool | None


class Sliced(msgspec.Struct, frozen=True, tag=True):
    """The samples of a turn, those played again included, and what the untimed calls before them took."""

    samples: list[Sample]
    untimed_ns: int


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
    """Write inputs, oracle output and a bound per algorithm into ``folder``.

    ``variant`` is ``main``, ``fresh`` or ``exact``; each draws its own numbers.
    """

    task: Task
    variant: str
    algorithms: list[str]
    folder: str


class MakeShown(msgspec.Struct, frozen=True, tag=True):
    """Write the problem of a task of ``SHOWN`` into ``folder``."""

    name: str
    dtype: str
    algorithms: list[str]
    folder: str
    most: int
    """Numbers its output may hold; more are refused."""


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The source was read; ``label`` names it in results."""

    label: str
    generated: bool


class Made(msgspec.Struct, frozen=True, tag=True):
    inputs_sha256: str
    inputs_bytes: int
    refused: dict[str, str] = {}
    """Algorithms of which nothing can be judged here, and why."""


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
    """What a call took in the fastest of several slices; ``work`` is the bytes or the flops of one, or 1."""

    call_ns: float
    work: float


MeterRequest = Read | Compute | Call
MeterReply = Metered | Failed

WorkerRequest = Start | Exact | Prepare | Show | WarmUp | Slice | Finish | Release | Reload | Pin
WorkerReply = Started | Failed | Checked | Prepared | Shown | Warmed | Sliced | Done
ReferenceRequest = Source | Make | MakeShown
ReferenceReply = Opened | Made | Failed
