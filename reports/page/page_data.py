"""The data of one run for the page's script: frames as columns, looks, rungs, roofs."""

import base64
import gzip
import math
import re
from typing import Any

import msgspec
import pandas as pd

from ...bench.records import words
from ..lab.lab import lab
from ..palette import looks
from ..tables.crossovers import crossovers
from ..tables.frames import GROUP, VIEW, Tables, imprecise
from ..tables.growth import fits
from ..tables.left_out import reason_of
from ..tables.missing import absent
from ..tables.modelled import byte_terms
from ..tables.required import libraries, needs
from ..tables.scaling import threads
from ..tables.speedups import baselines, choose_baseline, pairs, winners
from ..tables.views import View, usual_operation, views
from .page_costs import first_call_ends, imports
from .page_ladder import CHANGES, RUNGS
from .page_machine import facts, roofs
from .page_samples import details

MOST_PAIRS = 60_000
"""The most paired speed-ups in the page, about 12 bytes each. Other ratios are those of two times, marked unpaired."""

DIGITS, MORE_DIGITS = 6, 12
"""Significant digits of a number in the page's data; more where the last of these would decide how it is rounded."""

TIES = re.compile(r"^-?[0.]*[1-9](\.?\d)?(\.?\d)?\.?5[0.]*(e[+-]?\d+)?$")
"""Written numbers that are halfway between two of one, two or three digits."""

NOT_SENT = ("run", "suite")
"""Columns of the cases that are left out, because the run and the view have them."""


def run_data(tables: Tables, baseline: str | None = None) -> dict[str, Any]:
    """One run as read by the page's script. Raises `UsageError` for a baseline without a time."""
    chosen = choose_baseline(tables, baseline)
    owners = libraries(tables.run, tables.implementations)
    shown = views(tables)
    numbers = {tuple(getattr(view, column) for column in VIEW): place for place, view in enumerate(shown)}
    cases = _by_view(tables.cases, numbers).drop(columns=[name for name in NOT_SENT if name in tables.cases])
    return {
        "name": tables.folder.name,
        "machine": tables.run.machine.name,
        "started": tables.run.started_at,
        "facts": facts(tables.run),
        "views": [_view(tables, view) for view in shown],
        "cases": columns(pd.concat([cases, first_call_ends(tables), details(tables)], axis=1)),
        "pairs": columns(_by_view(pairs(tables, chosen, MOST_PAIRS), numbers)),
        "winners": columns(_by_view(winners(tables), numbers)),
        "direct_winners": columns(_by_view(winners(tables, direct_only=True), numbers)),
        "fits": columns(_by_view(fits(tables), numbers)),
        "crossovers": columns(_by_view(crossovers(tables), numbers)),
        "threads": columns(_by_view(threads(tables), numbers)),
        "missing": columns(absent(tables)),
        "left_out": reason_of(tables.run),
        "implementations": tables.implementations,
        "about": {name: _about(tables, name) for name in tables.implementations},
        "needs": {name: needs(tables.run, name) for name in tables.implementations},
        "libraries": owners,
        "looks": {name: [look.number, look.shape] for name, look in looks(tables.implementations, owners).items()},
        "size_columns": tables.size_columns,
        "parameter_columns": tables.parameter_columns,
        "operation": usual_operation(tables),
        "baseline": chosen,
        "tool": tables.tool,
        "baselines": baselines(tables),
        "imprecise": imprecise(tables.run).replace(" %", "\N{NO-BREAK SPACE}%"),
        "formulas": {name: about.get("formula", "") for name, about in tables.run.operations.items()},
        "tolerances": {name: about.get("tolerance", "") for name, about in tables.run.operations.items()},
        "rungs": RUNGS,
        "changes": CHANGES,
        "roofs": roofs(tables.run),
        "lab": lab(tables),
    }


def columns(frame: pd.DataFrame) -> dict[str, Any]:
    """Columns of numbers as lists; columns of texts as codes into their distinct words."""
    return {str(name): _column(frame[name]) for name in frame.columns}


def packed(data: Any) -> str:
    """Gzipped JSON as base64; the same bytes for the same data."""
    return base64.b64encode(gzip.compress(msgspec.json.encode(data), mtime=0)).decode()


def _by_view(frame: pd.DataFrame, numbers: dict[tuple[Any, ...], int]) -> pd.DataFrame:
    """The frame with the number of its view in place of the columns of `VIEW`."""
    keys = [numbers[key] for key in frame[list(VIEW)].itertuples(index=False, name=None)]
    shorter = frame.drop(columns=[name for name in GROUP if name in VIEW])
    return shorter.assign(view=pd.Series(keys, index=frame.index, dtype=int))


def _view(tables: Tables, view: View) -> dict[str, Any]:
    own = {column: getattr(view, column) for column in VIEW}
    terms = {name: byte_terms(tables, view, name) for name in view.of(tables.cases)["algorithm"].unique()}
    told = {"size_names": view.size_names, "sizes": view.sizes, "chosen": words(view.chosen)}
    return {**own, **told, "byte_terms": terms, "imports": imports(tables, view)}


def _about(tables: Tables, name: str) -> list[str]:
    stated = tables.run.implementations.get(name, {})
    return [str(stated.get("doc", "")), str(stated.get("library", "")), str(stated.get("algorithm", "direct"))]


def _column(values: Any) -> Any:
    if values.dtype == object or pd.api.types.is_string_dtype(values):
        codes, texts = pd.factorize(values)
        return {"codes": codes.tolist(), "words": texts.tolist()}
    return [_number(value) for value in values.tolist()]


def _number(value: Any) -> Any:
    if value is pd.NA or value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return _shortened(value) if isinstance(value, float) else value


def _shortened(value: float) -> float:
    """With few digits, and yet the same when it, or its inverse, is rounded to three."""
    text = f"{value:.{DIGITS}g}"
    decides = TIES.match(text) or (value and f"{1 / value:.3g}" != f"{1 / float(text):.3g}")
    return float(f"{value:.{MORE_DIGITS}g}" if decides else text)
