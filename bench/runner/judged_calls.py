"""Calls of one contender, after the timing, whose outputs are judged in another process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..errors import Lost
from ..processes.protocol import Done
from ..processes.reference_messages import Judge
from ..processes.worker_messages import Deliver, Delivered, Play, Played, Reload, Trial, Tried
from ..records import Task, Verdict
from .slot import Slot
from .unseen import Judging, Stock, Unseen


@dataclass
class JudgedCalls:
    """Asks a worker for calls, and the reference what their outputs are worth.

    ``note`` is told every verdict; what is not ok raises `Lost` first. ``names`` are the problems in place: the timed
    one, and those placed last.
    """

    slot: Slot
    judging: Judging
    stock: Stock
    task: Task
    algorithm: str
    seconds: float
    note: Callable[[Verdict], None]
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = [self.stock.main]

    def delivered(self, seed: int | None) -> None:
        """What the last turn returned is judged, and with a seed whether inputs are as they were."""
        into = self.judging.outputs()
        reply = self.slot.ask(Deliver(into, seed), self.seconds, Delivered)
        self._require(self._judged(into, [self.stock.main], inputs=seed is not None))
        _require_no(reply.fault)

    def tried(self, plays: list[Play], problems: Sequence[Unseen] = (), *, alone: bool = False) -> list[Played]:
        """What calls took whose outputs are right. Raises `Lost` where one is not."""
        if problems:
            self.names = [self.stock.main, *(each.name for each in problems)]
        request = Trial(self.judging.outputs(), plays, [each.place for each in problems], alone)
        reply = self.slot.ask(request, self.seconds, Tried)
        looked_at = [(play, each) for play, each in zip(plays, reply.plays, strict=True) if not play.unseen]
        of = [(self.names[play.order[index]], play) for play, each in looked_at for index in each.kept]
        self._require(self._judged(request.into, [name for name, _ in of]), [play for _, play in of])
        _require_no(reply.fault)
        return reply.plays

    def reload(self) -> None:
        """Places the timed problem in memory anew."""
        self.slot.ask(Reload(), self.seconds, Done)

    def _judged(self, into: str, of: list[str], *, inputs: bool = False) -> list[Verdict]:
        request = Judge(into, of, self.algorithm, self.task.dtype, inputs=inputs)
        return self.judging.judge(request).verdicts

    def _require(self, verdicts: Sequence[Verdict], plays: Sequence[Play] = ()) -> None:
        for place, verdict in enumerate(verdicts):
            if verdict.status != "ok":
                mixed = bool(plays) and len(set(plays[place].order)) > 1
                reason = f"stale output when other inputs follow at once: {verdict.reason}" if mixed else verdict.reason
                raise Lost("wrong", reason, verdict=verdict)
            if verdict.error_over_bound is not None:
                self.note(verdict)


def _require_no(fault: str) -> None:
    if fault:
        raise Lost("wrong", fault)
