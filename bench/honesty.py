"""What catches a kernel that cheats the clock: first calls on inputs never seen, and a harness left alone."""

import contextlib
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .contract import Inputs
from .guard import WAITED, Guard
from .measure import Kernel

FRESH_OVER_STEADY = 3.0
"""A first call on fresh inputs slower than this times the steady one has cached its work."""

BATCH_OVER_STEADY = 5.0
"""The same for many short calls: a branch predictor that knows its data makes honest ones up to four times faster."""

PAUSE_NS = 200_000
"""What the first call after a pause may take longer: caches are cold, pages new and pools asleep."""

TRIES = 5
"""Batches that must all be slow before a kernel is accused; noise spares at least one."""

DISTURBED_TRIES, WAITED_NS = 15, 100_000
"""Batches at most, where threads waited so long for a core in some: those show nothing."""

PASSES = 3
"""Calls made again before a first one is called slow; the third already finds what the second kept."""

LEARNING_NS = 200_000_000
"""How long calls are repeated to see whether they learn: as long as a timing and what is before it."""

CLOCK_NS = 2_000
"""What reading the clocks for a single call may cost, and vary."""

LARGEST_BATCH = 64
BATCH_BYTES = 8 << 20
BATCH_NS = 20_000_000
NUDGE = 16
"""Units in the last place by which fresh inputs differ: other bits, the same mathematics."""


def batch(inputs_bytes: int, call_ns: float) -> int:
    """How many fresh inputs are called in a row: many where one call is too short to judge."""
    return max(1, min(LARGEST_BATCH, BATCH_BYTES // max(1, inputs_bytes), int(BATCH_NS / max(call_ns, 1.0))))


def caches_work(load: Callable[[int], Kernel], copies: int, call_ns: float) -> bool:
    """True where calls on inputs never seen before are slow, every time.

    ``load(number)`` gives a kernel over inputs that no other number has.
    ``call_ns`` is the steady time of a call.
    """
    known, undisturbed = load(0), 0
    with contextlib.closing(Guard()) as guard:
        for first in range(0, DISTURBED_TRIES * copies, copies):
            before = guard.read()
            if not _is_slow(known, [load(1 + first + number) for number in range(copies)], call_ns):
                return False
            undisturbed += guard.read().since(before).get(WAITED, 0) < WAITED_NS
            if undisturbed == TRIES:
                break
    return True


def _is_slow(known: Kernel, kernels: Sequence[Kernel], call_ns: float) -> bool:
    """Slower than steady, than the same calls made again, and than calls on known inputs that left the caches.

    Calls on known inputs go before, for a pool that a busy machine had put to
    sleep makes whatever comes first slow.
    """
    known.many(PASSES)
    first_ns = _pass_ns(kernels)
    if not exceeds(first_ns, len(kernels) * call_ns, len(kernels)):
        return False
    known.many(max(1, int(LEARNING_NS // max(call_ns, 1.0))))  # it now keeps what it would keep in a timing
    passes = [(_pass_ns(kernels), _pass_ns([known])) for _ in range(PASSES)]
    again_ns, cold_ns = (min(times) for times in zip(*passes, strict=True))
    if not exceeds(first_ns, len(kernels) * cold_ns, len(kernels)):
        return False
    return exceeds(first_ns, again_ns, len(kernels)) or _learns(kernels[0])


def _learns(kernel: Kernel) -> bool:
    """Much faster once it was called as often as in a timing: it has begun to keep what it returns."""
    before_ns = min(_pass_ns([kernel]) for _ in range(PASSES))
    kernel.many(LEARNING_NS // max(before_ns, 1))
    after_ns = min(_pass_ns([kernel]) for _ in range(PASSES))
    return before_ns > FRESH_OVER_STEADY * after_ns + CLOCK_NS


def exceeds(first_ns: float, steady_ns: float, copies: int) -> bool:
    """Whether first calls on ``copies`` fresh inputs took longer than honest ones may."""
    ratio = FRESH_OVER_STEADY if copies == 1 else BATCH_OVER_STEADY
    return first_ns > ratio * steady_ns + PAUSE_NS


def _pass_ns(kernels: Sequence[Kernel]) -> int:
    """Time of one call each; a busy machine costs wall time only."""
    times = (kernel.many(1)[1:] for kernel in kernels)
    return sum(min(wall_ns, cpu_ns or wall_ns) for wall_ns, cpu_ns in times)


def nudged(inputs: Inputs, number: int, kept: frozenset[str] = frozenset()) -> Inputs:
    """Inputs of other content and the same structure: order, symmetry and zeros stay. Those ``kept`` are the same."""
    return {name: value if name in kept else _nudged(value, number) for name, value in inputs.items()}


def _nudged(value: Any, number: int) -> Any:
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fc":
        return value
    return value * value.dtype.type(1 + number * NUDGE * np.finfo(value.dtype).eps)


class Bindings:
    """The functions that measure and judge, as they were when this was made."""

    def __init__(self) -> None:
        modules = [module for name, module in sys.modules.items() if _is_ours(name)]
        members = [value for module in modules for value in vars(module).values()]
        classes = {value for value in members if isinstance(value, type) and _is_ours(value.__module__)}
        self._owners = (time, *modules, *classes)
        self._then = self._now()

    def replaced(self) -> str:
        """The name of one that is another now, or ''."""
        now = self._now()
        changed = [name for name in {**self._then, **now} if now.get(name) is not self._then.get(name)]
        return changed[0] if changed else ""

    def _now(self) -> dict[str, Any]:
        pairs = [(owner.__name__, name, value) for owner in self._owners for name, value in list(vars(owner).items())]
        return {f"{owner}.{name}": value for owner, name, value in pairs if callable(value)}


def _is_ours(module: str) -> bool:
    return module == "__main__" or module.startswith(str(__package__))
