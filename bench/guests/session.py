"""One process that serves the benchmarks of a suite: started, asked, stopped while it waits, and ended."""

import contextlib
import importlib.util
import os
import secrets
import site
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ..errors import CannotFinish, Lost
from ..libraries.host import common_environment
from ..machine.cores import pin
from ..processes.parent import Child, Died, TookTooLong
from ..records import Sample
from ..runner import leftovers
from . import messages

START_SECONDS = 300.0
"""For imports and collection: a suite may import large frameworks."""

PADDING_BYTES = 4096
LENT = "rooflinear_lent"
SHOWN_LINES = 3

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Suite:
    """A suite as another tool knows it: ``kind`` is ``pytest``, ``asv`` or ``pyperf``, with that tool's arguments."""

    kind: str
    arguments: tuple[str, ...]

    @property
    def in_order(self) -> bool:
        """Whether the benchmarks of a file come in an order that only the file decides."""
        return self.kind == "pyperf"


@dataclass(frozen=True)
class Place:
    """Where the sessions of one side run.

    ``suite`` is the working folder, a copy of the suite's project without the packages under test; ``imports`` are
    folders that come first when something is imported; ``own`` is a folder for its home, caches and temporary files.
    ``packages`` are the top-level modules under test and ``roots`` the folders that they must come from.
    """

    python: str
    suite: Path
    own: Path
    imports: tuple[Path, ...] = ()
    packages: tuple[str, ...] = ()
    roots: tuple[Path, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


class Session:
    """A process at a place. Every request raises `Lost` where the process ends or does not answer in time."""

    def __init__(self, suite: Suite, place: Place, seed: int, memory_limit: int | None = None):
        command = [place.python, "-P", "-m", LENT, suite.kind, *suite.arguments]
        self._place, self._memory_limit, self._mark = place, memory_limit, secrets.token_hex(8)
        leftovers.adopt()
        chosen = {**environment(place, seed), leftovers.MARK: self._mark}
        self._child = Child[messages.Reply](command, messages.Reply, chosen, place.suite)
        self.alive = True

    def list(self) -> messages.Listed:
        return self._ask(messages.List(), START_SECONDS, messages.Listed)

    def begin(self, order: Sequence[str]) -> None:
        """Says in which order benchmarks follow; the session answers the next request."""
        with self._losses(0.0):
            self._child.tell(messages.Play(list(order), list(self._place.packages)))

    def next(self, timeout_s: float) -> messages.Parked | messages.Ended | messages.Finished:
        return self._ask(messages.Next(), timeout_s, messages.Parked | messages.Ended | messages.Finished)

    def time(self, number: int, calls: int, timeout_s: float, untimed: int = 0) -> Sample:
        """The sample of one slice, in a round of that number, after ``untimed`` calls.

        Raises `Lost` where the benchmark raises an exception.
        """
        reply = self._ask(messages.Time(calls, untimed), timeout_s, messages.Timed | messages.Raised)
        if isinstance(reply, messages.Raised):
            raise Lost("crashed", reply.reason)
        return Sample(number, reply.started_ns, reply.wall_ns, reply.cpu_ns, reply.calls, reply.flags)

    def count(self, timeout_s: float) -> float:
        """The number that a benchmark tracks, evaluated once. Raises `Lost` where the benchmark raises an exception."""
        reply = self._ask(messages.Count(), timeout_s, messages.Counted | messages.Raised)
        if isinstance(reply, messages.Raised):
            raise Lost("crashed", reply.reason)
        return reply.number

    def peak(self, timeout_s: float) -> int | None:
        """By how many bytes memory rises in one call; None if the system does not report it. Raises `Lost`."""
        reply = self._ask(messages.Peak(), timeout_s, messages.Peaked | messages.Raised)
        if isinstance(reply, messages.Raised):
            raise Lost("crashed", reply.reason)
        return reply.bytes

    def go(self, timeout_s: float) -> messages.Ended:
        return self._ask(messages.Go(), timeout_s, messages.Ended)

    def pause(self) -> None:
        """Stops the process and its threads until it is asked again."""
        self._child.pause()

    def pin(self, cores: Sequence[int]) -> None:
        """From now on it computes on these cores, its threads too; no effect where cores cannot be chosen."""
        if cores and sys.platform.startswith("linux"):
            pin(self._child.pid, cores)

    def end(self) -> None:
        """Ends it and all its child processes."""
        if self.alive:
            behind = leftovers.strays(self._child.pid, self._mark)
            self._child.kill()
            self._cleared(behind)

    def _ask(self, request: Any, timeout_s: float, kind: Any) -> Any:
        with self._losses(timeout_s):
            reply = self._child.ask(request, timeout_s, self._memory_limit)
        if not isinstance(reply, kind):
            self.end()
            raise Lost("crashed", f"unexpected reply from its process: {type(reply).__name__}")
        self._child.pause()
        return reply

    @contextlib.contextmanager
    def _losses(self, timeout_s: float) -> Iterator[None]:
        try:
            yield
        except Died as died:
            self._cleared()
            lines = [line.strip() for line in died.exit.stderr if line.strip()]
            last = " | ".join(lines[-SHOWN_LINES:])
            raise Lost("crashed", f"{died.reason}{f': {last}' if last else ''}", died.exit) from None
        except TookTooLong:
            self._cleared()
            raise Lost("timeout", f"no answer within {timeout_s:.3g} s; its process was ended") from None

    def _cleared(self, behind: Sequence[int] = ()) -> None:
        """Ends what the process left behind."""
        self.alive = False
        leftovers.end([*behind, *leftovers.strays(self._child.pid, self._mark)])


def environment(place: Place, seed: int) -> dict[str, str]:
    """The environment of a session: folders of its own, and one seed for both sides of a block."""
    own = place.own
    folders = {
        "HOME": own / "home", "USERPROFILE": own / "home", "TMPDIR": own / "tmp",
        "XDG_CACHE_HOME": own / "home/.cache", "XDG_CONFIG_HOME": own / "home/.config",
        "XDG_DATA_HOME": own / "home/.local/share", "XDG_STATE_HOME": own / "home/.local/state",
    }  # fmt: skip
    try:
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        paths = [_lent(own.parent), *map(str, place.imports), os.environ.get("PYTHONPATH", "")]
    except OSError as error:
        raise CannotFinish(f"cannot write to {own}: {error.strerror}; set TMPDIR") from error
    return {
        **os.environ,
        **common_environment(1),
        **{name: str(folder) for name, folder in folders.items()},
        "PYTHONUSERBASE": site.getuserbase(),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONHASHSEED": str(seed % 2**32),
        "ROOFLINEAR_SEED": str(seed),
        "ROOFLINEAR_TOOLS": _lent_tools(own.parent),
        "ROOFLINEAR_PADDING": "x" * secrets.randbelow(PADDING_BYTES),
        **place.environment,
    }


def _lent(scratch: Path) -> str:
    """A folder from which any interpreter imports `bench.lent`, and nothing else of this package."""
    folder = scratch / "lent"
    folder.mkdir(exist_ok=True)
    link = folder / LENT
    with contextlib.suppress(FileExistsError):  # sessions of both sides start at the same time
        link.symlink_to(Path(__file__).resolve().parents[1] / "lent", target_is_directory=True)
    return str(folder)


def _lent_tools(scratch: Path) -> str:
    """A folder from which an interpreter without asv_runner imports ours, and nothing else; '' if there is none."""
    found = importlib.util.find_spec("asv_runner")
    if found is None or found.origin is None:
        return ""
    folder = scratch / "tools"
    folder.mkdir(exist_ok=True)
    link = folder / "asv_runner"
    with contextlib.suppress(FileExistsError):  # sessions of both sides start at the same time
        link.symlink_to(Path(found.origin).parent, target_is_directory=True)
    return str(folder)
