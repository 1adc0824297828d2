# pyright: strict
"""What the parent asks the reference process, which makes problems and judges outputs, and what that replies."""

from typing import Literal

import msgspec

from ..records import Numbers, Task, Verdict
from .protocol import Done, Failed


class Source(msgspec.Struct, frozen=True, tag=True):
    """Where numbers come from: a seed, and a file or a condition number where the user names one."""

    suite: str
    seed: int
    data: str | None = None
    target: str | None = None
    condition: float | None = None


class Make(msgspec.Struct, frozen=True, tag=True):
    """Write inputs into ``folder``, and keep the oracle's output and a bound per algorithm.

    ``variant`` is ``main``, ``fresh`` or ``exact``; each draws its own numbers.
    """

    task: Task
    variant: str
    algorithms: list[str]
    folder: str


class MakeShown(msgspec.Struct, frozen=True, tag=True):
    """As `Make`, the problem of a task of ``SHOWN``."""

    name: str
    dtype: str
    algorithms: list[str]
    folder: str
    most: int
    """Numbers its output may hold; more are refused."""


class Draw(msgspec.Struct, frozen=True, tag=True):
    """Write up to ``copies`` problems of a task into ``folder`` that no seed tells, and keep what some should give.

    Inputs that the suite makes equal each time, as those in ``beside`` are, are changed in their last places. One
    copy is a problem as `Make` writes it; several are told apart by their number.
    """

    task: Task
    beside: str
    folder: str
    algorithms: list[str]
    copies: int = 1


class Judge(msgspec.Struct, frozen=True, tag=True):
    """Compare the outputs in a file. ``of``: whose each is, a folder or a folder and a number; '' is let pass.
    An output that is a tuple is as many arrays.

    ``exact`` names the operation whose exact test they are. ``inputs``: what follows are the inputs of ``of[0]``, at
    the places that its seed draws. ``numbers``: return those of the first output, where there are no more.
    """

    path: str
    of: list[str]
    algorithm: str
    dtype: str
    exact: str = ""
    inputs: bool = False
    numbers: int = 0


class Forget(msgspec.Struct, frozen=True, tag=True):
    """Keep nothing of the problems in these folders, and with ``source`` no hold on the user's data."""

    folders: list[str] = []
    source: bool = False


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The source was read; ``label`` names it in results."""

    label: str
    generated: bool


class Made(msgspec.Struct, frozen=True, tag=True):
    inputs_sha256: str
    inputs_bytes: int
    refused: dict[str, str] = {}
    """Algorithms of which nothing can be judged here, and why."""
    output_bytes: int = 0
    seed: int = 0
    """Draws the places at which inputs are looked at after the timing; no worker learns it before."""
    expected: Numbers | list[Numbers] | None = None
    """Of a task that is shown."""


class Drawn(msgspec.Struct, frozen=True, tag=True):
    """The number of problems drawn, and those whose expected output is known."""

    copies: int
    judged: list[int]


class Judged(msgspec.Struct, frozen=True, tag=True):
    """One verdict per output, and the requested numbers of the first one."""

    verdicts: list[Verdict]
    output: Numbers | list[Numbers] | None = None


class Refusal(msgspec.Struct, frozen=True, tag=True):
    """Nothing was made, and no case alone is at fault but the suite, what the user asked, the disk or the memory.

    ``finish``: the command cannot go on.
    """

    kind: Literal["fault", "usage", "finish", "disk", "memory"]
    reason: str


ReferenceRequest = Source | Make | MakeShown | Draw | Judge | Forget
ReferenceReply = Opened | Made | Drawn | Judged | Done | Failed | Refusal
