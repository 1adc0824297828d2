"""Thread scaling: how much faster more threads make a case.

speedup     time on one thread ÷ time on these; thread counts share no rounds, so it is unpaired (`estimates`)
efficiency  speedup ÷ threads: 1 where every thread does its full share
"""

from typing import Any

import pandas as pd

from .estimates import unpaired_ratio
from .frames import GROUP, Tables
from .speedups import BASELINE, TimedCase, groups

COLUMNS = (
    "time_ns",
    "speedup",
    "speedup_low",
    "speedup_high",
    "speedup_interval",
    "efficiency",
    "efficiency_low",
    "efficiency_high",
)


def threads(tables: Tables) -> pd.DataFrame:
    """A row per case whose implementation has a time on one thread, if the run has several thread counts.

    The rows on one thread are the baseline, at exactly 1. Disturbed cases are left out.
    """
    shared = [(group, each) for group, contenders in groups(tables) for each in contenders if not each.disturbed]
    single = {_key(group, each): each for group, each in shared if group["threads"] == 1}
    several = {_key(group, each) for group, each in shared if group["threads"] != 1}
    rows = [
        {**group, "implementation": each.implementation, **_scaled(single[key], each, group["threads"])}
        for group, each in shared
        if (key := _key(group, each)) in single and key in several
    ]
    return pd.DataFrame(rows, columns=[*GROUP, "implementation", *COLUMNS])


def _key(group: dict[str, Any], contender: TimedCase) -> tuple[Any, ...]:
    return *(value for name, value in group.items() if name != "threads"), contender.implementation


def _scaled(single: TimedCase, contender: TimedCase, count: int) -> dict[str, Any]:
    value, low, high, interval = unpaired_ratio(single.time, contender.time)
    if count == 1:
        value, low, high, interval = 1.0, 1.0, 1.0, BASELINE
    measured = (contender.time.value, value, low, high, interval, value / count, low / count, high / count)
    return dict(zip(COLUMNS, measured, strict=True))
