"""The interactive charts: Altair specs whose data sets the page fills in.

Colours are CSS variables and shapes are Vega's, both given row by row, so that
one implementation looks the same in every chart and in both themes.
"""

from typing import Any

import altair as alt

INK, MUTED, LINE, PAPER = "var(--ink)", "var(--muted)", "var(--line)", "var(--paper)"

_TIME_LABELS = (
    "(datum.value >= 1e9 ? format(datum.value / 1e9, ',~g') + ' s' : "
    "datum.value >= 1e6 ? format(datum.value / 1e6, '~g') + ' ms' : "
    "datum.value >= 1e3 ? format(datum.value / 1e3, '~g') + ' µs' : format(datum.value, '~g') + ' ns')"
)

_SIZE_LABELS = "format(datum.value, '~s')"
_NUMBER_LABELS = "format(datum.value, '~g')"
_FLOPS_LABELS = (
    "(datum.value >= 1e12 ? format(datum.value / 1e12, '~g') + ' T' : "
    "datum.value >= 1e9 ? format(datum.value / 1e9, '~g') + ' G' : "
    "datum.value >= 1e6 ? format(datum.value / 1e6, '~g') + ' M' : format(datum.value / 1e3, '~g') + ' k') + 'flop/s'"
)

_LIMITS = {"x_least": 1, "x_most": 10, "y_least": 1, "y_most": 10, "x_title": "", "y_title": ""}
_PADDING = 14

_SLOPE = (
    f"-atan((height - {2 * _PADDING}) / log(y_most / y_least) * log(x_most / x_least) / (width - {2 * _PADDING}))"
    " * 180 / PI"
)
"""The angle of a roof on the screen, degrees: on two logarithmic axes all have one slope."""

_MANTISSA = "round(datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9)))"
_PIXELS_PER_DECADE = "{extent} * LN10 / abs(log(domain('{scale}')[1] / domain('{scale}')[0]))"
_ROOM_FOR_HALVES = 110


def charts() -> dict[str, dict[str, Any]]:
    """Vega-Lite specs by the name of the element they are drawn in; their data sets are empty."""
    scaling = {"size": "size", "time_text": "one call", "interval": "interval"}
    calls = {"size": "calls", "time_text": "mean of all calls"}
    return {
        "scaling": _lines("log", **scaling),
        "scaling_linear": _lines("linear", **scaling),
        "calls": _lines("log", **calls),
        "calls_linear": _lines("linear", **calls),
        "roofline": _roofline(),
        "runs": _runs(),
        "strip": _strip(),
        "density": _density(),
    }


def vega_lite_version() -> str:
    """The version Altair writes specs for, as vl-convert names it: ``v6.4.1`` is ``6.4``."""
    return ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def _lines(kind: str, **tips: str) -> dict[str, Any]:
    """Lines on two axes of a kind; rows: name, x, time, low, high, fill, dash; capped: x, cap; labels: at, label;
    limit: x, time, algorithm; chosen: x."""
    rows, colour, fade = _rows("rows"), _raw("colour"), alt.Opacity("opacity:Q", scale=None)
    x, y = _x(kind, _SIZE_LABELS), _y(kind, "time", _TIME_LABELS)
    mark_tips = _tips(name="implementation", **tips)
    chosen = _rows("chosen").mark_rule(color=MUTED, strokeDash=[2, 3], aria=False).encode(x="x:Q")
    dashed = _rows("limit").mark_line(color=INK, strokeWidth=1.4, strokeDash=[6, 4], aria=False)
    limit = dashed.encode(x=x, y=y, detail="algorithm:N")
    dash = alt.StrokeDash("dash:N", scale=None, legend=None)
    lines = rows.mark_line(strokeWidth=1.8, aria=False).encode(
        x=x, y=y, detail="name:N", color=colour, opacity=fade, strokeDash=dash
    )
    ends = rows.mark_rule(strokeWidth=1.6, aria=False).encode(
        x="x:Q", y="low:Q", y2="high:Q", color=colour, opacity=fade
    )
    marks = rows.mark_point(size=48, strokeWidth=1.3).encode(
        x="x:Q",
        y="time:Q",
        stroke=alt.Stroke("colour:N", scale=None, legend=None),
        fill=alt.Fill("fill:N", scale=None, legend=None),
        opacity=fade,
        shape=_raw("shape"),
        description="description:N",
        tooltip=mark_tips,
    )
    capped = _rows("capped").encode(x="x:Q", y="cap:Q", color=colour, opacity=fade)
    arrows = capped.mark_text(text="↑", dy=-9, fontSize=15, aria=False)
    hollow = capped.mark_point(size=48, strokeWidth=1.6, fill=PAPER, aria=False).encode(
        shape=_raw("shape"),
        tooltip=_tips(name="implementation", size="size", text="status"),
    )
    labels = _rows("labels").encode(color=colour, opacity=fade)
    leaders = labels.mark_rule(strokeWidth=1, strokeDash=[1, 3], aria=False).encode(
        x="x:Q", x2=alt.value({"expr": "width + 18"}), y="time:Q", y2="at:Q"
    )
    names = labels.mark_text(align="left", fontSize=12, aria=False).encode(
        x=alt.value({"expr": "width + 22"}), y="at:Q", text="label:N"
    )
    layers = alt.layer(chosen, limit, lines, ends, marks, arrows, hollow, leaders, names)
    return _spec(layers.add_params(*_limits()).properties(height=420))


def _roofline() -> dict[str, Any]:
    """Flop/s against flops per byte; roofs: name, x, y; labels: x, y, text; rows: name, x, time (flop/s)."""
    x, y = _x("log", _NUMBER_LABELS), _y("log", "time", _FLOPS_LABELS)
    roofs = _rows("roofs").mark_line(strokeWidth=1.6, color=MUTED, aria=False).encode(x=x, y=y, detail="name:N")
    labels = [
        *_roof_names("datum.slopes", angle={"expr": _SLOPE}, align="left", dx=6),
        *_roof_names("!datum.slopes", align="right", dx=-2),
    ]
    marks = (
        _rows("rows")
        .mark_point(filled=True)
        .encode(
            x=x,
            y=y,
            color=_raw("colour"),
            shape=_raw("shape"),
            size=alt.Size("area:Q", scale=None),
            opacity=alt.Opacity("opacity:Q", scale=None),
            description="description:N",
            tooltip=_tips(name="implementation", size="size", text="of the limit", flops="reached", intensity="flop/B"),
        )
    )
    return _spec(alt.layer(roofs, marks, *labels).add_params(*_limits()).properties(height=380))


def _roof_names(which: str, **placed_by: Any) -> list[alt.Chart]:
    """Names above the roofs they are of and along them, over a halo: no line and no mark crosses them."""
    placed = _rows("labels").transform_filter(which).encode(x="x:Q", y="time:Q", text="text:N")
    style: dict[str, Any] = {"baseline": "bottom", "dy": -3, "fontSize": 11.5, "aria": False, **placed_by}
    return [placed.mark_text(stroke=PAPER, strokeWidth=4, **style), placed.mark_text(color=INK, **style)]


def _runs() -> dict[str, Any]:
    """A line for each implementation and on it a mark for each run; rows: name, run, x (time), low, high."""
    place, colour, fade = alt.YOffset("run:N", sort=None), _raw("colour"), alt.Opacity("opacity:Q", scale=None)
    names = alt.Axis(labelColor=INK, labelLimit=150, tickSize=0, domain=False, grid=True, tickBand="extent")
    y = alt.Y("name:N", title=None, sort=None, axis=names, scale=alt.Scale(paddingInner=0.35, paddingOuter=0.2))
    rows = _rows("rows").encode(y=y, yOffset=place, color=colour, opacity=fade)
    ends = rows.mark_rule(strokeWidth=1.6, aria=False).encode(x="low:Q", x2="high:Q")
    marks = rows.mark_point(filled=True, size=52).encode(
        x=_x("log", _TIME_LABELS),
        shape=_raw("shape"),
        description="description:N",
        tooltip=_tips(name="implementation", run="run", text="one call", interval="interval"),
    )
    height = alt.Step(13, **{"for": "offset"})
    return _spec(alt.layer(ends, marks).add_params(*_limits()).properties(height=height))


def _strip() -> dict[str, Any]:
    """Every sample in order of time; rows: x (its round's place), time, area, block, colour, shape, fill."""
    axis = alt.Axis(grid=False, tickMinStep=1)
    x = alt.X("x:Q", title="round", scale=_scale("linear", "x_least", "x_most"), axis=axis)
    marks = (
        _rows("rows")
        .mark_point(strokeWidth=1.3)
        .encode(
            x=x,
            size=alt.Size("area:Q", scale=None),
            y=_y("log", "time", _TIME_LABELS, every=True),
            stroke=alt.Stroke("colour:N", scale=None, legend=None),
            fill=alt.Fill("fill:N", scale=None, legend=None),
            shape=_raw("shape"),
            description="description:N",
            tooltip=_tips(text="one call", block="block", after="after the first", seen="disturbed"),
        )
    )
    middle = _rows("middle").mark_rule(color=INK, strokeWidth=1, strokeDash=[4, 3], aria=False).encode(y="time:Q")
    return _spec(alt.layer(middle, marks).add_params(*_limits()).properties(height=220))


def _density() -> dict[str, Any]:
    """Density of the samples, one curve per block; rows: share, time, block, colour."""
    x = alt.X("share:Q", title=None, axis=None, scale=alt.Scale(nice=False, zero=True))
    curves = (
        _rows("rows")
        .mark_line(strokeWidth=1.8, aria=False)
        .encode(
            x=x,
            y=_y("log", "time", _TIME_LABELS, every=True),
            color=_raw("colour"),
            strokeDash=alt.StrokeDash("dash:N", scale=None, legend=None),
            detail="block:N",
            order="time:Q",
        )
    )
    return _spec(alt.layer(curves).add_params(*_limits()).properties(height=220))


def _limits() -> list[Any]:
    return [alt.param(name=name, value=value) for name, value in _LIMITS.items()]


def _x(kind: str, labels: str) -> alt.X:
    return alt.X("x:Q", title=None, scale=_scale(kind, "x_least", "x_most"), axis=_axis(kind, labels, grid=False))


def _y(kind: str, field: str, labels: str, every: bool = False) -> alt.Y:
    """``every``: all marks that Vega makes, for a domain of less than a decade."""
    axis = _plain_axis(labels) if every else _axis(kind, labels, "y")
    return alt.Y(f"{field}:Q", title=None, scale=_scale(kind, "y_least", "y_most"), axis=axis)


def _axis(kind: str, labels: str, scale: str = "x", **options: Any) -> alt.Axis:
    return _log_axis(labels, scale, **options) if kind == "log" else _plain_axis(labels, **options)


def _plain_axis(labels: str, **options: Any) -> alt.Axis:
    return alt.Axis(labelExpr=labels, gridColor=LINE, tickSize=0, tickCount=5, **options)


def _rows(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=name))


def _raw(field: str) -> Any:
    """A channel whose value is in the row itself."""
    channel = alt.Shape if field == "shape" else alt.Color
    return channel(f"{field}:N", scale=None, legend=None)


def _tips(**titles: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]


def _log_axis(label: str, scale: str = "x", **options: Any) -> alt.Axis:
    """Labels and grid lines at powers of ten, and at 2 and 5 times them if there is room."""
    density = _PIXELS_PER_DECADE.format(extent="height" if scale == "y" else "width", scale=scale)
    chosen = f"({_MANTISSA} % 9 == 1 || ({density} > {_ROOM_FOR_HALVES} && indexof([2, 5], {_MANTISSA}) >= 0))"
    grid = {"condition": {"test": chosen, "value": LINE}, "value": "transparent"}
    return alt.Axis(labelExpr=f"{chosen} ? {label} : ''", gridColor=grid, tickSize=0, labelFlush=False, **options)


def _scale(kind: Any, least: str, most: str) -> alt.Scale:
    """The domain is given by two parameters of the page, so that a layer without rows does not change it."""
    return alt.Scale(type=kind, nice=False, padding=_PADDING, domain=[{"expr": least}, {"expr": most}])


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
