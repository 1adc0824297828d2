"""Pictures of how far times are from the machine's limits: a roofline, and the share of the limit by size."""

from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D

from ...bench.records import Roof, words
from ..palette import Look, looks
from ..tables.bandwidths import bandwidths
from ..tables.frames import Tables
from ..tables.limits import MOST_TOLD
from ..tables.required import libraries
from ..tables.views import View
from ..units import flops_text, known, rate_text
from .drawing import INK, LINE, MUTED, fitting, log_ticks, room

MAP_INCHES = 8.6
DARK_FROM = 0.55
"""Share of the limit above which dark letters are more legible."""

FAULT = "#D55E00"
FAULT_TEXT = "less time than its limit allows, a fault"
ROOF_STYLES = ("dotted", "dashdot", "dashed", "solid")
"""From the first cache to memory."""


def has_limits(tables: Tables, view: View) -> bool:
    """Whether this view's thread count has ceilings, and any of its cases a distance from its limit."""
    frame = view.of(tables.cases)
    known_limits = frame["over_limit"].notna() & ~frame["disturbed"]
    return str(view.threads) in tables.run.ceilings.roofs and bool(known_limits.any())


def limit_strip(strip: SubFigure, tables: Tables, view: View) -> None:
    """Roofline, and share of the limit."""
    strip.suptitle(f"{view.title}: the machine's limits", x=0.01, ha="left", fontsize=13, fontweight="bold")
    left, right = strip.subplots(1, 2, width_ratios=[1, 1.35])
    owners = libraries(tables.run, tables.implementations)
    roofline(left, tables, view, looks(tables.implementations, owners))
    share_map(right, tables, view)


def roofline(axes: Axes, tables: Tables, view: View, drawn: dict[str, Look]) -> None:
    """Flop/s against flops per byte: every timed size as a point, under measured bandwidths and peaks.

    Hollow where inputs and output fit the last cache, filled beyond it; ringed where it took less time than its
    limit. What is level with its limit within noise is drawn at it, what was disturbed is no point.
    """
    frame = view.of(tables.cases)
    frame = frame.loc[frame["time_ns"].notna() & (frame["flops"] > 0) & (frame["bytes"] > 0) & ~frame["disturbed"]]
    faulty = frame["above_ceiling"].fillna(False).astype(bool)
    time_ns = frame["time_ns"].where(faulty, frame[["time_ns", "limit_ns"]].max(axis=1))
    intensity, rate = frame["flops"] / frame["bytes"], frame["flops"] / time_ns * 1e9
    roof = tables.run.ceilings.roofs[str(view.threads)]
    rates = dict(bandwidths(roof, tables.run.machine.caches_bytes))
    peak = roof.flops[view.dtype]
    ends = room([*intensity, 2 * peak / min(rates.values())])
    axes.set(xscale="log", yscale="log", title="Roofline", xlabel="flops per byte moved", ylabel="flop/s")
    roofs = _roofs(axes, rates, roof, view.dtype, ends)
    last = max(tables.run.machine.caches_bytes.values(), default=0)
    for name in dict.fromkeys(frame["implementation"]):
        own = frame["implementation"] == name
        within = own & (frame["footprint_bytes"] <= last)
        look = drawn[name]
        style: Any = {"marker": look.marker, "s": 26, "linewidths": 1.0, "edgecolors": look.colour, "zorder": 3}
        axes.scatter(intensity[within], rate[within], facecolors="none", **style)
        axes.scatter(intensity[own & ~within], rate[own & ~within], facecolors=look.colour, **style)
    ring: Any = {"markersize": 9, "fillstyle": "none", "color": FAULT, "linestyle": "", "label": FAULT_TEXT}
    rings = axes.plot(intensity[faulty], rate[faulty], "o", **ring) if faulty.any() else []
    axes.set_xlim(ends)
    axes.set_ylim(room([*rate, *roof.flops.values()]))
    log_ticks(axes.xaxis, lambda value: f"{value:g}", subs=(1, 2, 5))
    log_ticks(axes.yaxis, lambda value: flops_text(value).replace(".00", "").replace(".0", ""))
    _legend(axes, list(dict.fromkeys(frame["implementation"])), drawn, [*rings, *roofs])


def share_map(axes: Axes, tables: Tables, view: View) -> None:
    """Share of the limit reached, by implementation and size; a case faster than its limit is framed and has a !."""
    frame = view.of(tables.cases)
    sizes = [words(size) for size in view.sizes]
    names = [name for name in tables.implementations if name in set(frame["implementation"])]
    cells = {(row["implementation"], row["sizes"]): row for row in frame.to_dict("records")}
    shares = np.array([[_share(cells.get((name, size))) for size in sizes] for name in names])
    faulty = any(_is_fault(row) for row in cells.values())
    axes.set_title("Share of the limit reached, %" + (f"; !: {FAULT_TEXT}" if faulty else ""))
    edges = np.arange(len(sizes) + 1) - 0.5, np.arange(len(names) + 1) - 0.5
    axes.pcolormesh(*edges, np.clip(shares, 0, 1), cmap="cividis", vmin=0, vmax=1, edgecolors="white", linewidth=0.8)
    axes.set_ylim(len(names) - 0.5, -0.5)
    points = fitting("100", MAP_INCHES / max(1, len(sizes)), 8.0)
    for y, name in enumerate(names):
        for x, size in enumerate(sizes):
            _cell(axes, x, y, shares[y, x], cells.get((name, size)), points)
    _size_ticks(axes, view, min(8.0, points))
    axes.set_yticks(range(len(names)), names)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _roofs(axes: Axes, rates: dict[str, float], roof: Roof, dtype: str, ends: tuple[float, float]) -> list[Line2D]:
    """Draws the roofs; returns the named lines of the bandwidths, for the legend."""
    for name, peak in roof.flops.items():
        own = name == dtype
        start = roof.flops[dtype] / max(rates.values()) if own else ends[0]
        axes.plot([start, ends[1]], [peak, peak], color=MUTED if own else LINE, linewidth=1.2, zorder=1)
        place: Any = {"xytext": (-2, 3), "textcoords": "offset points", "ha": "right", "fontsize": 7, "color": MUTED}
        axes.annotate(f"{name} {flops_text(peak)}", (ends[1], peak), **place)
    return [
        axes.plot(
            [ends[0], roof.flops[dtype] / rate],
            [ends[0] * rate, roof.flops[dtype]],
            color=MUTED,
            linewidth=1.2,
            linestyle=style,
            label=f"{name}: {rate_text(rate)}",
            zorder=1,
        )[0]
        for (name, rate), style in zip(rates.items(), cycle(ROOF_STYLES), strict=False)
    ]


def _share(row: dict | None) -> float:
    told = row is not None and known(row["over_limit"]) and not row["disturbed"]
    return 1 / row["over_limit"] if row is not None and told else np.nan


def _is_fault(row: dict | None) -> bool:
    return row is not None and not pd.isna(row["above_ceiling"]) and bool(row["above_ceiling"]) and not row["disturbed"]


def _cell(axes: Axes, x: int, y: int, share: float, row: dict | None, points: float) -> None:
    if not known(share):
        text = "" if row is None or row["status"] == "ok" else row["status"]
        text = "disturbed" if row is not None and row["disturbed"] else text
        axes.text(x, y, text or "—", ha="center", va="center", fontsize=fitting(text, 0.9 * points / 8, 6), color=MUTED)
        return
    text = f"{share:.0%}".rstrip("%") if share >= 0.01 else "<1"
    if _is_fault(row):
        text = f"!{text}" if share <= MOST_TOLD else f"!>{100 * MOST_TOLD:.0f}"
    colour = INK if share > DARK_FROM else "white"
    axes.text(x, y, text, ha="center", va="center", fontsize=points, color=colour)
    if _is_fault(row):
        axes.bar(x, 0.9, 0.9, bottom=y - 0.45, facecolor="none", edgecolor=FAULT, linewidth=1.8)


def _legend(axes: Axes, names: list[str], drawn: dict[str, Look], others: list[Line2D]) -> None:
    handles = [Line2D([], [], linestyle="", marker=drawn[name].marker, color=drawn[name].colour) for name in names]
    keys = [Line2D([], [], linestyle="", marker="o", color=MUTED, fillstyle=style) for style in ("none", "full")]
    axes.legend(
        [*handles, *keys, *others],
        [*names, "fits the last cache", "beyond it", *(str(line.get_label()) for line in others)],
        loc="center left",
        bbox_to_anchor=(1.01, 0.5),
        frameon=False,
        fontsize=7.5,
        handlelength=2.2,
        labelspacing=0.35,
    )


def _size_ticks(axes: Axes, view: View, points: float) -> None:
    """Labels of columns: the last size, and below it the others where they change."""
    *outer, last = view.size_names or [""]
    axes.set_xticks(range(len(view.sizes)), [f"{size.get(last, 0):,}" for size in view.sizes], fontsize=points)
    axes.set_xlabel(last if not outer else "", fontsize=8)
    groups: dict[str, list[int]] = {}
    for x, size in enumerate(view.sizes):
        groups.setdefault("\n".join(f"{name} = {size[name]:,}" for name in outer), []).append(x)
    for text, places in groups.items() if outer else ():
        middle = (places[0] + places[-1]) / 2
        place: Any = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "annotation_clip": False}
        axes.annotate(text, (middle, 0), (0, -20), ha="center", va="top", fontsize=8, color=MUTED, **place)
        if places[0]:
            axes.axvline(places[0] - 0.5, color="white", linewidth=3)
    if outer:
        place = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right", "va": "top"}
        axes.annotate(last, (0, 0), (-6, -6), fontsize=8, color=MUTED, **place)
