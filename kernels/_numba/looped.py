"""Rows of any number of features, in loops over vectors; long ones are fetched ahead."""

from contextlib import contextmanager
from functools import reduce

from llvmlite import ir
from numba.core import cgutils

from .widths import INDEX, ROWS

LINE_BYTES = 64
AHEAD_BYTES = 4096
"""Of each next row, fetched while a row is added to the sum: with these, four rows fill the first cache."""

UNCACHED_BYTES = 2**23
"""Of a thread's rows, above which they are fetched ahead: fewer may be in a cache, where it saves nothing."""

READ, FIRST_CACHE, DATA = 0, 3, 1
"""What LLVM's prefetch is told."""


class Looped:
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
