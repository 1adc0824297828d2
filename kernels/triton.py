"""Triton on PyTorch's tensors: one pass over X, each tile loaded once; a second kernel adds the partial sums."""

# Triton makes constants of whole numbers by itself.
# pyright: reportArgumentType=false

import torch
import triton
import triton.language as tl

LIBRARY = "torch"
DEVICE = "cuda"

TILE_BYTES = 2**15
"""Of X, held by one program at once: with twice as much in float64 registers spill (ptxas -v)."""

TOTAL_WIDTH = 16
"""Columns that one program adds up over all parts; 32 spill."""

MOST_FEATURES = 4096
MOST_PROGRAMS = 512


def unsupported(operation, sizes, dtype, device):
    too_wide = sizes.get("n", 1) > MOST_FEATURES
    return f"a tile holds whole rows, of at most {MOST_FEATURES} features" if too_wide else ""


def workspace(operation, inputs):
    X = inputs["X"]
    n, programs = X.shape[1], _programs(X)

    def empty(*shape):
        return torch.empty(shape, dtype=X.dtype, device=X.device)

    match operation:
        case "predict" | "residuals":
            return empty(len(X))
        case "mse":
            return empty(programs), empty(1)
    return empty(programs, n), empty(n), empty(n)


def predict(X, theta, out):
    m, n = X.shape
    _errors[_programs(X),](X, X, theta, out, m, n, False, *_tile(X))
    return out


def residuals(X, y, theta, out):
    m, n = X.shape
    _errors[_programs(X),](X, y, theta, out, m, n, True, *_tile(X))
    return out


def mse(X, y, theta, workspace):
    parts, mean = workspace
    m, n = X.shape
    _squares[len(parts),](X, y, theta, parts, m, n, *_tile(X))
    _total[1,](parts, mean, len(parts), 1, 1, m, triton.next_power_of_2(len(parts)), 1)
    return mean[0]


def gradient(X, y, theta, workspace):
    parts, slope, _ = workspace
    return _gradient_into(slope, parts, X, y, theta)


def gradient_descent(X, y, theta0, learning_rate, steps, workspace):
    parts, slope, theta = workspace
    theta.copy_(theta0)
    for _ in range(steps):
        theta.sub_(_gradient_into(slope, parts, X, y, theta), alpha=learning_rate)
    return theta


def _gradient_into(slope, parts, X, y, theta):
    (m, n), (rows, columns) = X.shape, _tile(X)
    _slopes[len(parts),](X, y, theta, parts, m, n, rows, columns)
    width = min(columns, TOTAL_WIDTH)
    _total[triton.cdiv(n, width),](parts, slope, len(parts), n, 2, m, triton.next_power_of_2(len(parts)), width)
    return slope


def _tile(X):
    """Rows and columns of a tile: powers of two, as Triton wants them."""
    columns = triton.next_power_of_2(X.shape[1])
    return max(1, TILE_BYTES // (X.element_size() * columns)), columns


def _programs(X):
    return min(MOST_PROGRAMS, triton.cdiv(len(X), _tile(X)[0]))


@triton.jit
def _errors(X, y, theta, out, m, n, negated: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr):
    columns = tl.arange(0, COLUMNS)
    t = tl.load(theta + columns, mask=columns < n, other=0.0)
    for tile in range(tl.program_id(0), tl.cdiv(m, ROWS), tl.num_programs(0)):
        rows = tile * ROWS + tl.arange(0, ROWS)
        inside = (rows < m)[:, None] & (columns < n)[None, :]
        x = tl.load(X + rows.to(tl.int64)[:, None] * n + columns[None, :], mask=inside, other=0.0)
        found = tl.sum(x * t[None, :], axis=1)
        if negated:
            found = tl.load(y + rows, mask=rows < m, other=0.0) - found
        tl.store(out + rows, found, mask=rows < m)


@triton.jit
def _squares(X, y, theta, parts, m, n, ROWS: tl.constexpr, COLUMNS: tl.constexpr):
    columns = tl.arange(0, COLUMNS)
    t = tl.load(theta + columns, mask=columns < n, other=0.0)
    added = tl.zeros((ROWS,), t.dtype)
    for tile in range(tl.program_id(0), tl.cdiv(m, ROWS), tl.num_programs(0)):
        rows = tile * ROWS + tl.arange(0, ROWS)
        inside = (rows < m)[:, None] & (columns < n)[None, :]
        x = tl.load(X + rows.to(tl.int64)[:, None] * n + columns[None, :], mask=inside, other=0.0)
        error = tl.sum(x * t[None, :], axis=1) - tl.load(y + rows, mask=rows < m, other=0.0)
        added += error * error
    tl.store(parts + tl.program_id(0), tl.sum(added, axis=0))


@triton.jit
def _slopes(X, y, theta, parts, m, n, ROWS: tl.constexpr, COLUMNS: tl.constexpr):
    columns = tl.arange(0, COLUMNS)
    t = tl.load(theta + columns, mask=columns < n, other=0.0)
    added = tl.zeros((COLUMNS,), t.dtype)
    for tile in range(tl.program_id(0), tl.cdiv(m, ROWS), tl.num_programs(0)):
        rows = tile * ROWS + tl.arange(0, ROWS)
        inside = (rows < m)[:, None] & (columns < n)[None, :]
        x = tl.load(X + rows.to(tl.int64)[:, None] * n + columns[None, :], mask=inside, other=0.0)
        error = tl.sum(x * t[None, :], axis=1) - tl.load(y + rows, mask=rows < m, other=0.0)
        added += tl.sum(x * error[:, None], axis=0)
    tl.store(parts + tl.program_id(0) * n + columns, added, mask=columns < n)


@triton.jit
def _total(parts, out, count, n, factor, m, COUNT: tl.constexpr, WIDTH: tl.constexpr):
    rows, columns = tl.arange(0, COUNT), tl.program_id(0) * WIDTH + tl.arange(0, WIDTH)
    inside = (rows < count)[:, None] & (columns < n)[None, :]
    found = tl.load(parts + rows[:, None] * n + columns[None, :], mask=inside, other=0.0)
    # factor ÷ m would be a float argument, which is a float32 in Triton.
    tl.store(out + columns, tl.sum(found, axis=0) * factor / m, mask=columns < n)
