"""``rooflinear calibrate``: runs the gate on equal code and on planted slowdowns, and other tools beside it."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from .. import store
from ..calibration.planted import plant
from ..calibration.trials import Tally, Trial, simulated_trials, tallies, trial
from ..errors import CannotFinish, UsageError
from ..gate import git, margins, revisions
from ..gate.margins import Margins, share
from ..gate.revisions import Revision
from ..machine import machine
from ..processes import scratch
from ..suites import suite
from ..sweep import Options, contests
from . import calibrate_guests
from .compare import paired
from .options import build, listed, time_budget_seconds, whole_number
from .requests import NO_GUEST, OF_GUESTS_ONLY, CalibrateRequest, ChosenCases, GuestSuite, refuse_ignored

BUSY = "while True: pass"
OUTPUT = Path("results/calibration.jsonl")
REMARK = "Shares in brackets are exact one-sided 95 % limits: no alarm in few runs does not show a rate of zero."

OF_REPORTS = ("preset", "nice")
OF_THE_GATE = ("margin", "time_budget", "timeout", "seed")
OF_THE_GATE_AND_PEERS = (*ChosenCases.__struct_fields__, "load")

Play = Callable[[float, int, int], Trial]
Peers = Callable[[int], Iterator[Trial]]
Line = TypeVar("Line", bound=msgspec.Struct)


def calibrate(request: CalibrateRequest) -> int:
    """Makes the requested runs, appends each to the file, prints the table of all runs in the file."""
    refuse_ignored(request.given, OF_REPORTS, "--preset and --nice need --report")
    file = request.output or OUTPUT
    trials = read(file, Trial)
    accepted = margins.read(request.margin, None)
    counts = {"--runs": request.runs, "--load": request.load, "--simulate": request.simulate}
    runs, load, simulate = (count(option, text) for option, text in counts.items())
    effects = [0.0] * runs + [share("--effect", word) for word in listed("--effect", request.effect)]
    _refuse_unused(request, effects)
    if effects or request.peers:
        append(file, b"")
    with _judges(request, accepted, bool(effects) or request.peers) as (play, peers), busy(load):
        for effect in effects:
            add(file, trials, play(effect, load, len(trials)))
        for made in peers(load) if request.peers else ():
            add(file, trials, made)
    counted = tallies(trials)
    for made in simulated_trials(simulate, machine.describe()) if simulate else ():
        counted += tallies(made)
    _print(counted, request.json)
    return 0


def _judges(
    request: CalibrateRequest, accepted: Margins, used: bool
) -> contextlib.AbstractContextManager[tuple[Play, Peers]]:
    """What plays a run of the gate, given its effect, load and number, and what plays other tools, given the load."""
    if request.is_guest and used:
        return calibrate_guests.opened(request, accepted)
    return contextlib.nullcontext((partial(_play, request, accepted), partial(_peers, request)))


def _refuse_unused(request: CalibrateRequest, effects: list[float]) -> None:
    """Raises `UsageError` for options of gate runs if no gate run is requested, and for those of other suites."""
    if request.is_guest:
        ignored = {*ChosenCases.__struct_fields__} - {*GuestSuite.__struct_fields__}
        refuse_ignored(request.given, ignored, "a suite of another tool has no such choice")
    else:
        refuse_ignored(request.given, OF_GUESTS_ONLY, NO_GUEST)
    if not effects:
        unused = OF_THE_GATE if request.peers else OF_THE_GATE + OF_THE_GATE_AND_PEERS
        unused += () if request.peers and request.is_guest else ("revision",)
        refuse_ignored(request.given, unused, "--runs 0 without --effect makes no run of the gate")


def read(file: Path, kind: type[Line]) -> list[Line]:
    """All lines of a file; empty if it does not exist yet."""
    try:
        lines = file.read_bytes().splitlines()
        return [msgspec.json.decode(line, type=kind) for line in lines if line.strip()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(f"--output {file}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise UsageError(f"--output {file}: a line is not a calibration run: {error}; choose another file") from error


def add(file: Path, lines: list[Line], made: Line) -> None:
    """Appends a line to the list and to the file."""
    lines.append(made)
    append(file, msgspec.json.encode(made) + b"\n")


def append(file: Path, content: bytes) -> None:
    """Appends to a file, which is created if absent. Raises `CannotFinish`."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as open_:
            open_.write(content)
    except OSError as error:
        raise CannotFinish(f"cannot write {file}: {error.strerror}; choose another place (--output FILE)") from error


def count(option: str, text: str) -> int:
    """A whole number, 0 included. Raises `UsageError`."""
    return 0 if text.strip() == "0" else whole_number(option, text)


@contextlib.contextmanager
def busy(processes: int, nice: int = 0) -> Iterator[None]:
    """Keeps other programs computing meanwhile, at niceness ``nice``."""
    program = f"import os\nos.nice({nice})\n{BUSY}" if nice else BUSY
    started = [subprocess.Popen([sys.executable, "-S", "-c", program]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def _play(request: CalibrateRequest, accepted: Margins, effect: float, load: int, number: int) -> Trial:
    folder = suite.found(request.suite)
    root = git.root_of(folder)
    below = folder.resolve().relative_to(root)
    started, begun, here = store.now(), time.monotonic(), machine.describe()
    with scratch.folder() as place:
        python = revisions.interpreter(None, "")
        sides = [
            revisions.open_revision(root, below, request.revision, place / name, python) for name in ("base", "head")
        ]
        for side in sides:
            if side.suite is None:
                raise UsageError(side.fault)
        chosen = _options(sides[0], request, number)
        if effect:
            stems = chosen.implementations or list(sides[0].suite.implementations if sides[0].suite else ())
            shares = (
                (sides[0], 0.0, place / "planted-base" / below.name),
                (sides[1], effect, place / "planted-head" / below.name),
            )
            sides = [plant(side, stems, each, where) for side, each, where in shares]
        found = paired(sides[0], sides[1], chosen, accepted, [], judge_all=True)
    seconds = round(time.monotonic() - begun, 1)
    found = msgspec.structs.replace(found, machine=here, started_at=started, seconds=seconds)
    return trial(found, effect, load)


def _options(side: Revision, request: CalibrateRequest, number: int) -> Options:
    assert side.suite is not None
    chosen = build(side.suite, request)
    budget_s = time_budget_seconds(request.time_budget)
    return msgspec.structs.replace(chosen, time_budget_s=budget_s, seed=chosen.seed + 2 * number)


def _peers(request: CalibrateRequest, load: int) -> Iterator[Trial]:
    from ..calibration.peers import trials

    folder = suite.found(request.suite)
    of = suite.load(folder)
    chosen = build(of, request)
    cases = [case for contest in contests(of, chosen) for case in contest.cases]
    yield from trials(git.root_of(folder), cases, load)


def _print(counted: list[Tally], as_json: bool) -> None:
    if as_json:
        print(store.pretty({"schema_version": 1, "tallies": counted}).decode(), end="")
        return
    print(table(counted))
    print(REMARK)


def table(counted: list[Tally]) -> str:
    """A Markdown table, one row for each group of runs that were counted together."""
    head = [
        "judge",
        "cases of",
        "load",
        "margin",
        "planted",
        "runs",
        "runs with an alarm",
        "called slower",
        "called faster",
        "inconclusive",
    ]
    head += ["median ratio", "block spread", "seconds a run"]
    rows = [head, ["---"] * len(head), *(_row(each) for each in counted)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(each: Tally) -> list[str]:
    slower = f"{each.called_slower} of {each.cases}"
    slower += f" (≥ {each.slower_at_least:.1%})" if each.effect else f" (≤ {each.slower_at_most:.2%})"
    alarmed = f"{each.alarmed_runs} of {each.runs}"
    return [
        each.judge,
        each.implementations,
        f"{each.load} busy" if each.load else "idle",
        f"{each.margin:.1%}",
        f"{each.effect:.0%}" if each.effect else "nothing",
        str(each.runs),
        alarmed if each.effect else f"{alarmed} (≤ {each.alarmed_runs_at_most:.1%})",
        slower,
        str(each.called_faster),
        f"{each.inconclusive / max(1, each.cases):.1%}",
        "" if each.ratio is None else f"{each.ratio:.4f}",
        "" if each.spread is None else f"{each.spread:.2%}",
        f"{each.seconds:.0f}",
    ]
