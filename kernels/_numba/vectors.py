"""The instructions of `rows`: four rows of X at once, or one, in vectors; emitted into a function of Numba's."""

from llvmlite import ir
from numba.core import cgutils

from .held import Held
from .looped import Looped
from .widths import INDEX, ROWS, vector_bytes

FLAGS = ("contract", "nsz")
"""The order of sums is chosen here: a compiler that may change it hangs all four rows' products on one chain."""


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
        self.row = Held(self, known) if known > 0 else Looped(self)

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
