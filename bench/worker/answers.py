"""In the child process: turns each request into a reply, also where the suite's code fails."""

from .worker import Worker  # first: it measures the import of NumPy

# isort: split
import sys
import traceback
from pathlib import Path

from ..libraries.base import NoDevice
from ..processes import protocol
from ..suites import exported
from ..suites.unexported import explained
from .loader import Refused
from .measure import settle


class Answers:
    """Turns requests into replies, and whatever a suite raises into a `protocol.Failed`."""

    def __init__(self) -> None:
        self.worker: Worker | None = None

    def __call__(self, request: protocol.WorkerRequest) -> protocol.WorkerReply:
        try:
            reply = self._answer(request)
        except Refused as refused:
            return protocol.Failed(refused.status, refused.reason)
        except NoDevice as absent:
            return protocol.Failed("missing", str(absent))
        except Exception as error:
            status = "missing" if isinstance(request, protocol.Start) else "crashed"
            found = explained(_one_line(error), error)
            return protocol.Failed(status, found.told, found.unexported)
        if not sys.platform.startswith("linux"):
            settle()
        return reply

    def _answer(self, request: protocol.WorkerRequest) -> protocol.WorkerReply:
        if isinstance(request, protocol.Start):
            self.worker = Worker(request)
            exported.prove()
            return self.worker.started()
        if self.worker is None:
            raise Refused("crashed", "asked before it was started")
        match request:
            case protocol.Exact():
                return self.worker.exact(request)
            case protocol.Prepare():
                return self.worker.prepare(request)
            case protocol.WarmUp():
                return self.worker.warm_up(request)
            case protocol.Slice():
                return self.worker.slice(request)
            case protocol.Deliver():
                exported.prove()
                return self.worker.deliver(request)
            case protocol.Trial():
                exported.prove()
                return self.worker.trial(request)
            case protocol.Release():
                return self.worker.release()
            case protocol.Reload():
                return self.worker.reload()
            case protocol.Pin():
                return self.worker.pin(request)


def _one_line(error: BaseException) -> str:
    message = " ".join(str(error).split())[:300]
    if isinstance(error, MemoryError):
        message = "out of memory" + (f": {message}" if message else "")
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {message}{where}"
