"""The gradient's sum over rows of few features, with theta and the sum in vector registers throughout.

Loop vectorisers stumble over ten features: not a multiple of any vector, too
few for a loop. Here a row is cut into vectors of falling length (10 = 4 + 4 + 2),
and four rows share their horizontal sums: two rounds of pairwise additions give
the four errors as one vector.
"""

from functools import cache, reduce

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

VECTOR_BYTES = 32
ROWS = 4
FLAGS = ("reassoc", "contract", "nsz", "arcp")
MOST_FEATURES = 16
"""Beyond, theta and the sum no longer fit into the registers of AVX2, and loops over features are long enough."""


@cache
def add_gradient(n):
    """A compiled ``(X, y, theta, first, last, slope)`` that adds Xᵀ(Xθ − y) over some rows of n features to slope."""

    @njit
    def rows(X, y, theta, first, last, slope):
        _add_gradient(X, y, theta, first, last, slope, n)  # pyright: ignore[reportCallIssue]  numba adds the context

    return rows


@intrinsic
def _add_gradient(typing_context, X, y, theta, first, last, slope, n):
    if not isinstance(n, types.IntegerLiteral) or not all(array.layout == "C" for array in (X, y, theta, slope)):
        return None
    return types.void(X, y, theta, types.intp, types.intp, slope, n), _emit


def _emit(context, builder, signature, arguments):
    array_types, n = signature.args, signature.args[6].literal_value
    X, y, theta, slope = (
        context.make_array(array_types[place])(context, builder, arguments[place]).data for place in (0, 1, 2, 5)
    )
    block = _Block(builder, context.get_value_type(array_types[2].dtype), X, y, theta, slope, n)
    first, last = arguments[3], arguments[4]
    whole = builder.add(first, builder.and_(builder.sub(last, first), ir.Constant(first.type, -ROWS)))
    with cgutils.for_range_slice(builder, first, whole, ir.Constant(first.type, ROWS), inc=True) as (index, _):
        block.add(index, ROWS)
    with cgutils.for_range_slice(builder, whole, last, ir.Constant(first.type, 1), inc=True) as (index, _):
        block.add(index, 1)
    block.store()
    return context.get_dummy_value()


class _Block:
    """Emits the code for some rows at once. ``pieces`` are (first feature, lanes) of a row's vectors."""

    def __init__(self, builder, number, X, y, theta, slope, n):
        self.builder, self.number, self.X, self.y, self.slope, self.n = builder, number, X, y, slope, n
        itemsize = 8 if isinstance(number, ir.DoubleType) else 4
        self.align = itemsize
        self.pieces = _pieces(n, VECTOR_BYTES // itemsize)
        self.theta = [self._load(theta, *piece) for piece in self.pieces]
        self.sums = [cgutils.alloca_once_value(builder, self._load(slope, *piece)) for piece in self.pieces]

    def add(self, index, rows):
        builder = self.builder
        starts = [builder.mul(builder.add(index, index.type(row)), index.type(self.n)) for row in range(rows)]
        x = [[self._load(builder.gep(self.X, [start]), *piece) for piece in self.pieces] for start in starts]
        products = [self._dot(vectors) for vectors in x]
        predicted = self._four_sums(*products) if rows == ROWS else self._one_sum(*products)
        errors = builder.fsub(predicted, self._load(self.y, index, rows), flags=FLAGS)
        for place, total in enumerate(self.sums):
            terms = [
                builder.fmul(self._spread(errors, row, self.pieces[place][1]), x[row][place], flags=FLAGS)
                for row in range(rows)
            ]
            added = reduce(self._plus, terms)
            builder.store(self._plus(builder.load(total), added), total)

    def store(self):
        for (start, lanes), total in zip(self.pieces, self.sums, strict=True):
            self.builder.store(self.builder.load(total), self._at(self.slope, start, lanes), align=self.align)

    def _dot(self, x):
        """A row's products with theta, added up to one vector of at most ROWS lanes."""
        products = [self.builder.fmul(*pair, flags=FLAGS) for pair in zip(x, self.theta, strict=True)]
        total = products[0]
        for product in products[1:]:
            while total.type.count > max(ROWS, product.type.count):
                total = self._halved(total)
            total = self._plus(total, self._widened(product, total.type.count))
        while total.type.count > ROWS:
            total = self._halved(total)
        return total

    def _four_sums(self, a, b, c, d):
        """The sums over the lanes of four vectors, as one vector of four."""
        if a.type.count == ROWS:
            ab, cd = (
                (self._plus(self._pick(p, q, 0, 4, 2, 6), self._pick(p, q, 1, 5, 3, 7))) for p, q in ((a, b), (c, d))
            )
            return self._plus(self._pick(ab, cd, 0, 1, 4, 5), self._pick(ab, cd, 2, 3, 6, 7))
        if a.type.count == 2:
            a, b = (self._plus(self._pick(p, q, 0, 2), self._pick(p, q, 1, 3)) for p, q in ((a, b), (c, d)))
        else:
            a, b = self._pick(a, b, 0, 1), self._pick(c, d, 0, 1)
        return self._pick(a, b, 0, 1, 2, 3)

    def _one_sum(self, vector):
        while vector.type.count > 1:
            vector = self._halved(vector)
        return vector

    def _halved(self, vector):
        half = vector.type.count // 2
        return self._plus(self._pick(vector, vector, *range(half)), self._pick(vector, vector, *range(half, 2 * half)))

    def _widened(self, vector, lanes):
        """With zeros behind."""
        zeros = ir.Constant(vector.type, [0.0] * vector.type.count)
        own = vector.type.count
        return vector if lanes == own else self._pick(vector, zeros, *range(own), *[own] * (lanes - own))

    def _spread(self, vector, lane, lanes):
        return self._pick(vector, vector, *[lane] * lanes)

    def _plus(self, a, b):
        return self.builder.fadd(a, b, flags=FLAGS)

    def _pick(self, a, b, *lanes):
        return self.builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), list(lanes)))

    def _load(self, data, start, lanes):
        return self.builder.load(self._at(data, start, lanes), align=self.align)

    def _at(self, data, start, lanes):
        place = self.builder.gep(data, [start if isinstance(start, ir.Value) else ir.IntType(64)(start)])
        return self.builder.bitcast(place, ir.VectorType(self.number, lanes).as_pointer())


def _pieces(n, most):
    """A row as vectors of falling powers of two: (first feature, lanes)."""
    pieces, start = [], 0
    while start < n:
        lanes = min(most, 1 << (n - start).bit_length() - 1)
        pieces.append((start, lanes))
        start += lanes
    return pieces
