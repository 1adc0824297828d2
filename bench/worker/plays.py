"""In a worker, after the timing: single calls on further problems, as the parent requests."""

import contextlib
from collections.abc import Sequence
from time import perf_counter_ns
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import parts
from ..lent.counters import WAITED, Guard
from ..lent.memory import PeakMemory
from ..processes.memory import PeakHeld
from ..processes.worker_messages import Place, Play, Played
from ..records import Task
from .loader import Loaded, Loader
from .measure import DRAW

SMALL_BYTES, KEPT_PART, KEPT_BYTES = 2**11, 4, 2**23
"""Small outputs are all kept, of others one in four and no more bytes: the next call would find no memory to use
again. It is drawn after each call."""
ALL_KEPT_BYTES = 2**26
"""Where all are asked for."""

NOTHING = np.ones(0)

CALLS_TO_COMPARE = 3
"""Calls whose outputs show whether a kernel returns the same memory again."""


class Plays:
    """Problems placed in memory beside the one that was timed."""

    def __init__(self, loader: Loader, guard: Guard):
        self._loader, self._guard = loader, guard
        self._placed: list[Loaded] = []
        self.begin(0)

    def begin(self, output_bytes: int) -> None:
        """Another problem is about to be timed; one output of it has so many bytes."""
        self.output_bytes = output_bytes
        self._overwrites: bool | None = None

    def place(self, task: Task, places: list[Place]) -> None:
        self.forget()
        self._placed = [self._loader.load(task, each.folder, each.number, poison=True) for each in places]

    def forget(self) -> None:
        self._placed = []

    def play_all(self, plays: Sequence[Play], main: Loaded | None) -> tuple[list[NDArray[Any]], list[Played]]:
        """As `play`, one after the other. What displaces inputs is made once: that takes longer than reading it."""
        away = np.ones(max((each.displace for each in plays), default=0) // 8)
        found = [self.play(each, main, away) for each in plays]
        return [array for arrays, _ in found for array in arrays], [played for _, played in found]

    def play(
        self, play: Play, main: Loaded | None, away: NDArray[np.float64] = NOTHING
    ) -> tuple[list[NDArray[Any]], Played]:
        """The outputs of calls as NumPy arrays, the parts of a tuple one by one, and the ns of each call.

        ``away`` has at least the bytes that are read to displace inputs.
        """
        problems = [main, *self._placed]
        calls = [each for index in play.order if (each := problems[index])]
        at_once = play.unseen or len(calls) == 1 or main is None or self._overwrites_outputs(main)
        peak = (PeakHeld() if self._loader.in_place else PeakMemory()) if play.peak else contextlib.nullcontext()
        before = self._guard.read()
        with peak as seen:
            kept, times = self._calls(calls, play, away, at_once=at_once)
        waited_ns = self._guard.read().since(before).get(WAITED, 0)
        outputs = [each if at_once else self._loader.arrays(each, calls[index]) for index, each in kept.items()]
        arrays = [array for output in outputs for array in output]
        return arrays, Played(times, list(kept), waited_ns, seen.bytes if seen else None)

    def _overwrites_outputs(self, main: Loaded) -> bool:
        if self._overwrites is None:
            self._overwrites = overwrites(main)
        return self._overwrites

    def _calls(
        self, calls: list[Loaded], play: Play, away: NDArray[np.float64], *, at_once: bool
    ) -> tuple[dict[int, Any], list[int]]:
        """Outputs by the place of their call, and ns of all. ``at_once`` an output becomes NumPy arrays: the next call
        overwrites it."""
        held_bytes = ALL_KEPT_BYTES if play.all_kept else KEPT_BYTES
        most = 0 if play.unseen else max(1, held_bytes // max(1, self.output_bytes))
        part = 1 if play.all_kept or self.output_bytes <= SMALL_BYTES else KEPT_PART
        sure, kept, times = DRAW(0, len(calls) - 1), dict[int, Any](), list[int]()
        for index, loaded in enumerate(calls):
            if play.displace:
                away[: play.displace // 8].sum()
            if play.pause_ns:
                _pass(play.pause_ns)
            output, wall_ns, _ = loaded.kernel.many(1)
            times.append(wall_ns)
            if most and (index == sure or (DRAW(1, part) == 1 and len(kept) < most)):
                kept[index] = self._loader.arrays(output, loaded) if at_once else output
            del output  # its memory is the next one's
        return kept, times


def _pass(pause_ns: int) -> None:
    """Computes for so long: asleep, the core would become slow."""
    until_ns = perf_counter_ns() + pause_ns
    while perf_counter_ns() < until_ns:
        pass


def overwrites(loaded: Loaded) -> bool:
    """Whether a kernel returns memory that its next call overwrites: its workspace, or a buffer of its own."""
    if loaded.owns_buffers:
        return True
    outputs = [loaded.kernel.once()[0] for _ in range(CALLS_TO_COMPARE)]
    addresses = [{_address(part) for part in (loaded.parts and parts.held(each)) or [each]} for each in outputs]
    return len(set[Any]().union(*addresses)) < sum(map(len, addresses))


def _address(output: Any) -> Any:
    if isinstance(output, np.ndarray):
        return output.__array_interface__["data"][0]
    address = getattr(output, "data_ptr", None)
    return address() if address else id(output)
