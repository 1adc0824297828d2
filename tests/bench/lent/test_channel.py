"""What a benchmark prints and reads does not touch the channel to the parent."""

import subprocess
import sys

PROGRAM = """
import os, subprocess, sys
from rooflinear.bench.lent import channel

asked, answered = channel.private()
print("printed", flush=True)
subprocess.run([sys.executable, "-c", "print('by a child')"])
read = os.read(0, 10)
answered.write(b"asked " + asked.readline() + b"read " + read)
answered.flush()
"""


def test_benchmarks_read_nothing_and_print_elsewhere():
    done = subprocess.run([sys.executable, "-c", PROGRAM], input="a line\n", capture_output=True, text=True, timeout=60)
    assert done.stdout == "asked a line\nread "
    assert done.stderr.split() == ["printed", "by", "a", "child"]
