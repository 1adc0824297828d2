"""What a suite must state. Nothing else lives here, and it changes rarely.

A suite is a folder. Its ``operations.py`` states ``CONTRACT = 1`` and
``OPERATIONS``, a tuple of `Operation`. Every other ``*.py`` without a leading
underscore is an implementation. ``docs/suites.md`` teaches it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

CONTRACT = 1
LARGEST_INPUTS_BYTES = 256_000_000

Inputs = dict[str, Any]
"""Named arrays and scalars in call order; float scalars carry the case's dtype."""


class Cost(NamedTuple):
    """What an algorithm must do at the least: flops, bytes moved, bytes held.

    ``footprint`` counts inputs and output in memory; where it is left out the
    harness takes ``bytes`` for it.
    """

    flops: float
    bytes: float
    footprint: float | None = None


class Bound(NamedTuple):
    """Largest errors a right implementation may have, per component, in float64.

    ``worst_case`` holds for any data and any order of summation.
    ``statistical`` holds for generated data, whose rounding errors do not conspire.
    """

    worst_case: NDArray[np.float64]
    statistical: NDArray[np.float64]


class Data(Protocol):
    """Where features come from when the user names data or a condition number."""

    def sample(
        self, rng: np.random.Generator, rows: int, columns: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """Features (rows, columns) and, where the data has one, a target (rows,)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What is computed: formula, sizes, inputs, oracle, error bound, cost.

    Attributes
    ----------
    name, formula, doc : the name implementations use; what the page shows.
    sizes : names it depends on, in order, such as ``("m", "n")``.
    parameters : other names with their defaults, such as ``{"steps": 100}``.
    inputs : ``(rng, sizes, parameters, dtype) -> Inputs``. One that also takes
        the keyword ``data`` accepts ``--data`` and ``--condition``: it is then
        called with a `Data`.
    oracle : ``(*inputs) -> array``, in higher precision, sharing no code with
        any implementation.
    bound : ``(inputs, output, algorithm) -> Bound``, or an array that serves
        as both forms. ``output`` is the oracle's.
    cost : ``(sizes, parameters, itemsize, algorithm) -> Cost`` or
        ``(flops, bytes)``.
    exact_inputs : like ``inputs``, small integers for which every order of
        summation gives the same bits.
    exact_equal : ``(output, expected) -> bool`` for the exact test; equality
        of all components where it is left out.
    exact_sizes : the sizes of the exact test; small odd ones where left out.
    """

    name: str
    formula: str
    doc: str
    sizes: tuple[str, ...]
    inputs: Callable[..., Inputs]
    oracle: Callable[..., Any]
    bound: Callable[[Inputs, Any, str], Any]
    cost: Callable[[Mapping[str, int], Mapping[str, Any], int, str], Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    exact_inputs: Callable[..., Inputs] | None = None
    exact_equal: Callable[[Any, Any], bool] | None = None
    exact_sizes: Mapping[str, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Part of a preset: operations at every combination of sizes whose inputs are not too large.

    A suite may state ``PRESETS``, a dict from ``quick``, ``standard`` and
    ``full`` to tuples of grids. ``operations`` left out means all of them.
    ``blocks`` is how many sets of fresh processes measure it where time allows.
    """

    sizes: Mapping[str, tuple[int, ...]]
    operations: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ("float64",)
    blocks: int = 1
    largest_inputs_bytes: int = LARGEST_INPUTS_BYTES
