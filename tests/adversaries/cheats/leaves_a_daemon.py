"""Starts a process that leaves its group and its parent, and outlives both."""

import os
import subprocess
import sys

LIBRARY = "numpy"

if os.fork() == 0:
    os.setsid()
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=True)
    os._exit(0)


def project(X, W):
    return X @ W
