"""Log times that count, from raw samples: the one rule of what a disturbed sample is, for all but the paired gate.

A sample is dropped because of its flags, never because of its value. Runs, reports and `compare` of files
use this rule; `gate.duel` has a stricter one, and says why.
"""

from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

from ..records import Result, Sample
from .core_speed import POWER, log_slowdown, log_times
from .guard import disturbed
from .levels import per_round
from .powers import POWER_ERROR, powers

Rounds = dict[int, dict[int, float]]
"""Block -> round -> log of the time of one call in ns."""


class KeptSamples(NamedTuple):
    """Log times that count, how many samples were dropped, whether most samples of every block were disturbed.

    ``error``: standard error that all log times share, because they were corrected for slow cores.
    """

    rounds: Rounds
    dropped: int
    disturbed: bool
    error: float = 0.0


class Undisturbed(NamedTuple):
    """The samples of one block that no guard flagged; all of them if more than half were, which ``mostly`` says."""

    samples: Sequence[Sample]
    mostly: bool


def undisturbed(samples: Sequence[Sample]) -> Undisturbed:
    """What counts of one case in one block."""
    quiet = [sample for sample, flagged in zip(samples, disturbed(samples), strict=True) if not flagged]
    mostly = 2 * len(quiet) < len(samples)
    return Undisturbed(samples if mostly else quiet, mostly)


def kept_of_all(groups: Sequence[Sequence[Result]]) -> list[KeptSamples]:
    """What counts of each case of a run, from the results of each; slow cores are corrected by what the run shows."""
    return [kept(group, power) for group, power in zip(groups, powers(groups), strict=True)]


def kept(results: Sequence[Result], power: float = POWER) -> KeptSamples:
    """What counts of one case's results. Only a case that is ok in every block has times.

    A block whose samples were mostly disturbed is left out where another was not.
    Of two results for one block the later one counts: the run was resumed.
    """
    if any(result.status != "ok" for result in results):
        return KeptSamples({}, 0, False)
    latest = {result.block: result.samples for result in results}
    picked = {block: undisturbed(samples) for block, samples in latest.items()}
    quiet = {block: each.samples for block, each in picked.items() if not each.mostly}
    counting = quiet or {block: each.samples for block, each in picked.items()}
    dropped = sum(map(len, latest.values())) - sum(map(len, counting.values()))
    rounds = {block: per_round(log_times(samples, power)) for block, samples in counting.items()}
    error = POWER_ERROR * fmean(map(log_slowdown, counting.values())) if counting else 0.0
    return KeptSamples(rounds, dropped, bool(latest) and not quiet, error)
