"""Pieces of Markdown: tables, escaped text, intervals."""

import re
from collections.abc import Iterable, Sequence

from .units import MISSING, digits, known

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"} | {letter: f"\\{letter}" for letter in "\\|*`[]~$#"})
_OUTER_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""Characters that begin or end emphasis if they touch a letter on one side only."""

_LIST = re.compile(r"^(\s*)([-+]|\d+(?=[.)]))(?=[.)]?(?:\s|$))|^(\s*)(?=[-=](?:[-= ])*$)")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def escaped(text: str | None) -> str:
    """Text that Markdown shows unchanged, on one line and without control characters."""
    told = _OUTER_UNDERSCORE.sub(r"\_", _CONTROLS.sub(" ", text or "").translate(_ESCAPES))
    return _LIST.sub(_mark_escaped, told)


def _mark_escaped(found: re.Match[str]) -> str:
    """What begins a line and would begin a list, a rule or an underline: a number's dot follows the backslash."""
    return f"{found[1]}\\{found[2]}" if found[2] and found[2] in "-+" else f"{found[0]}\\"


def code(text: str) -> str:
    """Text as code, also with backticks in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{_CONTROLS.sub(' ', text)}{space}{fence}"


def interval(low: float, high: float) -> str:
    """Both ends, or a dash if there is no interval."""
    return f"{digits(low)} – {digits(high)}" if known(low) and known(high) else MISSING
