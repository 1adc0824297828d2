"""One self-contained HTML file: specs, data, style and script inside, nothing loaded from anywhere."""

import base64
import gzip
import math
from functools import lru_cache
from typing import Any

import msgspec
import pandas as pd

from .charts import charts, vega_lite_version
from .compare import baselines, choose_baseline, speedups, winners
from .frames import VIEW, Tables, words
from .palette import DARK, LIGHT, looks
from .rendering import TEMPLATES, policy, render
from .units import bytes_text, digits
from .views import views

SCRIPTS = ("format.js", "derive.js", "draw.js", "page.js")

MOST_SPEEDUPS = 60_000
"""Rows of speed-ups in the page, about 15 bytes each; past it fewer baselines can be chosen."""

DIGITS = 6
"""Significant digits of a number in the page's data."""


def html(tables: Tables, baseline: str | None = None) -> bytes:
    """The page of one run. Raises `UsageError` for a baseline without a time."""
    style = render("page.css", palettes={"light": LIGHT, "dark": DARK})
    script = "\n".join((TEMPLATES / name).read_text() for name in SCRIPTS)
    script = f"(() => {{\n'use strict';\n{script}\n}})();"
    return render(
        "page.html",
        style=style,
        bundle=_bundle(),
        script=script,
        policy=policy(style, _bundle(), script),
        data=_packed(page_data(tables, baseline)),
        run=tables.run,
        folder=tables.folder.name,
        facts=_facts(tables),
    ).encode()


def page_data(tables: Tables, baseline: str | None = None) -> dict[str, Any]:
    """Everything the page's script reads: frames as columns, views, looks and specs."""
    chosen = choose_baseline(tables, baseline)
    names = tables.implementations
    compared = _speedups(tables, chosen)
    return {
        "cases": _columns(tables.cases),
        "speedups": _columns(compared),
        "winners": _columns(winners(tables)),
        "direct_winners": _columns(winners(tables, direct_only=True)),
        "views": [_view(view) for view in views(tables)],
        "looks": {name: [look.number, look.shape] for name, look in looks(names).items()},
        "size_columns": tables.size_columns,
        "baseline": chosen,
        "baselines": list(dict.fromkeys(compared["baseline"])),
        "formulas": {name: about.get("formula", "") for name, about in tables.run.operations.items()},
        "charts": charts(),
    }


def _speedups(tables: Tables, chosen: str | None) -> pd.DataFrame:
    """Speed-ups over as many baselines as fit, the chosen one first."""
    if chosen is None:
        return speedups(tables, None)
    order = sorted(baselines(tables), key=lambda name: name != chosen)
    frames: list[pd.DataFrame] = []
    for name in order:
        frames.append(speedups(tables, name))
        if sum(map(len, frames)) > MOST_SPEEDUPS:
            break
    return pd.concat(frames, ignore_index=True)


def _view(view: Any) -> dict[str, Any]:
    own = {column: getattr(view, column) for column in VIEW}
    return {**own, "size_names": view.size_names, "sizes": view.sizes, "chosen": words(view.chosen)}


def _columns(frame: pd.DataFrame) -> dict[str, Any]:
    """Columns of numbers as lists; columns of texts as codes into their distinct words."""
    return {str(name): _column(frame[name]) for name in frame.columns}


def _column(values: Any) -> Any:
    if values.dtype == object or pd.api.types.is_string_dtype(values):
        codes, texts = pd.factorize(values)
        return {"codes": codes.tolist(), "words": texts.tolist()}
    return [_number(value) for value in values.tolist()]


def _number(value: Any) -> Any:
    if value is pd.NA or value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _packed(data: dict[str, Any]) -> str:
    """Gzipped JSON as base64; the same bytes for the same data."""
    return base64.b64encode(gzip.compress(msgspec.json.encode(data), mtime=0)).decode()


@lru_cache
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed, kept from leaking globals; the script gets ``vegaEmbed`` alone."""
    import vl_convert

    code = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vega_lite_version())
    if "</script" in code.lower():
        raise AssertionError("the Vega bundle cannot be inlined: it holds a closing script tag")
    return f"(()=>{{{code}\n}})();"


def _facts(tables: Tables) -> dict[str, str]:
    """What machine this is, in words; facts the system does not tell are left out."""
    machine = tables.run.machine
    facts = {
        "Machine": machine.name,
        "Processor": machine.cpu,
        "Cores": _cores(machine),
        "Clock": f"{digits(machine.frequency_mhz)} MHz" if machine.frequency_mhz else "",
        "Memory": bytes_text(machine.memory_bytes) if machine.memory_bytes else "",
        "Caches": ", ".join(f"{name} {bytes_text(size)}" for name, size in machine.caches_bytes.items()),
        "Virtualised": machine.virtualised or "",
        "Governor": machine.governor or "",
        "Turbo": {True: "on", False: "off", None: ""}[machine.turbo],
        "Load before": f"{machine.load_1min:.2f}" if machine.load_1min is not None else "",
        "System": " · ".join(text for text in (machine.system, machine.libc) if text),
        "Python": machine.python,
    }
    return {name: text for name, text in facts.items() if text}


def _cores(machine: Any) -> str:
    known = [(machine.cores_logical, "logical"), (machine.cores_physical, "physical")]
    rest = ", ".join(f"{count} {kind}" for count, kind in known if count)
    return f"{machine.cores_available} available" + (f" of {rest}" if rest else "")
