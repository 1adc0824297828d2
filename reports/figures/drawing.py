"""The style of pictures, and common parts: ends and ticks of logarithmic axes, font sizes, files."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ..units import known

INK, MUTED, LINE = "#1b1e23", "#5d6570", "#e2e5e9"
WIDTH_INCHES = 17.0
DOTS_PER_INCH = 150

STYLE: Any = {
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "svg.fonttype": "none",
    "svg.hashsalt": "rooflinear",
    "text.parse_math": False,
}


def fitting(text: str, inches: float, points: float = 9.0) -> float:
    """Font size in points at which a text fits a width; a letter is about 0.65 of its height, an inch 72 points."""
    return max(4.0, min(points, 0.94 * inches * 72 / (0.65 * max(1, len(text)))))


def room(values: Any) -> tuple[float, float]:
    """Ends of a log axis with some space on both sides, also for a single value."""
    there = [float(value) for value in values if known(value) and value > 0] or [1.0]
    air = max((max(there) / min(there)) ** 0.06, 1.3)
    return min(there) / air, max(there) * air


def log_ticks(axis: Any, text: Any, subs: tuple[float, ...] = (1.0,)) -> None:
    """Ticks at ``subs`` times the powers of ten, shown as ``text`` writes them."""
    axis.set_major_locator(LogLocator(subs=subs, numticks=8))
    axis.set_major_formatter(FuncFormatter(lambda value, _: text(value)))
    axis.set_minor_formatter(NullFormatter())


def encoded(figure: Figure, form: str) -> bytes:
    stream = BytesIO()
    metadata = {"Date": None} if form == "svg" else None
    figure.savefig(stream, format=form, dpi=DOTS_PER_INCH, facecolor="white", metadata=metadata)
    return stream.getvalue()


def pdf(pages: Sequence[Figure]) -> bytes:
    stream = BytesIO()
    with PdfPages(stream, metadata={"CreationDate": None}) as file:
        for page in pages:
            file.savefig(page)
    return stream.getvalue()
