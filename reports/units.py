"""Numbers for people: three significant digits, thousands separated, a unit, and a dash for an unknown value.

The page writes numbers with ``page/format.js``, which must say the same of every value: where a digit is halfway it is
rounded away from zero, as JavaScript does.
"""

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

MISSING = "—"

UNITS = {
    "time": ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")),
    "rate": ((1e12, "TB/s"), (1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"), (1.0, "B/s")),
    "flops": ((1e12, "Tflop/s"), (1e9, "Gflop/s"), (1e6, "Mflop/s"), (1e3, "kflop/s"), (1.0, "flop/s")),
    "bytes": ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B")),
}
"""Quantity -> (scale, unit), the largest first."""

SECONDS = {"ns": 1.0, "nanoseconds": 1.0, "s": 1e9, "sec": 1e9, "second": 1e9, "seconds": 1e9, "ms": 1e6, "µs": 1e3}
"""Names of units of time -> ns."""

BYTES = ("byte", "bytes", "b")
UNNAMED = ("", "unit", "integer")
"""What asv and pyperf call a number that has no unit."""

EXACT = 1e15
"""Whole numbers below are shown with all digits."""

LEAST_PERCENT = 1e-3


def known(value: Any) -> bool:
    """Whether there is a value: not None, not NaN, not infinite."""
    return value is not None and value == value and value not in (math.inf, -math.inf)


def time_text(time_ns: float | None) -> str:
    """``1.23 ms`` for 1234567."""
    return _with_unit(time_ns, "time")


def bytes_text(count: float | None) -> str:
    """``1.50 KiB`` for 1536."""
    return _with_unit(count, "bytes")


def rate_text(bytes_per_second: float | None) -> str:
    """``12.3 GB/s`` for 1.23e10."""
    return _with_unit(bytes_per_second, "rate")


def flops_text(flops_per_second: float | None) -> str:
    """``1.50 Gflop/s`` for 1.5e9."""
    return _with_unit(flops_per_second, "flops")


def amount_text(value: float | None, unit: str) -> str:
    """A value in the unit that its benchmark states: a time or bytes scaled, any other number as it is.

    ``1.23 ms`` for 1234567 ``ns``, ``1.50 KiB`` for 1536 ``bytes``, ``4 calls`` for 4 ``calls``, ``4`` for 4 ``unit``.
    """
    name = unit.strip().lower()
    if value is None or not known(value):
        return MISSING
    if name in SECONDS:
        return time_text(value * SECONDS[name])
    if name in BYTES:
        return bytes_text(value)
    number = f"{value:,.0f}" if value == int(value) and abs(value) < EXACT else digits(value)
    return number if name in UNNAMED else f"{number} {unit.strip()}"


def ratio_text(ratio: float | None) -> str:
    """``2.50×``."""
    return f"{digits(ratio)}×" if known(ratio) else MISSING


def speed_text(ratio: float | None) -> str:
    """``2.50×``, and ``9.04× slower`` for 0.1106: how many times as fast."""
    if ratio is None or not known(ratio) or not 0 < ratio < 1:
        return ratio_text(ratio)
    slower = ratio_text(1 / ratio)
    return slower if slower == ratio_text(1.0) else f"{slower} slower"


def speed_range(low: float | None, high: float | None) -> str:
    """Both ends as `speed_text`: ``2.40 – 2.60×``, ``8.00 – 9.00× slower``, ``1.10× slower – 1.20×``; '' if unknown."""
    if low is None or high is None or not (known(low) and known(high)):
        return ""
    ends = speed_text(low), speed_text(high)
    slower = [end.endswith("slower") for end in ends]
    if all(slower):
        return f"{digits(1 / high)} – {ends[0]}"
    return f"{ends[0] if any(slower) else ends[0].removesuffix('×')} – {ends[1]}"


def lead_text(lead: float | None) -> str:
    """``2.50×``, and ``4.0 %`` for 1.04."""
    if lead is None or not known(lead) or lead >= 1.095:
        return ratio_text(lead)
    ahead = (lead - 1) * 100
    return f"< {LEAST_PERCENT:g} %" if 0 < abs(ahead) < LEAST_PERCENT else f"{_significant(ahead, 2)} %"


def percent_text(share: float | None) -> str:
    """``12 %`` for 0.123, and more digits below ten."""
    if share is None or not known(share):
        return MISSING
    if 0 < abs(share * 100) < LEAST_PERCENT:
        return f"< {LEAST_PERCENT:g} %"
    if share >= 0.0995:
        return f"{math.floor(share * 100 + 0.5)} %"
    return f"{_significant(share * 100, 1 if share < 1e-3 else 2)} %"


def digits(value: float | None) -> str:
    """``12,300`` for 12345.6: three significant digits; powers of ten below 0.001 and from a million on."""
    if value is None or not known(value):
        return MISSING
    if value == 0:
        return "0"
    rounded = _rounded(value, 3)
    if not Decimal("1e-3") <= abs(rounded) < 1_000_000:
        return f"{rounded:.2e}".replace("e+", "e")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else _significant(value, 3)


def short_time(time_ns: float | None) -> str:
    """As `time_text`, without trailing zeros: ``60 s`` for axes and limits."""
    return re.sub(r"\.0+ ", " ", time_text(time_ns))


def _with_unit(value: float | None, quantity: str) -> str:
    if value is None or not known(value):
        return MISSING
    rounded, steps = abs(_rounded(value, 3)), UNITS[quantity]
    scale, unit = next((step for step in steps if rounded >= step[0]), steps[-1])
    return f"{digits(value / scale)} {unit}"


def _rounded(value: float, count: int) -> Decimal:
    """To so many significant digits."""
    return Context(prec=count, rounding=ROUND_HALF_UP).create_decimal(float(value))


def _significant(value: float, count: int) -> str:
    return f"{float(_rounded(value, count)):#.{count}g}".rstrip(".")
