"""``rooflinear run``, with ``--resume`` too: implementations verified and timed, results stored and reported."""

import contextlib
import shutil
import sys
from pathlib import Path

import msgspec

from .. import progress, store
from ..errors import CannotFinish, UsageError
from ..inputs import matrix
from ..libraries.base import INTERPRETER
from ..machine import ceilings, extras, neighbours, quiet
from ..records import HOST, Result, Run
from ..runner.runner import Runner
from ..suites import suite
from ..suites.suite import Suite
from ..sweep import Contest, Options, contests
from . import options
from .cases import count_text, planned_contests
from .exit_status import INTERRUPTED, interrupts_first, of_results
from .options import build
from .requests import NO_GUEST, OF_GUESTS_ONLY, ResumeRequest, RunRequest, refuse_ignored, refuse_others
from .run_record import new_folder, new_record, refuse_changes, warned

NOT_BEGUN = ("missing", "unsupported", "skipped")
"""Statuses of cases of which nothing was called."""


def run(request: RunRequest) -> int:
    """Sweeps, verifies, times, stores and reports. Returns the exit status."""
    extras.need("rooflinear run", *extras.PAGE)
    if request.is_guest:
        from . import run_guests

        return run_guests.run(request)
    refuse_ignored(request.given, OF_GUESTS_ONLY, NO_GUEST)
    if request.preset == "verify":
        raise UsageError("--preset verify measures no times; use 'rooflinear verify'")
    if request.device == INTERPRETER:
        raise UsageError("an interpreter's times mean nothing; use 'rooflinear verify --device interpreter'")
    wait_s = options.waiting_seconds(request.wait_for_quiet)
    store.refuse_folder(request.results)
    loaded = suite.load(suite.find(request.suite))
    chosen = build(loaded, request)
    planned = planned_contests(loaded, chosen)
    suite.tell(loaded.remarks)
    busy = _busy_beside(wait_s)
    record = new_record(loaded, chosen)
    folder = new_folder(request.results, record)
    store.write_run(folder, record)
    record = warned(folder, record, busy)
    try:
        return _measure(folder, record, loaded, chosen, planned, [])
    except UsageError:
        if all(each.status in NOT_BEGUN for each in store.read_results(folder)):  # data or suite is not as it must be
            shutil.rmtree(folder)
        raise


def resume(request: ResumeRequest) -> int:
    """Goes on where a run stopped, with its own options, on the same machine and sources."""
    extras.need("rooflinear run", *extras.PAGE)
    refuse_others(request.given, ResumeRequest.__struct_fields__, "--resume continues with the options of the run")
    wait_s = options.waiting_seconds(request.wait_for_quiet)
    budget_s = options.time_budget_seconds(request.time_budget)
    folder = request.resume
    record = store.read_run(folder)
    chosen = msgspec.convert(record.options, Options)
    loaded = suite.load(Path(chosen.suite))
    refuse_changes(record, loaded)
    if matrix.is_matrix(chosen):
        matrix.refuse_changed(chosen)
    if budget_s is not None:
        chosen = msgspec.structs.replace(chosen, time_budget_s=budget_s, start_s=None)
    earlier = store.read_results(folder)
    record = warned(folder, record, _busy_beside(wait_s))
    return _measure(folder, record, loaded, chosen, contests(loaded, chosen), earlier)


def _busy_beside(wait_s: float | None) -> str:
    """Which other programs are busy, after the wait that was asked for; empty where none is."""
    if wait_s is None:
        found, remedy = quiet.look_round(), "--wait-for-quiet 5m waits until they end"
    else:
        found, remedy = quiet.wait_for_quiet(wait_s), f"still so after waiting {wait_s:.0f} s"
    return f"{neighbours.text(found)}; {remedy}" if found else ""


def _measure(
    folder: Path, record: Run, loaded: Suite, chosen: Options, planned: list[Contest], earlier: list[Result]
) -> int:
    results = list(earlier)
    with contextlib.ExitStack() as opened:
        file = opened.enter_context(contextlib.closing(store.ResultFile(folder)))
        kept = store.read_outputs(folder)
        outputs = store.ResultFile(folder, store.OUTPUTS) if loaded.shown else None
        if outputs:
            opened.callback(outputs.close)
        watcher = opened.enter_context(contextlib.closing(progress.watcher()))

        def append(result: Result) -> None:
            file.append(result)
            results.append(result)

        try:
            runner = Runner(loaded, chosen, append, watcher, earlier, keep=outputs and outputs.append, kept=kept)
            with interrupts_first():
                runner.play(planned)
        except KeyboardInterrupt:
            opened.close()
            print(f"interrupted; {_how_to_go_on(folder, planned, results)}", file=sys.stderr)
            return INTERRUPTED
        except CannotFinish as error:
            raise CannotFinish(f"{error}\n{_how_to_resume(folder)}") from error
    if seen := neighbours.text(runner.neighbours.seen, whole=False):
        record = msgspec.structs.replace(record, warnings=[*record.warnings, f"while it ran, {seen}"])
    if chosen.device == HOST:
        record = ceilings.learned(record, runner.dispatch_ns, results)
    try:
        store.write_run(folder, msgspec.structs.replace(record, finished_at=store.now()))
        return _conclude(folder, results)
    except KeyboardInterrupt:
        print(f"interrupted; {_how_to_report(folder)}", file=sys.stderr)
        return INTERRUPTED


def _conclude(folder: Path, results: list[Result]) -> int:
    from ...reports.report import write
    from ...reports.tables import goals
    from ...reports.tables.frames import load
    from ...reports.tables.limits import fault_text, faults

    if results and all(each.lack == "memory" for each in results):
        raise CannotFinish(f"no case fits into memory: {results[0].case.label} {results[0].reason}")
    tables = load(folder)
    if doubted := sorted(set(faults(tables.cases)["threads"])):
        store.write_run(folder, ceilings.measured_again(tables.run, doubted))
        tables = load(folder)
    written = write([tables], ["html"], None, None)
    print(count_text(results))
    if tables.run.goals:
        print(goals.text(tables))
    if fault := fault_text(tables.cases):
        print(f"warning: {fault}")
    print(f"report: {written[0]}")
    return of_results(results)


def _how_to_go_on(folder: Path, planned: list[Contest], results: list[Result]) -> str:
    done = {result.case for result in results}
    whole = all(case in done for contest in planned for case in contest.cases)
    return _how_to_report(folder) if whole else _how_to_resume(folder)


def _how_to_report(folder: Path) -> str:
    return f"every case has a result; write the report with: rooflinear report {folder}"


def _how_to_resume(folder: Path) -> str:
    return f"{store.count_results(folder)} results are stored. Continue with: rooflinear run --resume {folder}"
