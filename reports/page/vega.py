"""What the page has of Vega: its script, and the charts as specs that it draws.

Altair and vl-convert take seconds to make them, always the same, so they are kept in the user's cache folder.
"""

import contextlib
import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from ...bench import store

MAKERS = ("altair", "vl-convert-python")
FILE = "vega.json"


class Vega(msgspec.Struct, frozen=True, kw_only=True):
    """``script`` defines ``window.vegaEmbed``; ``charts`` holds specs by the name of the element they are drawn in."""

    made_of: str
    script: str
    charts: dict[str, dict[str, Any]]


@cache
def vega() -> Vega:
    """Read from the cache if it holds what this version would make; else made, and kept where that is possible."""
    folder, made_of = store.cache_folder(), _made_of()
    if folder and (kept := _kept(folder / FILE)) and kept.made_of == made_of:
        return kept
    made = _made(made_of)
    if folder:
        with contextlib.suppress(OSError):
            store.keep(folder / FILE, msgspec.json.encode(made))
    return made


def _made_of() -> str:
    """Stands for all that a `Vega` depends on: two packages and two files."""
    versions = " ".join(map(version, MAKERS)).encode()
    sources = [Path(__file__).with_name(f"{name}.py").read_bytes() for name in ("charts", "vega")]
    return hashlib.sha256(b"\n".join((versions, *sources))).hexdigest()


def _kept(file: Path) -> Vega | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Vega)
    except (OSError, msgspec.DecodeError):
        return None


def _made(made_of: str) -> Vega:
    import vl_convert

    from .charts import charts, vega_lite_version

    code = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vega_lite_version())
    if "</script" in code.lower():
        raise AssertionError("the Vega bundle cannot be inlined: it holds a closing script tag")
    script = f"(()=>{{{code}\n}})();"  # so that it defines no other global name
    specs = {name: _titled(vl_convert.vegalite_to_vega(spec, vega_lite_version())) for name, spec in charts().items()}
    return Vega(made_of=made_of, script=script, charts=specs)


def _titled(spec: dict[str, Any]) -> dict[str, Any]:
    """With the titles of its axes as signals: Vega-Lite takes constant ones only. Axes that draw a grid have none."""
    axes = [
        {**axis, "title": {"signal": f"{axis['scale']}_title"}} if axis.get("labels", True) else axis
        for axis in spec.get("axes", [])
    ]
    return {**spec, "axes": axes}
