"""Compiled loops over rows, a row of every quarter at once, in explicit vectors.

A compiler cannot do this by itself: it fetches theta and the sum from memory
for every row, leaves what does not fill its vectors to single numbers, and
reads one row after another. Four rows far apart are four streams through
memory, which brings a quarter more than one; rows side by side are not. Where
theta and the sum fit into registers the code is made for that number of
features.
"""

from functools import cache

from llvmlite import ir
from numba import njit, types

from .intrinsics import emitted
from .vectors import Rows
from .widths import MOST_HELD_BYTES, ROWS


def features(X):
    """For which number of features code is made: X's own where it is small, else 0, which stands for any."""
    return X.shape[1] if X.shape[1] * X.itemsize <= MOST_HELD_BYTES else 0


@cache
def predict(n):
    """A compiled ``(X, theta, first, last, out)``: Xθ of some rows. ``n`` as `features` says, here and below."""

    @njit
    def rows(X, theta, first, last, out):
        _predict(X, theta, first, last, out, n)

    return rows


@cache
def residuals(n):
    """A compiled ``(X, y, theta, first, last, out)``: y − Xθ."""

    @njit
    def rows(X, y, theta, first, last, out):
        _residuals(X, y, theta, first, last, out, n)

    return rows


@cache
def squares(n):
    """A compiled ``(X, y, theta, first, last)``: Σ(Xθ − y)²."""

    @njit
    def rows(X, y, theta, first, last):
        return _squares(X, y, theta, first, last, n)

    return rows


@cache
def add_gradient(n):
    """A compiled ``(X, y, theta, first, last, slope)``: adds Xᵀ(Xθ − y) to slope."""

    @njit
    def rows(X, y, theta, first, last, slope):
        _add_gradient(X, y, theta, first, last, slope, n)

    return rows


@emitted
def _predict(typing_context, X, theta, first, last, out, n):
    def emit(context, builder, signature, arguments):
        rows = Rows(context, builder, signature.args, arguments, X=0, theta=1, out=4)

        def write(places):
            rows.scatter("out", places, rows.predicted(places))

        rows.each(arguments[2], arguments[3], write)
        return context.get_dummy_value()

    return _where_dense(types.void, (X, theta), (out,), n, emit)


@emitted
def _residuals(typing_context, X, y, theta, first, last, out, n):
    def emit(context, builder, signature, arguments):
        rows = Rows(context, builder, signature.args, arguments, X=0, y=1, theta=2, out=5)

        def write(places):
            rows.scatter("out", places, rows.errors(places, negated=True))

        rows.each(arguments[3], arguments[4], write)
        return context.get_dummy_value()

    return _where_dense(types.void, (X, y, theta), (out,), n, emit)


@emitted
def _squares(typing_context, X, y, theta, first, last, n):
    def emit(context, builder, signature, arguments):
        rows = Rows(context, builder, signature.args, arguments, X=0, y=1, theta=2)
        totals = [rows.variable(count) for count in (ROWS, 1)]

        def add(places):
            errors = rows.errors(places)
            rows.add_to(totals[len(places) == 1], rows.times(errors, errors))

        rows.each(arguments[3], arguments[4], add)
        both = [rows.one_sum(builder.load(total)) for total in totals]
        return builder.extract_element(rows.plus(*both), ir.IntType(32)(0))

    return _where_dense(X.dtype, (X, y, theta), (), n, emit)


@emitted
def _add_gradient(typing_context, X, y, theta, first, last, slope, n):
    def emit(context, builder, signature, arguments):
        rows = Rows(context, builder, signature.args, arguments, X=0, y=1, theta=2, out=5)
        rows.row.add_gradient(arguments[3], arguments[4])
        return context.get_dummy_value()

    return _where_dense(types.void, (X, y, theta), (slope,), n, emit)


def _where_dense(result, read, written, n, emit):
    """What an intrinsic returns: None until Numba asks again with n's own value."""
    if not isinstance(n, types.IntegerLiteral) or not all(array.layout == "C" for array in (*read, *written)):
        return None
    return result(*read, types.intp, types.intp, *written, n), emit
