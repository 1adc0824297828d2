"""Simulated histories: block numbers of a machine's noise, nominated and judged by the code that judges real ones."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..gate import judge
from .change_points import change_points, jumps
from .nominations import Nomination, screen_of

Place = tuple[int, int]
"""A commit and a case, by their numbers."""


@dataclass(frozen=True)
class Course:
    """``commits`` behind an anchor, each measured in ``blocks`` blocks of ``cases`` cases.

    ``changes`` are log ratios to the commit before. A block's number spreads by ``spread`` with the tails of Student's
    t with ``tail`` degrees of freedom; each commit's code is off by ``layout`` in each case, which is no noise: it is
    the same whenever the commit is measured.
    """

    commits: int = 100
    cases: int = 12
    changes: Mapping[Place, float] = field(default_factory=dict[Place, float])
    blocks: int = 8
    spread: float = 0.012
    tail: float = 4.0
    layout: float = 0.0
    margin: float = 0.02


@dataclass(frozen=True)
class Judgement:
    """What a simulated history ends with: confirmed changes, and all that were compared or were too small for that."""

    confirmed: Sequence[Place]
    compared: Sequence[Place]
    small: Sequence[Place]
    blocks: int


def judged(course: Course, seed: int) -> Judgement:
    """One history: measured, nominated, compared, and judged as one family."""
    rng = np.random.default_rng(seed)
    levels = _levels(course, rng)
    numbers = levels[:, :, None] + _noise(course, rng, (*levels.shape, course.blocks))
    found = [each for case in range(course.cases) for each in _nominated(course, numbers[:, case], case)]
    due = [each for each in found if not each[1].is_small]
    played: dict[str, list[float]] = {}
    for (commit, case), each in due:
        truth = levels[commit, case] - levels[commit - 1, case]
        played[f"{commit} {case}"] = (truth + _noise(course, rng, (each.blocks(len(due)),))).tolist()
    verdicts = judge.confirmed(played, dict.fromkeys(played, course.margin), judge.FAMILY_LEVEL)
    confirmed = [place for place, _ in due if verdicts["{} {}".format(*place)].verdict in (judge.SLOWER, judge.FASTER)]
    small = [place for place, each in found if each.is_small]
    return Judgement(confirmed, [place for place, _ in due], small, sum(map(len, played.values())))


def _levels(course: Course, rng: np.random.Generator) -> NDArray[np.float64]:
    """True log ratios to the anchor, which is number 0, by commit and case."""
    steps = np.zeros((course.commits + 1, course.cases))
    for place, change in course.changes.items():
        steps[place] = change
    layout = course.layout * rng.standard_normal(steps.shape)
    layout[0] = 0.0
    return np.cumsum(steps, axis=0) + layout


def _noise(course: Course, rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return course.spread * math.sqrt((course.tail - 2) / course.tail) * rng.standard_t(course.tail, shape)


def _nominated(course: Course, numbers: NDArray[np.float64], case: int) -> list[tuple[Place, Nomination]]:
    """The nominations of a case; ``numbers`` are by commit and block, of which the anchor's do not count."""
    own: list[list[float]] = [[], *numbers[1:].tolist()]
    values = [0.0, *located(numbers[1:])]
    deviations = (np.std(numbers[1:], axis=1, ddof=1) / math.sqrt(course.blocks)).tolist()
    places = change_points(values, deviations)
    return [
        ((place, case), Nomination(str(case), str(place - 1), str(place), jump, course.margin, screen))
        for place, jump in zip(places, jumps(values, places), strict=True)
        for screen in [screen_of(own[place - 1], own[place], jump)]
    ]


def located(numbers: NDArray[np.float64]) -> list[float]:
    """Medians of the pairwise means of each row: `statistics.location`, for many rows at once."""
    rows, columns = np.triu_indices(numbers.shape[1])
    return np.median((numbers[:, rows] + numbers[:, columns]) / 2, axis=1).tolist()
