"""What the commands do, free of how they are typed."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from .. import progress, store
from ..errors import CannotFinish, RooflinearError, UsageError
from ..inputs import matrix
from ..libraries.base import INTERPRETER
from ..machine import ceilings, machine, neighbours
from ..records import HOST, Result, Run
from ..runner.runner import Runner
from ..suites import suite
from ..suites.suite import Suite
from ..sweep import Contest, Options, contests
from . import options
from .options import build
from .requests import ReportRequest, ResumeRequest, RunRequest, VerifyRequest, refuse_ignored, refuse_others

INTERRUPTED = 130
INCONCLUSIVE = 3
NOT_BEGUN = ("missing", "unsupported", "skipped")
"""Statuses of cases of which nothing was called."""


def run(request: RunRequest) -> int:
    """Sweeps, verifies, times, stores and reports. Returns the exit status."""
    if request.preset == "verify":
        raise UsageError("--preset verify times nothing; 'rooflinear verify' checks answers only")
    if request.device == INTERPRETER:
        raise UsageError("an interpreter's times mean nothing; 'rooflinear verify --device interpreter' checks answers")
    wait_s = options.waiting_seconds(request.wait_for_quiet)
    store.refuse_folder(request.results)
    loaded = suite.load(suite.find(request.suite))
    chosen = build(loaded, request)
    planned = _planned(loaded, chosen)
    suite.tell(loaded.remarks)
    busy = _busy_beside(wait_s)
    record = _record(loaded, chosen)
    folder = _new_folder(request.results, record)
    store.write_run(folder, record)
    record = _warned(folder, record, busy)
    try:
        return _measure(folder, record, loaded, chosen, planned, [])
    except UsageError:
        if all(each.status in NOT_BEGUN for each in store.read_results(folder)):  # data or suite is not as it must be
            shutil.rmtree(folder)
        raise


def resume(request: ResumeRequest) -> int:
    """Goes on where a run stopped, with its own options, on the same machine and sources."""
    refuse_others(request.given, ResumeRequest.__struct_fields__, "--resume goes on with the run's own options")
    wait_s = options.waiting_seconds(request.wait_for_quiet)
    budget_s = options.time_budget_seconds(request.time_budget)
    folder = request.resume
    record = store.read_run(folder)
    chosen = msgspec.convert(record.options, Options)
    loaded = suite.load(Path(chosen.suite))
    _refuse_changes(record, loaded)
    if matrix.is_matrix(chosen):
        matrix.refuse_changed(chosen)
    if budget_s is not None:
        chosen = msgspec.structs.replace(chosen, time_budget_s=budget_s)
    earlier = store.read_results(folder)
    record = _warned(folder, record, _busy_beside(wait_s))
    return _measure(folder, record, loaded, chosen, contests(loaded, chosen), earlier)


def verify(request: VerifyRequest) -> int:
    """Correctness only, nothing timed or stored; prints a line a case that is not ok, or all results as JSON."""
    loaded = suite.load(suite.find(request.suite))
    chosen = build(loaded, request)
    planned = _planned(loaded, chosen)
    suite.tell(loaded.remarks)
    results: list[Result] = []
    watcher = progress.watcher()
    try:
        Runner(loaded, chosen, results.append, watcher, timed=False).play(planned)
    finally:
        watcher.close()
    if request.json:
        print(msgspec.json.format(msgspec.json.encode(results), indent=1).decode())
        return _verified_status(results)
    for result in results:
        if result.status not in ("ok", "wrong", "crashed"):
            print(f"{result.status}: {result.case.label}: {result.reason}")
    print("\n".join([*_tolerances(loaded, results), _counts(results)]))
    return _verified_status(results)


def _tolerances(loaded: Suite, results: list[Result]) -> list[str]:
    """What was judged by no derived bound."""
    judged = {each.case.operation: loaded.operations[each.case.operation].tolerance for each in results}
    text = "{}: judged by the suite's tolerance, {}; no bound was derived"
    return [text.format(name, tolerance) for name, tolerance in judged.items() if tolerance]


def report(request: ReportRequest) -> int:
    """Renders run folders; without one, the newest below ``results/``."""
    from ...reports.report import write_reports

    formats = options.listed("--format", request.format) or ["html"]
    _refuse_unused(request, formats)
    folders = request.runs or (_newest(),)
    written = write_reports(folders, formats, request.output, request.baseline, request.table)
    for path in written:
        print(path)
    if request.open:
        _open(written[0])
    return 0


def _refuse_unused(request: ReportRequest, formats: list[str]) -> None:
    """Raises `UsageError` for a table or a baseline that no format shows. Unknown formats are not judged here."""
    from ...reports.report import FOREIGN, FORMATS, TABLES, TABULAR

    other = [form for form in formats if form in FORMATS and form not in TABULAR]
    if other:
        why = f"--table says what --format {','.join(TABULAR)} hold, {other[0]} has a form of its own"
        refuse_ignored(request.given, ("table",), why)
    of_growth = request.table in TABLES and request.table != "cases"
    unrelated = [form for form in formats if form in FOREIGN or (form in TABULAR and of_growth)]
    if unrelated == formats:
        what = f"--format {formats[0]}" if formats[0] in FOREIGN else f"--table {request.table}"
        refuse_ignored(request.given, ("baseline",), f"{what} shows no speed-ups over a baseline")


def _planned(loaded: Suite, chosen: Options) -> list[Contest]:
    planned = contests(loaded, chosen)
    if not planned:
        remarks = "".join(f"\n{remark}" for remark in loaded.remarks)
        raise UsageError(f"no case is left; the chosen implementations do not have the chosen operations{remarks}")
    return planned


def _busy_beside(wait_s: float | None) -> str:
    """Which other programs are busy, after the wait that was asked for; empty where none is."""
    if wait_s is None:
        found, remedy = neighbours.look_round(), "--wait-for-quiet 5m waits"
    else:
        found, remedy = neighbours.wait_for_quiet(wait_s), f"waited {wait_s:.0f} s in vain"
    return f"{neighbours.text(found)}; {remedy}" if found else ""


def _warned(folder: Path, record: Run, warning: str) -> Run:
    """The record with the warning, if there is one, which also goes to stderr."""
    if not warning:
        return record
    print(f"warning: {warning}", file=sys.stderr, flush=True)
    record = msgspec.structs.replace(record, warnings=list(dict.fromkeys([*record.warnings, warning])))
    store.write_run(folder, record)
    return record


def _measure(
    folder: Path, record: Run, loaded: Suite, chosen: Options, planned: list[Contest], earlier: list[Result]
) -> int:
    watcher = progress.watcher()
    results = list(earlier)
    file = store.ResultFile(folder)
    kept = store.read_outputs(folder)
    outputs = store.ResultFile(folder, store.OUTPUTS) if loaded.shown else None

    def append(result: Result) -> None:
        file.append(result)
        results.append(result)

    try:
        runner = Runner(loaded, chosen, append, watcher, earlier, keep=outputs and outputs.append, kept=kept)
        runner.play(planned)
    except KeyboardInterrupt:
        watcher.close()
        file.close()
        print(f"interrupted; {_how_to_go_on(folder, planned, results)}", file=sys.stderr)
        return INTERRUPTED
    except CannotFinish as error:
        raise CannotFinish(f"{error}\n{_how_to_resume(folder)}") from error
    finally:
        watcher.close()
        file.close()
        if outputs:
            outputs.close()
    if seen := neighbours.text(runner.neighbours.seen, whole=False):
        record = msgspec.structs.replace(record, warnings=[*record.warnings, f"while it ran, {seen}"])
    if chosen.device == HOST:
        record = ceilings.learned(record, runner.dispatch_ns, results)
    try:
        store.write_run(folder, msgspec.structs.replace(record, finished_at=_now()))
        return _conclude(folder, results)
    except KeyboardInterrupt:
        print(f"interrupted; {_how_to_report(folder)}", file=sys.stderr)
        return INTERRUPTED


def _conclude(folder: Path, results: list[Result]) -> int:
    from ...reports.report import write
    from ...reports.tables import goals
    from ...reports.tables.frames import load
    from ...reports.tables.limits import fault_text, faults

    if results and all("memory" in each.reason and each.status == "skipped" for each in results):
        raise CannotFinish(f"no case fits into memory: {results[0].case.label} {results[0].reason}")
    tables = load(folder)
    if doubted := sorted(set(faults(tables.cases)["threads"])):
        store.write_run(folder, ceilings.measured_again(tables.run, doubted))
        tables = load(folder)
    written = write([tables], ["html"], None, None)
    print(_counts(results))
    if tables.run.goals:
        print(goals.text(tables))
    if fault := fault_text(tables.cases):
        print(f"warning: {fault}")
    print(f"report: {written[0]}")
    return _status(results)


def _record(loaded: Suite, chosen: Options) -> Run:
    described = machine.describe()
    commit, dirty = _commit(loaded.folder)
    return Run(
        command=["rooflinear", *sys.argv[1:]],
        options=msgspec.to_builtins(options.absolute(chosen)),
        machine=described,
        versions=machine.versions(),
        environment=machine.environment(),
        suite=loaded.name,
        operations={
            name: {
                "formula": each.formula,
                "doc": each.doc,
                "sizes": list(each.sizes),
                "parameters": dict(each.parameters),
                "tolerance": each.tolerance,
            }
            for name, each in loaded.operations.items()
        },
        implementations={
            stem: {
                "library": each.library,
                "algorithm": each.algorithm,
                "doc": each.doc,
                "source_sha256": each.source_sha256,
            }
            for stem, each in loaded.implementations.items()
        },
        commit=commit,
        dirty=dirty,
        seed=chosen.seed,
        preset=chosen.preset,
        goals=list(loaded.goals) if chosen.preset == "goals" else [],
        ceilings=ceilings.known(described, chosen.threads if chosen.device == HOST else ()),
        data=chosen.data or ("gaussian" if chosen.condition is None else f"condition {chosen.condition:g}"),
        started_at=_now(),
    )


def _new_folder(results: Path, record: Run) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    name = f"{stamp}-{record.machine.name}-{(record.commit or 'nocommit')[:8]}"
    for suffix in ("", *(f"-{number}" for number in range(2, 100))):
        folder = results / (name + suffix)
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            if not results.is_dir():
                raise store.cannot_write(results, error) from error
            continue
        except OSError as error:
            raise store.cannot_write(results, error) from error
        return folder
    raise CannotFinish(f"{results}: a hundred runs began in one second; wait and try again")


def _refuse_changes(record: Run, loaded: Suite) -> None:
    now = machine.describe()
    if now.identity != record.machine.identity:
        raise UsageError(f"the run began on {record.machine.name} ({record.machine.cpu}); start a new one here")
    for stem, each in loaded.implementations.items():
        if record.implementations.get(stem, {}).get("source_sha256") != each.source_sha256:
            raise UsageError(f"{each.path} changed since the run began; start a new run")
    changed = {name for name, version in machine.versions().items() if record.versions.get(name) != version}
    if changed:
        raise UsageError(f"versions changed since the run began: {', '.join(sorted(changed))}; start a new run")


def _newest() -> Path:
    runs = sorted(path.parent for path in Path("results").glob(f"*/{store.RUN}"))
    if not runs:
        raise UsageError("results/ holds no run; 'rooflinear run' makes one, or name a run folder")
    return runs[-1]


def _commit(folder: Path) -> tuple[str | None, bool | None]:
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        return commit, bool(_git(folder, "status", "--porcelain", "--", "."))
    except (OSError, subprocess.CalledProcessError):
        return None, None


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _counts(results: list[Result]) -> str:
    worst = {result.case: result.status for result in sorted(results, key=lambda each: each.status != "ok")}
    counts = Counter(worst.values())
    return f"{len(worst)} cases: " + ", ".join(f"{count} {status}" for status, count in counts.most_common())


def _status(results: list[Result]) -> int:
    """1 where something is wrong, 3 where time or memory let nothing be told, else 0."""
    statuses = {result.status for result in results}
    if statuses & {"wrong", "crashed"}:
        return 1
    return INCONCLUSIVE if statuses & {"skipped", "timeout"} and "ok" not in statuses else 0


def _verified_status(results: list[Result]) -> int:
    """The same; 3 too where a single answer was not waited for."""
    unanswered = any(each.status == "timeout" or each.predicted_ns is not None for each in results)
    return _status(results) or (INCONCLUSIVE if unanswered else 0)


def _how_to_go_on(folder: Path, planned: list[Contest], results: list[Result]) -> str:
    done = {result.case for result in results}
    whole = all(case in done for contest in planned for case in contest.cases)
    return _how_to_report(folder) if whole else _how_to_resume(folder)


def _how_to_report(folder: Path) -> str:
    return f"every case has its result; write the report with: rooflinear report {folder}"


def _how_to_resume(folder: Path) -> str:
    return f"{store.count_results(folder)} results are kept. Go on with: rooflinear run --resume {folder}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _open(path: Path) -> None:
    import webbrowser

    webbrowser.open(path.resolve().as_uri())


def guarded(action: Callable[[], int]) -> int:
    """Runs a command; what a user can mend ends in one or two lines and a status."""
    try:
        status = action()
        flush()
        return status
    except RooflinearError as error:
        _say(f"rooflinear: {error}")
        return error.exit_status
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except MemoryError:
        _say("rooflinear: out of memory; choose smaller sizes")
        return CannotFinish.exit_status
    except OSError as error:
        return unwritten(error)


def flush() -> None:
    """Hands over what was printed, so that a device that takes no more is seen. Raises `OSError`."""
    if sys.stdout is not None:
        sys.stdout.flush()


def unwritten(error: OSError) -> int:
    """The status where the system refused what was printed: a reader that went away is none of our business.

    What is left to print is dropped, else Python would try again at its end.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):  # no such stream, or none of the system's
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return 0
    what = f"{error.filename}:" if error.filename else "cannot write the output:"
    _say(f"rooflinear: {what} {error.strerror or error}")
    return CannotFinish.exit_status


def _say(line: str) -> None:
    """The last word on stderr; the status stays the same where nobody takes it."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr)
