"""Rows of a known, small number of features: theta and the sum stay in registers."""

from functools import reduce

from numba.core import cgutils

from .widths import INDEX


class Held:
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
