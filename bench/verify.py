"""Output + oracle + bound -> verdict. Only this module says ``ok``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .contract import Bound, Tolerance
from .protocol import Verdict


def compare(output: Any, expected: Any, bound: Bound, dtype: str, *, generated: bool) -> Verdict:
    """Judges an output array against the oracle's, component by component.

    On generated data the error must stay within the smaller of both bounds; on
    a user's data, which may conspire, leaving the statistical one is a warning.
    NaN where the oracle is finite is wrong. Where the oracle is NaN the output
    must be; where it overflows ``dtype`` any non-finite output is right.
    """
    output, expected = np.asarray(output), np.asarray(expected)
    mismatch = shape_or_dtype(output, expected, dtype)
    if mismatch:
        return Verdict("wrong", mismatch)
    defined, reason = _non_finite(output, expected, dtype)
    if reason:
        return Verdict("wrong", reason)
    worst = np.broadcast_to(bound.worst_case, expected.shape)[defined]
    statistical = np.broadcast_to(bound.statistical, expected.shape)[defined]
    error = _error(output[defined], expected[defined])
    what = "tolerance" if isinstance(bound, Tolerance) else "bound"
    return _judge(error, np.fmin(worst, statistical) if generated else worst, statistical, what)


def compare_exact(output: Any, expected: Any, equal: Any, dtype: str) -> Verdict:
    """The exact test: every component must be the integer or ratio it should be."""
    output, expected = np.asarray(output), np.asarray(expected)
    mismatch = shape_or_dtype(output, expected, dtype)
    if mismatch:
        return Verdict("wrong", mismatch)
    same = equal(output, expected) if equal else np.array_equal(output, expected)
    if same is True or (isinstance(same, np.bool_) and bool(same)):
        return Verdict("ok", "")
    return Verdict("wrong", "differs from the exact result")


def shape_or_dtype(output: NDArray[Any], expected: NDArray[Any], dtype: str) -> str:
    """Why an output cannot be compared, or ''."""
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


def _error(output: NDArray[Any], expected: NDArray[Any]) -> NDArray[np.float64]:
    if expected.dtype.kind not in "iub":
        return np.abs(output - expected).astype(np.float64)
    distance = np.abs(output.astype(np.longdouble) - expected.astype(np.longdouble))
    return np.where(output == expected, 0.0, np.maximum(distance, 1.0)).astype(np.float64)


def _non_finite(output: NDArray[Any], expected: NDArray[Any], dtype: str) -> tuple[NDArray[np.bool_], str]:
    with np.errstate(over="ignore"):
        rounded = expected.astype(output_dtype(expected, dtype))
    defined = np.isfinite(rounded)
    bad = defined & ~np.isfinite(output)
    if bad.any():
        return defined, f"{int(bad.sum())} of {bad.size} components are not finite where the true result is"
    if (np.isnan(expected) & ~np.isnan(output)).any():
        return defined, "a number where the true result is undefined (NaN)"
    if (np.isinf(rounded) & np.isfinite(output)).any():
        return defined, "finite where the true result overflows"
    return defined, ""


def _judge(
    error: NDArray[np.float64], limit: NDArray[np.float64], statistical: NDArray[np.float64], what: str
) -> Verdict:
    if not error.size:
        return Verdict("ok", "")
    ratio = _ratio(error, limit)
    worst = int(np.argmax(ratio))
    numbers = (float(ratio[worst]), float(error[worst]), float(limit[worst]))
    if not ratio[worst] <= 1:
        return Verdict("wrong", f"error {numbers[1]:.3g} exceeds the {what} {numbers[2]:.3g}", *numbers)
    conspicuous = float(_ratio(error, statistical).max())
    warning = f"error is {conspicuous:.3g} times the statistical bound" if conspicuous > 1 else ""
    return Verdict("ok", "", *numbers, warning)


def _ratio(error: NDArray[np.float64], limit: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(error == 0, 0.0, error / limit)
    return np.where(np.isnan(ratio), np.inf, ratio)
