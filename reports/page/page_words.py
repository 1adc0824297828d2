"""Words, units and lists that the page's script shares with Python; they are written into the script."""

import msgspec

from ..palette import LIGHT, MARKERS
from ..tables.advice import MEASURED_TOO
from ..tables.at_size import UNTRIED
from ..tables.case_rows import STATUSES
from ..tables.estimates import BETWEEN, MISFIT, MOST_LOG, TOO_FEW, WEAKEST_FIRST
from ..tables.frames import VIEW
from ..tables.growth import NOISE, SAME_ROWS
from ..tables.left_out import LEFT_OUT
from ..tables.limits import MOST_TOLD
from ..tables.speedups import AHEAD, ALONE, BASELINE, NOBODY, UNKNOWN_LEAD, WITHIN_NOISE
from ..units import LEAST_PERCENT, MISSING, UNITS

SHARED = {
    "MISSING": MISSING,
    "UNITS": UNITS,
    "LEAST_PERCENT": LEAST_PERCENT,
    "VIEW": VIEW,
    "STATUSES": ("ok", *(status for status in STATUSES if status != "ok")),
    "AHEAD": AHEAD,
    "WITHIN_NOISE": WITHIN_NOISE,
    "UNKNOWN_LEAD": UNKNOWN_LEAD,
    "ALONE": ALONE,
    "NOBODY": NOBODY,
    "BASELINE": BASELINE,
    "TOO_FEW": TOO_FEW,
    "MISFIT": MISFIT,
    "BETWEEN": BETWEEN,
    "NOISE": NOISE,
    "LEFT_OUT": LEFT_OUT,
    "SAME_ROWS": SAME_ROWS,
    "UNTRIED": UNTRIED,
    "MEASURED_TOO": MEASURED_TOO,
    "WEAKEST_FIRST": WEAKEST_FIRST,
    "MOST_LOG": MOST_LOG,
    "MOST_TOLD": MOST_TOLD,
    "SHAPE_NAMES": [shape for shape, _ in MARKERS],
    "COLOURS": len(LIGHT),
}


def declarations() -> str:
    """The text of the script's constants, one for each of `SHARED`."""
    return "\n".join(f"const {name} = {msgspec.json.encode(value).decode()};" for name, value in SHARED.items())
