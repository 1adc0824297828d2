"""A case of the quick preset made ready in this process, for tools that bring a clock of their own.

asv and pytest-benchmark time calls in their own process. Here a kernel gets its
inputs, is called, verified and warmed up beforehand, by the same code as in a
worker.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ..inputs import written
from ..inputs.reference import Reference
from ..libraries.host import LIBRARIES
from ..machine.cores import available_cores
from ..processes import scratch
from ..processes.reference_messages import Judge, Make, Source
from ..processes.worker_messages import Prepare, Start, WarmUp
from ..records import Case, Status, task_of
from ..suites import suite
from ..suites.suite import Suite
from ..sweep import PRESETS, Options, contests, cost
from ..worker.worker import Worker

WARM_UP_NS, WARM_UP_SLICE_NS = 200_000_000, 2_000_000

LOOPS = {"python": 1e7, "numpy_rows": 5e7}
"""Most flops with which implementations that loop in Python stay below the preset's time limit for a call."""


class Wrong(AssertionError):
    """The kernel's output is wrong; it gets no time."""


@dataclass(frozen=True)
class Ready:
    """A warm kernel. ``call()`` computes once and waits for the result; `check` judges what it returned."""

    case: Case
    worker: Worker
    reference: Reference
    folder: str
    algorithm: str
    first_call_ns: int
    inputs_sha256: str

    def call(self) -> Any:
        kernel = self.worker.kernel
        output = kernel.function(*kernel.inputs)
        return kernel.synchronise(output) if kernel.synchronise else output

    def check(self, output: Any) -> None:
        """Raises `Wrong` unless an output lies within the bound."""
        arrays = self.worker.arrays(output)
        with scratch.folder() as place:
            file = str(place / "outputs")
            written.write(file, arrays)
            self.require_ok(file, 1)

    def require_ok(self, path: str, outputs: int) -> None:
        """Raises `Wrong` unless all outputs in a file lie within the bound."""
        request = Judge(path, [self.folder] * outputs, self.algorithm, self.case.dtype)
        for verdict in self.reference.judges.judge(request, {}).verdicts:
            _require(self.case, verdict.status, verdict.reason)


def loaded() -> Suite:
    """The suite that is installed with this module."""
    return suite.load(suite.BUILT_IN)


def quick_cases(of: Suite | None = None) -> list[Case]:
    """Exactly the cases of ``rooflinear run --preset quick`` on all cores.

    ``ROOFLINEAR_CASES`` names a JSON file of others: `calibrate` compares judges on the same cases.
    """
    if named := os.environ.get("ROOFLINEAR_CASES"):
        return msgspec.json.decode(Path(named).read_bytes(), type=list[Case])
    of = of or loaded()
    options = Options(suite=str(of.folder), preset="quick", threads=[available_cores()])
    return [case for contest in contests(of, options) for case in contest.cases]


def too_long(case: Case, of: Suite) -> str:
    """Why a case would exceed the preset's time limit, or ''. It is known in advance: only loops in Python do."""
    most = LOOPS.get(case.implementation)
    operation = of.operations[case.operation]
    if most is None or cost(operation, task_of(case)).flops <= most:
        return ""
    return f"a call takes longer than {PRESETS['quick'].timeout_s:g} s"


def missing(case: Case, of: Suite) -> str:
    """Why a case cannot run here, or ''; no framework is imported to find out."""
    from ..suites.suite import unavailable

    implementation = of.implementations[case.implementation]
    return unavailable(implementation) or implementation.elsewhere(case.device)


def ready(case: Case, of: Suite) -> Ready:
    """Inputs in place, first call made, output verified, steady. Raises `Wrong`."""
    implementation = of.implementations[case.implementation]
    library = LIBRARIES[implementation.library]()
    os.environ.update(library.environment(case.threads, case.device))
    task = task_of(case)
    folder = str(of.folder)
    worker = Worker(Start(folder, implementation.stem, implementation.library, case.threads, case.device))
    reference = Reference()
    reference.open(Source(folder, seed=0))
    with scratch.folder() as place:
        made = reference.make(Make(task, "main", [implementation.algorithm], str(place)))
        into = str(place / "outputs")
        prepared = worker.prepare(Prepare(task, str(place), into=into))
        found = Ready(
            case, worker, reference, str(place), implementation.algorithm, prepared.first_call_ns, made.inputs_sha256
        )
        found.require_ok(into, 2)
    _require(case, "wrong" if prepared.fault else "ok", prepared.fault)
    worker.warm_up(WarmUp(WARM_UP_NS, WARM_UP_SLICE_NS))
    return found


def _require(case: Case, status: Status, reason: str) -> None:
    if status != "ok":
        raise Wrong(f"{case.label}: {status}: {reason}")
