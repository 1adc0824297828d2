"""Tests marked ``alone`` are read from files that name the mark: to collect all others takes longer than many tests."""

from collections.abc import Iterable
from pathlib import Path

import pytest


def is_ignored(path: Path, expression: str) -> bool:
    """Whether pytest need not read a file, given what ``-m`` selects."""
    return expression == "alone" and path.suffix == ".py" and not names_mark(path)


def names_mark(path: Path) -> bool:
    return "pytest.mark.alone" in path.read_text()


def require_named(items: Iterable[pytest.Item]) -> None:
    """Refuses tests that get the mark from elsewhere: ``-m alone`` would not find them."""
    for item in items:
        if item.get_closest_marker("alone") and not names_mark(item.path):
            raise pytest.UsageError(f"{item.path}: write pytest.mark.alone into the file of {item.name}")
