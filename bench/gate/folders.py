"""Folders that contain several results, given where one result is needed."""

import os
from pathlib import Path

from .. import interop
from ..errors import UsageError
from ..store import RUN

LOOKED_AT = 20


def newest_in(folder: Path) -> Path | None:
    """The newest run, or file of another tool's results, in a folder; None if there is none."""
    runs = [path.parent for path in folder.glob(f"*/{RUN}")]
    files = [path for depth in ("*", "*/*") for path in folder.glob(f"{depth}.json")]
    newest_first = sorted(files, key=os.path.getmtime, reverse=True)[:LOOKED_AT]
    found = sorted(runs, key=os.path.getmtime, reverse=True) or (path for path in newest_first if _is_result(path))
    return next(iter(found), None)


def _is_result(path: Path) -> bool:
    try:
        return bool(interop.read(path))
    except UsageError:
        return False
