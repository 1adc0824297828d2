"""In the child process: turns each request into a reply, also where the suite's code fails."""

from .worker import Worker  # first: it measures the import of NumPy

# isort: split
import sys
import traceback
from pathlib import Path

from ..libraries.base import NoDevice
from ..processes.protocol import Failed
from ..processes.worker_messages import (
    Deliver,
    Exact,
    Pin,
    Prepare,
    Release,
    Reload,
    Slice,
    Start,
    Trial,
    WarmUp,
    WorkerReply,
    WorkerRequest,
)
from ..suites import exported
from ..suites.unexported import explained
from .loader import Refused
from .measure import settle


class Answers:
    """Turns requests into replies, and whatever a suite raises into a `Failed`."""

    def __init__(self) -> None:
        self.worker: Worker | None = None

    def __call__(self, request: WorkerRequest) -> WorkerReply:
        try:
            reply = self._answer(request)
        except Refused as refused:
            return Failed(refused.status, refused.reason)
        except NoDevice as absent:
            return Failed("missing", str(absent))
        except Exception as error:
            status = "missing" if isinstance(request, Start) else "crashed"
            found = explained(_one_line(error), error)
            return Failed(status, found.told, found.unexported)
        if not sys.platform.startswith("linux"):
            settle()
        return reply

    def _answer(self, request: WorkerRequest) -> WorkerReply:
        if isinstance(request, Start):
            self.worker = Worker(request)
            exported.prove()
            return self.worker.started()
        if self.worker is None:
            raise Refused("crashed", "asked before it was started")
        match request:
            case Exact():
                return self.worker.exact(request)
            case Prepare():
                return self.worker.prepare(request)
            case WarmUp():
                return self.worker.warm_up(request)
            case Slice():
                return self.worker.slice(request)
            case Deliver():
                exported.prove()
                return self.worker.deliver(request)
            case Trial():
                exported.prove()
                return self.worker.trial(request)
            case Release():
                return self.worker.release()
            case Reload():
                return self.worker.reload()
            case Pin():
                return self.worker.pin(request)


def _one_line(error: BaseException) -> str:
    message = " ".join(str(error).split())[:300]
    if isinstance(error, MemoryError):
        message = "out of memory" + (f": {message}" if message else "")
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {message}{where}"
