"""What compiled loops write to, made outside the clock; the result is the last."""

import numpy as np

LINE_BYTES = 128
"""A cache line, and the one that is fetched beside it: what two threads write lies that far apart."""


def made(operation, inputs, threads):
    """The buffers of an operation: for a gradient, a row of sums for each thread, then the slope."""
    like = next(iter(inputs.values()))

    def empty(*shape):
        return np.empty_like(like, shape=shape)

    match operation:
        case "mse" | "r2":
            return (empty(),)
        case "split_mse":
            return (empty(2),)
        case "gradient" | "gradient_descent":
            n = like.shape[1]
            sums = empty(threads, _padded(n, like.itemsize))
            return (sums, empty(n)) if operation == "gradient" else (sums, empty(n), empty(n))
        case "cost_surface":
            return (empty(len(inputs["theta1_values"]), len(inputs["theta0_values"])),)
    return (empty(len(like)),)


def _padded(count, itemsize):
    each = LINE_BYTES // itemsize
    return -(-count // each) * each
