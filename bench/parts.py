"""An operation's output as its arrays: one array, or the parts of a tuple.

The number of parts is 0 if the output is an array and not a tuple.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import SuiteFault

Output = NDArray[Any] | tuple[NDArray[Any], ...]

NUMBERS = "fciub"
SEVERAL = (tuple, list)
"""Types in which a kernel may return several arrays."""


def of_oracle(returned: Any, where: str) -> Output:
    """An oracle's output, in NumPy. Raises `SuiteFault` if it has no numbers."""
    if not isinstance(returned, tuple):
        return _numbers(returned, f"{where}: its oracle returned ")
    if not returned:
        raise SuiteFault(f"{where}: its oracle returned an empty tuple, so there is nothing to compare")
    names = [f"{where}: {named(place, len(returned))}" for place in range(len(returned))]
    return tuple(_numbers(each, f"{name}its oracle returned ") for name, each in zip(names, returned, strict=True))


def count(output: Output) -> int:
    return len(output) if isinstance(output, tuple) else 0


def of(output: Output) -> list[NDArray[Any]]:
    return list(output) if isinstance(output, tuple) else [output]


def like(parts: Sequence[Any], number: int) -> Any:
    """A tuple of ``number`` parts, or the single array."""
    return tuple(parts) if number else parts[0]


def named(place: int, number: int) -> str:
    """The start of a message about one part; '' if the output is not a tuple."""
    return f"part {place + 1} of {number}: " if number else ""


def held(returned: Any) -> list[Any] | None:
    """The items of a kernel's tuple or list, else None; without methods that a subclass may replace."""
    for kind in SEVERAL:
        if issubclass(type(returned), kind):
            return list(kind.__iter__(returned))
    return None


def _numbers(returned: Any, told: str) -> NDArray[Any]:
    try:
        array = np.asarray(returned)
    except ValueError as error:
        raise SuiteFault(f"{told}no array: {error}; return several arrays as a tuple") from error
    if array.dtype.kind not in NUMBERS:
        raise SuiteFault(f"{told}{type(returned).__name__} of {array.dtype}, not numbers")
    return array
