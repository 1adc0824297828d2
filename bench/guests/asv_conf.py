"""``asv.conf.json``: where an asv suite has its benchmarks."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError

NAMES = ("asv.conf.json", "asv.conf.jsonc")
USUAL = "benchmarks"

STRING = r'"(?:\\.|[^"\\])*"'
COMMENT = re.compile(rf"({STRING})|//[^\n]*|/\*.*?\*/", re.DOTALL)
STATED = re.compile(rf'"benchmark_dir"\s*:\s*({STRING})')


def folder_of(path: str) -> str:
    """The folder of benchmarks that a path names: itself, or what the settings in it or at it state."""
    given = Path(path)
    if given.is_dir():
        settings = next((given / name for name in NAMES if (given / name).is_file()), None)
        return _stated(settings) if settings else path
    if given.is_file() and given.suffix in (".json", ".jsonc"):
        return _stated(given)
    wrong = "is neither a folder nor asv.conf.json" if given.exists() else "no such file or folder"
    raise UsageError(f"--asv {path}: {wrong}; give the suite's folder or its asv.conf.json")


def check(patterns: Sequence[str]) -> None:
    """Raises `UsageError` for what is no regular expression."""
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise UsageError(f"--bench {pattern}: no regular expression: {error}") from None


def _stated(settings: Path) -> str:
    """asv's settings have comments, and commas that JSON does not allow."""
    try:
        text = COMMENT.sub(lambda found: found[1] or "", settings.read_text(encoding="utf-8"))
        found = STATED.search(text)
        stated = json.loads(found[1]) if found else USUAL
    except (OSError, ValueError) as error:
        raise UsageError(f"--asv {settings}: cannot be read: {error}") from error
    folder = settings.parent / stated
    if not folder.is_dir():
        raise UsageError(f"--asv {settings}: its benchmark_dir '{stated}' is no folder")
    return str(folder)
