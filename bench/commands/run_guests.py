"""``rooflinear run --pytest …``: times the benchmarks of a suite of another tool, and writes a report of them."""

import random
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from .. import progress, store
from ..errors import Lost, UsageError
from ..gate import guest_plan
from ..gate.guest_blocks import UNCOLLECTED
from ..gate.guest_duel import CASE_NS, FEWEST_ROUNDS, MOST_TRIALS, end_of, next_calls
from ..gate.paired_rounds import SLICE_NS, rounds_within
from ..guests import messages, sides
from ..guests.session import Session, Suite
from ..guests.sides import Wanted
from ..interop.foreign import NOT_VERIFIED, run_of
from ..machine import extras, machine
from ..machine.cores import quietest_cores
from ..processes import scratch
from ..records import Benchmark, Case, Result, Run, Sample
from .cases import count_text
from .exit_status import INTERRUPTED, of_results
from .guest_sides import wanted_of
from .guests import TIMEOUT_S, reading
from .options import seconds_of, seed_of, whole_number
from .requests import RunRequest, refuse_others
from .run_record import commit_of, new_folder

BLOCKS = 3
"""Fresh processes in which each benchmark is timed."""

USED = {"pytest", "keyword", "markers", "asv", "bench", "pyperf", "python", "timeout", "blocks", "seed", "results"}


def run(request: RunRequest) -> int:
    """Times the suite of the working tree as the interpreter of ``--python`` imports it. Returns the exit status."""
    extras.need("rooflinear run", *extras.PAGE)
    refuse_others(request.given, USED, "a suite of another tool has no such choice")
    wanted = wanted_of(request, request.given, in_repository=False)
    blocks = BLOCKS if request.blocks is None else whole_number("--blocks", request.blocks)
    timeout_s = seconds_of("--timeout", request.timeout) or TIMEOUT_S
    store.refuse_folder(request.results)
    with scratch.folder() as folder:
        measured = Measured(wanted, folder, seed_of(request.seed), timeout_s)
        cases = measured.listed()
        record = _record(wanted, measured.suite)
        where, results = new_folder(request.results, record), list[Result]()
        store.write_run(where, record)
        try:
            _play(measured, cases, blocks, where, results)
            record = msgspec.structs.replace(record, finished_at=store.now())
        except KeyboardInterrupt:
            print(f"interrupted; {len(results)} results are stored in {where}", file=sys.stderr)
            return INTERRUPTED
        finally:
            store.write_run(where, _with_cases(record, results))
    return _conclude(where, results)


class Measured:
    """One side alone: a copy of the project, and the sessions that work in it."""

    def __init__(self, wanted: Wanted, folder: Path, seed: int, timeout_s: float):
        self.suite, self._place = sides.open_here(wanted, folder)
        self.refused: dict[str, tuple[Case, str]] = {}
        self._random, self._timeout_s = random.Random(seed), timeout_s

    def listed(self) -> dict[str, Case]:
        """The case of each benchmark by its id; those that cannot be measured are `refused`. Raises `UsageError`."""
        session, typed = self._session(), shlex.join(self.suite.arguments)
        try:
            with reading(typed):
                found = session.list()
        finally:
            session.end()
        cases = list(zip(found.benchmarks, guest_plan.named(found.benchmarks), strict=True))
        if all(each.refused for each, _ in cases):
            reasons = "".join(f"; {file}: {reason}" for file, reason in found.failed.items())
            raise UsageError(f"{typed}: no benchmark was found{reasons}")
        self.refused = {each.id: (case, each.refused) for each, case in cases if each.refused}
        return {each.id: case for each, case in cases if not each.refused}

    def block(self, cases: dict[str, Case]) -> Iterator[tuple[str, list[Sample], Lost | None]]:
        """Times all benchmarks once, in fresh processes: more than one if some die."""
        left = list(cases)
        if not self.suite.in_order:
            self._random.shuffle(left)
        while left:
            session = self._session()
            try:
                here = {each.id for each in session.list().benchmarks}
                for name in [each for each in left if each not in here]:
                    left.remove(name)
                    yield name, [], Lost("crashed", UNCOLLECTED)
                session.begin(left)
                while left and session.alive:
                    yield left.pop(0), *self._one(session)
            except Lost as lost:
                yield left.pop(0), [], lost
            finally:
                session.end()

    def _one(self, session: Session) -> tuple[list[Sample], Lost | None]:
        """The samples of the benchmark that comes next; why it has none, or why they do not count."""
        try:
            reached = session.next(self._timeout_s)
            if not isinstance(reached, messages.Parked):
                return [], end_of(reached)
            samples, lost = self._measured(session, reached)
            ended = session.go(self._timeout_s) if session.alive else None
        except Lost as gone:
            return [], gone
        return samples, lost or (end_of(ended) if ended and ended.status != "ok" else None)

    def _measured(self, session: Session, parked: messages.Parked) -> tuple[list[Sample], Lost | None]:
        try:
            if parked.unit == "ns":
                return self._timed(session), None
            number = session.count(self._timeout_s)
        except Lost as lost:
            return [], lost
        return [], Lost("unsupported", f"tracks a number, {number:.6g} {parked.unit}, and no time")

    def _timed(self, session: Session) -> list[Sample]:
        calls, wall_ns = 1, session.time(0, 1, self._timeout_s).wall_ns
        for _ in range(MOST_TRIALS):
            if wall_ns >= SLICE_NS:
                break
            calls = next_calls(calls, wall_ns, SLICE_NS)
            wall_ns = session.time(0, calls, self._timeout_s).wall_ns
        rounds = rounds_within(CASE_NS, max(wall_ns, 1), 2 * FEWEST_ROUNDS)
        return [session.time(number, calls, self._timeout_s) for number in range(rounds)]

    def _session(self) -> Session:
        session = Session(self.suite, self._place, self._random.getrandbits(32))
        session.pin(quietest_cores(1))
        return session


def _play(measured: Measured, cases: dict[str, Case], blocks: int, where: Path, results: list[Result]) -> None:
    file, watcher = store.ResultFile(where), progress.watcher()

    def append(result: Result) -> None:
        results.append(result)
        file.append(result)
        watcher.done(result)

    watcher.begin(len(cases) * blocks + len(measured.refused))
    try:
        for name, (case, reason) in measured.refused.items():
            append(Result(case=case, status="unsupported", reason=reason, benchmark=Benchmark(name)))
        for block in range(blocks):
            for name, samples, lost in measured.block(cases):
                watcher.now(f"block {block + 1} of {blocks} {cases[name].label}", None)
                append(_result(name, cases[name], samples, lost, block))
    finally:
        watcher.close()
        file.close()


def _result(name: str, case: Case, samples: list[Sample], lost: Lost | None, block: int) -> Result:
    known = {"case": case, "benchmark": Benchmark(name), "block": block, "verified": False}
    if lost is not None:
        return Result(status=lost.status, reason=lost.reason, exit=lost.exit, **known)
    return Result(status="ok", samples=samples, warning=NOT_VERIFIED, **known)


def _record(wanted: Wanted, suite: Suite) -> Run:
    commit, dirty = commit_of(wanted.project)
    return Run(
        command=["rooflinear", *sys.argv[1:]], machine=machine.describe(), versions=machine.versions(), environment={},
        options={"tool": suite.kind, "arguments": list(suite.arguments)}, suite="", operations={},
        implementations={}, commit=commit, dirty=dirty, preset=wanted.kind, started_at=store.now(),
    )  # fmt: skip


def _with_cases(record: Run, results: list[Result]) -> Run:
    """The record with the operations that the results are of."""
    told = run_of(record.preset, Path(record.preset), record.machine, results)
    return msgspec.structs.replace(record, operations=told.operations, implementations=told.implementations)


def _conclude(where: Path, results: list[Result]) -> int:
    from ...reports.report import write
    from ...reports.tables.frames import load

    written = write([load(where)], ["html"], None, None)
    print(count_text(results))
    print(f"report: {written[0]}")
    return of_results(results)
