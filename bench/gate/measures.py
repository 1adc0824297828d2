"""One gate for each measure of a comparison, one after another; each is a family of its own."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..progress import Plain
from ..records import Case
from . import judge
from .gate import Blocks, Gate
from .plan import Plan
from .records import FIRST_CALL, CaseResult, Control, Measure
from .tracks import results

FIRST_CALL_BLOCKS = 12
"""A block has one first call of each side, and no rounds whose median would be steadier."""

Only = Mapping[Measure, Mapping[Case, float]]
"""Cases by measure, each with its margin."""


def asked(measures: Sequence[Measure], only: Only | None) -> dict[Measure, Mapping[Case, float] | None]:
    """The cases to play by each measure; None for all that a plan finds."""
    if only is not None:
        return dict(only)
    every: dict[Measure, Mapping[Case, float] | None] = dict.fromkeys(measures)
    return every


@dataclass
class Played:
    """What all gates found, in the order of the measures."""

    cases: list[CaseResult] = field(default_factory=list[CaseResult])
    controls: list[Control] = field(default_factory=list[Control])
    warnings: list[str] = field(default_factory=list[str])


def play(
    plans: Mapping[Measure, Plan],
    players: Mapping[Measure, Callable[[int], Blocks]],
    watcher: Plain,
    *,
    seed: int,
    time_budget_s: float | None,
    confirm_all: bool = False,
    families: int = 1,
    clock: Callable[[], float] = time.monotonic,
) -> Played:
    """Plays the gate of each measure. What is left of the time budget is shared equally by those still to come.

    Cases that are settled without measuring are those of the first measure, but for a replay (``confirm_all``), which
    asks for each by itself. So many ``families`` share the level of each measure.
    """
    found, begun, levels = Played(), clock(), judge.levels(families)
    for place, (measure, planned) in enumerate(plans.items()):
        left = None if time_budget_s is None else (time_budget_s - (clock() - begun)) / (len(plans) - place)
        gate = Gate(
            planned.measured,
            players[measure],
            watcher,
            seed=seed,
            time_budget_s=left,
            confirm_all=confirm_all,
            levels=levels,
            screen_blocks=FIRST_CALL_BLOCKS if measure == FIRST_CALL else judge.SCREEN_BLOCKS,
        )
        gate.play()
        cases, controls = results(gate.tracks, levels)
        found.cases += [*cases, *(planned.settled if confirm_all or not place else ())]
        found.controls += controls
        found.warnings += gate.warnings
    return found
