"""Where the outcome of a comparison goes: the terminal, files, and what GitHub shows."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from .. import store
from ..errors import CannotFinish, UsageError
from ..gate.records import Comparison
from .requests import CompareRequest


def refuse_unwritable(request: CompareRequest) -> None:
    """Before minutes of measuring, not after; nor is a file written over another, or over what is compared."""
    sides = {"BASE": request.base, "HEAD": request.head, "--confirm": request.confirm}
    taken = {Path(given).resolve(): side for side, given in sides.items() if given}
    for option, path in _asked(request).items():
        store.refuse_unwritable(f"--{option}", path)
        if path.is_file() or not path.exists():  # a device takes several
            other = taken.setdefault(path.resolve(), f"--{option}")
            if other != f"--{option}":
                raise UsageError(f"--{option} {path}: {other} names the same file; choose another")
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        store.refuse_unwritable("GITHUB_STEP_SUMMARY", Path(summary))


def _asked(request: CompareRequest) -> dict[str, Path]:
    """Where each form of the outcome is to be written, by option."""
    forms = {"html": request.html, "markdown": request.markdown, "junit": request.junit, "output": request.output}
    return {option: path for option, path in forms.items() if path is not None}


def show(found: Comparison, request: CompareRequest) -> None:
    """Prints the outcome and writes every form of it that was asked for."""
    from ...reports.comparison import comparison_text as text

    if request.json:
        print(store.pretty(found).decode(), end="")
    else:
        print(text.terminal(found))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        print("\n".join(text.annotations(found)), file=sys.stderr if request.json else sys.stdout)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        _append(Path(summary), text.markdown(found))
    for option, path in _asked(request).items():
        store.replace_file(path, _forms()[option](found))


def _forms() -> dict[str, Callable[[Comparison], bytes]]:
    from ...reports.comparison import comparison_text as text
    from ...reports.comparison.comparison_page import html

    return {
        "html": html,
        "markdown": lambda found: text.markdown(found).encode(),
        "junit": lambda found: text.junit(found).encode(),
        "output": store.pretty,
    }


def _append(path: Path, content: str) -> None:
    try:
        with path.open("a") as file:
            file.write(content + "\n")
    except OSError as error:
        raise CannotFinish(f"cannot write {path} (GITHUB_STEP_SUMMARY): {error.strerror}") from error
