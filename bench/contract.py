# pyright: strict
"""What a suite must state. Nothing else is in this module, and it changes rarely.

A suite is a folder. Its ``operations.py`` states ``CONTRACT = 1`` and
``OPERATIONS``, a tuple of `Operation`. Every other ``*.py`` without a leading
underscore is an implementation. ``docs/suites.md`` explains all of it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

CONTRACT = 1
LARGEST_INPUTS_BYTES = 256_000_000

LIBRARIES = ("python", "numpy", "torch", "tensorflow", "jax", "dask", "cupy", "numba_cuda")
"""What an implementation's ``LIBRARY`` may be."""

CONFIDENCE = 8.0
"""Independent rounding errors grow like √k (Higham & Mary 2019); 8 standard deviations."""

OWN_ROUNDING = 1 + 2.0**-20
"""Covers the rounding of a bound's own arithmetic."""

Inputs = dict[str, Any]
"""Named arrays and scalars in call order; float scalars carry the case's dtype."""


class Cost(NamedTuple):
    """The least that an algorithm must do: flops, bytes moved, bytes held.

    ``footprint`` counts inputs and output in memory; if omitted, the harness
    uses ``bytes``.
    """

    flops: float
    bytes: float
    footprint: float | None = None


class Bound(NamedTuple):
    """Largest errors that a correct implementation may have, per component, in float64.

    ``worst_case`` holds for any data and any order of summation.
    ``statistical`` holds for generated data, whose rounding errors are independent.
    """

    worst_case: NDArray[np.float64]
    statistical: NDArray[np.float64]


class Tolerance(Bound):
    """A limit that was not derived: errors that the suite accepts."""


class Unsupported(ValueError):
    """Raised by ``inputs``, ``oracle`` or ``bound`` if a case cannot be computed or judged.

    The case is then ``unsupported``, with this message as the reason.
    """


def unit_roundoff(dtype: Any) -> float:
    """Half the distance from 1 to the next number, u: 2⁻⁵³ or 2⁻²⁴. Complex numbers have that of their parts."""
    return float(np.finfo(dtype).eps) / 2


def gamma(count: int, unit: float) -> float:
    """The largest relative error of ``count`` successive roundings by ``unit``: (1 − u)⁻ᵏ − 1.

    It is smaller than Higham's γ_k = ku/(1 − ku) (2002, 3.1), can replace it, and is finite for every k.
    """
    return math.expm1(-count * math.log1p(-unit))


def statistical_gamma(count: int, unit: float) -> float:
    """The same for independent roundings: 8√k·u, or `gamma` if that is smaller."""
    return min(gamma(count, unit), CONFIDENCE * math.sqrt(count) * unit)


def rounding_bound(count: int, magnitude: Any, dtype: Any) -> Bound:
    """Both forms of the bound for results of ``count`` roundings each, in any order.

    ``magnitude`` is the result with every term of every sum taken positive: for
    a sum Σ xᵢyᵢ of k products it is Σ |xᵢ||yᵢ|, with ``count`` k. Add one to
    ``count`` for every further operation, division or root.
    """
    unit, magnitude = unit_roundoff(dtype), np.asarray(magnitude, np.float64) * OWN_ROUNDING
    return Bound(gamma(count, unit) * magnitude, statistical_gamma(count, unit) * magnitude)


class Data(Protocol):
    """Where features come from when the user names data or a condition number."""

    def sample(
        self, rng: np.random.Generator, rows: int, columns: int
    ) -> tuple[NDArray[Any], NDArray[np.float64] | None]:
        """Features (rows, columns) and, where the data has one, a target (rows,).

        Features may be a read-only map of a file larger than memory, in the file's own dtype.
        """
        ...


PartTolerance = float | Mapping[str, float] | None


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
    oracle : ``(*inputs) -> array``, or a tuple of arrays, in higher precision,
        sharing no code with any implementation. If it is a tuple, implementations
        return a tuple (or a list) of as many arrays. If an array is complex, the
        output must be complex in the case's precision; if it is integer or
        boolean, so must be the output, of any width.
    bound : ``(inputs, output, algorithm) -> Bound``, or an array that serves
        as both forms. ``output`` is the oracle's. Omit it for integer outputs,
        which must be equal, and if there is a tolerance. If the output is a
        tuple, so is the bound, with one for each part and None for integer
        parts.
    rtol, atol : a tolerance instead of a bound, as in ``numpy.allclose``:
        ``atol + rtol·|true output|``; numbers, or dicts of them by dtype.
        Reports call it a tolerance, not a bound. If the output is a tuple, it
        applies to every part except integer parts; a tuple has one tolerance
        for each part, and None for integer parts.
    cost : ``(sizes, parameters, itemsize, algorithm) -> Cost`` or
        ``(flops, bytes)``. If omitted, times are compared with no limit of
        the machine, and needed memory is guessed as one array of all sizes.
    exact_inputs : like ``inputs``, small integers for which every order of
        summation gives the same bits.
    exact_equal : ``(output, expected) -> bool`` for the exact test, of arrays
        or of tuples; the default is equality of all components.
    exact_sizes : the sizes of the exact test; the default is small odd ones.
    largest : ``(inputs, algorithm) -> number``: the largest intermediate
        magnitude of a correct implementation. It is called for a user's data:
        if it exceeds the dtype's range, the case is ``unsupported``.
    """

    name: str
    formula: str
    doc: str
    sizes: tuple[str, ...]
    inputs: Callable[..., Inputs]
    oracle: Callable[..., Any]
    cost: Callable[[Mapping[str, int], Mapping[str, Any], int, str], Any] | None = None
    bound: Callable[[Inputs, Any, str], Any] | None = None
    rtol: PartTolerance | tuple[PartTolerance, ...] = None
    atol: PartTolerance | tuple[PartTolerance, ...] = None
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    exact_inputs: Callable[..., Inputs] | None = None
    exact_equal: Callable[[Any, Any], bool] | None = None
    exact_sizes: Mapping[str, int] | None = None
    largest: Callable[[Inputs, str], Any] | None = None

    @property
    def tolerance(self) -> str:
        """The tolerance in words, or ''."""
        stated = {"rtol": self.rtol, "atol": self.atol}
        return ", ".join(f"{name} {_in_words(value)}" for name, value in stated.items() if value)


def _in_words(tolerance: PartTolerance | tuple[PartTolerance, ...]) -> str:
    if isinstance(tolerance, tuple):
        return ", ".join(f"{_in_words(value)} for part {place}" for place, value in enumerate(tolerance, 1) if value)
    if not isinstance(tolerance, Mapping):
        return f"{tolerance or 0.0:g}"
    return " and ".join(f"{value:g} in {dtype}" for dtype, value in tolerance.items())


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Part of a preset: operations at every combination of sizes whose inputs are not too large.

    A suite may state ``PRESETS``, a dict from ``quick``, ``standard`` and
    ``full`` to tuples of grids. ``operations`` and ``implementations`` left out
    mean all of them, ``parameters`` the operations' defaults. ``blocks`` is the
    number of sets of fresh processes that measure it, if time allows. ``without``
    names implementations that take long to prepare for each size: another grid
    may have them at fewer sizes, and they run if the user names them or sizes.
    """

    sizes: Mapping[str, tuple[int, ...]]
    operations: tuple[str, ...] = ()
    implementations: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    dtypes: tuple[str, ...] = ("float64",)
    blocks: int = 1
    largest_inputs_bytes: int = LARGEST_INPUTS_BYTES
    without: tuple[str, ...] = ()


Measure = Literal["over limit", "times faster", "peak bytes"]
MEASURES: tuple[str, ...] = get_args(Measure)


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A goal of a suite; the preset ``goals`` measures goals, and the report says what was reached.

    ``measure`` is of the fastest of ``implementations``: ``over limit`` (its
    time over its algorithm's limit, at most ``reach``), ``times faster`` (than
    the fastest of ``over``, at least) or ``peak bytes`` (beyond its inputs, at
    most). Each size in ``sizes`` and each dtype is a row of its own.
    """

    what: str
    measure: Measure
    reach: float
    operation: str
    sizes: tuple[Mapping[str, int], ...]
    implementations: tuple[str, ...]
    over: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    dtypes: tuple[str, ...] = ("float64",)
    blocks: int = 5

    def grids(self) -> tuple[Grid, ...]:
        """The grid that measures it."""
        return tuple(
            Grid(
                sizes={name: (value,) for name, value in sizes.items()},
                operations=(self.operation,),
                implementations=(*self.implementations, *self.over),
                parameters=self.parameters,
                dtypes=self.dtypes,
                blocks=self.blocks,
                largest_inputs_bytes=2**63,
            )
            for sizes in self.sizes
        )


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A small task whose outputs are stored with a run, so that a page can draw them.

    A suite may state ``SHOWN``, a tuple of them. Every implementation that is
    ok for the operation computes them once, after it was timed.

    Attributes
    ----------
    name, why : distinct within the suite; what the picture teaches.
    operation, sizes : as in a case.
    settings : numbers and words the task stands for, such as ``{"steps": 5}``;
        those named like a parameter of the operation are its parameters.
    inputs : ``(dtype) -> Inputs``, the same numbers at every call.
    """

    name: str
    operation: str
    sizes: Mapping[str, int]
    inputs: Callable[[Any], Inputs]
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    why: str = ""
