"""Whole comparisons by several machines over simulated noise: their gates, and what they say together.

Only the numbers of the blocks are simulated (`simulated.block_numbers`); what judges them is the real code.
"""

import math
import random
from collections.abc import Callable, Sequence

import numpy as np

from ..gate import judge
from ..gate.gate import Gate
from ..gate.paired_rounds import Reading
from ..gate.plan import Outcome, Planned
from ..gate.records import Comparison, OfHost, Side, verdict_of
from ..gate.together import combined, families
from ..gate.tracks import results
from ..progress import Plain
from ..records import Case
from .simulated import MACHINES, block_numbers

MARGIN, CALL_NS, ROUNDS = 0.02, 1e5, 32


def fleet_run(names: Sequence[str], effects: Sequence[float], cases: int, seed: int) -> Comparison:
    """One comparison on machines of these kinds of noise; on each, every case is slower by the machine's effect."""
    hosts = [
        OfHost(name=f"{place} {name}", comparison=_by(name, effect, cases, len(names), 1000 * seed + 2 * place))
        for place, (name, effect) in enumerate(zip(names, effects, strict=True))
    ]
    return combined(hosts)


def _by(name: str, effect: float, cases: int, hosts: int, seed: int) -> Comparison:
    planned = [_planned(number, copied=number == 0) for number in range(cases)]
    levels = judge.levels(families(hosts))
    gate = Gate(planned, lambda drawn: SimulatedBlocks(name, effect, drawn), Silent(), seed=seed, levels=levels)
    gate.play()
    found, controls = results(gate.tracks, levels)
    verdict, reason = verdict_of(found, controls)
    side = Side(label=name)
    return Comparison(
        verdict=verdict, reason=reason, base=side, head=side, margin=MARGIN, cases=found, controls=controls
    )


def _planned(number: int, copied: bool) -> Planned:
    case = Case("made", "double", f"kernel {number}", {"m": 10}, {}, "float64", 1, "cpu")
    return Planned(case, MARGIN, copied=copied)


class SimulatedBlocks:
    """The blocks of one stage on one machine."""

    def __init__(self, name: str, effect: float, seed: int):
        self._noise, self._effect, self._random = MACHINES[name], effect, np.random.default_rng(seed)

    def play(self, planned: Sequence[Planned], thorough: bool, told: Callable[[Planned], bool]) -> dict[Case, Outcome]:  # noqa: ARG002
        playing = list(filter(told, planned))
        head = block_numbers(self._random, len(playing), self._noise, self._effect).tolist()
        copy = block_numbers(self._random, len(playing), self._noise, 0.0).tolist()
        return {each.case: self._outcome(each, *numbers) for each, *numbers in zip(playing, head, copy, strict=True)}

    def _outcome(self, planned: Planned, head: float, copy: float) -> Outcome:
        return Outcome(Reading(head, copy if planned.copied else None, CALL_NS, CALL_NS * math.exp(head), ROUNDS, 0))

    def close(self) -> None:
        """Nothing is held."""


class Silent(Plain):
    """A watcher that prints nothing."""

    def now(self, what: str, seconds_left: float | None) -> None:
        pass

    def note(self, line: str) -> None:
        pass


def fleet_runs(
    names: Sequence[str], effects: Sequence[float], cases: int, runs: int, seed: int = 1
) -> list[Comparison]:
    """So many comparisons by one fleet."""
    seeds = random.Random(seed).sample(range(2**31), runs)
    return [fleet_run(names, effects, cases, each) for each in seeds]
