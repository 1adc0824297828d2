"""Prints what pyright can check here, for ``make types``.

A module of kernels/ that imports an absent framework is left out: pyright would find the module of that name beside it.
"""

import re
import sys
from importlib.util import find_spec
from pathlib import Path

from .absent import BY_HAND, REQUIRED

ON_GPUS_ONLY = {"cupy"}
"""Their modules say for themselves what pyright may not report."""

IMPORTED = re.compile(r"^(?:import|from) (\w+)", re.MULTILINE)


def absent_imports(path: Path) -> list[str]:
    names = dict.fromkeys(IMPORTED.findall(path.read_text()))
    return [name for name in names if name not in ON_GPUS_ONLY and find_spec(name) is None]


def main() -> int:
    modules = {path: absent_imports(path) for path in sorted(Path("kernels").rglob("*.py"))}
    left_out = {name for names in modules.values() for name in names}
    if left_out:
        print(f"types of kernels/ are not checked without {', '.join(sorted(left_out))}", file=sys.stderr)
    print("bench", "reports", *(path for path, names in modules.items() if not names))
    return int(REQUIRED and bool(left_out - BY_HAND))


if __name__ == "__main__":
    sys.exit(main())
