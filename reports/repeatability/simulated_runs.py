"""Simulated runs with known times and realistic noise, evaluated by the functions of the report.

The true times are drawn here; `frames` and `speedups` estimate them from the samples. All noise is in log times.
"""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from ...bench.records import Case, Machine, Result, Run, Sample, words
from ..tables import frames
from ..tables.speedups import AHEAD, DEFAULT_BASELINE, WITHIN_NOISE
from .agreement import SPEEDUP, TIME, Key, Value, half_widths, inside, quantile, share, values
from .run_trials import ContestVerdict, RunTrial, of_tables

CONTENDERS, CONTESTS_A_RUN = 20, 60
"""As many as the standard preset has, about: what one case tells of others comes from the whole run."""

BLOCKS, REPLICATED_SHARE = 3, 0.6
"""So many contests of that preset are played in several processes."""

ROUNDS, SLICES, CALLS = 10, 4, 1000

FASTEST_NS, SLOWEST_NS = 3e3, 3e6
SPREAD = 1.0
"""Of contenders' true log times: among twenty the next is often within some percent of the fastest."""

STATE_SLOWER, STATE_SHARE = 0.20, 0.3
"""How much a state of the machine slows how many of the contenders."""

Choose = Callable[[Sequence[Case], Mapping[Case, float], random.Random], Sequence[Case]]
"""Which cases of a contest a further block plays, knowing the times so far."""


@dataclass(frozen=True)
class NoiseModel:
    """Standard deviations between slices of a turn, rounds (own, and shared by the contest), processes, blocks.

    ``process`` is the middle one, implementations differ around it by ``wide`` in logs. ``tail``: degrees of freedom
    of Student's t in place of a normal distribution. ``states``: how many blocks of a contest slow some contenders.
    """

    slice_: float = 0.01
    own: float = 0.01
    shared: float = 0.01
    process: float = 0.015
    wide: float = 0.0
    block: float = 0.01
    tail: float | None = None
    states: float = 0.0


NOISES = {
    "even": NoiseModel(),
    "rounds only": NoiseModel(process=0.0, block=0.0),
    "drifting": NoiseModel(shared=0.05, block=0.05),
    "processes differ widely": NoiseModel(process=0.02, wide=1.0),
    "heavy tails": NoiseModel(tail=2.5),
    "slow states": NoiseModel(states=0.1),
    "all of these": NoiseModel(shared=0.05, block=0.05, process=0.02, wide=1.0, tail=2.5, states=0.1),
}


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """Intervals of one kind: how many hold the true value, and their middle half-width."""

    quantity: str
    kind: str
    intervals: int
    covered: float | None
    half_width: float | None


class VerdictCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Contests with a verdict: how many winners are truly fastest; of those told to be level, is that one named?"""

    contests: int
    right: int
    ahead: int
    ahead_right: int
    level: int
    level_named: int


class Simulated(msgspec.Struct, frozen=True, kw_only=True):
    """What reports of one kind of noise are worth."""

    noise: str
    covered: list[Covered]
    called: VerdictCounts


class SimulatedRun(NamedTuple):
    """A run's line and the true log times by contest and implementation."""

    trial: RunTrial
    truth: dict[Key, float]


def simulated(contests: int, choose: Choose, seed: int = 1) -> Iterator[Simulated]:
    """So many contests of every kind of noise. The seed is fixed, so repeating it gives the same counts."""
    for name in NOISES:
        yield counted(name, runs(name, contests, choose, seed))


def runs(noise: str, contests: int, choose: Choose, seed: int = 1) -> list[SimulatedRun]:
    """Whole runs with so many contests in all."""
    player = _Player(NOISES[noise], choose, np.random.default_rng(seed))
    counts = [CONTESTS_A_RUN] * (contests // CONTESTS_A_RUN) + [contests % CONTESTS_A_RUN]
    return [player.run(count) for count in counts if count]


def counted(noise: str, played: Sequence[SimulatedRun]) -> Simulated:
    """What so many runs under one kind of noise tell."""
    covered = [each for quantity in (SPEEDUP, TIME) for each in _covered(quantity, played)]
    return Simulated(noise=noise, covered=covered, called=_called(played))


class _Player:
    """Plays runs of contests whose true times are drawn."""

    def __init__(self, noise: NoiseModel, choose: Choose, rng: np.random.Generator):
        self.noise, self.choose, self.rng = noise, choose, rng
        self.chance = random.Random(int(rng.integers(2**32)))

    def run(self, contests: int) -> SimulatedRun:
        between = self.noise.process * np.exp(self.noise.wide * self.rng.standard_normal(CONTENDERS))
        results: list[Result] = []
        truth: dict[Key, float] = {}
        for number in range(contests):
            cases = [_case(number, place) for place in range(CONTENDERS)]
            middle = self.rng.uniform(math.log(FASTEST_NS), math.log(SLOWEST_NS))
            logs = middle + SPREAD * self.rng.standard_normal(CONTENDERS)
            results += self._contest(cases, logs, between)
            truth |= {(*_key(case), case.implementation): log for case, log in zip(cases, logs.tolist(), strict=True)}
        return SimulatedRun(of_tables(frames.tables(Path("simulated"), _record(), results), 0.0, 0, 0), truth)

    def _contest(self, cases: Sequence[Case], logs: np.ndarray, between: np.ndarray) -> Iterator[Result]:
        times: dict[Case, float] = {}
        playing = list(range(len(cases)))
        for block in range(BLOCKS if self.rng.random() < REPLICATED_SHARE else 1):
            if block:
                again = set(self.choose(cases, times, self.chance))
                playing = [place for place, case in enumerate(cases) if case in again]
            seen = logs[playing, None, None] + disturbance(self.noise, between[playing], self.rng)
            for place, found in zip(playing, seen, strict=True):
                times[cases[place]] = math.exp(float(np.median(found)))
                yield Result(case=cases[place], status="ok", steady=True, block=block, samples=_samples(found))


def disturbance(noise: NoiseModel, between: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Of one block of a contest: (contenders, rounds, slices), given how far processes of each contender differ."""
    count = len(between)

    def drawn(*shape: int) -> np.ndarray:
        return rng.standard_t(noise.tail, shape) if noise.tail else rng.standard_normal(shape)

    found = noise.slice_ * drawn(count, ROUNDS, SLICES) + noise.own * drawn(count, ROUNDS, 1)
    found += noise.shared * np.cumsum(drawn(1, ROUNDS, 1), axis=1) + noise.block * rng.standard_normal()
    found += between[:, None, None] * drawn(count, 1, 1)
    if rng.random() < noise.states:
        found += math.log1p(STATE_SLOWER) * (rng.random((count, 1, 1)) < STATE_SHARE)
    return found


def _samples(logs: np.ndarray) -> list[Sample]:
    walls = np.exp(logs) * CALLS
    return [
        Sample(number, 0, round(wall), round(wall), CALLS)
        for number, slices in enumerate(walls.tolist())
        for wall in slices
    ]


def _covered(quantity: str, played: Sequence[SimulatedRun]) -> Iterator[Covered]:
    found: dict[str, list[tuple[Value, bool | None]]] = {}
    for trial, truth in played:
        for key, value in values(trial, quantity).items():
            true = truth[key] if quantity == TIME else truth[*key[:-1], DEFAULT_BASELINE] - truth[key]
            found.setdefault(value.kind, []).append((value, inside(true, value)))
    for kind, each in sorted(found.items()):
        part, count = share(answer for _, answer in each)
        width = quantile(half_widths(value for value, _ in each), 0.5)
        yield Covered(quantity=quantity, kind=kind, intervals=count, covered=part, half_width=width)


def _called(played: Sequence[SimulatedRun]) -> VerdictCounts:
    contests = [(contest, _fastest(contest, truth)) for trial, truth in played for contest in trial.contests]
    ahead = [(contest, fastest) for contest, fastest in contests if contest.verdict == AHEAD]
    level = [(contest, fastest) for contest, fastest in contests if contest.verdict == WITHIN_NOISE]
    return VerdictCounts(
        contests=len(contests),
        right=sum(contest.winner == fastest for contest, fastest in contests),
        ahead=len(ahead),
        ahead_right=sum(contest.winner == fastest for contest, fastest in ahead),
        level=len(level),
        level_named=sum(fastest in (contest.winner, contest.runner_up) for contest, fastest in level),
    )


def _fastest(contest: ContestVerdict, truth: Mapping[Key, float]) -> str:
    return min((case.implementation for case in contest.cases), key=lambda name: truth[*contest.key, name])


def _case(number: int, place: int) -> Case:
    name = f"simulated_{place}" if place else DEFAULT_BASELINE
    return Case("simulated", "contest", name, {"number": number}, {}, "float64", 1, "cpu")


def _key(case: Case) -> Key:
    held: dict[str, Any] = {"sizes": words(case.sizes), "parameters": words(case.parameters)}
    return tuple(held.get(name, getattr(case, name)) for name in frames.GROUP)


def _record() -> Run:
    machine = Machine(name="simulated", system="", cpu="", cores_available=1)
    return Run(
        command=[], options={}, machine=machine, versions={}, environment={}, suite="simulated", operations={},
        implementations={}, preset="simulated",
    )  # fmt: skip
