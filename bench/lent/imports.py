"""What a process has imported of some packages: the files, and their hashes."""

import hashlib
import os
import sys
from collections.abc import Iterable


def imported(packages: Iterable[str]) -> dict[str, tuple[str, str]]:
    """File and SHA-256 of every module of the packages that is loaded, by its name."""
    names = set(packages)
    found = {}
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] in names and isinstance(file, str):
            found[name] = (os.path.realpath(file), _sha256(file))
    return found


def _sha256(file: str) -> str:
    try:
        with open(file, "rb") as opened:
            return hashlib.sha256(opened.read()).hexdigest()
    except OSError:
        return ""
