"""Our own suite in a file of asv, which cannot store our cases: they are read from names and parameters."""

import ast
import re
from collections.abc import Sequence

from ..records import Case

BENCHMARK = re.compile(r"quick\.(\w+)\.time_(\w+)")
SIZES = re.compile(r"[A-Za-z_]\w*=[1-9][0-9]{0,17}( [A-Za-z_]\w*=[1-9][0-9]{0,17})*")


def case_of_ours(name: str, texts: Sequence[str]) -> Case | None:
    """The case of ``quick.Gradient.time_gradient('numpy', 'm=100 n=2')``; None for any other name."""
    found, words = BENCHMARK.fullmatch(name), [_string(text) for text in texts]
    if found is None or found[1] != found[2].title().replace("_", "") or len(words) != 2:
        return None
    implementation, sizes = words
    if not implementation.isidentifier() or not SIZES.fullmatch(sizes):
        return None
    pairs = [word.split("=") for word in sizes.split(" ")]
    if len({size for size, _ in pairs}) < len(pairs):
        return None
    return Case("", found[2], implementation, {size: int(text) for size, text in pairs}, {}, "float64", 0, "cpu")


def _string(text: str) -> str:
    """The string whose ``repr`` is this text; empty for any other text."""
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ""
    return found if isinstance(found, str) and repr(found) == text else ""
