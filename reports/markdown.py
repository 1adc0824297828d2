"""Pieces of Markdown: tables, escaped text, intervals."""

from collections.abc import Iterable, Sequence

from .units import MISSING, digits, known

_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": " ", "\r": " "} | {letter: f"\\{letter}" for letter in "\\|*`[]"}
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def escaped(text: str | None) -> str:
    """Text that Markdown shows as it is."""
    return (text or "").translate(_ESCAPES)


def interval(low: float, high: float) -> str:
    """Both ends, or a dash where there is none."""
    return f"{digits(low)} – {digits(high)}" if known(low) else MISSING
