"""``rooflinear calibrate --report``: makes whole runs of a preset and counts how well their reports agree."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from .. import store
from ..errors import CannotFinish, UsageError, unknown
from ..processes import scratch
from ..runner.again import chosen
from ..store import RUN
from ..sweep import PRESETS
from .calibrate import add, append, busy, count, read
from .requests import CalibrateReportRequest, refuse_ignored, refuse_others

if TYPE_CHECKING:
    from ...reports.repeatability.run_trials import RunTrial
    from ...reports.repeatability.simulated_runs import Simulated

PRESET, OUTPUT = "standard", Path("results/report-calibration.jsonl")

USED = {"report", *CalibrateReportRequest.__struct_fields__}
"""The options of ``calibrate`` that apply here; the others are for the gate."""

OF_A_RUN = ("preset", "load", "nice", "seed")

LOWEST_PRIORITY = 19

COMMAND = [sys.executable, "-m", "rooflinear.bench", "run"]

FINISHED = (0, 1)
"""Exit statuses of a finished run; 1 if a case was wrong or crashed."""

CLEARING_SECONDS = 60.0
"""Time for a terminated run to end its workers."""


class Play(msgspec.Struct, frozen=True):
    """One run to be made: a preset beside ``load`` busy programs at niceness ``nice``; seed None is the default."""

    preset: str
    load: int
    nice: int
    seed: int | None


def calibrate(request: CalibrateReportRequest, play: "Callable[[Play], RunTrial] | None" = None) -> int:
    """Makes the requested runs, appends each to the file, prints the agreement of all runs in the file.

    ``play`` makes one run and returns its line.
    """
    refuse_others(request.given, USED, "--report repeats whole runs of a preset")
    planned = _planned(request)
    from ...reports.repeatability.run_trials import RunTrial

    file = request.output or OUTPUT
    lines = read(file, RunTrial)
    if planned:
        append(file, b"")
    for number, each in enumerate(planned, 1):
        print(f"run {number} of {len(planned)}", file=sys.stderr, flush=True)
        add(file, lines, (play or played)(each))
    _print(lines, _simulated(count("--simulate", request.simulate)), request.json)
    return 0


def played(wanted: Play) -> "RunTrial":
    """Makes one run in a process of its own and reads its folder. Raises `CannotFinish` if it did not finish."""
    from ...reports.repeatability.run_trials import run_trial

    with scratch.folder() as place, busy(wanted.load, wanted.nice):
        begun = time.monotonic()
        status = _finish([*COMMAND, "--preset", wanted.preset, "--results", str(place), *_seed(wanted)])
        seconds = time.monotonic() - begun
        folder = next((path.parent for path in place.glob(f"*/{RUN}")), None)
        if status not in FINISHED or folder is None:
            raise CannotFinish(f"a run ended with status {status}, see its message above; earlier runs are stored")
        return run_trial(folder, seconds, wanted.load, wanted.nice)


def _finish(command: list[str]) -> int:
    """The exit status of a command. If this process is interrupted, the command is terminated and waited for.

    It has a process group of its own: a terminal's Ctrl-C would otherwise interrupt its clean-up.
    """
    group = 0 if os.name == "posix" else None
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, process_group=group)
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(CLEARING_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _planned(request: CalibrateReportRequest) -> list[Play]:
    preset = PRESET if request.preset is None else request.preset
    if preset not in PRESETS:
        raise unknown("preset", preset, PRESETS)
    if not PRESETS[preset].rounds:
        raise UsageError(f"--preset {preset} measures no times; choose another one")
    load, nice = count("--load", request.load), count("--nice", "0" if request.nice is None else request.nice)
    if nice > LOWEST_PRIORITY:
        raise UsageError(f"--nice '{request.nice}': must be a whole number from 0 to {LOWEST_PRIORITY}")
    seed = None if request.seed is None else count("--seed", request.seed)
    runs = 0 if "simulate" in request.given and "runs" not in request.given else count("--runs", request.runs)
    _refuse_unused(request, runs, load)
    return [Play(preset, load, nice, None if seed is None else seed + each) for each in range(runs)]


def _refuse_unused(request: CalibrateReportRequest, runs: int, load: int) -> None:
    """Raises `UsageError` for options of runs if no run is requested, and for --nice without --load."""
    if not runs:
        why = "--runs 0 makes no run" if "runs" in request.given else "--simulate without --runs makes no run"
        refuse_ignored(request.given, OF_A_RUN, why)
    if not load:
        refuse_ignored(request.given, ("nice",), "--nice applies to the programs that --load starts")


def _seed(wanted: Play) -> list[str]:
    return [] if wanted.seed is None else ["--seed", str(wanted.seed)]


def _simulated(contests: int) -> "list[Simulated]":
    if not contests:
        return []
    from ...reports.repeatability.simulated_runs import simulated

    found = []
    for each in simulated(contests, chosen):
        print(f"simulated: {each.noise}", file=sys.stderr, flush=True)
        found.append(each)
    return found


def _print(lines: "list[RunTrial]", simulated: "list[Simulated]", as_json: bool) -> None:
    from ...reports.repeatability import agreement_text, simulated_text
    from ...reports.repeatability.agreement_groups import groups

    found = groups(lines)
    if as_json:
        told = {"schema_version": 1, "groups": found, "simulated": simulated}
        print(store.pretty(told).decode(), end="")
        return
    if found or not simulated:
        print(agreement_text.text(found, lines))
    if simulated:
        print(simulated_text.text(simulated))
