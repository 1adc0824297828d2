# pyright: strict
"""The frozen records that modules exchange or write to disk."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from .contract import Goal

SCHEMA_VERSION = 1

HOST = "cpu"
"""The device whose ceilings and memory are measured."""

DEFAULT_BASELINE = "numpy"
"""The default baseline of speed-ups."""

Status = Literal["ok", "wrong", "unsupported", "missing", "timeout", "skipped", "crashed"]
"""How a case ends. Only a case whose output was compared with the oracle's can be ``ok``."""

Lack = Literal["memory", "time budget", "time limit"]
"""What a case was skipped for: it needs too much memory, its turn came too late, or one call takes too long."""


def words(values: Mapping[str, object], between: str = " ") -> str:
    """Sizes or parameters as text, ``m=1000 n=10``; empty for none."""
    return between.join(f"{name}={value}" for name, value in values.items())


class Case(msgspec.Struct, frozen=True):
    """One operation x implementation x sizes x parameters x dtype x threads x device.

    For a benchmark of another tool that is not ranked against others,
    ``implementation`` is empty; its ``dtype`` is empty and its ``threads`` are
    0, because they are not known.
    """

    suite: str
    operation: str
    implementation: str
    sizes: dict[str, int]
    parameters: dict[str, int | float | str]
    dtype: str
    threads: int
    device: str

    @property
    def key(self) -> str:
        """The case as one line of text, equal for equal cases."""
        return msgspec.json.encode(self, order="deterministic").decode()

    @property
    def label(self) -> str:
        """Short name for people: ``gradient/numba m=1000 n=10 float64``."""
        return " ".join(filter(None, (self.name, self.words)))

    @property
    def name(self) -> str:
        """``gradient/numba``; a benchmark of another tool may be an operation alone."""
        return f"{self.operation}/{self.implementation}" if self.implementation else self.operation

    @property
    def words(self) -> str:
        """``m=1000 n=10 float64``, as far as they are known."""
        return " ".join(filter(None, [words({**self.sizes, **self.parameters}), self.dtype]))

    def __hash__(self) -> int:
        return hash(self.key)


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """The reading of one slice. Times in ns; ``wall_ns`` and ``cpu_ns`` span all ``calls``.

    ``flags`` has the counts of `guard` for the slice: ``waited_ns``, the time that
    the worker's threads were ready but did not run; ``timeslices``, how often they
    got a core in a slice in which they waited; ``neighbour_ns``, the time that
    other busy programs ran; ``neighbours``, their number; ``steal_ticks`` of the
    machine; ``involuntary_switches`` of the worker, if the system does not count
    waiting. ``slowed_permille`` says how much longer known work around the
    slice took than at its best (`core_speed`).
    """

    round: int
    started_ns: int
    wall_ns: int
    cpu_ns: int
    calls: int
    flags: dict[str, int] = {}


class Exit(msgspec.Struct, frozen=True):
    """How a worker died: signal name or exit status, and its last stderr lines."""

    signal: str | None
    status: int | None
    stderr: list[str]


class Benchmark(msgspec.Struct, frozen=True):
    """The identity of a benchmark of another tool: its full name, and parameters as text if not part of the name.

    Two results with equal values are of the same benchmark.
    """

    name: str
    parameters: list[str] = []


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``cases.jsonl``: a case, its status and, if it is ok, its raw samples.

    Errors are absolute; ``error_over_bound`` is the maximum over components,
    ``error`` and ``bound`` are those of that component. ``steady`` is None
    if the calls were too long to judge. ``peak_bytes`` is the rise of the
    resident set over that before the call. ``costs`` are the least flops and
    bytes of each algorithm, ``footprint_bytes`` are those of inputs and output,
    ``reads`` the time in ns to read a byte of this working set, by round.
    ``lack`` says what a skipped case had too little of, if it was that.
    ``disturbed_by`` says what took time from most of the samples; ``warning`` repeats it.
    ``benchmark`` is the identity of a result from the file of another tool; its
    ``source_sha256`` is then the benchmark's version according to that tool, and
    ``verified`` is false if no answer was compared with a correct one.
    """

    schema_version: int = SCHEMA_VERSION
    case: Case
    algorithm: str = "direct"
    source_sha256: str = ""
    inputs_sha256: str = ""
    data: str = ""
    status: Status = "crashed"
    reason: str = ""
    lack: Lack | None = None
    verified: bool = True
    error_over_bound: float | None = None
    error: float | None = None
    bound: float | None = None
    import_ns: int | None = None
    first_call_ns: int | None = None
    compiled_ns: int | None = None
    transfer_in_ns: int | None = None
    transfer_out_ns: int | None = None
    predicted_ns: int | None = None
    cap_ns: int | None = None
    samples: list[Sample] = []
    steady: bool | None = None
    peak_bytes: int | None = None
    pools: dict[str, Any] = {}
    exit: Exit | None = None
    block: int = 0
    warning: str = ""
    disturbed_by: str = ""
    costs: dict[str, tuple[float, float]] = {}
    footprint_bytes: float | None = None
    reads: list[tuple[int, float]] = []
    benchmark: Benchmark | None = None


class Numbers(msgspec.Struct, frozen=True):
    """A small array: its shape and its numbers in row-major order; null stands for a number that is not finite."""

    shape: list[int]
    values: list[int | float | None]


class ShownTask(msgspec.Struct, frozen=True, kw_only=True, tag="task", tag_field="kind"):
    """A line of ``outputs.jsonl``: a small task, its small inputs in call order and the oracle's output.

    If the output is a tuple of arrays, it is a list here.
    """

    schema_version: int = SCHEMA_VERSION
    task: str
    operation: str
    sizes: dict[str, int]
    settings: dict[str, int | float | str] = {}
    why: str = ""
    dtype: str
    inputs: dict[str, Numbers]
    expected: Numbers | list[Numbers]


class Output(msgspec.Struct, frozen=True, kw_only=True, tag="output", tag_field="kind"):
    """A line of ``outputs.jsonl``: what one implementation returned for a task, judged like any result."""

    schema_version: int = SCHEMA_VERSION
    task: str
    implementation: str
    status: Status = "crashed"
    reason: str = ""
    error_over_bound: float | None = None
    error: float | None = None
    bound: float | None = None
    output: Numbers | list[Numbers] | None = None


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """The machine. Fields that the system does not report are None."""

    name: str
    system: str
    cpu: str
    cores_available: int
    cores_logical: int | None = None
    cores_physical: int | None = None
    frequency_mhz: float | None = None
    memory_bytes: int | None = None
    caches_bytes: dict[str, int] = {}
    gpus: list[str] = []
    gpu_driver: str | None = None
    virtualised: str | None = None
    governor: str | None = None
    turbo: bool | None = None
    load_1min: float | None = None
    python: str = ""
    libc: str = ""
    warnings: list[str] = []

    @property
    def identity(self) -> str:
        """The facts that must agree for two machines to count as the same."""
        return "|".join(map(str, (self.name, self.cpu, self.cores_logical, self.memory_bytes, *self.gpus)))


class Roof(msgspec.Struct, frozen=True):
    """The ceilings of a thread count: (working set in bytes, bytes read per second), flop/s by dtype.

    ``call_ns`` is the time of a Python function that does nothing; 0 if it was not measured. ``busy`` names the other
    programs that were busy while it was measured; '' if there were none.
    """

    read: list[tuple[int, float]]
    flops: dict[str, float]
    call_ns: float = 0.0
    busy: str = ""


class Ceilings(msgspec.Struct, frozen=True, kw_only=True):
    """A machine's roofs by thread count (as text); ns of an empty call by array library."""

    schema_version: int = 2
    machine: str = ""
    measured_at: str = ""
    roofs: dict[str, Roof] = {}
    dispatch_ns: dict[str, float] = {}

    @property
    def remark(self) -> str:
        """One line that names the programs that were busy while ceilings were measured; '' if there were none."""
        busy = {count: roof.busy for count, roof in self.roofs.items() if roof.busy}
        if not busy:
            return ""
        counts, named = ", ".join(busy), next(iter(busy.values()))
        threads = f"{counts} thread" if counts == "1" else f"{counts} threads"
        return f"the ceilings for {threads} were measured while other programs were busy ({named}), and may be too low"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """``run.json``: one execution of ``rooflinear run``. Times are UTC, ISO 8601."""

    schema_version: int = SCHEMA_VERSION
    command: list[str]
    options: dict[str, Any]
    machine: Machine
    versions: dict[str, str]
    environment: dict[str, str]
    suite: str
    operations: dict[str, dict[str, Any]]
    implementations: dict[str, dict[str, Any]]
    commit: str | None = None
    dirty: bool | None = None
    seed: int = 0
    preset: str = "standard"
    data: str = "gaussian"
    ceilings: Ceilings = Ceilings()
    goals: list[Goal] = []
    started_at: str = ""
    finished_at: str | None = None
    warnings: list[str] = []

    @property
    def remarks(self) -> list[str]:
        """Its warnings, and that of its ceilings."""
        return [*self.warnings, *filter(None, [self.ceilings.remark])]


class Task(msgspec.Struct, frozen=True):
    """A case without its implementation: what both child processes need to know."""

    operation: str
    sizes: dict[str, int]
    parameters: dict[str, Any]
    dtype: str

    @property
    def label(self) -> str:
        """Short name for people: ``gradient m=1000 n=10 float64``."""
        return " ".join(filter(None, [self.operation, words(self.sizes), self.dtype]))


def task_of(case: Case) -> Task:
    """The task that the contenders of a case share."""
    return Task(case.operation, case.sizes, case.parameters, case.dtype)


class Verdict(msgspec.Struct, frozen=True):
    """The result of a comparison with the oracle; only an ``ok`` one has times."""

    status: Status = "wrong"
    reason: str = "nothing was compared"
    error_over_bound: float | None = None
    error: float | None = None
    bound: float | None = None
    warning: str = ""
