"""In a worker, after the timing: single calls on problems beside the one that was timed, as the parent asks."""

import contextlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .guard import WAITED, Guard
from .held import PeakHeld
from .loader import Loaded, Loader
from .measure import PeakMemory
from .protocol import Place, Play, Played, Task

KEPT_BYTES, FEWEST_KEPT = 2**22, 4
"""Of outputs that one play keeps: where they are large it makes fewer calls."""

CALLS_TO_COMPARE = 3
"""Whose outputs show whether a kernel returns the same memory again."""


class Plays:
    """Problems placed beside the one that was timed."""

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

    def play(self, play: Play, main: Loaded | None) -> tuple[list[NDArray[Any]], Played]:
        """What each call returned, in NumPy, and the ns it took."""
        problems = [main, *self._placed]
        calls = [each for index in play.order if (each := problems[index])]
        calls = calls[: max(FEWEST_KEPT, KEPT_BYTES // max(1, self.output_bytes))]
        at_once = play.unseen or len(calls) == 1 or main is None or self._overwrites_outputs(main)
        peak = (PeakHeld() if self._loader.in_place else PeakMemory()) if play.peak else contextlib.nullcontext()
        before = self._guard.read()
        with peak as seen:
            arrays, times = self._calls(calls, play, at_once=at_once)
        waited_ns = self._guard.read().since(before).get(WAITED, 0)
        return arrays, Played(times, waited_ns, seen.bytes if seen else None)

    def _overwrites_outputs(self, main: Loaded) -> bool:
        if self._overwrites is None:
            self._overwrites = overwrites(main)
        return self._overwrites

    def _calls(self, calls: list[Loaded], play: Play, *, at_once: bool) -> tuple[list[NDArray[Any]], list[int]]:
        """Outputs become NumPy arrays when all calls were made; ``at_once`` where the next call overwrites them."""
        away = np.ones(max(1, play.displace // 8))
        kept: list[Any] = []
        times: list[int] = []
        for loaded in calls:
            if play.displace:
                away.sum()
            output, wall_ns, _ = loaded.kernel.many(1)
            times.append(wall_ns)
            if not play.unseen:
                kept.append(self._array(output, loaded) if at_once else output)
        if play.unseen or at_once:
            return kept, times
        return [self._array(*each) for each in zip(kept, calls, strict=True)], times

    def _array(self, output: Any, loaded: Loaded) -> NDArray[Any]:
        return self._loader.array(output, loaded.task.dtype)


def overwrites(loaded: Loaded) -> bool:
    """Whether a kernel returns memory that its next call writes into: its workspace, or what it keeps for itself."""
    if loaded.owns_buffers:
        return True
    outputs = [loaded.kernel.once()[0] for _ in range(CALLS_TO_COMPARE)]
    return len({_address(each) for each in outputs}) < len(outputs)


def _address(output: Any) -> Any:
    if isinstance(output, np.ndarray):
        return output.__array_interface__["data"][0]
    address = getattr(output, "data_ptr", None)
    return address() if address else id(output)
