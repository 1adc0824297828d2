"""The exceptions that a user may see. A message has one or two lines: what, where, remedy.

RooflinearError
├── UsageError       2  an option, a file or a suite is invalid
│   └── SuiteFault      operations.py fails on some inputs; earlier results stay, other cases continue
└── CannotFinish     5  disk, permission, memory or an absent package
    ├── BuildFailed     a revision or a release cannot be installed
    └── PackageMissing  a package that an extra brings is not installed
"""

import difflib
from collections.abc import Iterable

from .records import Exit, Lack, Status, Verdict


class RooflinearError(Exception):
    """Base of all errors that end a command with a message and a status."""

    exit_status = 1


class UsageError(RooflinearError):
    exit_status = 2


class SuiteFault(UsageError):
    pass


class CannotFinish(RooflinearError):
    exit_status = 5


class BuildFailed(CannotFinish):
    pass


class PackageMissing(CannotFinish):
    pass


def unknown(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """A `UsageError` for an unknown name, with the most similar known one."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(names) or 'none'}"
    return UsageError(f"unknown {kind} '{name}'; {hint}")


class Lost(Exception):
    """A case that ends here, with its status. ``lack``: what a skipped one had too little of.

    ``unexported``: it needs a file that the checkout has and the revision, as it was exported, has not.
    """

    def __init__(
        self,
        status: Status,
        reason: str,
        exit_: Exit | None = None,
        verdict: Verdict | None = None,
        *,
        unexported: bool = False,
        lack: Lack | None = None,
    ):
        super().__init__(reason)
        self.status: Status = status
        self.reason, self.exit, self.verdict, self.unexported = reason, exit_, verdict, unexported
        self.lack: Lack | None = lack
        self.predicted_ns: int | None = None
        self.cap_ns: int | None = None
