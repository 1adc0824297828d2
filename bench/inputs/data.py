"""Where X and y come from: seeded Gaussians, a prescribed spectrum, or the user's file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CannotFinish, UsageError, unknown
from . import mapped, tables

Floats = NDArray[np.float64]
CHECKED_BYTES = 2**24
"""Elements read at a time when a whole file is checked, which limits the memory needed."""


def generator(seed: int, *words: str) -> np.random.Generator:
    """A generator that depends on the seed and on what its numbers are for."""
    entropy = [seed, *"\0".join(words).encode()]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


@dataclass(frozen=True)
class Conditioned:
    """Features sqrt(m)·Q·diag(s)·Vᵀ whose singular values fall geometrically from 1 to 1/condition."""

    condition: float

    def sample(self, rng: np.random.Generator, rows: int, columns: int) -> tuple[Floats, None]:
        rank = min(rows, columns)
        left = np.linalg.qr(rng.standard_normal((rows, rank)))[0]
        right = np.linalg.qr(rng.standard_normal((columns, rank)))[0]
        spectrum = np.geomspace(1, 1 / self.condition, rank)
        return np.sqrt(rows) * (left * spectrum) @ right.T, None


@dataclass(frozen=True)
class Table:
    """A user's data: features (rows, columns) and target (rows,), all finite; ``names`` ends with the target's."""

    features: Floats
    target: Floats
    names: tuple[str, ...] = ()

    def sample(self, rng: np.random.Generator, rows: int, columns: int) -> tuple[Floats, Floats]:
        """Rows drawn with replacement, and the first columns; Gaussian columns if the table has too few."""
        drawn = rng.integers(len(self.target), size=rows)
        own = self.features[drawn, :columns]
        added = rng.standard_normal((rows, columns - own.shape[1]))
        return np.concatenate([own, added], axis=1), self.target[drawn]


@dataclass(frozen=True)
class Matrix:
    """A user's X as a read-only map of ``path``, and a target (rows,) if a file has one."""

    path: str
    features: NDArray[Any]
    target: Floats | None
    stamp: str

    def sample(self, rng: np.random.Generator, rows: int, columns: int) -> tuple[NDArray[Any], Floats | None]:  # noqa: ARG002
        """The first rows: a read-only map of the file, in the file's dtype."""
        self._refuse_change()
        own_rows, own_columns = self.features.shape
        if columns != own_columns or rows > own_rows:
            raise ValueError(f"X of {Path(self.path).name} is {own_rows} x {own_columns} and cannot be resized")
        return self.features[:rows], None if self.target is None else self.target[:rows]

    def other(self, rows: int) -> "Matrix":
        """The last rows, one fewer if all were used before: an X that no kernel has seen."""
        first = max(len(self.features) - rows, 1 if rows > 1 else 0)
        target = None if self.target is None else self.target[first:]
        return Matrix(self.path, self.features[first:], target, self.stamp)

    def _refuse_change(self) -> None:
        try:
            same = mapped.stamp(self.path) == self.stamp
        except OSError:
            same = False
        if not same:
            raise CannotFinish(f"{self.path}: changed or vanished during the run; put it back")


def read_matrix(name: str, target: str | None) -> tuple[str, Matrix]:
    """A label and the matrix of a .npy file that is not loaded; ``target`` names a .npy file of its rows' targets.

    Raises `UsageError` if the file is invalid, or contains NaN or infinity.
    """
    region, state = mapped.matrix(name), mapped.stamp(name)
    features = mapped.array(region)
    for found in _blocks(features):
        _refuse_non_finite(name, *found)
    mapped.sha256(region.path)
    label = Path(name).name
    if target is None:
        return label, Matrix(region.path, features, None, state)
    numbers = _read_target(target, len(features))
    return f"{label}, target {Path(target).name}", Matrix(region.path, features, numbers, state)


def _read_target(name: str, rows: int) -> Floats:
    try:
        numbers = np.load(name, allow_pickle=False)
    except FileNotFoundError as error:
        raise UsageError(f"--target {name}: no such file; give a file with one number per row of X") from error
    except (OSError, ValueError) as error:
        message = " ".join(str(error).split())[:200]
        raise UsageError(f"--target {name}: cannot be read as npy: {message}") from error
    if numbers.shape != (rows,) or numbers.dtype.kind not in "fiub":
        raise UsageError(f"--target {name}: has {numbers.dtype} of shape {numbers.shape}; X needs {rows} numbers")
    numbers = numbers.astype(np.float64)
    _refuse_non_finite(name, 0, numbers[:, None])
    return numbers


def _blocks(X: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    rows = max(1, CHECKED_BYTES // (X.shape[1] * X.itemsize))
    return ((first, X[first : first + rows]) for first in range(0, len(X), rows))


def _refuse_non_finite(name: str, first: int, block: NDArray[Any]) -> None:
    finite = np.isfinite(block)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        value = block[row, column]
        raise UsageError(f"{name}: holds {value} in row {first + row + 1}, column {column}; drop or fill such rows")


def read_table(name: str, target: str | None) -> tuple[str, Table]:
    """A label and the table of a CSV, Parquet or .npy file, or of the bundled set ``diabetes``.

    Raises `UsageError` if the file is missing, empty or malformed, if a column
    contains text, NaN or infinity, or if there is no such target.
    """
    if name == "diabetes":
        frame, target = _diabetes(), target or "target"
    else:
        frame = tables.read_frame(Path(name))
    if frame.empty:
        raise UsageError(f"{name}: holds no rows; give at least one sample")
    columns = [str(column) for column in frame.columns]
    frame.columns = columns
    if target is None:
        raise UsageError(f"{name}: which column is the target? add --target, one of: {', '.join(columns)}")
    if target not in columns:
        raise unknown(f"target in {name}:", target, columns)
    if len(columns) < 2:
        raise UsageError(f"{name}: has no column besides the target '{target}'")
    if columns.count(target) > 1:
        places = " and ".join(str(place + 1) for place, column in enumerate(columns) if column == target)
        raise UsageError(f"{name}: columns {places} are both called '{target}', the target; rename one")
    numbers = [tables.numbers(frame.iloc[:, place], column, name) for place, column in enumerate(columns)]
    place = columns.index(target)
    features = np.column_stack([*numbers[:place], *numbers[place + 1 :]])
    names = (*columns[:place], *columns[place + 1 :], target)
    return f"{Path(name).name}, target {target}", Table(features, numbers[place], names)


def _diabetes() -> Any:
    try:
        from sklearn.datasets import load_diabetes  # pyright: ignore[reportMissingImports]  an extra
    except ImportError as error:
        raise UsageError("data 'diabetes' is part of scikit-learn; pip install scikit-learn") from error
    return load_diabetes(as_frame=True).frame  # pyright: ignore[reportAttributeAccessIssue]  a Bunch
