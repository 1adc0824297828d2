"""User data near the limits of a dtype: overflow or underflow there is not an implementation's fault."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import parts
from ..contract import Data, Inputs, Operation, Unsupported
from ..parts import Output
from . import mapped

BLOCK_ROWS_BYTES = 2**24


class ColumnOutOfRange(Unsupported):
    """A column leaves the dtype's range when it is cast; the message names the column and the remedy."""


class Watched:
    """Data that remembers the rows drawn from it, so that a column with large values can be named."""

    def __init__(self, source: Any, dtype: str):
        self.source: Data | Any = source
        self._dtype, self._limits = dtype, np.finfo(dtype)
        self._drawn: tuple[NDArray[Any], NDArray[Any] | None] | None = None

    def sample(self, rng: np.random.Generator, rows: int, columns: int) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """As in `Data`. Raises `ColumnOutOfRange`."""
        self._drawn = drawn = self.source.sample(rng, rows, columns)
        if hasattr(self.source, "names"):  # a mapped X is not cast
            for column, reached in self._columns().items():
                if reached > self._limits.max:
                    raise ColumnOutOfRange(f"{column} reaches {reached:.2g}, {self._beyond}{self._remedy_of('it')}")
                if 0 < reached < self._limits.tiny:
                    limit = f"{self._below}{self._remedy_of('it')}"
                    raise ColumnOutOfRange(f"{column} reaches only {reached:.2g}, {limit}")
        return drawn

    def refused(self, operation: Operation, inputs: Inputs, algorithms: list[str]) -> dict[str, str]:
        """Why an algorithm leaves the dtype's range, by algorithm. Raises `Unsupported` if the inputs do already."""
        for name, value in inputs.items():
            if _is_float(value) and not mapped.region(value) and not np.isfinite(value).all():
                raise Unsupported(f"its input {name} is not finite in {self._dtype}{self.remedy}")
        if operation.largest is None:
            return {}
        reasons = {}
        for algorithm in algorithms:
            reached = operation.largest(inputs, algorithm)
            if not reached <= self._limits.max:
                reasons[algorithm] = f"its sums may reach {_digits(reached)}, {self._beyond}{self.remedy}"
            elif 0 < reached < self._limits.tiny:
                reasons[algorithm] = f"its sums stay at {_digits(reached)}, {self._below}{self.remedy}"
        return reasons

    def refuse_output(self, expected: Output) -> None:
        """Raises `Unsupported` if the true output, or a part of it, is outside the dtype's range."""
        for each in parts.of(expected):
            self._refuse_array(each)

    def _refuse_array(self, expected: NDArray[Any]) -> None:
        if expected.dtype.kind not in "fc" or not expected.size:
            return
        magnitudes = np.abs(expected)
        if magnitudes.min() > self._limits.max:
            raise Unsupported(f"the true result is {self._beyond}{self.remedy}")
        if 0 < magnitudes.max() < self._limits.tiny:
            raise Unsupported(f"the true result is {_digits(magnitudes.max())}, {self._below}{self.remedy}")

    @property
    def remedy(self) -> str:
        """Which column is large, and what to do."""
        reached = self._columns()
        if not reached:
            return self._remedy_of("the data")
        column = max(reached, key=lambda name: reached[name])
        return f"; {column} reaches {reached[column]:.2g}" + self._remedy_of("it").replace(";", ":", 1)

    @property
    def _beyond(self) -> str:
        return f"beyond {self._dtype}'s largest number {self._limits.max:.2g}"

    @property
    def _below(self) -> str:
        return f"below {self._dtype}'s least number of full precision, {self._limits.tiny:.2g}"

    def _remedy_of(self, what: str) -> str:
        return f"; scale {what}" + ("" if self._dtype == "float64" else ", or use float64")

    def _columns(self) -> dict[str, float]:
        """The largest magnitude of each column that was drawn from the user's file."""
        names = getattr(self.source, "names", None)
        if self._drawn is None or (names is None and not hasattr(self.source, "path")):
            return {}
        features, target = self._drawn
        found = _column_maxima(features)
        columns = names[:-1] if names else map(str, range(len(found)))
        reached = {f"column '{name}'": each for name, each in zip(columns, found, strict=False)}
        if target is not None and target.size:
            reached[f"the target '{names[-1]}'" if names else "the target"] = float(np.abs(target).max())
        return reached


def _column_maxima(features: NDArray[Any]) -> list[float]:
    rows = max(1, BLOCK_ROWS_BYTES // max(1, features.shape[1] * features.itemsize))
    blocks = [np.abs(features[first : first + rows]).max(axis=0) for first in range(0, len(features), rows)]
    return np.max(blocks, axis=0).tolist()


def _is_float(value: Any) -> bool:
    return np.asarray(value).dtype.kind in "fc"


def _digits(value: Any) -> str:
    return (
        f"{float(value):.2g}" if np.isfinite(float(value)) else np.format_float_scientific(value, precision=1, trim="-")
    )
