"""Compiled loops over rows, four at a time, in explicit vectors.

A compiler cannot do this by itself: it fetches theta and the sum from memory
for every four rows, leaves what does not fill its vectors to single numbers,
and reads the rows twice, one loop after the other, while memory waits. Here,
up to MOST_HELD features, theta and the sum stay in registers, in code made for
that number; beyond, each loop adds the products of four rows while it reads
the next four.
"""

from contextlib import contextmanager
from functools import cache, reduce

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

VECTOR_BYTES = 32
ROWS = 4
INDEX = ir.IntType(64)
KEPT_BYTES = 28 * 1024
"""Of the first cache. Rows too long for it are added after they are read."""

FLAGS = ("reassoc", "contract", "nsz", "arcp")
MOST_HELD = 16
"""Features of which theta and the sum fit into the registers of AVX2."""


def features(X):
    """For which number of features code is made: X's own where it is small, else 0, which stands for any."""
    return X.shape[1] if X.shape[1] <= MOST_HELD else 0


@cache
def predict(n):
    """A compiled ``(X, theta, first, last, out)``: Xθ of some rows. ``n`` as `features` says, here and below."""

    @njit
    def rows(X, theta, first, last, out):
        _predict(X, theta, first, last, out, n)  # pyright: ignore[reportCallIssue]  numba adds the context

    return rows


@cache
def residuals(n):
    """A compiled ``(X, y, theta, first, last, out)``: y − Xθ."""

    @njit
    def rows(X, y, theta, first, last, out):
        _residuals(X, y, theta, first, last, out, n)  # pyright: ignore[reportCallIssue]

    return rows


@cache
def squares(n):
    """A compiled ``(X, y, theta, first, last)``: Σ(Xθ − y)²."""

    @njit
    def rows(X, y, theta, first, last):
        return _squares(X, y, theta, first, last, n)  # pyright: ignore[reportCallIssue]

    return rows


@cache
def add_gradient(n):
    """A compiled ``(X, y, theta, first, last, slope)`` that adds Xᵀ(Xθ − y) to slope."""

    @njit
    def rows(X, y, theta, first, last, slope):
        _add_gradient(X, y, theta, first, last, slope, n)  # pyright: ignore[reportCallIssue]

    return rows


@intrinsic
def _predict(typing_context, X, theta, first, last, out, n):
    def emit(context, builder, signature, arguments):
        rows = _Rows(context, builder, signature.args, arguments, X=0, theta=1, out=4)

        def write(index, count):
            rows.write("out", index, rows.predicted(index, count))

        rows.each(arguments[2], arguments[3], write)
        return context.get_dummy_value()

    return _where_dense(types.void, (X, theta), (out,), n, emit)


@intrinsic
def _residuals(typing_context, X, y, theta, first, last, out, n):
    def emit(context, builder, signature, arguments):
        rows = _Rows(context, builder, signature.args, arguments, X=0, y=1, theta=2, out=5)

        def write(index, count):
            rows.write("out", index, rows.errors(index, count, negated=True))

        rows.each(arguments[3], arguments[4], write)
        return context.get_dummy_value()

    return _where_dense(types.void, (X, y, theta), (out,), n, emit)


@intrinsic
def _squares(typing_context, X, y, theta, first, last, n):
    def emit(context, builder, signature, arguments):
        rows = _Rows(context, builder, signature.args, arguments, X=0, y=1, theta=2)
        totals = [rows.variable(count) for count in (ROWS, 1)]

        def add(index, count):
            errors = rows.errors(index, count)
            rows.add_to(totals[count == 1], rows.times(errors, errors))

        rows.each(arguments[3], arguments[4], add)
        both = [rows.one_sum(builder.load(total)) for total in totals]
        return builder.extract_element(rows.plus(*both), ir.IntType(32)(0))

    return _where_dense(X.dtype, (X, y, theta), (), n, emit)


@intrinsic
def _add_gradient(typing_context, X, y, theta, first, last, slope, n):
    def emit(context, builder, signature, arguments):
        rows = _Rows(context, builder, signature.args, arguments, X=0, y=1, theta=2, out=5)
        rows.row.add_gradient(arguments[3], arguments[4])
        return context.get_dummy_value()

    return _where_dense(types.void, (X, y, theta), (slope,), n, emit)


def _where_dense(result, read, written, n, emit):
    """What an intrinsic returns: None until Numba asks again with n's own value."""
    if not isinstance(n, types.IntegerLiteral) or not all(array.layout == "C" for array in (*read, *written)):
        return None
    return result(*read, types.intp, types.intp, *written, n), emit


class _Rows:
    """Emits code for four rows, or one, at once."""

    def __init__(self, context, builder, kinds, values, **places):
        self.builder = builder
        arrays = {
            name: context.make_array(kinds[place])(context, builder, values[place]) for name, place in places.items()
        }
        self.data = {name: array.data for name, array in arrays.items()}
        self.number = context.get_value_type(kinds[places["theta"]].dtype)
        self.itemsize = 8 if isinstance(self.number, ir.DoubleType) else 4
        self.lanes = VECTOR_BYTES // self.itemsize
        known = kinds[-1].literal_value
        self.n = INDEX(known) if known else builder.extract_value(arrays["theta"].shape, 0)
        self.row = _Held(self, known) if known else _Looped(self)

    def each(self, first, last, emit):
        """``emit(index, 4)`` for whole fours, ``emit(index, 1)`` for the rows left."""
        builder = self.builder
        whole = builder.add(first, builder.and_(builder.sub(last, first), INDEX(-ROWS)))
        for start, end, count in ((first, whole, ROWS), (whole, last, 1)):
            with cgutils.for_range_slice(builder, start, end, INDEX(count), inc=True) as (index, _):
                emit(index, count)

    def predicted(self, index, count):
        """Xθ of the rows from index on, as one vector."""
        return self.joined(self.row.dots(self.starts(index, count)))

    def errors(self, index, count, negated=False):
        """Xθ − y, or y − Xθ."""
        pair = self.predicted(index, count), self.load("y", index, count)
        return self.builder.fsub(*(reversed(pair) if negated else pair), flags=FLAGS)

    def starts(self, index, count):
        """Where the rows begin in X."""
        return [self.builder.mul(self.builder.add(index, INDEX(row)), self.n) for row in range(count)]

    def joined(self, totals):
        """The sums over the lanes of four vectors, or one, as one vector."""
        while totals[0].type.count > ROWS:
            totals = [self.halved(total) for total in totals]
        if len(totals) < ROWS:
            sums = [self.one_sum(total) for total in totals]
            return sums[0] if len(sums) == 1 else self._pick(*sums, 0, 1)
        a, b, c, d = totals
        if a.type.count == ROWS:
            ab, cd = (
                (self.plus(self._pick(p, q, 0, 4, 2, 6), self._pick(p, q, 1, 5, 3, 7))) for p, q in ((a, b), (c, d))
            )
            return self.plus(self._pick(ab, cd, 0, 1, 4, 5), self._pick(ab, cd, 2, 3, 6, 7))
        if a.type.count == 2:
            a, b = (self.plus(self._pick(p, q, 0, 2), self._pick(p, q, 1, 3)) for p, q in ((a, b), (c, d)))
        else:
            a, b = self._pick(a, b, 0, 1), self._pick(c, d, 0, 1)
        return self._pick(a, b, 0, 1, 2, 3)

    def one_sum(self, vector):
        while vector.type.count > 1:
            vector = self.halved(vector)
        return vector

    def term(self, errors, xs):
        """What some rows add to some lanes of the gradient."""
        terms = [self.times(self._spread(errors, row, x.type.count), x) for row, x in enumerate(xs)]
        return reduce(self.plus, terms)

    def variable(self, lanes):
        kind = ir.VectorType(self.number, lanes)
        place = cgutils.alloca_once(self.builder, kind)
        self.builder.store(ir.Constant(kind, [0.0] * lanes), place)
        return place

    def add_to(self, total, term):
        self.builder.store(self.plus(self.builder.load(total), term), total)

    def plus(self, a, b):
        return self.builder.fadd(a, b, flags=FLAGS)

    def times(self, a, b):
        return self.builder.fmul(a, b, flags=FLAGS)

    def load(self, name, start, lanes):
        return self.builder.load(self.at(name, start, lanes), align=self.itemsize)

    def write(self, name, start, vector):
        self.builder.store(vector, self.at(name, start, vector.type.count), align=self.itemsize)

    def at(self, name, start, lanes):
        place = self.builder.gep(self.data[name], [start if isinstance(start, ir.Value) else INDEX(start)])
        return self.builder.bitcast(place, ir.VectorType(self.number, lanes).as_pointer())

    def halved(self, vector):
        half = vector.type.count // 2
        return self.plus(self._pick(vector, vector, *range(half)), self._pick(vector, vector, *range(half, 2 * half)))

    def widened(self, vector, lanes):
        """With zeros behind."""
        zeros, own = ir.Constant(vector.type, [0.0] * vector.type.count), vector.type.count
        return vector if lanes == own else self._pick(vector, zeros, *range(own), *[own] * (lanes - own))

    def _spread(self, vector, lane, lanes):
        return self._pick(vector, vector, *[lane] * lanes)

    def _pick(self, a, b, *lanes):
        return self.builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), list(lanes)))


class _Held:
    """Rows of a known, small number of features: vectors of falling powers of two, theta and sum in registers."""

    def __init__(self, rows, n):
        self.rows = rows
        self.pieces, start = [], 0
        while start < n:
            lanes = min(rows.lanes, 1 << (n - start).bit_length() - 1)
            self.pieces.append((start, lanes))
            start += lanes
        self.theta = [rows.load("theta", *piece) for piece in self.pieces]

    def dots(self, starts):
        """Each row's products with theta, added up to one vector of at most ROWS lanes."""
        return [self._dot(self._x(start)) for start in starts]

    def add_gradient(self, first, last):
        rows, builder = self.rows, self.rows.builder
        sums = [cgutils.alloca_once_value(builder, rows.load("out", *piece)) for piece in self.pieces]

        def emit(index, count):
            errors = rows.errors(index, count)
            xs = [self._x(start) for start in rows.starts(index, count)]
            for place, total in enumerate(sums):
                rows.add_to(total, rows.term(errors, [x[place] for x in xs]))

        rows.each(first, last, emit)
        for (start, _), total in zip(self.pieces, sums, strict=True):
            rows.write("out", start, builder.load(total))

    def _x(self, start):
        rows = self.rows
        return [rows.load("X", rows.builder.add(start, INDEX(place)), lanes) for place, lanes in self.pieces]

    def _dot(self, x):
        rows = self.rows
        total, *products = map(rows.times, x, self.theta)
        for product in products:
            while total.type.count > max(ROWS, product.type.count):
                total = rows.halved(total)
            total = rows.plus(total, rows.widened(product, total.type.count))
        while total.type.count > ROWS:
            total = rows.halved(total)
        return total


class _Looped:
    """Rows of any number of features: a loop over four vectors at a time, one over what is left, one masked vector.

    Each row is read from its first to its last feature, the next one after it: of
    four streams through memory the processor's prefetching keeps up with one.
    """

    def __init__(self, rows):
        builder, self.rows, self.lanes = rows.builder, rows, rows.lanes
        self.kind = ir.VectorType(rows.number, self.lanes)
        self.whole = builder.and_(rows.n, INDEX(-self.lanes))
        self.fours = builder.and_(rows.n, INDEX(-4 * self.lanes))
        lane = ir.Constant(ir.VectorType(INDEX, self.lanes), list(range(self.lanes)))
        left = builder.insert_element(ir.Constant(lane.type, ir.Undefined), builder.sub(rows.n, self.whole), INDEX(0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes)
        self.mask = builder.icmp_signed("<", lane, builder.shuffle_vector(left, left, zeros))
        self.theta_left = self._masked("theta", self.whole)

    def dots(self, starts):
        """Each row's products with theta, added up to one vector."""
        return [self._dot(start) for start in starts]

    def add_gradient(self, first, last):
        """Adds the products of some rows while the next ones are read, so that memory never waits."""
        rows, builder = self.rows, self.rows.builder
        index, left = cgutils.alloca_once_value(builder, first), rows.variable(self.lanes)
        for count in (ROWS, 2):
            kept = INDEX(rows.itemsize * (2 * count + 2))  # of both groups of rows, theta and the sum
            with builder.if_then(builder.icmp_signed("<=", builder.mul(rows.n, kept), INDEX(KEPT_BYTES))):
                self._add_together(index, last, left, count)
        for count in (ROWS, 1):
            end = builder.sub(last, INDEX(count - 1))
            with cgutils.for_range_slice(builder, builder.load(index), end, INDEX(count), inc=True) as (at, _):
                self._add(rows.starts(at, count), rows.errors(at, count), left)
                builder.store(builder.add(at, INDEX(count)), index)
        self._store_left(builder.load(left))

    def _add_together(self, index, last, left, count):
        """Whole groups of ``count`` rows from index on, which is moved behind them."""
        rows, builder, step = self.rows, self.rows.builder, INDEX(count)
        first = builder.load(index)
        with builder.if_then(builder.icmp_signed("<=", builder.add(first, step), last)):
            errors = cgutils.alloca_once_value(builder, rows.errors(first, count))
            ahead = builder.sub(last, INDEX(2 * count - 1))
            with cgutils.for_range_slice(builder, first, ahead, step, inc=True) as (at, _):
                builder.store(self._add_and_read_on(at, builder.load(errors), left), errors)
                builder.store(builder.add(at, step), index)
            self._add(rows.starts(builder.load(index), count), builder.load(errors), left)
            builder.store(builder.add(builder.load(index), step), index)

    def _add_and_read_on(self, index, errors, left):
        """Adds some rows; the errors of the next ones. While one of those is read, a share of the features is added."""
        rows, builder, count = self.rows, self.rows.builder, errors.type.count
        following = builder.add(index, INDEX(count))
        starts, totals = rows.starts(index, count), []
        for row, start in enumerate(rows.starts(following, count)):
            begin = builder.mul(builder.udiv(self.fours, INDEX(count)), INDEX(row))

            def add(place, begin=begin):
                at = builder.add(begin, builder.udiv(place, INDEX(count)))
                for number in range(4 // count):
                    self._add_at(starts, builder.add(at, INDEX(number * self.lanes)), errors)

            totals.append(self._dot(start, add))
        self._add_rest(starts, errors, left)
        return builder.fsub(rows.joined(totals), rows.load("y", following, count), flags=FLAGS)

    def _dot(self, start, meanwhile=None):
        """A row's products with theta, added up to one vector; ``meanwhile(place)`` at every fourth vector."""
        rows, builder = self.rows, self.rows.builder
        sums = [rows.variable(self.lanes) for _ in range(4)]
        with _places(builder, INDEX(0), self.fours, 4 * self.lanes) as place:
            for number, total in enumerate(sums):
                self._multiply(start, builder.add(place, INDEX(number * self.lanes)), total)
            if meanwhile:
                meanwhile(place)
        with _places(builder, self.fours, self.whole, self.lanes) as place:
            self._multiply(start, place, sums[0])
        left = rows.times(self._masked("X", builder.add(start, self.whole)), self.theta_left)
        return reduce(rows.plus, [*map(builder.load, sums), left])

    def _multiply(self, start, place, total):
        rows = self.rows
        x = rows.load("X", rows.builder.add(start, place), self.lanes)
        rows.add_to(total, rows.times(x, rows.load("theta", place, self.lanes)))

    def _add(self, starts, errors, left):
        with _places(self.rows.builder, INDEX(0), self.fours, self.lanes) as place:
            self._add_at(starts, place, errors)
        self._add_rest(starts, errors, left)

    def _add_rest(self, starts, errors, left):
        with _places(self.rows.builder, self.fours, self.whole, self.lanes) as place:
            self._add_at(starts, place, errors)
        xs = [self._masked("X", self.rows.builder.add(start, self.whole)) for start in starts]
        self.rows.add_to(left, self.rows.term(errors, xs))

    def _add_at(self, starts, place, errors):
        rows = self.rows
        xs = [rows.load("X", rows.builder.add(start, place), self.lanes) for start in starts]
        rows.write("out", place, rows.plus(rows.load("out", place, self.lanes), rows.term(errors, xs)))

    def _masked(self, name, start):
        builder, pointer = self.rows.builder, self.rows.at(name, start, self.lanes)
        kinds = [pointer.type, ir.IntType(32), self.mask.type, self.kind]
        load = self._intrinsic("load", ir.FunctionType(self.kind, kinds))
        nothing = ir.Constant(self.kind, [0.0] * self.lanes)
        return builder.call(load, [pointer, ir.IntType(32)(self.rows.itemsize), self.mask, nothing])

    def _store_left(self, vector):
        rows, builder = self.rows, self.rows.builder
        pointer = rows.at("out", self.whole, self.lanes)
        kinds = [self.kind, pointer.type, ir.IntType(32), self.mask.type]
        store = self._intrinsic("store", ir.FunctionType(ir.VoidType(), kinds))
        added = rows.plus(self._masked("out", self.whole), vector)
        builder.call(store, [added, pointer, ir.IntType(32)(rows.itemsize), self.mask])

    def _intrinsic(self, what, kind):
        name = f"llvm.masked.{what}.v{self.lanes}f{8 * self.rows.itemsize}.p0"
        return cgutils.get_or_insert_function(self.rows.builder.module, kind, name)


@contextmanager
def _places(builder, first, end, step):
    """``for place in range(first, end, step)``."""
    with cgutils.for_range_slice(builder, first, end, INDEX(step), inc=True) as (place, _):
        yield place
