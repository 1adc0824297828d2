"""Renders templates into one self-contained file that cannot load anything."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import jinja2

from .palette import DARK, LIGHT

FOLDER = Path(__file__).parent
"""Names of templates, scripts and styles are relative to this folder: ``page/page.css``."""


def render(template: str, **values: Any) -> str:
    """A template with its values; those of HTML are escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def styles(*sheets: str) -> str:
    """These sheets as one, with the colours of both themes."""
    return "\n".join(render(each, palettes={"light": LIGHT, "dark": DARK}) for each in sheets)


def policy(style: str, *scripts: str) -> str:
    """A content-security policy that allows this style and these scripts, and no network."""
    hashes = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
