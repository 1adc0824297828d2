"""Output + oracle + bound -> verdict. Only this module says ``ok``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from .. import parts
from ..contract import Bound, Tolerance
from ..records import Verdict


def compare(output: Any, expected: Any, bound: Bound, dtype: str, *, generated: bool) -> Verdict:
    """Judges an output array against the oracle's, component by component.

    On generated data, the error must be within the smaller of both bounds. On a
    user's data, rounding errors may not be independent, so exceeding the
    statistical bound is only a warning. NaN is wrong if the oracle is finite, and
    required if the oracle is NaN. If the oracle overflows ``dtype``, any
    non-finite output is right.
    """
    output, expected = np.asarray(output), np.asarray(expected)
    if mismatch := shape_or_dtype(output, expected, dtype):
        return Verdict("wrong", mismatch)
    worst, statistical = (np.broadcast_to(form, expected.shape) for form in bound)
    found = piece(output, expected, Bound(worst, statistical), dtype, generated=generated)
    return in_all([found], expected.size, "tolerance" if isinstance(bound, Tolerance) else "bound")


@dataclass(frozen=True)
class Found:
    """Findings in some components of an output: how many are not finite, other faults, the largest error."""

    not_finite: int = 0
    reason: str = ""
    ratio: float = -1.0
    error: float | None = None
    limit: float | None = None
    over_statistical: float = 0.0


def piece(output: NDArray[Any], expected: NDArray[Any], bound: Bound, dtype: str, *, generated: bool) -> Found:
    """Judges some components of an array, all arrays of one shape."""
    defined, found = _non_finite(output, expected, dtype)
    if found.not_finite or found.reason:
        return found
    worst, statistical = bound.worst_case[defined], bound.statistical[defined]
    error = _error(output[defined], expected[defined])
    return _judge(error, np.fmin(worst, statistical) if generated else worst, statistical)


def in_all(pieces: Iterable[Found], size: int, what: str) -> Verdict:
    """The verdict on an array of ``size`` components from the findings in its pieces. ``what`` limits its errors."""
    found = list(pieces)
    if bad := sum(each.not_finite for each in found):
        return Verdict("wrong", f"{bad} of {size} components are not finite, but the true result is")
    if reason := next((each.reason for each in found if each.reason), ""):
        return Verdict("wrong", reason)
    worst = max(found, key=lambda each: each.ratio)
    if worst.error is None or worst.limit is None:
        return Verdict("ok", "")
    numbers = (worst.ratio, worst.error, worst.limit)
    if not worst.ratio <= 1:
        return Verdict("wrong", f"error {worst.error:.3g} exceeds the {what} {worst.limit:.3g}", *numbers)
    over = max(each.over_statistical for each in found)
    return Verdict("ok", "", *numbers, f"error is {over:.3g} times the statistical bound" if over > 1 else "")


def of_parts(verdicts: Sequence[Verdict], number: int) -> Verdict:
    """The verdict on an output of several parts: that of the first wrong part, else of the largest error."""
    told = [_named(verdict, parts.named(place, number)) for place, verdict in enumerate(verdicts)]
    if wrong := next((each for each in told if each.status != "ok"), None):
        return wrong
    warning = "; ".join(each.warning for each in told if each.warning)
    return replace(max(told, key=lambda each: each.error_over_bound or 0.0), warning=warning)


def compare_exact(output: Any, expected: Any, equal: Any, dtype: str) -> Verdict:
    """The exact test: every component must equal the expected integer or ratio. Both are arrays or tuples of them."""
    number = parts.count(expected)
    pairs = list(zip(map(np.asarray, parts.of(output)), map(np.asarray, parts.of(expected)), strict=True))
    for place, (one, other) in enumerate(pairs):
        if mismatch := shape_or_dtype(one, other, dtype):
            return Verdict("wrong", parts.named(place, number) + mismatch)
    if equal:
        return _same(equal(*(parts.like(each, number) for each in zip(*pairs, strict=True))))
    return of_parts([_same(np.array_equal(one, other)) for one, other in pairs], number)


def shape_or_dtype(output: Any, expected: Any, dtype: str) -> str:
    """Why an output cannot be compared, or ''. Both have a shape, and the output has a dtype."""
    if output.shape != expected.shape:
        return f"shape {output.shape}, not {expected.shape}"
    wanted = output_dtype(expected, dtype)
    if wanted.kind in "iu":
        return "" if output.dtype.kind in "iu" else f"dtype {output.dtype}, not integers"
    if output.dtype != wanted:
        return f"dtype {output.dtype}, not {wanted}"
    return ""


def output_dtype(expected: NDArray[Any], dtype: str) -> np.dtype[Any]:
    """What an output should be where the oracle's is this: of the case's precision, complex where the oracle's is.

    Integers have no precision; any width will do.
    """
    if expected.dtype.kind in "iub":
        return expected.dtype
    return np.result_type(dtype, np.complex64) if expected.dtype.kind == "c" else np.dtype(dtype)


def _named(verdict: Verdict, name: str) -> Verdict:
    told = {field: name + text for field in ("reason", "warning") if (text := getattr(verdict, field))}
    return replace(verdict, **told) if name else verdict


def _same(answer: Any) -> Verdict:
    if answer is True or (isinstance(answer, np.bool_) and bool(answer)):
        return Verdict("ok", "")
    return Verdict("wrong", "differs from the exact result")


def _error(output: NDArray[Any], expected: NDArray[Any]) -> NDArray[np.float64]:
    if expected.dtype.kind not in "iub":
        return np.abs(output - expected).astype(np.float64)
    distance = np.abs(output.astype(np.longdouble) - expected.astype(np.longdouble))
    return np.where(output == expected, 0.0, np.maximum(distance, 1.0)).astype(np.float64)


def _non_finite(output: NDArray[Any], expected: NDArray[Any], dtype: str) -> tuple[NDArray[np.bool_], Found]:
    with np.errstate(over="ignore"):
        rounded = expected.astype(output_dtype(expected, dtype))
    defined = np.isfinite(rounded)
    bad = defined & ~np.isfinite(output)
    reason = ""
    if (np.isnan(expected) & ~np.isnan(output)).any():
        reason = "a number, but the true result is undefined (NaN)"
    elif (np.isinf(rounded) & np.isfinite(output)).any():
        reason = "finite, but the true result overflows"
    return defined, Found(int(bad.sum()), reason)


def _judge(error: NDArray[np.float64], limit: NDArray[np.float64], statistical: NDArray[np.float64]) -> Found:
    if not error.size:
        return Found()
    ratio = _ratio(error, limit)
    worst = int(np.argmax(ratio))
    over = float(_ratio(error, statistical).max())
    return Found(0, "", float(ratio[worst]), float(error[worst]), float(limit[worst]), over)


def _ratio(error: NDArray[np.float64], limit: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(error == 0, 0.0, error / limit)
    return np.where(np.isnan(ratio), np.inf, ratio)
