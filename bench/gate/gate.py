"""The paired gate: a screen over all cases, then a confirmation of those it leaves open."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Protocol

from ..progress import Plain
from ..records import Case, words
from . import judge
from .paired_rounds import COPY, HEAD
from .plan import Outcome, Planned
from .tracks import StageName, Track, left_open

SCREEN_SHARE = 0.6
"""The largest share of a time budget for the screen; the rest is for confirmations."""

FIRST_SHARE = 0.3
"""The largest share of a time budget for the first block, which also starts what later ones keep."""

LATE = "not reached within --time-budget"


class Blocks(Protocol):
    """Plays blocks of one stage: each measures cases once in fresh processes of base and head."""

    def play(self, planned: Sequence[Planned], thorough: bool, told: Callable[[Planned], bool]) -> dict[Case, Outcome]:
        """The outcome of each case. ``thorough``: the stage's first block, which verifies what it can.

        ``told`` is called before each case; a case for which it returns False is left out.
        """
        ...

    def close(self) -> None: ...


class Gate:
    """One comparison. `play` fills ``tracks``; `tracks.results` judges them.

    ``confirm_all``: every case goes on to the confirmation, and the screen only plans its blocks. ``screen_blocks`` are
    at least those of `judge`. ``levels`` are those of the confirmation.
    ``blocks`` creates the player of a stage's blocks from a seed, ``clock`` counts seconds; tests replace both.
    """

    def __init__(
        self,
        measured: Sequence[Planned],
        blocks: Callable[[int], Blocks],
        watcher: Plain,
        *,
        seed: int = 0,
        time_budget_s: float | None = None,
        confirm_all: bool = False,
        screen_blocks: int = judge.SCREEN_BLOCKS,
        levels: judge.Levels = judge.TWICE,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._blocks, self._watcher, self._clock = blocks, watcher, clock
        self._seed, self._budget_s, self._random = seed, time_budget_s, random.Random(seed)
        self._confirm_all, self._screen_blocks, self._levels = confirm_all, screen_blocks, levels
        sides = [(each, side) for each in measured for side in ((HEAD, COPY) if each.copied else (HEAD,))]
        self.tracks = [Track(each, side, each.margin) for each, side in sides]
        self.warnings: list[str] = []
        self._begun = clock()
        self._seconds: dict[Case, float] = {}
        self._start_s = 0.0

    def play(self) -> None:
        """Screens all cases, then confirms those left open on fresh processes and fresh data.

        Where nothing changed, or nothing that changed is open, no case is to be judged, and the screen is all.
        """
        self._screen()
        self._widen()
        if all(each.planned.unchanged for each in self.tracks):
            return
        open_ = [each for each in self.tracks if self._goes_on(each)]
        if all(each.same for each in open_):
            return
        level = self._levels.first / len(open_)
        for track in open_:
            track.wanted = judge.confirm_blocks(track.numbers("screen"), track.margin, level)
        most = max(each.wanted for each in open_ if not each.same)
        for track in open_:
            track.wanted = min(track.wanted, most)
        self._fit(open_)
        self._confirm([each for each in open_ if each.timed])

    def _goes_on(self, track: Track) -> bool:
        if not track.timed or track.exact:
            return False
        return (self._confirm_all and not track.same) or judge.goes_on(track.numbers("screen"), track.margin)

    def _screen(self) -> None:
        self._watcher.begin(self._screen_blocks * len({each.planned.case for each in self.tracks}))
        blocks = self._blocks(self._seed)
        try:
            for block in range(self._screen_blocks):
                tracks = [each for each in self.tracks if each.timed]
                self._play(blocks, "screen", tracks, thorough=block == 0, left=self._screen_blocks - block)
                if block == 0:
                    self._leave_late()
        finally:
            blocks.close()

    def _confirm(self, tracks: Sequence[Track]) -> None:
        if not tracks:
            return
        most = max(each.wanted for each in tracks)
        self._watcher.begin(sum({each.planned.case: each.wanted for each in tracks}.values()))
        blocks = self._blocks(self._seed + 1)
        try:
            for block in range(most):
                playing = [each for each in tracks if each.timed and each.wanted > block]
                self._play(blocks, "confirm", playing, thorough=block == 0, left=most - block)
            self._look_again(blocks, tracks)
        finally:
            blocks.close()

    def _look_again(self, blocks: Blocks, tracks: Sequence[Track]) -> None:
        """Plays on with the cases that the planned blocks left open, up to the most blocks that a case gets.

        A case goes on to that number or not at all, so that the number does not depend on what is measured on the way.
        """
        most = judge.CONFIRM_BLOCKS[-1]
        open_ = self._affordable(left_open(tracks, self._levels), most)
        if all(each.same for each in open_):
            return
        self._watcher.begin(sum({each.planned.case: most - each.wanted for each in open_}.values()))
        for block in range(min(each.wanted for each in open_), most):
            playing = [each for each in open_ if each.timed and each.wanted <= block]
            self._play(blocks, "confirm", playing, thorough=False, left=most - block)

    def _affordable(self, open_: Sequence[Track], most: int) -> list[Track]:
        """Those for whose further blocks the time budget has room, the quickest first."""
        left = self._left()
        if left is None:
            return list(open_)

        def cost(track: Track) -> float:
            return (self._seconds[track.planned.case] + self._start_s) * (most - track.wanted)

        quickest = sorted(open_, key=cost)
        return [track for track, spent in zip(quickest, accumulate(map(cost, quickest)), strict=True) if spent <= left]

    def _play(self, blocks: Blocks, stage: StageName, tracks: Sequence[Track], thorough: bool, left: int) -> None:
        """One block; every reading goes to the head's and to the copy's track."""
        copied = {each.planned.case for each in tracks if each.side == COPY}
        planned = {each.planned.case: replace(each.planned, copied=each.planned.case in copied) for each in tracks}
        watch = Stopwatch(self._clock)
        first = stage == "screen" and thorough

        def told(each: Planned) -> bool:
            if first and self._is_too_late():
                return False
            watch.turn(each.case)
            seconds = sum(self._seconds.get(case, 0.0) for case in planned) * left
            self._watcher.now(f"{stage} {each.case.name} {words(each.case.sizes)}".rstrip(), seconds or None)
            self._watcher.step()
            return True

        outcomes = blocks.play(list(planned.values()), thorough, told)
        self._seconds.update(watch.stop())
        self._start_s = watch.start_s
        for track in tracks:
            _note(track, stage, outcomes.get(track.planned.case))

    def _leave_late(self) -> None:
        """Keeps as many cases as the budget can screen: in random order, those with unchanged code last."""
        left = self._left()
        if left is None:
            return
        spare = (SCREEN_SHARE * left) / (self._screen_blocks - 1) - self._start_s
        unchanged = {each.planned.case for each in self.tracks if each.planned.unchanged}
        shuffled = self._random.sample(list(self._seconds), len(self._seconds))
        late = set[Case]()
        for case in sorted(shuffled, key=unchanged.__contains__):
            spare -= self._seconds[case]
            if spare < 0:
                late.add(case)
        for track in self.tracks:
            if track.planned.case in late and track.timed:
                track.unreached = LATE

    def _fit(self, open_: Sequence[Track]) -> None:
        """Fewer blocks for all if the budget is short, fixed before the first one."""
        left = self._left()
        starts = self._start_s * max([each.wanted for each in open_], default=0)
        needed = sum((self._seconds[each.planned.case] * each.wanted for each in open_), starts)
        if left is None or needed <= left:
            return
        for track in open_:
            track.wanted = int(track.wanted * max(0.0, left) / needed)
            if track.wanted < judge.fewest_blocks(self._levels.first / len(open_)):
                track.unreached = f"not decided by the screen, and its confirmation was {LATE}"

    def _widen(self) -> None:
        """Widens each margin to the least difference that counts, and to what this run's controls of its unit show."""
        for track in self.tracks:
            track.margin = max(track.margin, track.floor)
        controls: dict[str, list[list[float]]] = {}
        for each in self.tracks:
            if each.same and each.timed:
                controls.setdefault(each.unit, []).append(each.numbers("screen"))
        widened = [judge.widened(each.margin, controls.get(each.unit, [])) for each in self.tracks]
        wider = [wide for wide, track in zip(widened, self.tracks, strict=True) if wide > track.margin]
        if wider:
            self.warnings.append(
                f"margins were widened to {max(wider):.1%}: that is how much the same code differed on this machine"
            )
        for track, wide in zip(self.tracks, widened, strict=True):
            track.margin = wide

    def _is_too_late(self) -> bool:
        """Whether the first block has taken so long that more of it could not be repeated within the budget."""
        left = self._left()
        return left is not None and left < (1 - FIRST_SHARE) * (self._budget_s or 0.0)

    def _left(self) -> float | None:
        return None if self._budget_s is None else self._budget_s - (self._clock() - self._begun)


class Stopwatch:
    """Seconds a case took in a block, the start of its workers included; ``start_s`` is that before the first case."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self.start_s = clock, 0.0
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
        elif not self._seconds:
            self.start_s = now - self._last
        self._last = now


def _note(track: Track, stage: StageName, outcome: Outcome | None) -> None:
    if outcome is None:
        track.unreached = LATE
    elif outcome.reading is None:
        track.lost, track.unreached = outcome.lost, outcome.untimed
    else:
        track.readings(stage).append(outcome.reading)
