"""Child process: ``python -P -m rooflinear.bench.worker``, with the environment of its pools already set."""

from .answers import Answers

# isort: split
from ..processes import protocol
from ..processes.child import serve

if __name__ == "__main__":
    serve(protocol.WorkerRequest, Answers())
