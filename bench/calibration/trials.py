"""Error rates and power of the gate: real runs on the same code and on planted slowdowns.

Every run is a line of a file, so counts can be collected over days and an
interrupted calibration loses at most one run.
"""

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import msgspec
from scipy.special import betaincinv

from ..gate.records import BROKEN, EQUIVALENT, FASTER, INCONCLUSIVE, NOT_SLOWER, SLOWER, Comparison
from ..records import Machine
from . import simulated

SCHEMA_VERSION = 1
CONFIDENCE = 0.95
SIMULATED_EFFECTS = (0.05, 0.10)
SIMULATED_SHARE = 20
"""Runs on the same code for each run on slower code."""
TIMED = (SLOWER, FASTER, EQUIVALENT, NOT_SLOWER, INCONCLUSIVE)


class CaseTrial(msgspec.Struct, frozen=True, kw_only=True):
    """One case of a run: its verdict, its estimated ratio, the spread of its blocks in the screen, number of blocks."""

    case: str
    verdict: str
    ratio: float | None = None
    spread: float | None = None
    blocks: int = 0
    reason: str = ""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One whole run of the gate or of another tool.

    ``effect`` is the share of work planted (0: the same code), ``load`` the busy processes beside it.
    """

    schema_version: int = SCHEMA_VERSION
    judge: str
    effect: float
    margin: float
    load: int = 0
    cases: list[CaseTrial]
    seconds: float
    started_at: str
    machine: Machine
    versions: dict[str, str] = {}
    seed: int = 0
    fired_controls: int = 0
    controls: int = 0
    implementations: list[str] = []
    options: dict[str, Any] = {}


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of all trials of one judge, effect, margin and load, with exact 95 % limits (Clopper-Pearson)."""

    judge: str
    effect: float
    margin: float
    load: int
    implementations: str
    runs: int
    alarmed_runs: int
    alarmed_runs_at_most: float
    cases: int
    called_slower: int
    slower_at_least: float
    slower_at_most: float
    called_faster: int
    inconclusive: int
    spread: float | None
    ratio: float | None
    seconds: float
    controls: int
    fired_controls: int


def trial(found: Comparison, effect: float, load: int) -> Trial:
    """A run of the gate as a line of the file."""
    assert found.machine is not None
    return Trial(
        judge="rooflinear",
        effect=effect,
        margin=found.margin,
        load=load,
        cases=[
            CaseTrial(
                case=each.case.label,
                verdict=each.verdict,
                ratio=each.ratio,
                spread=each.screen.spread if each.screen else None,
                blocks=each.blocks,
                reason=each.reason,
            )
            for each in found.cases
        ],
        seconds=found.seconds,
        started_at=found.started_at,
        machine=found.machine,
        versions=found.base.versions,
        seed=found.seed,
        fired_controls=sum(each.fired for each in found.controls),
        controls=len(found.controls),
        options=found.options,
    )


def simulated_trials(runs: int, machine: Machine, cases: int = 24) -> Iterator[list[Trial]]:
    """Whole runs over simulated noise, one list for what is counted together: the same code, then slower code.

    The seed is fixed, so repeating it gives the same counts.
    """
    for noise in simulated.MACHINES:
        for effect in (0.0, *SIMULATED_EFFECTS):
            count = max(1, runs // SIMULATED_SHARE) if effect else runs
            begun = time.monotonic()
            verdicts = simulated.whole_runs(noise, count, cases, effect)
            seconds = (time.monotonic() - begun) / count
            yield [
                Trial(
                    judge=f"rooflinear, simulated, {noise}",
                    effect=effect,
                    margin=0.02,
                    cases=[CaseTrial(case=str(number), verdict=each) for number, each in enumerate(run)],
                    seconds=seconds,
                    started_at="",
                    machine=machine,
                    implementations=[f"{cases} simulated"],
                )
                for run in verdicts
            ]


def tallies(trials: list[Trial]) -> list[Tally]:
    """One tally for each group of trials that may be counted together, ordered by judge, load, margin, effect."""
    groups: dict[tuple[str, int, str, float, float], list[Trial]] = {}
    for each in trials:
        key = (each.judge, each.load, _implementations(each), each.margin, each.effect)
        groups.setdefault(key, []).append(each)
    return [_tally(key, group) for key, group in sorted(groups.items())]


def upper(hits: int, of: int, confidence: float = CONFIDENCE) -> float:
    """One-sided exact upper limit of a rate."""
    return 1.0 if hits >= of else float(betaincinv(hits + 1, of - hits, confidence))


def lower(hits: int, of: int, confidence: float = CONFIDENCE) -> float:
    """One-sided exact lower limit of a rate."""
    return 0.0 if hits <= 0 else float(betaincinv(hits, of - hits + 1, 1 - confidence))


def _tally(key: tuple[str, int, str, float, float], trials: list[Trial]) -> Tally:
    judge, load, implementations, margin, effect = key
    cases = [case for each in trials for case in each.cases if case.verdict in TIMED]
    counts = {verdict: sum(case.verdict == verdict for case in cases) for verdict in TIMED}
    alarmed = sum(any(case.verdict == SLOWER for case in each.cases) for each in trials)
    spreads = [case.spread for case in cases if case.spread is not None]
    ratios = [case.ratio for case in cases if case.ratio is not None]
    return Tally(
        judge=judge,
        effect=effect,
        margin=margin,
        load=load,
        implementations=implementations,
        runs=len(trials),
        alarmed_runs=alarmed,
        alarmed_runs_at_most=upper(alarmed, len(trials)),
        cases=len(cases),
        called_slower=counts[SLOWER],
        slower_at_least=lower(counts[SLOWER], len(cases)),
        slower_at_most=upper(counts[SLOWER], len(cases)),
        called_faster=counts[FASTER],
        inconclusive=counts[INCONCLUSIVE],
        spread=median(spreads) if spreads else None,
        ratio=median(ratios) if ratios else None,
        seconds=median(each.seconds for each in trials),
        controls=sum(each.controls for each in trials),
        fired_controls=sum(each.fired_controls for each in trials),
    )


def _implementations(trial: Trial) -> str:
    names = {case.case.partition(" ")[0].rpartition("/")[2] for case in trial.cases if case.verdict != BROKEN}
    return ", ".join(sorted(trial.implementations or names))
