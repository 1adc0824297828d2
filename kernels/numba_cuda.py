"""Compiled by Numba for a GPU: tiles of X in shared memory, read once; sums of blocks are added by a second kernel."""

# What `cuda.jit` makes of a function is called with a grid and typed by no stub.
# pyright: reportArgumentType=false, reportCallIssue=false, reportOperatorIssue=false, reportOptionalSubscript=false

from functools import cache
from typing import Any

import numpy as np
from numba import cuda, float32, float64

LIBRARY = "numba_cuda"
DEVICE = "cuda"

THREADS = 128
TILE = 2048
"""Elements of X that a block holds in shared memory."""

MOST_BLOCKS = 512


def unsupported(operation, sizes, dtype, device):
    return f"a tile holds whole rows, of at most {TILE} features" if sizes.get("n", 1) > TILE else ""


def workspace(operation, inputs):
    X = inputs["X"]
    (m, n), blocks = X.shape, _blocks(X)

    def empty(*shape):
        return cuda.device_array(shape, X.dtype)

    match operation:
        case "predict" | "residuals":
            return empty(m)
        case "mse":
            return empty(blocks, 1), empty(1)
    return empty(blocks, n), empty(n), empty(n)


def predict(X, theta, out):
    _kernels(X.dtype.name)["predict"][_blocks(X), THREADS](X, theta, out)
    return out


def residuals(X, y, theta, out):
    _kernels(X.dtype.name)["residuals"][_blocks(X), THREADS](X, y, theta, out)
    return out


def mse(X, y, theta, workspace):
    parts, mean = workspace
    kernels = _kernels(X.dtype.name)
    kernels["squares"][len(parts), THREADS](X, y, theta, parts)
    kernels["total"][1, THREADS](parts, X.dtype.type(1 / len(y)), mean)
    return mean.reshape(())


def gradient(X, y, theta, workspace):
    parts, slope, _ = workspace
    return _gradient_into(slope, parts, X, y, theta)


def gradient_descent(X, y, theta0, learning_rate, steps, workspace):
    parts, slope, theta = workspace
    theta.copy_to_device(theta0)
    for _ in range(steps):
        _gradient_into(slope, parts, X, y, theta)
        _kernels(X.dtype.name)["step"][_many(len(theta)), THREADS](theta, slope, learning_rate)
    return theta


def _gradient_into(slope, parts, X, y, theta):
    kernels = _kernels(X.dtype.name)
    kernels["slopes"][len(parts), THREADS](X, y, theta, parts)
    kernels["total"][_many(len(slope)), THREADS](parts, X.dtype.type(2 / len(y)), slope)
    return slope


def _blocks(X):
    m, n = X.shape
    return min(MOST_BLOCKS, -(-m // (TILE // n)))


def _many(count):
    return -(-count // THREADS)


@cache
def _kernels(dtype) -> dict[str, Any]:
    kind = {"float64": float64, "float32": float32}[dtype]
    zero = np.dtype(dtype).type(0)
    read, product = _of_a_tile(zero)
    return {
        **_by_row(kind, read, product),
        "squares": _squares(kind, zero, read, product),
        "slopes": _slopes(kind, zero, read, product),
        **_of_vectors(zero),
    }


def _of_a_tile(zero):
    @cuda.jit(device=True)
    def read(X, first, rows, tile):
        """All threads of the block, neighbours in memory side by side."""
        n = X.shape[1]
        for place in range(cuda.threadIdx.x, rows * n, cuda.blockDim.x):
            tile[place] = X[first + place // n, place % n]
        cuda.syncthreads()

    @cuda.jit(device=True)
    def product(tile, row, theta):
        total = zero
        for j in range(len(theta)):
            total += tile[row * len(theta) + j] * theta[j]
        return total

    return read, product


def _by_row(kind, read, product):
    @cuda.jit
    def predict(X, theta, out):
        tile = cuda.shared.array(TILE, kind)
        most = TILE // X.shape[1]
        for first in range(cuda.blockIdx.x * most, len(X), cuda.gridDim.x * most):
            rows = most if first + most < len(X) else len(X) - first
            read(X, first, rows, tile)
            for row in range(cuda.threadIdx.x, rows, cuda.blockDim.x):
                out[first + row] = product(tile, row, theta)
            cuda.syncthreads()

    @cuda.jit
    def residuals(X, y, theta, out):
        tile = cuda.shared.array(TILE, kind)
        most = TILE // X.shape[1]
        for first in range(cuda.blockIdx.x * most, len(X), cuda.gridDim.x * most):
            rows = most if first + most < len(X) else len(X) - first
            read(X, first, rows, tile)
            for row in range(cuda.threadIdx.x, rows, cuda.blockDim.x):
                out[first + row] = y[first + row] - product(tile, row, theta)
            cuda.syncthreads()

    return {"predict": predict, "residuals": residuals}


def _squares(kind, zero, read, product):
    @cuda.jit
    def squares(X, y, theta, parts):
        tile = cuda.shared.array(TILE, kind)
        sums = cuda.shared.array(THREADS, kind)  # on a line of its own: the simulator tells arrays apart by their line
        most, own = TILE // X.shape[1], zero
        for first in range(cuda.blockIdx.x * most, len(X), cuda.gridDim.x * most):
            rows = most if first + most < len(X) else len(X) - first
            read(X, first, rows, tile)
            for row in range(cuda.threadIdx.x, rows, cuda.blockDim.x):
                error = product(tile, row, theta) - y[first + row]
                own += error * error
            cuda.syncthreads()
        sums[cuda.threadIdx.x] = own
        cuda.syncthreads()
        if cuda.threadIdx.x == 0:
            total = zero
            for thread in range(cuda.blockDim.x):
                total += sums[thread]
            parts[cuda.blockIdx.x, 0] = total

    return squares


def _slopes(kind, zero, read, product):
    @cuda.jit
    def slopes(X, y, theta, parts):
        tile = cuda.shared.array(TILE, kind)
        errors = cuda.shared.array(TILE, kind)
        n, block = X.shape[1], cuda.blockIdx.x
        most = TILE // n
        for j in range(cuda.threadIdx.x, n, cuda.blockDim.x):
            parts[block, j] = zero
        for first in range(block * most, len(X), cuda.gridDim.x * most):
            rows = most if first + most < len(X) else len(X) - first
            read(X, first, rows, tile)
            for row in range(cuda.threadIdx.x, rows, cuda.blockDim.x):
                errors[row] = product(tile, row, theta) - y[first + row]
            cuda.syncthreads()
            for j in range(cuda.threadIdx.x, n, cuda.blockDim.x):
                total = parts[block, j]
                for row in range(rows):
                    total += errors[row] * tile[row * n + j]
                parts[block, j] = total
            cuda.syncthreads()

    return slopes


def _of_vectors(zero):
    @cuda.jit
    def total(parts, factor, out):
        j = cuda.grid(1)
        if j < len(out):
            added = zero
            for part in range(len(parts)):
                added += parts[part, j]
            out[j] = added * factor

    @cuda.jit
    def step(theta, slope, learning_rate):
        j = cuda.grid(1)
        if j < len(theta):
            theta[j] -= learning_rate * slope[j]

    return {"total": total, "step": step}
