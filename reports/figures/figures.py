"""Pictures of a run for papers and pull requests: PNG, SVG, PDF. No state of pyplot is touched."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from ...bench.records import words
from ..palette import Look, looks
from ..tables.frames import Tables
from ..tables.required import libraries
from ..tables.speedups import BASELINE, UNKNOWN_LEAD, WITHIN_NOISE, choose_baseline, speedups, winners
from ..tables.views import View, views
from ..units import known, lead_text, short_time, speed_range, speed_text, time_text
from .drawing import INK, MUTED, STYLE, WIDTH_INCHES, encoded, fitting, log_ticks, pdf, room
from .limit_figures import has_limits, limit_strip

MAP_INCHES = 5.0


def pictures(tables: Tables, form: str, baseline: str | None, together: bool) -> list[tuple[str, bytes]]:
    """Files as (part of the name, content): one per view, and one of its limits if they are known.

    A PDF always is one file with a page per picture. ``together`` stacks all
    pictures in one PNG or SVG.
    """
    chosen = choose_baseline(tables, baseline)
    shown = [strip for view in views(tables) for strip in _strips(tables, view, chosen)]
    with mpl.rc_context(STYLE):
        if form == "pdf":
            return [("", pdf([_figure(tables, [strip]) for strip in shown]))]
        if together or len(shown) == 1:
            return [("", encoded(_figure(tables, shown), form))]
        names = _distinct([f"-{strip.stem}" for strip in shown])
        return [(name, encoded(_figure(tables, [strip]), form)) for name, strip in zip(names, shown, strict=True)]


class Strip(NamedTuple):
    """A picture of one view: part of its file's name, and what draws it."""

    stem: str
    draw: Callable[[SubFigure], None]


def _strips(tables: Tables, view: View, baseline: str | None) -> list[Strip]:
    found = [Strip(view.stem, partial(_strip, tables=tables, view=view, baseline=baseline))]
    if has_limits(tables, view):
        found.append(Strip(f"{view.stem}-limits", partial(limit_strip, tables=tables, view=view)))
    return found


def _figure(tables: Tables, shown: Sequence[Strip]) -> Figure:
    height = max(3.6, 1.6 + 0.24 * tables.cases["implementation"].nunique())
    figure = Figure(figsize=(WIDTH_INCHES, height * len(shown)), layout="constrained")
    places = figure.subfigures(len(shown), 1, squeeze=False)[:, 0]
    for place, strip in zip(places, shown, strict=True):
        strip.draw(place)
    return figure


def _distinct(names: Sequence[str]) -> list[str]:
    """Unique file names, short enough for a file system; equal ones get a number."""
    cut = [name[:120] for name in names]
    return [name if cut.count(name) == 1 else f"{name}-{place}" for place, name in enumerate(cut, 1)]


def _strip(strip: SubFigure, tables: Tables, view: View, baseline: str | None) -> None:
    """Winner map, speed-up, time against size."""
    strip.suptitle(view.title, x=0.01, ha="left", fontsize=13, fontweight="bold")
    left, middle, right = strip.subplots(1, 3, width_ratios=[1.5, 1, 1.25])
    drawn = looks(tables.implementations, libraries(tables.run, tables.implementations))
    winner_map(left, tables, view, drawn)
    speedup_bars(middle, tables, view, baseline, drawn)
    time_lines(right, tables, view, drawn)


def winner_map(axes: Axes, tables: Tables, view: View, drawn: dict[str, Look]) -> None:
    """Cells coloured by winner, with its name, lead and time; hatched if the lead is within noise or unknown."""
    down, across = _map_axes(view)
    rows = {row["sizes"]: row for row in view.of(winners(tables)).to_dict("records")}
    columns = sorted({size[across] for size in view.sizes}) if across else [None]
    lines = sorted({size[down] for size in view.sizes}) if down else [None]
    for y, line in enumerate(lines):
        for x, column in enumerate(columns):
            size = view.chosen | ({down: line} if down else {}) | ({across: column} if across else {})
            _cell(axes, x, y, rows.get(words(size)), drawn, MAP_INCHES / len(columns))
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(lines) - 0.5, -0.5), title="Fastest, and its lead")
    axes.set_xticks(range(len(columns)), [f"{across} = {value:,}" if across else "" for value in columns])
    axes.set_yticks(range(len(lines)), [f"{down} = {value:,}" if down else "" for value in lines])
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def speedup_bars(axes: Axes, tables: Tables, view: View, baseline: str | None, drawn: dict[str, Look]) -> None:
    """Bars from 1 to the speed-up at the view's chosen size, with intervals; fastest on top.

    Disturbed cases have no bar; if the baseline was disturbed, there are no bars.
    """
    frame = view.of(speedups(tables, baseline))
    frame = frame.loc[frame["sizes"] == words(view.chosen)]
    guesses = _disturbed(tables, view)
    kept = frame.loc[~frame["implementation"].isin(guesses) & (baseline not in guesses)]
    rows = sorted(kept.to_dict("records"), key=lambda row: row["speedup"])
    nothing = f"{baseline} was disturbed" if baseline in guesses else "nothing to compare"
    axes.set_title(f"Speed-up over {baseline}" if rows else f"Speed-up: {nothing}")
    axes.set_xlabel(f"at {words(view.chosen)}")
    for y, row in enumerate(rows):
        look = drawn[row["implementation"]]
        axes.barh(y, row["speedup"] - 1, left=1, height=0.62, color=look.colour, alpha=0.45)
        if known(row["speedup_low"]):
            axes.plot([row["speedup_low"], row["speedup_high"]], [y, y], color=INK, linewidth=1.6)
        axes.plot(row["speedup"], y, look.marker, color=look.colour, markersize=5)
        axes.annotate(_bar_text(row), (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=8, color=INK)
    absent = _absent(tables, view, {row["implementation"] for row in rows})
    for y, (_, status) in enumerate(absent, -len(absent)):
        axes.annotate(status, (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=8, color=MUTED)
    names = [name for name, _ in absent] + [row["implementation"] for row in rows]
    axes.set_yticks(range(-len(absent), len(rows)), names)
    axes.set_ylim(-len(absent) - 0.6, max(1, len(rows)) - 0.4)
    if rows:
        axes.set_xscale("log")
        ends = [row[name] for row in rows for name in ("speedup", "speedup_low", "speedup_high")]
        axes.set_xlim(room([*ends, 1.0]))
        axes.axvline(1, color=MUTED, linewidth=1)
        log_ticks(axes.xaxis, lambda value: f"{value:g}×")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def time_lines(axes: Axes, tables: Tables, view: View, drawn: dict[str, Look]) -> None:
    """Time of one call against one size, the others at the chosen one; an arrow marks a time-out.

    Disturbed times are left out.
    """
    along = _line_axis(view)
    frame = view.of(tables.cases)
    frame = frame.loc[~frame["disturbed"]]
    for name in view.size_names:
        if name != along:
            frame = frame.loc[frame[tables.size_columns[name]] == view.chosen[name]]
    axes.set_title("Time of one call")
    fixed = words({name: value for name, value in view.chosen.items() if name != along})
    axes.set_xlabel(f"{along or ''}" + (f", at {fixed}" if fixed else ""))
    timed = len(frame.dropna(subset=["time_ns"])) > 0
    if timed:
        axes.set(xscale="log", yscale="log")
        axes.set_xlim(room(frame[tables.size_columns[along]] if along else [1]))
        axes.set_ylim(room(frame[["time_ns", "low_ns", "high_ns", "cap_ns"]].to_numpy(float).ravel()))
    for name, rows in frame.groupby("implementation", sort=False):
        _line(axes, drawn[str(name)], str(name), rows, tables.size_columns.get(along or ""))
    if timed:
        log_ticks(axes.yaxis, short_time)
        log_ticks(axes.xaxis, lambda value: f"{value:,.0f}")
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(
            handles, labels, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8, handlelength=1.6
        )


def _line(axes: Axes, look: Look, name: str, rows: Any, column: str | None) -> None:
    xs = rows[column].astype(float) if column else rows["time_ns"] * 0 + 1
    timed = rows["time_ns"].notna()
    if timed.any():
        low = (rows["time_ns"] - rows["low_ns"])[timed].clip(lower=0).fillna(0)
        high = (rows["high_ns"] - rows["time_ns"])[timed].clip(lower=0).fillna(0)
        axes.errorbar(
            xs[timed],
            rows["time_ns"][timed],
            yerr=[low, high],
            color=look.colour,
            marker=look.marker,
            markersize=4.5,
            linewidth=1.3,
            label=name,
        )
    capped = rows["status"].eq("timeout") & rows["cap_ns"].notna()
    for x, cap in zip(xs[capped], rows["cap_ns"][capped], strict=True):
        axes.plot(x, cap, look.marker, color=look.colour, markersize=5, fillstyle="none")
        axes.annotate("↑", (x, cap), xytext=(0, 3), textcoords="offset points", ha="center", color=look.colour)


def _cell(axes: Axes, x: int, y: int, row: dict | None, drawn: dict[str, Look], inches: float) -> None:
    if row is None or not isinstance(row["winner"], str):
        axes.text(x, y, "—", ha="center", va="center", color=MUTED)
        return
    noisy, untold = row["verdict"] == WITHIN_NOISE, row["verdict"] == UNKNOWN_LEAD
    look = drawn[row["winner"]]
    axes.bar(x, 0.94, 0.96, bottom=y - 0.47, color=look.colour, alpha=0.2)
    if noisy or untold:
        hatched = {"facecolor": "none", "edgecolor": look.colour, "hatch": "//", "linewidth": 0, "alpha": 0.3}
        axes.bar(x, 0.94, 0.96, bottom=y - 0.47, **hatched)
    dagger = "" if row["winner_algorithm"] == "direct" else " †"
    lead = f"≈ {row['runner_up']}" if noisy else lead_text(row["lead"]) if known(row["lead"]) else ""
    lead = row["verdict"] if untold else lead
    size = {"fontsize": fitting(row["winner"] + dagger, inches), "fontweight": "bold"}
    axes.text(x, y - 0.06, row["winner"] + dagger, ha="center", va="bottom", **size)
    below = [text for text in (lead, time_text(row["winner_ns"])) if text]
    separator = " · " if inches > MAP_INCHES / 4 and not noisy and not untold else "\n"
    small = fitting(max(below, key=len), inches, 7.5)
    axes.text(x, y + 0.04, separator.join(below), ha="center", va="top", fontsize=small, color=MUTED)


def _absent(tables: Tables, view: View, shown: set[str]) -> list[tuple[str, str]]:
    """Implementations without a bar at the chosen size, and their outcome."""
    frame = view.of(tables.cases)
    rows = frame.loc[frame["sizes"] == words(view.chosen)].to_dict("records")
    return [(row["implementation"], _outcome(row)) for row in rows if row["implementation"] not in shown]


def _disturbed(tables: Tables, view: View) -> set[str]:
    """Implementations whose time at the chosen size is unreliable."""
    frame = view.of(tables.cases)
    return set(frame.loc[(frame["sizes"] == words(view.chosen)) & frame["disturbed"], "implementation"])


def _outcome(row: dict) -> str:
    if row["disturbed"]:
        return f"disturbed, {time_text(row['time_ns'])}"
    if row["status"] == "ok":
        return time_text(row["time_ns"])
    return f"timeout, > {short_time(row['cap_ns'])}" if known(row["cap_ns"]) else row["status"]


def _bar_text(row: dict) -> str:
    if row["speedup_interval"] == BASELINE:
        return BASELINE
    ends = speed_range(row["speedup_low"], row["speedup_high"])
    return speed_text(row["speedup"]) + (f"  {ends}" if ends else "")


def _map_axes(view: View) -> tuple[str | None, str | None]:
    """The sizes down and across: the first two, or a single column."""
    down, across, *_ = [*view.size_names, None, None]
    return down, across


def _line_axis(view: View) -> str | None:
    varying = [name for name in view.size_names if len({size[name] for size in view.sizes}) > 1]
    return next(iter(varying or view.size_names), None)
