"""Detects changes of the measuring code: a worker's kernels run in the same process and could replace it."""

import sys
import time
from collections.abc import Iterator
from types import FunctionType
from typing import Any

HARNESS = str(__package__).rpartition(".")[0]


class Bindings:
    """The functions that measure and return results, with their parts, as they were when this was created."""

    def __init__(self) -> None:
        modules = [module for name, module in sys.modules.items() if _is_ours(name)]
        members = [value for module in modules for value in vars(module).values()]
        classes = {value for value in members if isinstance(value, type) and _is_ours(value.__module__)}
        self._owners = (time, *modules, *classes)
        self._then = self._now()

    def replaced(self) -> str:
        """The name of a function that was replaced, or whose code, defaults or closure changed; else ''."""
        now = self._now()
        changed = [name for name in {**self._then, **now} if not _same(now.get(name), self._then.get(name))]
        return changed[0] if changed else ""

    def _now(self) -> dict[str, tuple[Any, ...]]:
        pairs = [(owner.__name__, name, value) for owner in self._owners for name, value in list(vars(owner).items())]
        return {f"{owner}.{name}": tuple(_parts(value)) for owner, name, value in pairs if _is_code(value)}


def _parts(value: Any) -> Iterator[Any]:
    """A function, a method or a property, and everything that determines its behaviour."""
    yield value
    for function in (value, *(getattr(value, name, None) for name in ("__func__", "__wrapped__", "fget"))):
        if isinstance(function, FunctionType):
            yield from (function.__code__, *(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
            yield from (cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell))


def _same(one: tuple[Any, ...] | None, other: tuple[Any, ...] | None) -> bool:
    if one is None or other is None or len(one) != len(other):
        return False
    return all(mine is yours for mine, yours in zip(one, other, strict=True))


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _is_code(value: Any) -> bool:
    return callable(value) or isinstance(value, staticmethod | classmethod | property)


def _is_ours(module: str) -> bool:
    return module == "__main__" or module.startswith(HARNESS)
