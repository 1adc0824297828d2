"""The outcome of a comparison in a notebook: the verdict, and the text that the terminal shows."""

from ...bench.gate.records import Comparison
from ..comparison.comparison_text import headline, terminal
from ..rendering import render


def html(found: Comparison) -> str:
    """As HTML without scripts."""
    return render(
        "notebook/answer.html", title=headline(found), told=[], heads=[], rows=[], notes=[], text=terminal(found)
    )
