"""The loops of `c` on all threads, by OpenMP: a sum for each thread; a small X uses one thread."""

from ._native import buffers, build
from ._threads import THREADS

LIBRARY = "numpy"
SOURCES = ("_native/linear.c", "_native/loops.h")

_loops = build.module("linear", build.HERE / "linear.c", flags=("-fopenmp",))

predict, residuals, mse, split_mse = _loops.predict, _loops.residuals, _loops.mse, _loops.split_mse
r2, cost_surface = _loops.r2, _loops.cost_surface
gradient, gradient_descent = _loops.gradient, _loops.gradient_descent


def workspace(operation, inputs):
    return buffers.made(operation, inputs, THREADS)
