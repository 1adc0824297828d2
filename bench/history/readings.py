"""Readings of cases of a pair of commits, block after block."""

from collections.abc import Callable, Mapping

from ..errors import Lost
from ..gate.gate import Blocks
from ..gate.paired_rounds import Reading
from ..gate.plan import Planned
from ..progress import Plain
from .steps import Name


def read_blocks(
    blocks: Callable[[int], Blocks],
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
        watcher.now(planned.case.label, None)
        watcher.step()
        return True

    player = blocks(seed)
    try:
        for block in range(max(counts[name] for name in playing)):
            due = [each for name, each in playing.items() if counts[name] > block and name not in lost]
            if not due:
                break
            for case, outcome in player.play(due, block == 0, told).items():
                if outcome.reading is None:
                    lost[case.label] = why(outcome.lost)
                else:
                    readings[case.label].append(outcome.reading)
    finally:
        player.close()
    return {name: each for name, each in readings.items() if name not in lost}, lost


def why(lost: Mapping[str, Lost]) -> str:
    """How the sides of a case were lost, in a line."""
    return "; ".join(dict.fromkeys(f"{side}: {each.status}: {each.reason}" for side, each in lost.items()))
