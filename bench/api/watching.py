# pyright: strict
"""Progress of a command, handed on as JSON lines and shown by the process that started it."""

import contextlib
import html
import os
import sys
import time

import msgspec

from ..progress import Live, Plain
from ..records import Result

UPDATE_SECONDS = 0.2
"""Least time between two changes of a line in a notebook."""


class Begin(msgspec.Struct, frozen=True, tag=True):
    total: int


class Now(msgspec.Struct, frozen=True, tag=True):
    what: str
    seconds_left: float | None


class Step(msgspec.Struct, frozen=True, tag=True):
    pass


class Done(msgspec.Struct, frozen=True, tag=True):
    """A result without its samples."""

    result: Result


class Note(msgspec.Struct, frozen=True, tag=True):
    line: str


class Close(msgspec.Struct, frozen=True, tag=True):
    pass


Event = Begin | Now | Step | Done | Note | Close


class Told(Plain):
    """The watcher of the child process: writes every message to a pipe."""

    def __init__(self, descriptor: int):
        super().__init__()
        self._descriptor = descriptor

    def begin(self, total: int) -> None:
        super().begin(total)
        self._tell(Begin(total))

    def now(self, what: str, seconds_left: float | None) -> None:
        self._tell(Now(what, seconds_left))

    def step(self) -> None:
        super().step()
        self._tell(Step())

    def done(self, result: Result) -> None:
        self.counts[result.status] += 1
        self._tell(Done(Result(case=result.case, status=result.status, reason=result.reason)))

    def note(self, line: str) -> None:
        self._tell(Note(line))

    def close(self) -> None:
        self._tell(Close())

    def _tell(self, event: Event) -> None:
        with contextlib.suppress(OSError):  # nobody looks any more
            os.write(self._descriptor, msgspec.json.encode(event) + b"\n")


def replay(event: Event, watcher: Plain) -> None:
    """Calls the watcher as the child's was called."""
    match event:
        case Begin(total):
            watcher.begin(total)
        case Now(what, seconds_left):
            watcher.now(what, seconds_left)
        case Step():
            watcher.step()
        case Done(result):
            watcher.done(result)
        case Note(line):
            watcher.note(line)
        case Close():
            watcher.close()


class Silent(Plain):
    """Shows failures and notes only."""

    def now(self, what: str, seconds_left: float | None) -> None:
        """Says nothing."""


class NotebookLine(Plain):
    """A bar and a line below a notebook's cell that change in place; they vanish at the end."""

    def __init__(self) -> None:
        super().__init__()
        from IPython.display import display  # pyright: ignore  # only where IPython runs

        self._line = display(_Shown(""), display_id=True)  # pyright: ignore
        self._changed = 0.0

    def now(self, what: str, seconds_left: float | None) -> None:
        if time.monotonic() - self._changed < UPDATE_SECONDS:
            return
        self._changed = time.monotonic()
        done = sum(self.counts.values())
        bar = f'<progress value="{done}" max="{max(done, self.total, 1)}"></progress>'
        left = "" if seconds_left is None else f", about {max(1, seconds_left):.0f} s left"
        self._show(f"{bar} {self.share()} {html.escape(what)}{left}")

    def close(self) -> None:
        self._show("")

    def _show(self, text: str) -> None:
        self._line.update(_Shown(text))  # pyright: ignore


class _Shown:
    """Text that a notebook shows as HTML."""

    def __init__(self, text: str):
        self.text = text

    def _repr_html_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return ""


def watcher(progress: bool) -> Plain:
    """The watcher that suits where this process shows its output: a notebook, a terminal, or neither."""
    if not progress:
        return Silent()
    if in_notebook():
        return NotebookLine()
    return Live() if sys.stderr.isatty() else Plain()


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")
