"""``steps.jsonl``: each comparison is on the disk before the next begins, so that a search goes on where it ended."""

import time
from collections.abc import Callable
from pathlib import Path

from .. import store
from ..errors import UsageError
from .records import STEPS, Played
from .steps import Outcome, Step


class Journal:
    """Answers steps that were played before from the file, and plays and stores the others.

    The search asks for the same steps again, because outcomes alone determine them.
    """

    def __init__(self, folder: Path, play: Callable[[Step], Outcome], skip: Callable[[], None]):
        self._folder, self._play, self._skip = folder, play, skip
        self.played: list[Played] = []
        self._known = store.read_lines(folder / STEPS, Played)
        self._file = store.ResultFile(folder, STEPS)

    def play(self, step: Step) -> Outcome:
        if len(self.played) < len(self._known):
            known = self._known[len(self.played)]
            if known.step != step:
                told = f"{self._folder / STEPS}: line {len(self.played) + 1} is not the step that follows here"
                raise UsageError(f"{told}; it was written by another version: begin anew without --resume")
            self._skip()
            self.played.append(known)
            return known.outcome
        begun, started = time.monotonic(), store.now()
        outcome = self._play(step)
        played = Played(step=step, outcome=outcome, started_at=started, seconds=round(time.monotonic() - begun, 1))
        self._file.append(played)
        self.played.append(played)
        return outcome

    def close(self) -> None:
        self._file.close()
