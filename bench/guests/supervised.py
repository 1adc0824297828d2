"""A program: runs a command, and ends it with its child processes when the process that started this one ends.

Without it, a build would go on after ``kill -9`` of the command. Its arguments are the pid of that process and the
command. Needs the standard library only.
"""

import ctypes
import os
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            return 1
    try:
        return subprocess.call(command)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}")
        return 127


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]) % 256)
