"""Waits by reading the clock, so that it ends within a reading of the time stated."""

from time import perf_counter_ns

LIBRARY = "numpy"


def wait(x, microseconds):
    deadline = perf_counter_ns() + 1000 * microseconds
    while perf_counter_ns() < deadline:
        pass
    return x


def empty(x, microseconds):
    return x
