"""The paired gate: a screen over all cases, then a confirmation of those it leaves open."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..progress import Plain
from ..records import Case, words
from ..sweep import Options
from . import judge
from .blocks import Blocks, Outcome
from .duel import COPY, HEAD
from .plan import Plan, Planned
from .revisions import Revision
from .tracks import StageName, Track

SCREEN_SHARE = 0.6
"""The largest share of a time budget for the screen; the rest is for confirmations."""

LATE = "not reached within --time-budget"


class Gate:
    """One comparison. `play` fills ``tracks``; `tracks.results` judges them.

    ``blocks`` creates the player of a stage's blocks, ``clock`` counts seconds; tests replace both.
    """

    def __init__(
        self,
        base: Revision,
        head: Revision,
        plan: Plan,
        options: Options,
        watcher: Plain,
        blocks: Callable[..., Blocks] = Blocks,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._base, self._head, self._options, self._watcher = base, head, options, watcher
        self._blocks, self._clock = blocks, clock
        self._random = random.Random(options.seed)
        sides = [(each, side) for each in plan.measured for side in ((HEAD, COPY) if each.copied else (HEAD,))]
        self.tracks = [Track(each, side, each.margin) for each, side in sides]
        self.warnings: list[str] = []
        self._begun = clock()
        self._seconds: dict[Case, float] = {}

    def play(self) -> None:
        """Screens all cases, then confirms those left open on fresh processes and fresh data."""
        self._screen()
        self._widen()
        open_ = [each for each in self.tracks if each.timed and judge.goes_on(each.numbers("screen"), each.margin)]
        for track in open_:
            track.wanted = judge.confirm_blocks(track.numbers("screen"), track.margin, len(open_))
        self._fit(open_)
        self._confirm([each for each in open_ if each.timed])

    def _screen(self) -> None:
        self._watcher.begin(judge.SCREEN_BLOCKS * len({each.planned.case for each in self.tracks}))
        blocks = self._blocks(self._base, self._head, self._options, self._options.seed)
        try:
            for block in range(judge.SCREEN_BLOCKS):
                tracks = [each for each in self.tracks if each.timed]
                self._play(blocks, "screen", tracks, thorough=block == 0, left=judge.SCREEN_BLOCKS - block)
                if block == 0:
                    self._leave_late()
        finally:
            blocks.close()

    def _confirm(self, tracks: Sequence[Track]) -> None:
        if not tracks:
            return
        most = max(each.wanted for each in tracks)
        self._watcher.begin(sum({each.planned.case: each.wanted for each in tracks}.values()))
        blocks = self._blocks(self._base, self._head, self._options, self._options.seed + 1)
        try:
            for block in range(most):
                playing = [each for each in tracks if each.timed and each.wanted > block]
                self._play(blocks, "confirm", playing, thorough=block == 0, left=most - block)
        finally:
            blocks.close()

    def _play(self, blocks: Blocks, stage: StageName, tracks: Sequence[Track], thorough: bool, left: int) -> None:
        """One block; every reading goes to the head's and to the copy's track."""
        copied = {each.planned.case for each in tracks if each.side == COPY}
        planned = {each.planned.case: replace(each.planned, copied=each.planned.case in copied) for each in tracks}
        watch = Stopwatch(self._clock)

        def told(each: Planned) -> None:
            watch.turn(each.case)
            seconds = sum(self._seconds.get(case, 0.0) for case in planned) * left
            what = f"{stage} {each.case.operation}/{each.case.implementation} {words(each.case.sizes)}"
            self._watcher.now(what, seconds or None)
            self._watcher.step()

        outcomes = blocks.play(list(planned.values()), thorough, told)
        self._seconds.update(watch.stop())
        for track in tracks:
            _note(track, stage, outcomes[track.planned.case])

    def _leave_late(self) -> None:
        """Keeps, in random order, as many cases as the budget can screen."""
        left = self._left()
        if left is None:
            return
        spare = (SCREEN_SHARE * left) / (judge.SCREEN_BLOCKS - 1)
        shuffled = self._random.sample(list(self._seconds), len(self._seconds))
        late = set()
        for case in shuffled:
            spare -= self._seconds[case]
            if spare < 0:
                late.add(case)
        for track in self.tracks:
            if track.planned.case in late and track.timed:
                track.unreached = LATE

    def _fit(self, open_: Sequence[Track]) -> None:
        """Fewer blocks for all if the budget is short, fixed before the first one."""
        left = self._left()
        needed = sum(self._seconds[each.planned.case] * each.wanted for each in open_)
        if left is None or needed <= left:
            return
        for track in open_:
            track.wanted = int(track.wanted * max(0.0, left) / needed)
            if track.wanted < judge.fewest_blocks(len(open_)):
                track.unreached = f"not decided by the screen, and its confirmation was {LATE}"

    def _widen(self) -> None:
        """Widens each margin to the difference that this run's controls show for the same code."""
        controls = [each.numbers("screen") for each in self.tracks if each.same and each.timed]
        widened = [judge.widened(each.margin, controls) for each in self.tracks]
        wider = [wide for wide, track in zip(widened, self.tracks, strict=True) if wide > track.margin]
        if wider:
            self.warnings.append(
                f"margins were widened to {max(wider):.1%}: that is how much the same code differed on this machine"
            )
        for track, wide in zip(self.tracks, widened, strict=True):
            track.margin = wide

    def _left(self) -> float | None:
        budget = self._options.time_budget_s
        return None if budget is None else budget - (self._clock() - self._begun)


class Stopwatch:
    """Seconds a case took in a block, the start of its workers included."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seconds: dict[Case, float] = {}
        self._last, self._case = clock(), None

    def turn(self, case: Case) -> None:
        self._close()
        self._case = case

    def stop(self) -> dict[Case, float]:
        self._close()
        return self._seconds

    def _close(self) -> None:
        now = self._clock()
        if self._case is not None:
            self._seconds[self._case] = now - self._last
        self._last = now


def _note(track: Track, stage: StageName, outcome: Outcome) -> None:
    if outcome.reading is None:
        track.lost = outcome.lost
    else:
        track.readings(stage).append(outcome.reading)
