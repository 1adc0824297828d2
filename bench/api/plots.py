"""Pictures of a run by Matplotlib, drawn as ``rooflinear report --format png`` draws them."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...reports.figures.drawing import DOTS_PER_INCH, STYLE
from ...reports.figures.figures import speedup_bars, time_lines, winner_map
from ...reports.palette import looks
from ...reports.tables.asked import Question, chosen_view
from ...reports.tables.frames import Tables
from ...reports.tables.required import libraries
from ...reports.tables.speedups import choose_baseline
from ...reports.tables.views import View
from ..errors import UsageError

INCHES = (8.0, 4.2)


class Picture(Figure):
    """A figure of Matplotlib that a notebook shows as it is, whether or not pyplot is in use."""

    def _repr_png_(self) -> bytes:
        stream = BytesIO()
        with mpl.rc_context(STYLE):
            self.savefig(stream, format="png", dpi=DOTS_PER_INCH * 2 / 3, facecolor="white")
        return stream.getvalue()


class Plots:
    """Each picture shows one operation, dtype and thread count, chosen as on the page where nothing is said."""

    def __init__(self, tables: Tables):
        self._tables = tables

    def scaling(
        self, operation: str | None = None, *, dtype: str | None = None, threads: int | None = None, **sizes: int
    ) -> Picture:
        """Time of one call against the first size that varies, the others as given."""
        view = self._view(operation, dtype, threads, sizes)
        return self._picture(view, lambda axes, drawn: time_lines(axes, self._tables, view, drawn))

    def speedups(
        self,
        operation: str | None = None,
        *,
        baseline: str | None = None,
        dtype: str | None = None,
        threads: int | None = None,
        **sizes: int,
    ) -> Picture:
        """Speed-ups over a baseline at one size, with 95 % intervals."""
        view = self._view(operation, dtype, threads, sizes)
        base = choose_baseline(self._tables, baseline)
        return self._picture(view, lambda axes, drawn: speedup_bars(axes, self._tables, view, base, drawn))

    def winners(
        self, operation: str | None = None, *, dtype: str | None = None, threads: int | None = None, **sizes: int
    ) -> Picture:
        """The fastest at each size, and its lead."""
        view = self._view(operation, dtype, threads, sizes)
        return self._picture(view, lambda axes, drawn: winner_map(axes, self._tables, view, drawn))

    def _view(self, operation: str | None, dtype: str | None, threads: int | None, sizes: dict[str, int]) -> View:
        view = chosen_view(self._tables, Question(sizes=sizes, operation=operation, dtype=dtype, threads=threads))
        chosen = {**view.chosen, **sizes}
        if sizes and chosen not in view.sizes:
            told = " ".join(f"{name}={value}" for name, value in sizes.items())
            raise UsageError(f"{told}: {view.operation} was not measured there; see .cases for its sizes")
        return replace(view, chosen=chosen)

    def _picture(self, view: View, draw: Callable[[Axes, dict[str, Any]], None]) -> Picture:
        names = self._tables.implementations
        with mpl.rc_context(STYLE):
            figure = Picture(figsize=INCHES, layout="constrained")
            figure.suptitle(view.title, x=0.01, ha="left", fontsize=13, fontweight="bold")
            draw(figure.subplots(), looks(names, libraries(self._tables.run, names)))
        return figure
