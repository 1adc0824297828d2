"""A compiled XᵀX of [X y], in tiles that stay in registers: for few features BLAS reaches a third of it."""

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .fused import compiled

VECTOR_BYTES = 32
LINES, VECTORS = 4, 2
"""Of a tile: eight sums, two vectors and four spread numbers are in registers at once."""

BLOCK_BYTES = 24 * 1024
"""Rows that stay in the first cache while all tiles pass over them."""

INDEX = ir.IntType(64)


def block(n, dtype):
    """Rows and columns of a block: n features, the target, and zeros up to whole tiles."""
    tile = VECTORS * VECTOR_BYTES // np.dtype(dtype).itemsize
    columns = -(-(n + 1) // tile) * tile
    return max(LINES, BLOCK_BYTES // (columns * np.dtype(dtype).itemsize)), columns


@compiled
def add_products(X, y, first, last, rows, sums):
    """Adds the lower triangle of [X y]ᵀ[X y] over some rows to sums; ``rows`` holds a block of them."""
    n, width = X.shape[1], VECTORS * VECTOR_BYTES // X.itemsize
    for start in range(first, last, len(rows)):
        count = min(len(rows), last - start)
        for i in range(count):
            for j in range(n):
                rows[i, j] = X[start + i, j]
            rows[i, n] = y[start + i]
            for j in range(n + 1, rows.shape[1]):
                rows[i, j] = 0
        for line in range(0, n + 1, LINES):
            for column in range(0, line + LINES, width):
                _add_tile(rows, count, line, column, sums)  # pyright: ignore[reportCallIssue]  numba adds the context


@intrinsic
def _add_tile(typing_context, rows, count, line, column, sums):
    """sums[line + a, column + b] += Σ rows[:count, line + a]·rows[:count, column + b]."""
    return types.void(rows, types.intp, types.intp, types.intp, sums), _emit_tile


def _emit_tile(context, builder, signature, arguments):
    block, sums = (context.make_array(signature.args[place])(context, builder, arguments[place]) for place in (0, 4))
    _, count, line, column, _ = arguments
    number = context.get_value_type(signature.args[0].dtype)
    lanes = VECTOR_BYTES // (8 if isinstance(number, ir.DoubleType) else 4)
    vector = ir.VectorType(number, lanes)

    def at(array, row, place):
        width = builder.extract_value(array.shape, 1)
        return builder.gep(array.data, [builder.add(builder.mul(row, width), place)])

    def vectors(array, row):
        places = [builder.add(column, INDEX(lanes * place)) for place in range(VECTORS)]
        return [builder.bitcast(at(array, row, place), vector.as_pointer()) for place in places]

    tiles = [[cgutils.alloca_once(builder, vector) for _ in range(VECTORS)] for _ in range(LINES)]
    own = [vectors(sums, builder.add(line, INDEX(place))) for place in range(LINES)]
    for pointers, totals in zip(own, tiles, strict=True):
        for pointer, total in zip(pointers, totals, strict=True):
            builder.store(builder.load(pointer, align=4), total)
    with cgutils.for_range(builder, count) as loop:
        xs = [builder.load(pointer, align=4) for pointer in vectors(block, loop.index)]
        for place, totals in enumerate(tiles):
            factor = builder.load(at(block, loop.index, builder.add(line, INDEX(place))))
            spread = _spread(builder, factor, vector)
            for x, total in zip(xs, totals, strict=True):
                product = builder.fmul(spread, x, flags=("contract",))
                builder.store(builder.fadd(builder.load(total), product, flags=("contract",)), total)
    for pointers, totals in zip(own, tiles, strict=True):
        for pointer, total in zip(pointers, totals, strict=True):
            builder.store(builder.load(total), pointer, align=4)
    return context.get_dummy_value()


def _spread(builder, number, vector):
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(one, one, zeros)
