"""The files of a suite made of functions: ``operations.py`` and one for each implementation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import UsageError
from .sources import FUTURE, Sources, plain, sources_of

OF_OPERATIONS = ("CONTRACT", "OPERATIONS", "Operation", "named_inputs")
OF_IMPLEMENTATIONS = ("LIBRARY", "ALGORITHM")

HARNESS_IMPORTS = (
    "from rooflinear.bench.contract import Operation\nfrom rooflinear.bench.suites.named import named_inputs"
)


@dataclass(frozen=True, kw_only=True)
class FunctionOperation:
    """What a suite computes. ``stated`` are the values of the operation that are no functions."""

    name: str
    sizes: tuple[str, ...]
    inputs: Callable[..., Any]
    reference: Callable[..., Any]
    bound: Callable[..., Any] | None
    cost: Callable[..., Any] | None
    stated: Mapping[str, Any]
    formula: str
    doc: str


@dataclass(frozen=True)
class FunctionImplementation:
    name: str
    function: Callable[..., Any]
    library: str
    algorithm: str
    operation: str


def operations(made: FunctionOperation) -> str:
    """The text of ``operations.py``. Raises `UsageError` for a function that cannot be written."""
    functions = [each for each in (made.inputs, made.reference, made.bound, made.cost) if each is not None]
    found = sources_of(functions)
    _refuse_taken(found, OF_OPERATIONS, plain(made.reference).__name__)
    inputs, reference = (plain(each).__name__ for each in (made.inputs, made.reference))
    doc = made.doc or _first_line(made.reference)
    fields = {
        "name": repr(made.name),
        "formula": repr(made.formula),
        "doc": repr(doc),
        "sizes": repr(made.sizes),
        "inputs": f"named_inputs({inputs}, {reference})",
        "oracle": reference,
        **{name: plain(each).__name__ for name, each in (("bound", made.bound), ("cost", made.cost)) if each},
        **{name: repr(value) for name, value in made.stated.items() if value is not None},
    }
    stated = "\n".join(f"        {name}={value}," for name, value in fields.items())
    parts = [
        f'"""The suite {made.name}, written from functions by rooflinear.Suite."""',
        FUTURE if found.postponed else "",
        HARNESS_IMPORTS,
        found.text(),
        "CONTRACT = 1",
        f"OPERATIONS = (\n    Operation(\n{stated}\n    ),\n)",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def implementation(made: FunctionImplementation) -> str:
    """The text of an implementation's file. Raises `UsageError` for a function that cannot be written."""
    found, own = sources_of([made.function]), plain(made.function).__name__
    _refuse_taken(found, OF_IMPLEMENTATIONS, own)
    if own != made.operation and made.operation in found.names:
        raise UsageError(f"{own}: uses '{made.operation}', which is the name of the suite; rename one of them")
    parts = [
        f"{_first_line(made.function)!r}" if _first_line(made.function) else "",
        FUTURE if found.postponed else "",
        f'LIBRARY = "{made.library}"' + ("" if made.algorithm == "direct" else f"\nALGORITHM = {made.algorithm!r}"),
        found.text(),
        "" if own == made.operation else f"{made.operation} = {own}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _first_line(function: Callable[..., Any]) -> str:
    return (plain(function).__doc__ or "").strip().partition("\n")[0]


def _refuse_taken(found: Sources, taken: tuple[str, ...], who: str) -> None:
    for name in taken:
        if name in found.names:
            raise UsageError(f"{who}: uses '{name}', a name that the suite's file needs; rename it")
