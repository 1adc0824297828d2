"""Child process: ``python -P -m rooflinear.bench.worker``, with the environment of its pools already set."""

from .answers import Answers

# isort: split
from ..processes.child import serve
from ..processes.worker_messages import WorkerRequest

if __name__ == "__main__":
    serve(WorkerRequest, Answers())
