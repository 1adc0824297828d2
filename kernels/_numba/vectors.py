"""The instructions of `rows`: four rows of X at once, or one, in vectors; emitted into a function of Numba's."""

from contextlib import contextmanager
from functools import reduce

from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba import config
from numba.core import cgutils


def has_wide_vectors(features, restricted):
    """Whether a processor has 32 registers of 64 bytes. ``restricted``: Numba is told to do without its features."""
    return not restricted and bool(features.get("avx512f") and features.get("avx512vl"))


NARROW_BYTES = 32
SET = vars(config)
WIDE = has_wide_vectors(get_host_cpu_features(), SET["CPU_NAME"] or SET["CPU_FEATURES"] or not SET["ENABLE_AVX"])
VECTOR_BYTES = 64 if WIDE else NARROW_BYTES
MOST_HELD_BYTES = 832 if WIDE else 192
"""Of a row: theta and the sum fill 12 of AVX2's 16 registers, or 26 of AVX-512's 32."""

LINE_BYTES = 64
AHEAD_BYTES = 4096
"""Of each next row, fetched while a row is added to the sum: with these, four rows fill the first cache."""

UNCACHED_BYTES = 2**23
"""Of a thread's rows, above which they are fetched ahead: fewer may be in a cache, where it saves nothing."""

ROWS = 4
INDEX = ir.IntType(64)
READ, FIRST_CACHE, DATA = 0, 3, 1
"""What LLVM's prefetch is told."""
FLAGS = ("contract", "nsz")
"""The order of sums is chosen here: a compiler that may change it hangs all four rows' products on one chain."""


def vector_bytes(row_bytes):
    """Of the vectors for a row; 0 bytes stand for any. A row shorter than two wide ones fills narrow ones better."""
    return NARROW_BYTES if 0 < row_bytes < 2 * VECTOR_BYTES else VECTOR_BYTES


class Rows:
    """Emits code for four rows, or one, at once."""

    def __init__(self, context, builder, kinds, values, **places):
        self.builder = builder
        arrays = {
            name: context.make_array(kinds[place])(context, builder, values[place]) for name, place in places.items()
        }
        self.data = {name: array.data for name, array in arrays.items()}
        self.number = context.get_value_type(kinds[places["theta"]].dtype)
        self.itemsize = 8 if isinstance(self.number, ir.DoubleType) else 4
        known = kinds[-1].literal_value
        self.lanes = vector_bytes(known * self.itemsize) // self.itemsize
        self.n = INDEX(known) if known > 0 else builder.extract_value(arrays["theta"].shape, 0)
        self.row = _Held(self, known) if known > 0 else _Looped(self)

    def each(self, first, last, emit):
        """``emit(places)`` with a row of every quarter, again and again; then with each of the rows left."""
        builder = self.builder
        quarter = builder.udiv(builder.sub(last, first), INDEX(ROWS))
        with cgutils.for_range_slice(builder, INDEX(0), quarter, INDEX(1), inc=True) as (step, _):
            emit(self.places(first, quarter, step))
        rest = builder.add(first, builder.mul(quarter, INDEX(ROWS)))
        with cgutils.for_range_slice(builder, rest, last, INDEX(1), inc=True) as (place, _):
            emit([place])

    def each_ahead(self, first, last, add):
        """``add(places, errors)`` as in `each`, the next rows' errors beside it: neither waits for the other."""
        builder = self.builder
        quarter = builder.udiv(builder.sub(last, first), INDEX(ROWS))
        with builder.if_then(builder.icmp_signed(">", quarter, INDEX(0))):
            errors = cgutils.alloca_once_value(builder, self.errors(self.places(first, quarter, INDEX(0))))
            final = builder.sub(quarter, INDEX(1))
            with cgutils.for_range_slice(builder, INDEX(0), final, INDEX(1), inc=True) as (step, _):
                following = self.errors(self.places(first, quarter, builder.add(step, INDEX(1))))
                add(self.places(first, quarter, step), builder.load(errors))
                builder.store(following, errors)
            add(self.places(first, quarter, final), builder.load(errors))
        rest = builder.add(first, builder.mul(quarter, INDEX(ROWS)))
        with cgutils.for_range_slice(builder, rest, last, INDEX(1), inc=True) as (place, _):
            add([place], self.errors([place]))

    def places(self, first, quarter, step):
        """The rows that are read together: as many streams through memory are faster than one."""
        builder, begin = self.builder, self.builder.add(first, step)
        return [builder.add(begin, builder.mul(quarter, INDEX(row))) for row in range(ROWS)]

    def predicted(self, places):
        """Xθ of some rows, as one vector."""
        return self.joined(self.row.dots(self.starts(places)))

    def errors(self, places, negated=False):
        """Xθ − y, or y − Xθ."""
        pair = self.predicted(places), self.gather("y", places)
        return self.builder.fsub(*(reversed(pair) if negated else pair), flags=FLAGS)

    def starts(self, places):
        """Where rows begin in X."""
        return [self.builder.mul(place, self.n) for place in places]

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
        while len(terms) > 1:
            terms = [self.plus(*terms[:2]), *([self.plus(*terms[2:])] if terms[2:] else [])]
        return terms[0]

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

    def gather(self, name, places):
        vector = ir.Constant(ir.VectorType(self.number, len(places)), ir.Undefined)
        for lane, place in enumerate(places):
            number = self.builder.load(self.builder.gep(self.data[name], [place]))
            vector = self.builder.insert_element(vector, number, ir.IntType(32)(lane))
        return vector

    def scatter(self, name, places, vector):
        for lane, place in enumerate(places):
            number = self.builder.extract_element(vector, ir.IntType(32)(lane))
            self.builder.store(number, self.builder.gep(self.data[name], [place]))

    def write(self, name, start, vector):
        self.builder.store(vector, self.at(name, start, vector.type.count), align=self.itemsize)

    def at(self, name, start, lanes):
        place = self.builder.gep(self.data[name], [start if isinstance(start, ir.Value) else INDEX(start)])
        return self.builder.bitcast(place, ir.VectorType(self.number, lanes).as_pointer())

    def halved(self, vector):
        half = vector.type.count // 2
        return self.plus(self._pick(vector, vector, *range(half)), self._pick(vector, vector, *range(half, 2 * half)))

    def without(self, vector, count):
        """With zeros in the first lanes."""
        zeros, lanes = ir.Constant(vector.type, [0.0] * vector.type.count), vector.type.count
        return self._pick(vector, zeros, *[lanes] * count, *range(count, lanes)) if count else vector

    def _spread(self, vector, lane, lanes):
        return self._pick(vector, vector, *[lane] * lanes)

    def _pick(self, a, b, *lanes):
        return self.builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), list(lanes)))


class _Held:
    """Rows of a known, small number of features, in vectors of one width; theta and the sum in registers.

    The last vector reaches back over features that the one before has: there theta is zero, and their sums are dropped.
    """

    def __init__(self, rows, n):
        self.rows = rows
        self.lanes = min(rows.lanes, 1 << n.bit_length() - 1)
        whole = n // self.lanes * self.lanes
        self.starts = [*range(0, whole, self.lanes), *([n - self.lanes] if whole < n else [])]
        self.theta = [rows.load("theta", start, self.lanes) for start in self.starts]
        self.theta[-1] = rows.without(self.theta[-1], (self.lanes - n + whole) % self.lanes)

    def dots(self, starts):
        """Each row's products with theta, added up to one vector."""
        rows = self.rows
        return [reduce(rows.plus, map(rows.times, self._x(start), self.theta)) for start in starts]

    def add_gradient(self, first, last):
        rows, builder = self.rows, self.rows.builder
        sums = [cgutils.alloca_once_value(builder, rows.load("out", start, self.lanes)) for start in self.starts]

        def add(places, errors):
            xs = [self._x(start) for start in rows.starts(places)]
            for total, columns in zip(sums, zip(*xs, strict=True), strict=True):
                rows.add_to(total, rows.term(errors, columns))

        rows.each_ahead(first, last, add)
        for start, total in reversed([*zip(self.starts, sums, strict=True)]):
            rows.write("out", start, builder.load(total))

    def _x(self, start):
        return [self.rows.load("X", self.rows.builder.add(start, INDEX(place)), self.lanes) for place in self.starts]


class _Looped:
    """Rows of any number of features: loops over vectors, one masked vector for what is left."""

    def __init__(self, rows):
        builder, self.rows, self.lanes = rows.builder, rows, rows.lanes
        self.line = max(self.lanes, LINE_BYTES // rows.itemsize)
        self.kind = ir.VectorType(rows.number, self.lanes)
        self.whole = builder.and_(rows.n, INDEX(-self.lanes))
        self.pairs = builder.and_(rows.n, INDEX(-2 * self.lanes))
        lane = ir.Constant(ir.VectorType(INDEX, self.lanes), list(range(self.lanes)))
        left = builder.insert_element(ir.Constant(lane.type, ir.Undefined), builder.sub(rows.n, self.whole), INDEX(0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes)
        self.mask = builder.icmp_signed("<", lane, builder.shuffle_vector(left, left, zeros))
        self.theta_left = self._masked("theta", self.whole)

    def dots(self, starts):
        """Each row's products with theta, added up to one vector."""
        rows, builder = self.rows, self.rows.builder
        sums = [[rows.variable(self.lanes) for _ in starts] for _ in range(2)]

        def add(place, totals):
            theta = rows.load("theta", place, self.lanes)
            for start, total in zip(starts, totals, strict=True):
                x = rows.load("X", builder.add(start, place), self.lanes)
                rows.add_to(total, rows.times(x, theta))

        with _places(builder, INDEX(0), self.pairs, 2 * self.lanes) as place:
            add(place, sums[0])
            add(builder.add(place, INDEX(self.lanes)), sums[1])
        with _places(builder, self.pairs, self.whole, self.lanes) as place:
            add(place, sums[0])
        left = [rows.times(x, self.theta_left) for x in self._left(starts)]
        return [reduce(rows.plus, [*map(builder.load, each[:-1]), each[-1]]) for each in zip(*sums, left, strict=True)]

    def add_gradient(self, first, last):
        left, ahead = self.rows.variable(self.lanes), self._ahead(self.rows.builder.sub(last, first))

        def add(places):
            self._add(places, self.rows.errors(places), left, ahead if len(places) == ROWS else INDEX(0))

        self.rows.each(first, last, add)
        self._store_left(self.rows.builder.load(left))

    def _ahead(self, count):
        """How many numbers of the next rows are fetched ahead: a whole number of cache lines, 0 from a cache."""
        rows, builder = self.rows, self.rows.builder
        row_bytes = builder.mul(rows.n, INDEX(rows.itemsize))
        many = builder.icmp_unsigned(">", builder.mul(count, row_bytes), INDEX(UNCACHED_BYTES))
        most = INDEX(AHEAD_BYTES // rows.itemsize)
        ahead = builder.select(builder.icmp_unsigned("<", rows.n, most), rows.n, most)
        return builder.select(many, builder.and_(ahead, INDEX(-self.line)), INDEX(0))

    def _add(self, places, errors, left, ahead):
        rows, starts = self.rows, self.rows.starts(places)
        with _places(rows.builder, INDEX(0), ahead, self.line) as place:
            self._fetch_next(starts, place)
            for lane in range(0, self.line, self.lanes):
                self._add_at(starts, rows.builder.add(place, INDEX(lane)), errors)
        with _places(rows.builder, ahead, self.whole, self.lanes) as place:
            self._add_at(starts, place, errors)
        rows.add_to(left, rows.term(errors, self._left(starts)))

    def _fetch_next(self, starts, place):
        """A line of each following row. Beyond the last row there is none, and fetching it does no harm."""
        rows, builder = self.rows, self.rows.builder
        for start in starts:
            pointer = rows.at("X", builder.add(builder.add(start, rows.n), place), self.lanes)
            kind = ir.FunctionType(ir.VoidType(), [pointer.type, *[ir.IntType(32)] * 3])
            fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
            builder.call(fetch, [pointer, *map(ir.IntType(32), (READ, FIRST_CACHE, DATA))])

    def _add_at(self, starts, place, errors):
        rows = self.rows
        xs = [rows.load("X", rows.builder.add(start, place), self.lanes) for start in starts]
        rows.write("out", place, rows.plus(rows.load("out", place, self.lanes), rows.term(errors, xs)))

    def _left(self, starts):
        return [self._masked("X", self.rows.builder.add(start, self.whole)) for start in starts]

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
