"""The bounds that a suite states, checked: an invalid bound would let wrong answers pass."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import parts
from ..contract import Bound, Inputs, Operation, Tolerance, Unsupported
from ..errors import SuiteFault
from ..parts import Output
from ..records import words
from .verify import output_dtype


def stated(
    operation: Operation, inputs: Inputs, expected: Output, algorithm: str, dtype: str, *, generated: bool
) -> Bound | tuple[Bound, ...]:
    """The bound of one algorithm's errors, in the shape of ``expected``; one per part if that is a tuple.

    Raises `SuiteFault` if the suite states no valid bound, and `Unsupported` if
    rounding alone may destroy the result of a user's data.
    """
    number, where = parts.count(expected), f"operations.py: {operation.name}"
    names = [f"{where}: {parts.named(place, number)}" for place in range(max(1, number))]
    arrays = parts.of(expected)
    if operation.tolerance:
        tolerances = zip(*(_of_parts(operation, name, number, where) for name in ("rtol", "atol")), strict=True)
        told = zip(tolerances, arrays, names, strict=True)
        return parts.like([_tolerance(*each, dtype, exact=bool(number)) for each in told], number)
    found = _each(operation.bound, inputs, expected, algorithm, where)
    at = f"for {_shapes(inputs)} in {dtype}, algorithm {algorithm},"
    bounds = [
        _exact(array, name)
        if each is None and (number or operation.bound is None)
        else _checked(each, array, f"{name}its bound {at}", dtype, generated=generated)
        for each, array, name in zip(found, arrays, names, strict=True)
    ]
    return parts.like(bounds, number)


def _each(bound: Any, inputs: Inputs, expected: Output, algorithm: str, where: str) -> list[Any]:
    """The stated bound of each part; None for a part without a bound."""
    number = parts.count(expected)
    if bound is None:
        return [None] * max(1, number)
    found = bound(inputs, expected, algorithm)
    if not number:
        return [found]
    many = isinstance(found, tuple | list) and not isinstance(found, Bound)
    if not many or len(found) != number:
        stated = f"{len(found)} bounds" if many else "one bound"
        raise SuiteFault(
            f"{where}: returns {stated}, but the output is a tuple of {number}; return a tuple of as many bounds,"
            " with None for integers"
        )
    return list(found)


def _exact(expected: NDArray[Any], where: str) -> Bound:
    if expected.dtype.kind not in "iub":
        raise SuiteFault(f"{where}its output is {expected.dtype}; state a bound or rtol=… to judge it")
    return Bound(np.zeros(expected.shape), np.zeros(expected.shape))


def _checked(found: Any, expected: NDArray[Any], where: str, dtype: str, *, generated: bool) -> Bound:
    forms = [_form(each, expected, where) for each in (found if isinstance(found, Bound) else (found, found))]
    judged = np.isfinite(_rounded(expected, dtype))
    for form in forms:
        _refuse(np.isnan(form) & judged, "is NaN", where)
        _refuse((form < 0) & judged, "is negative", where)
    _refuse_infinite(forms, judged, where, dtype, generated=generated)
    return Bound(*forms)


def _refuse_infinite(
    forms: list[NDArray[Any]], judged: NDArray[np.bool_], where: str, dtype: str, *, generated: bool
) -> None:
    worst, statistical = (np.isinf(form) & judged for form in forms)
    _refuse(worst & statistical, "is infinite: no answer would be wrong; raise contract.Unsupported instead", where)
    if not generated and worst.any():
        raise Unsupported(f"no error bound: rounding in {dtype} may destroy every digit; use fewer rows or scale")


def _refuse(bad: NDArray[np.bool_], what: str, where: str) -> None:
    if bad.any():
        raise SuiteFault(f"{where} {what} ({int(bad.sum())} of {bad.size} components)")


def _form(found: Any, expected: NDArray[Any], where: str) -> NDArray[np.float64]:
    if np.iscomplexobj(found):
        raise SuiteFault(f"{where} is complex")
    try:
        form = np.asarray(found, np.float64)
    except (TypeError, ValueError) as error:
        raise SuiteFault(f"{where} is not an array of real numbers: {error}") from error
    try:
        return np.broadcast_to(form, expected.shape)
    except ValueError as error:
        raise SuiteFault(f"{where} has the shape {form.shape}, the output {expected.shape}") from error


def _of_parts(operation: Operation, name: str, number: int, where: str) -> list[Any]:
    """The stated ``rtol`` or ``atol`` of each part."""
    stated = getattr(operation, name)
    if not isinstance(stated, tuple):
        return [stated] * max(1, number)
    if len(stated) != number:
        output = f"a tuple of {number}" if number else "one array"
        raise SuiteFault(f"{where}: {name} has {len(stated)} parts, but the output is {output}; state as many")
    return list(stated)


def _tolerance(stated: tuple[Any, Any], expected: NDArray[Any], where: str, dtype: str, *, exact: bool) -> Bound:
    """``stated`` is ``rtol`` and ``atol``; ``exact``: integers, which must be equal."""
    if (exact and expected.dtype.kind in "iub") or stated == (None, None):
        return _exact(expected, where)
    relative, absolute = (_by_dtype(value, dtype, where) for value in stated)
    with np.errstate(over="ignore", invalid="ignore"):
        limit = np.asarray(absolute + relative * np.abs(expected), np.float64)
    return Tolerance(limit, limit)


def _by_dtype(value: Any, dtype: str, where: str) -> float:
    if not isinstance(value, dict):
        return float(value or 0.0)
    if dtype not in value:
        raise SuiteFault(f"{where}its tolerance has {', '.join(value)} but not {dtype}; add it, or omit --dtype")
    return float(value[dtype])


def _rounded(expected: NDArray[Any], dtype: str) -> NDArray[Any]:
    with np.errstate(over="ignore", invalid="ignore"):
        return expected.astype(output_dtype(expected, dtype))


def _shapes(inputs: Inputs) -> str:
    return ", ".join(
        f"{name} {np.shape(value)}" if np.ndim(value) else words({name: value}) for name, value in inputs.items()
    )
