"""Names of pytest-benchmark's benchmarks: node ids, with the ids of their parameters in brackets."""

import ast
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .names import ADDRESS, Description, without_addresses

LONGEST = 80
"""Length of a parameter above which its id is shown instead."""

UNKNOWN = "UNSERIALIZABLE["
"""Prefix that pytest-benchmark writes before the ``repr`` of a value that it cannot store; a bracket follows it."""


MACHINE = re.compile(r"\w+-\w+-\d+\.\d+-\d+bit")
NUMBERED = re.compile(r"\d{4}_.*\.json(\.gz)?")


class Named(NamedTuple):
    """The full name of a benchmark, which two files share, and how it is shown."""

    full: str
    description: Description


class Parts(NamedTuple):
    """``tests/test_io.py::test_sum`` and ``range-10``; the id is None where there are no parameters."""

    base: str
    id: str | None

    @property
    def full(self) -> str:
        return self.base if self.id is None else f"{self.base}[{self.id}]"


def named_all(benchmarks: Sequence[dict[str, Any]]) -> list[Named]:
    """Names of all benchmarks of a file. Benchmarks of one ``group`` are compared, no others."""
    parts = _without_addresses([_parts(each) for each in benchmarks])
    return [_named(each, own) for each, own in zip(benchmarks, parts, strict=True)]


def storage(path: Path) -> Path | None:
    """The folder of saved runs that contains a file; None for a file elsewhere."""
    kept = next((folder for folder in path.parents if folder.name == ".benchmarks"), None)
    own = MACHINE.fullmatch(path.parent.name) and NUMBERED.fullmatch(path.name)
    return kept or (path.parent.parent if own else None)


def _parts(each: dict[str, Any]) -> Parts:
    full, identity = str(each.get("fullname") or each["name"]), each.get("param")
    if identity is not None and full.endswith(end := f"[{identity}]"):
        return Parts(full.removesuffix(end), str(identity))
    return Parts(full, None)


def _without_addresses(parts: Sequence[Parts]) -> list[Parts]:
    """Ids that differ only by an address are numbered in the order of the file."""
    ids: dict[str, dict[str, str]] = defaultdict(dict)
    for each in parts:
        if each.id is not None:
            ids[each.base][each.id] = each.id
    clean = {base: dict(zip(own, without_addresses(list(own)), strict=True)) for base, own in ids.items()}
    return [each if each.id is None else Parts(each.base, clean[each.base][each.id]) for each in parts]


def _named(each: dict[str, Any], parts: Parts) -> Named:
    parameters = _parameters(each.get("params"), parts.id)
    group = each.get("group")
    mark = parts.full if parts.id is None else parts.id
    if group:
        return Named(parts.full, Description(str(group), parameters, parts.base, mark))
    return Named(parts.full, Description(parts.base, parameters, mark=mark))


def _parameters(params: Any, identity: str | None) -> dict[str, str]:
    if not isinstance(params, dict) or not params:
        return {} if identity is None else {"id": identity}
    pieces = _pieces(params, identity or "")
    return {str(name): _text(value, pieces.get(name)) for name, value in params.items()}


def _pieces(params: dict[str, Any], identity: str) -> dict[str, str]:
    """The part of an id for each parameter; empty if the id does not have as many parts as there are parameters."""
    pieces = [identity] if len(params) == 1 else identity.split("-")
    if len(pieces) != len(params):
        return {}
    found = dict(zip(params, pieces, strict=True))
    plain = {name: value for name, value in params.items() if _is_plain(value)}
    return found if len(params) == 1 or all(str(value) == found[name] for name, value in plain.items()) else {}


def _text(value: Any, piece: str | None) -> str:
    """A parameter as text, quoted if a string looks like another type; its id if it has no text."""
    if not _is_plain(value):
        return piece or _bare(str(value))[:LONGEST]
    return repr(value) if isinstance(value, str) and _looks_like_a_literal(value) else str(value)


def _bare(text: str) -> str:
    return ADDRESS.sub("", text.removeprefix(UNKNOWN).removesuffix("]") if text.startswith(UNKNOWN) else text)


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST and not value.startswith(UNKNOWN) and not ADDRESS.search(value)
    return value is None or isinstance(value, bool | int | float)


def _looks_like_a_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
