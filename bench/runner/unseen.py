"""Unseen problems: inputs like those that were timed, which no worker has seen and no seed tells."""

from dataclasses import dataclass
from typing import Protocol

from ..processes.reference_messages import Drawn, Judge, Judged
from ..processes.worker_messages import Place
from ..records import Task

LARGEST_BATCH, BATCH_BYTES = 24, 8 << 20
"""Never-seen problems that are called in a row: no more of them, or of their bytes."""


class Judging(Protocol):
    """Draws problems and judges outputs, as `inputs.maker.Problems` does."""

    def outputs(self) -> str: ...
    def judge(self, request: Judge) -> Judged: ...
    def draw(self, task: Task, beside: str, folder: str, copies: int) -> Drawn: ...


@dataclass(frozen=True)
class Unseen:
    """A problem that a worker has not seen. Without a name it is not known what it should give."""

    place: Place
    name: str


def batch_size(problem_bytes: int) -> int:
    """How many problems of a size are drawn to be called in a row."""
    return min(LARGEST_BATCH, BATCH_BYTES // max(1, problem_bytes))


@dataclass
class Stock:
    """Unseen problems like the one in ``main``, of which a batch is shared by all contenders."""

    judging: Judging
    task: Task
    main: str
    problem_bytes: int
    _shared: list[Unseen] | None = None

    @property
    def has_many(self) -> bool:
        return batch_size(self.problem_bytes) > 1

    def shared(self) -> list[Unseen]:
        if self._shared is None:
            self._shared = self._drawn(self.folders(self.main)[0], batch_size(self.problem_bytes))
        return self._shared

    def another(self, copies: int) -> list[Unseen]:
        """Others again, for a contender that has seen the batch."""
        return self._drawn(self.folders(self.main)[1], copies)

    @staticmethod
    def folders(main: str) -> tuple[str, str]:
        """Where they lie: those that are shared, and the last others."""
        return f"{main}-unseen", f"{main}-again"

    def _drawn(self, folder: str, copies: int) -> list[Unseen]:
        drawn = self.judging.draw(self.task, self.main, folder, copies)
        if drawn.copies == 1:
            return [Unseen(Place(folder), folder if drawn.judged else "")]
        names = {number: f"{folder}/{number}" for number in drawn.judged}
        return [Unseen(Place(folder, number), names.get(number, "")) for number in range(drawn.copies)]
