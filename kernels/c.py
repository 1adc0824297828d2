"""Plain loops in C, one thread: compiled once by this system's compiler, called through Python's buffer interface."""

from ._native import buffers, build

LIBRARY = "numpy"
SOURCES = ("_native/linear.c", "_native/loops.h")

_loops = build.module("linear", build.HERE / "linear.c")

predict, residuals, mse, split_mse = _loops.predict, _loops.residuals, _loops.mse, _loops.split_mse
r2, cost_surface = _loops.r2, _loops.cost_surface
gradient, gradient_descent = _loops.gradient, _loops.gradient_descent


def workspace(operation, inputs):
    return buffers.made(operation, inputs, threads=1)
