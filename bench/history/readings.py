"""Readings of cases of a pair of commits, block after block."""

import contextlib
from collections.abc import Callable, Mapping

from ..errors import Lost
from ..gate.gate import Blocks
from ..gate.paired_rounds import Reading
from ..gate.plan import Planned
from ..gate.records import Measure
from ..progress import Plain
from .steps import Name


def read_blocks(
    blocks: Mapping[Measure, Callable[[int], Blocks]],
    playing: Mapping[Name, Planned],
    counts: Mapping[Name, int],
    seed: int,
    watcher: Plain,
) -> tuple[dict[Name, list[Reading]], dict[Name, str]]:
    """Plays so many blocks of each case. Returns the readings, and why a case has none."""
    readings: dict[Name, list[Reading]] = {name: [] for name in playing}
    lost: dict[Name, str] = {}
    if not playing:
        return readings, lost
    watcher.begin(sum(counts[name] for name in playing))

    def told(planned: Planned) -> bool:
        watcher.now(planned.label, None)
        watcher.step()
        return True

    with contextlib.ExitStack() as stack:
        measures: list[Measure] = list(dict.fromkeys(each.measure for each in playing.values()))
        players = {each: stack.enter_context(contextlib.closing(blocks[each](seed))) for each in measures}
        for block in range(max(counts[name] for name in playing)):
            for measure, player in players.items():
                due = {
                    each.case: name
                    for name, each in playing.items()
                    if each.measure == measure and counts[name] > block and name not in lost
                }
                if not due:
                    continue
                for case, outcome in player.play([playing[name] for name in due.values()], block == 0, told).items():
                    if outcome.reading is None:
                        lost[due[case]] = why(outcome.lost) or outcome.untimed
                    else:
                        readings[due[case]].append(outcome.reading)
    return {name: each for name, each in readings.items() if name not in lost}, lost


def why(lost: Mapping[str, Lost]) -> str:
    """How the sides of a case were lost, in a line."""
    return "; ".join(dict.fromkeys(f"{side}: {each.status}: {each.reason}" for side, each in lost.items()))
