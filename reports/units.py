"""Numbers for people: three significant digits, a unit, and a dash for what is not known."""

import math
import re
from typing import Any

MISSING = "—"

_TIMES = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))
_RATES = ((1e12, "TB/s"), (1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"), (1.0, "B/s"))
_FLOPS = ((1e12, "Tflop/s"), (1e9, "Gflop/s"), (1e6, "Mflop/s"), (1e3, "kflop/s"), (1.0, "flop/s"))
_BYTES = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B"))


def known(value: Any) -> bool:
    """Whether there is a value: not None, not NaN, not infinite."""
    return value is not None and value == value and value not in (math.inf, -math.inf)


def time_text(time_ns: float | None) -> str:
    """``1.23 ms`` for 1234567."""
    return _with_unit(time_ns, _TIMES)


def bytes_text(count: float | None) -> str:
    """``1.50 KiB`` for 1536."""
    return _with_unit(count, _BYTES)


def rate_text(bytes_per_second: float | None) -> str:
    """``12.3 GB/s`` for 1.23e10."""
    return _with_unit(bytes_per_second, _RATES)


def flops_text(flops_per_second: float | None) -> str:
    """``1.50 Gflop/s`` for 1.5e9."""
    return _with_unit(flops_per_second, _FLOPS)


def ratio_text(ratio: float | None) -> str:
    """``2.50×``."""
    return f"{digits(ratio)}×" if known(ratio) else MISSING


def lead_text(lead: float | None) -> str:
    """``2.50×``, and ``4.0 %`` for 1.04."""
    if lead is not None and lead < 1.095:
        return f"{(lead - 1) * 100:#.2g} %"
    return ratio_text(lead)


def digits(value: float | None) -> str:
    """Three significant digits, thousands separated, very small and large as powers of ten."""
    if value is None or not known(value):
        return MISSING
    if value != 0 and not 1e-3 <= abs(value) < 1e6:
        return f"{value:.2e}".replace("e-0", "e-").replace("e+0", "e")
    rounded = float(f"{value:.3g}")
    return f"{value:,.0f}" if abs(rounded) >= 1000 else f"{rounded:#.3g}".rstrip(".")


def short_time(time_ns: float | None) -> str:
    """As `time_text`, without trailing zeros: ``60 s`` for axes and limits."""
    return re.sub(r"\.0+ ", " ", time_text(time_ns))


def _with_unit(value: float | None, steps: tuple[tuple[float, str], ...]) -> str:
    if value is None or not known(value):
        return MISSING
    if value == 0:
        return f"0 {steps[-1][1]}"
    rounded = float(f"{value:.3g}")
    scale, unit = next((step for step in steps if abs(rounded) >= step[0]), steps[-1])
    return f"{digits(value / scale)} {unit}"
