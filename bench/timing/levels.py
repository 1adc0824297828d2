"""Where the times of one contest lie: robust levels of log times, what all contenders share of a round taken out.

A slow moment of the machine hits every contender of a round, so the round's
own effect, the median over contenders, is subtracted before each contender's
median over rounds is taken (Tukey's median polish, "Exploratory Data
Analysis", 1977).
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import NamedTuple

SWEEPS = 3
FEWEST = 3
"""Below three rounds nothing says how far they scatter."""

FEW = 4
"""Contenders up to which a median over them is too often one of their own values; their mean is taken instead."""

NORMAL_MAD = 1.4826
MEDIAN_ERROR = 1.2533
"""Of the median of normal values, over that of their mean."""

LEAST_ERROR = 1e-4
"""A clock that ticks in steps makes rounds agree to the last digit, which they do not."""

Logs = Mapping[int, float]
"""Round -> log time of a call."""


class Level(NamedTuple):
    """Log of a time; its standard error within this process, NaN for too few rounds; how many rounds."""

    value: float
    error: float
    rounds: int


def levels(contenders: Sequence[Logs], telling: Sequence[Logs] | None = None) -> list[Level]:
    """One level for each contender of a contest in one block. A contender without rounds has none: NaN.

    ``telling`` are the contenders that show the shared slowdown of a round: all, except those that were disturbed.
    """
    telling = [logs for logs in telling or contenders if logs]
    effects = round_effects(telling)
    lost = math.sqrt(len(telling) / (len(telling) - 1)) if len(telling) > 1 else 1.0
    return [_level([log - effects.get(number, 0.0) for number, log in logs.items()], lost) for logs in contenders]


def round_effects(contenders: Sequence[Logs]) -> dict[int, float]:
    """What each round was slower than the contest's middle one, in logs; their median is 0.

    Nothing where there is a single contender, whose own scatter that would be.
    """
    if len(contenders) < 2:
        return {}
    middle_of = median if len(contenders) > FEW else fmean
    numbers = sorted({number for logs in contenders for number in logs})
    effects = dict.fromkeys(numbers, 0.0)
    for _ in range(SWEEPS):
        centres = [median([log - effects[number] for number, log in logs.items()] or [0.0]) for logs in contenders]
        shares: dict[int, list[float]] = {number: [] for number in numbers}
        for logs, centre in zip(contenders, centres, strict=True):
            for number, log in logs.items():
                shares[number].append(log - centre)
        effects = {number: middle_of(found) for number, found in shares.items()}
        middle = median(effects.values()) if effects else 0.0
        effects = {number: effect - middle for number, effect in effects.items()}
    return effects


def _level(logs: Sequence[float], lost: float) -> Level:
    """``lost``: by what the scatter is too small for having estimated the rounds' effects from these logs."""
    if not logs:
        return Level(math.nan, math.nan, 0)
    centre = median(logs)
    if len(logs) < FEWEST:
        return Level(centre, math.nan, len(logs))
    scatter = lost * NORMAL_MAD * median(abs(log - centre) for log in logs)
    return Level(centre, max(LEAST_ERROR, MEDIAN_ERROR * scatter / math.sqrt(len(logs))), len(logs))


def per_round(samples: Sequence[tuple[int, float]]) -> dict[int, float]:
    """The median of each round's log times, from (round, log) pairs."""
    found: dict[int, list[float]] = {}
    for number, log in samples:
        found.setdefault(number, []).append(log)
    return {number: median(logs) for number, logs in found.items()}
