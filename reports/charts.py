"""The interactive charts: Altair specs whose data sets the page fills in.

Colours are CSS variables and shapes are Vega's, both given row by row, so that
one implementation looks the same in every chart and in both themes.
"""

from functools import lru_cache
from typing import Any

import altair as alt

INK, MUTED, LINE, PAPER = "var(--ink)", "var(--muted)", "var(--line)", "var(--paper)"

_TIME_LABELS = (
    "(datum.value >= 1e9 ? format(datum.value / 1e9, ',~g') + ' s' : "
    "datum.value >= 1e6 ? format(datum.value / 1e6, '~g') + ' ms' : "
    "datum.value >= 1e3 ? format(datum.value / 1e3, '~g') + ' µs' : format(datum.value, '~g') + ' ns')"
)

_LIMITS = {"x_least": 1, "x_most": 10, "y_least": 1, "y_most": 10}

_MANTISSA = "round(datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9)))"
_PIXELS_PER_DECADE = "{extent} * LN10 / abs(log(domain('{scale}')[1] / domain('{scale}')[0]))"
_ROOM_FOR_HALVES = 110


@lru_cache
def charts() -> dict[str, dict[str, Any]]:
    """Vega specs by the name of the element they are drawn in; their data sets are empty."""
    import vl_convert

    made = {"speedup": _speedup(), "scaling": _scaling(), "errors": _errors()}
    return {name: _ordered(vl_convert.vegalite_to_vega(spec, vega_lite_version())) for name, spec in made.items()}


def vega_lite_version() -> str:
    """The version Altair writes specs for, as vl-convert names it: ``v6.4.1`` is ``6.4``."""
    return ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def _speedup() -> dict[str, Any]:
    """Bars from 1 to the speed-up with intervals; rows: name, speedup, low, high, one, text."""
    base = _rows("rows").encode(y=_names())
    x = alt.X("speedup:Q", title=None, scale=alt.Scale(type="log"), axis=_log_axis("format(datum.value, ',~g') + '×'"))
    tips = _tips(name="implementation", text="speed-up", interval="interval", time="one call")
    bars = base.mark_bar(height=14, opacity=0.45).encode(
        x=x, x2="one:Q", color=_raw("colour"), description="description:N", tooltip=tips
    )
    intervals = base.mark_rule(strokeWidth=2, color=INK, aria=False).encode(x="low:Q", x2="high:Q")
    marks = base.mark_point(filled=True, size=55, opacity=1, aria=False).encode(
        x="speedup:Q", color=_raw("colour"), shape=_raw("shape"), tooltip=tips
    )
    unit = _rows("rows").mark_rule(color=MUTED, strokeWidth=1, aria=False).encode(x="one:Q")
    values = base.mark_text(align="left", dx=12, fontSize=12, aria=False).encode(
        x=alt.value("width"), text="text:N", color=_raw("ink")
    )
    return _spec(alt.layer(unit, bars, intervals, marks, values).properties(height=alt.Step(24)))


def _scaling() -> dict[str, Any]:
    """Time against one size; rows: name, x, time, low, high; capped: x, cap; labels: at, y, text."""
    rows = _rows("rows")
    x = alt.X(
        "x:Q",
        title=None,
        scale=_log_scale("x_least", "x_most"),
        axis=_log_axis("format(datum.value, '~s')", grid=False),
    )
    y = alt.Y("time:Q", title=None, scale=_log_scale("y_least", "y_most"), axis=_log_axis(_TIME_LABELS, "y"))
    colour, fade = _raw("colour"), alt.Opacity("opacity:Q", scale=None)
    tips = _tips(name="implementation", size="size", time_text="one call", interval="interval")
    lines = rows.mark_line(strokeWidth=1.8, aria=False).encode(x=x, y=y, detail="name:N", color=colour, opacity=fade)
    ends = rows.mark_rule(strokeWidth=1.6, aria=False).encode(
        x="x:Q", y="low:Q", y2="high:Q", color=colour, opacity=fade
    )
    marks = rows.mark_point(filled=True, size=48).encode(
        x="x:Q", y="time:Q", color=colour, opacity=fade, shape=_raw("shape"), description="description:N", tooltip=tips
    )
    capped = _rows("capped").encode(x="x:Q", y="cap:Q", color=colour, opacity=fade)
    arrows = capped.mark_text(text="↑", dy=-9, fontSize=15, aria=False)
    hollow = capped.mark_point(size=48, strokeWidth=1.6, fill=PAPER).encode(
        shape=_raw("shape"),
        description="description:N",
        tooltip=_tips(name="implementation", size="size", text="status"),
    )
    labels = _rows("labels").encode(color=colour, opacity=fade)
    right = alt.value({"expr": "width + 22"})
    leaders = labels.mark_rule(strokeWidth=1, strokeDash=[1, 3], aria=False).encode(
        x="x:Q", x2=alt.value({"expr": "width + 18"}), y="time:Q", y2="at:Q"
    )
    names = labels.mark_text(align="left", fontSize=12, aria=False).encode(x=right, y="at:Q", text="label:N")
    limits = [alt.param(name=name, value=value) for name, value in _LIMITS.items()]
    layers = alt.layer(lines, ends, marks, arrows, hollow, leaders, names).add_params(*limits)
    return _spec(layers.properties(height=420))


def _errors() -> dict[str, Any]:
    """Error ÷ bound of every case as a tick, the limit at 1; rows: name, share, one, size."""
    base = _rows("rows").encode(y=_names())
    x = alt.X("share:Q", title=None, scale=alt.Scale(type="log"), axis=_log_axis("format(datum.value, '~g')"))
    limit = _rows("rows").mark_rule(color="var(--bad)", strokeWidth=1.5, aria=False).encode(x="one:Q")
    ticks = base.mark_tick(thickness=2, size=13, opacity=0.75).encode(
        x=x,
        color=_raw("colour"),
        description="description:N",
        tooltip=_tips(name="implementation", size="size", text="error ÷ bound"),
    )
    return _spec(alt.layer(limit, ticks).properties(height=alt.Step(20)))


def _ordered(spec: dict[str, Any]) -> dict[str, Any]:
    """Takes the order of names from the page: a domain read from data keeps the order of data gone by."""
    for scale in spec["scales"]:
        if scale["type"] == "band":
            scale["domain"] = {"signal": "names"}
            spec["signals"] = [*spec["signals"], {"name": "names", "value": []}]
    return spec


def _rows(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=name))


def _names() -> alt.Y:
    axis = alt.Axis(domain=False, ticks=False, labelLimit=150, labelPadding=8, grid=False)
    return alt.Y("name:N", sort=None, title=None, axis=axis)


def _raw(field: str) -> Any:
    """A channel whose value is in the row itself."""
    channel = alt.Shape if field == "shape" else alt.Color
    return channel(f"{field}:N", scale=None, legend=None)


def _tips(**titles: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]


def _log_axis(label: str, scale: str = "x", **options: Any) -> alt.Axis:
    """Labels and grid lines at powers of ten, and at 2 and 5 times them where there is room."""
    density = _PIXELS_PER_DECADE.format(extent="height" if scale == "y" else "width", scale=scale)
    chosen = f"({_MANTISSA} % 9 == 1 || ({density} > {_ROOM_FOR_HALVES} && indexof([2, 5], {_MANTISSA}) >= 0))"
    grid = {"condition": {"test": chosen, "value": LINE}, "value": "transparent"}
    return alt.Axis(labelExpr=f"{chosen} ? {label} : ''", gridColor=grid, tickSize=0, labelFlush=False, **options)


def _log_scale(least: str, most: str) -> alt.Scale:
    """From one parameter of the page to another, so that a layer without rows does no harm."""
    return alt.Scale(type="log", nice=False, padding=14, domain=[{"expr": least}, {"expr": most}])


def _spec(chart: Any) -> dict[str, Any]:
    font = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
    styled = (
        chart.properties(width="container")
        .configure(background="transparent", font=font)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED, titleColor=MUTED, gridColor=LINE, domainColor=LINE, tickColor=LINE, labelFontSize=12
        )
        .configure_axisY(labelColor=INK)
    )
    return styled.to_dict()
