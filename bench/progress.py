"""Progress of a run: a live line on a terminal, plain lines elsewhere."""

import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from .records import Result

PLAIN_SECONDS = 10.0
"""Seconds between two lines in a log."""


class Plain:
    """Lines for a log: what runs now, done and total, time left, and every failure."""

    def __init__(self) -> None:
        self.total, self.counts = 0, Counter[str]()
        self._last = 0.0

    def begin(self, total: int) -> None:
        """A new count; a second one follows when the first has ended."""
        self.total = total
        self.counts.clear()

    def now(self, what: str, seconds_left: float | None) -> None:
        if time.monotonic() - self._last >= PLAIN_SECONDS:
            self._last = time.monotonic()
            print(f"{self.share()}  {what}{_left(seconds_left)}", file=sys.stderr, flush=True)

    def step(self) -> None:
        """Counts one more as done, without a result."""
        self.counts["step"] += 1

    def done(self, result: Result) -> None:
        self.counts[result.status] += 1
        if result.status in ("wrong", "crashed"):
            self.note(f"{result.status}: {result.case.label}: {result.reason}")

    def note(self, line: str) -> None:
        """Prints a line that stays on the terminal."""
        print(line, file=sys.stderr, flush=True)

    def share(self) -> str:
        """``12/28``; in further processes ``28/28 and 5 again``."""
        done = sum(self.counts.values())
        again = done - self.total
        return f"{done}/{self.total}" if again <= 0 else f"{self.total}/{self.total} and {again} again"

    def close(self) -> None:
        """There is nothing to clear."""


class Live(Plain):
    """A progress bar on one line."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            BarColumn(20), TextColumn("{task.fields[share]}"), TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False), _left_column(),
        )  # fmt: skip
        self._task: Any = None
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)

    def begin(self, total: int) -> None:
        super().begin(total)
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task("starting the oracle", total=total, until=None, share=self.share())
        self._bar.start()

    def now(self, what: str, seconds_left: float | None) -> None:
        until = None if seconds_left is None else time.monotonic() + seconds_left
        self._bar.update(self._task, description=what, until=until)

    def step(self) -> None:
        super().step()
        self._bar.update(self._task, advance=1, share=self.share())

    def done(self, result: Result) -> None:
        super().done(result)
        self._bar.update(self._task, advance=1, share=self.share())

    def note(self, line: str) -> None:
        self._bar.console.print(line, markup=False, highlight=False)

    def close(self) -> None:
        self._bar.stop()


def watcher() -> Plain:
    """The watcher that suits stderr: a terminal or not; or what `replace` named."""
    if _replaced is not None:
        return _replaced()
    return Live() if sys.stderr.isatty() else Plain()


_replaced: Callable[[], Plain] | None = None


def replace(made: Callable[[], Plain]) -> None:
    """From now on `watcher` makes these: a process whose parent shows the progress hands it on."""
    global _replaced
    _replaced = made


def _left_column() -> Any:
    """The time left; it counts down between results, because a single call may take longer than the estimate."""
    from rich.progress import ProgressColumn
    from rich.text import Text

    class Left(ProgressColumn):
        def render(self, task: Any) -> Text:
            until = task.fields.get("until")
            if until is None:
                return Text("")
            left = until - time.monotonic()
            return Text(_left(left).strip() if left > 0 else "longer than expected")

    return Left()


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"  about {seconds / 60:.0f} min left" if seconds >= 90 else f"  about {seconds:.0f} s left"
