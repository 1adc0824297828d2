"""Child process: ``python -P -m rooflinear.bench.worker``."""

from .worker import Answers

# isort: split
from ..processes import protocol
from ..processes.child import serve

if __name__ == "__main__":
    serve(protocol.WorkerRequest, Answers())
