"""How a command ends: its exit status, and what stderr says of an error that a user can mend."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from ..errors import CannotFinish, PackageMissing, RooflinearError
from ..machine import extras
from ..records import Result

INTERRUPTED = 130
INCONCLUSIVE = 3


def of_results(results: list[Result]) -> int:
    """1 where something is wrong, 3 where time or memory let nothing be told, else 0."""
    statuses = {result.status for result in results}
    if statuses & {"wrong", "crashed"}:
        return 1
    return INCONCLUSIVE if statuses & {"skipped", "timeout"} and "ok" not in statuses else 0


def guarded(action: Callable[[], int], command: str = "rooflinear") -> int:
    """Runs a command; what a user can mend ends in one or two lines and a status. ``command``: what was typed."""
    try:
        with interrupts_first():
            status = action()
            flush()
            return status
    except RooflinearError as error:
        _say(f"rooflinear: {error}")
        return error.exit_status
    except ModuleNotFoundError as error:
        if (told := extras.told(command, error)) is None:
            raise
        _say(f"rooflinear: {told}")
        return PackageMissing.exit_status
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except MemoryError:
        _say("rooflinear: out of memory; choose smaller sizes")
        return CannotFinish.exit_status
    except OSError as error:
        return unwritten(error)


@contextlib.contextmanager
def interrupts_first() -> Iterator[None]:
    """Where an interrupt breaks into the clean-up and the system then refuses a step of it, the interrupt is raised."""
    try:
        yield
    except OSError as error:
        if _after_interrupt(error):
            raise KeyboardInterrupt from error
        raise


def _after_interrupt(error: BaseException) -> bool:
    earlier = error.__context__
    return earlier is not None and (isinstance(earlier, KeyboardInterrupt) or _after_interrupt(earlier))


def flush() -> None:
    """Hands over what was printed, so that a device that takes no more is seen. Raises `OSError`."""
    if sys.stdout is not None:
        sys.stdout.flush()


def unwritten(error: OSError) -> int:
    """The status where the system refused what was printed: 0 where the reader has gone.

    What is left to print is dropped, else Python would try again at its end.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):  # no such stream, or none of the system's
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return 0
    what = f"{error.filename}:" if error.filename else "cannot write the output:"
    _say(f"rooflinear: {what} {error.strerror or error}")
    return CannotFinish.exit_status


def _say(line: str) -> None:
    """Prints a last line on stderr. A closed stderr does not change the exit status."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr)
