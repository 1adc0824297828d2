"""The command as a child process: ``python -P -m rooflinear.bench.api.child DESCRIPTOR COMMAND…``.

It writes its progress to the descriptor, and ends when the process that started it ends.
"""

import os
import signal
import sys

from .. import cli, progress
from ..lent import channel
from .watching import Told


def _main(descriptor: int, arguments: list[str]) -> None:
    channel.die_with_parent(signal.SIGTERM)
    os.set_inheritable(descriptor, False)
    progress.replace(lambda: Told(descriptor))
    sys.argv = ["rooflinear", *arguments]  # what a run records as its command
    cli.main(arguments)


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
