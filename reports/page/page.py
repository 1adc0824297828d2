"""One self-contained HTML file: specs, data, style and script inside, nothing loaded from anywhere."""

from collections.abc import Sequence
from functools import cache

from ...bench.interop import tool_of
from ..rendering import FOLDER, policy, render, styles
from ..tables.frames import Tables
from ..tables.run_command import command
from .page_data import packed, run_data
from .page_machine import facts
from .page_runs import check_comparable, differences
from .page_samples import samples
from .page_words import declarations
from .vega import vega

STYLES = ("page/page.css", "page/views.css", "page/reading.css", "lab/lab.css")
SCRIPTS = (
    "page/format.js",
    "page/address.js",
    "page/data.js",
    "page/asked.js",
    "page/contenders.js",
    "page/runs.js",
    "page/choose.js",
    "page/modelled.js",
    "page/costs.js",
    "page/times.js",
    "page/answer.js",
    "page/surface.js",
    "page/bars.js",
    "page/lines.js",
    "page/roofline.js",
    "page/listing.js",
    "page/advice.js",
    "page/advice_text.js",
    "page/beside.js",
    "page/derive.js",
    "page/draw.js",
    "page/draw_answer.js",
    "page/draw_views.js",
    "page/draw_listing.js",
    "page/draw_advice.js",
    "page/draw_beside.js",
    "page/case.js",
    "page/vega_chart.js",
    "page/picture.js",
    "page/take_away.js",
    "page/contents.js",
    (
        "drawLab",
        "lab/lab_formulas.js",
        "lab/lab_scenes.js",
        "lab/lab_plot.js",
        "lab/lab_kernels.js",
        "lab/lab_drawing.js",
        "lab/lab_hypothesis.js",
        "lab/lab_fitting.js",
        "lab/lab_assumptions.js",
        "lab/lab_squared_error.js",
        "lab/lab_descents.js",
        "lab/lab_vectorization.js",
        "lab/lab_r2.js",
        "lab/lab_underfitting.js",
        "lab/lab_surface.js",
        "lab/lab_steps.js",
        "lab/lab_examples.js",
        "lab/lab_worked.js",
        "lab/lab_presets.js",
        "lab/lab_sections.js",
        "lab/lab_page.js",
    ),
    "page/page.js",
)
"""The scripts in order, joined in one function. Those in a tuple share a scope; the others see its first name."""


def html(runs: Sequence[Tables], baseline: str | None = None) -> bytes:
    """The page of one or several runs; the first is the one it opens with.

    Raises `UsageError` for a baseline without a time and for runs that cannot be compared.
    """
    check_comparable(runs)
    style = styles(*STYLES)
    first = runs[0]
    return render(
        "page/page.html",
        style=style,
        vega=_packed_vega(),
        script=script(),
        policy=policy(style, vega().script, script()),
        shared=packed({"charts": vega().charts, "runs": [tables.folder.name for tables in runs]}),
        data=[packed(_data(tables, baseline if tables is first else None)) for tables in runs],
        samples=[packed(samples(tables)) for tables in runs],
        runs=[(tables.folder.name, tables.run, facts(tables.run)) for tables in runs],
        differences=differences(runs),
        tools=sorted({(tool, _verified(tables)) for tables in runs if (tool := tool_of(tables.run))}),
        guests=sorted({(guest, _verified(tables)) for tables in runs if (guest := _guest(tables))}),
        ours=any(not tool_of(tables.run) and not _guest(tables) for tables in runs),
    ).encode()


@cache
def script() -> str:
    """All `SCRIPTS` as one function that defines no global name."""
    inside = "\n".join((declarations(), *map(source, SCRIPTS)))
    return f"(() => {{\n'use strict';\n{inside}\n}})();"


@cache
def _packed_vega() -> str:
    return packed(vega().script)


def _data(tables: Tables, baseline: str | None) -> dict:
    return {**run_data(tables, baseline), "command": command(tables.run)}


def _guest(tables: Tables) -> str:
    """The tool whose suite rooflinear ran as it is (``run --pytest``), else ''."""
    return str(tables.run.options.get("tool", ""))


def _verified(tables: Tables) -> bool:
    return all(result.verified for group in tables.results for result in group)


def source(name: str | tuple[str, ...]) -> str:
    """One file of `SCRIPTS`, or those that share names of their own."""
    if isinstance(name, str):
        return (FOLDER / name).read_text()
    given, *files = name
    inside = "\n".join(map(source, files))
    return f"const {given} = (() => {{\n{inside}\nreturn {given};\n}})();"
