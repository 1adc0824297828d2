"""Starts a process of its own, which must be gone when the run is."""

import subprocess
import sys

LIBRARY = "numpy"

subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def double(x):
    return x + x
