"""Where X and y come from: seeded Gaussians, a prescribed spectrum, or the user's file."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import UsageError, unknown

Floats = NDArray[np.float64]


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
    """A user's data: features (rows, columns) and target (rows,), all finite."""

    features: Floats
    target: Floats

    def sample(self, rng: np.random.Generator, rows: int, columns: int) -> tuple[Floats, Floats]:
        """Rows drawn with replacement, the first columns; Gaussian ones past the table's own."""
        drawn = rng.integers(len(self.target), size=rows)
        own = self.features[drawn, :columns]
        added = rng.standard_normal((rows, columns - own.shape[1]))
        return np.concatenate([own, added], axis=1), self.target[drawn]


def read_table(name: str, target: str | None) -> tuple[str, Table]:
    """A label and the table of a CSV, Parquet or .npy file, or of the bundled set ``diabetes``.

    Raises `UsageError` where the file is missing, empty, malformed, holds text,
    NaN or infinity in a column, or has no such target.
    """
    if name == "diabetes":
        frame, target = _diabetes(), target or "target"
    else:
        frame = _read_frame(Path(name))
    if frame.empty:
        raise UsageError(f"{name}: holds no rows; give at least one sample")
    columns = [str(column) for column in frame.columns]
    frame.columns = columns
    if target is None:
        raise UsageError(f"{name}: which column is the target? add --target, one of: {', '.join(columns)}")
    if target not in columns:
        raise unknown(f"target in {name}:", target, columns)
    if len(columns) < 2:
        raise UsageError(f"{name}: has no column beside the target '{target}'")
    numbers = {column: _numeric(frame[column], column, name) for column in columns}
    features = np.column_stack([numbers[column] for column in columns if column != target])
    return f"{Path(name).name}, target {target}", Table(features, numbers[target])


def _read_frame(path: Path) -> Any:
    import pandas as pd

    readers = {".csv": _read_csv, ".parquet": pd.read_parquet, ".npy": _read_npy}
    if path.suffix.lower() not in readers:
        raise UsageError(f"{path}: unknown kind of file '{path.suffix}'; give .csv, .parquet, .npy or 'diabetes'")
    if not path.is_file():
        raise UsageError(f"{path}: no such file; --data takes a .csv, .parquet or .npy file, or 'diabetes'")
    try:
        return readers[path.suffix.lower()](path)
    except pd.errors.EmptyDataError as error:
        raise UsageError(f"{path}: is empty; give a header line and at least one row") from error
    except Exception as error:
        message = " ".join(str(error).split())[:200]
        raise UsageError(f"{path}: cannot be read as {path.suffix[1:]}: {message}") from error


def _read_csv(path: Path) -> Any:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
        return pd.read_csv(path, index_col=False)


def _read_npy(path: Path) -> Any:
    import pandas as pd

    array = np.load(path, allow_pickle=False)
    if array.ndim != 2:
        raise ValueError(f"shape {array.shape}; rows and columns are needed")
    return pd.DataFrame(array)


def _numeric(column: Any, name: str, file: str) -> Floats:
    import pandas as pd

    if column.dtype.kind in "cmM":
        raise UsageError(f"{file}: column '{name}' holds {column.dtype}; make it a number, or leave the column out")
    numbers = np.asarray(pd.Series(pd.to_numeric(column, errors="coerce")), np.float64)
    bad = np.flatnonzero(~np.isfinite(numbers))
    if bad.size:
        value = column.iloc[int(bad[0])]
        what = f"text ({value!r})" if isinstance(value, str) else f"{value}"
        raise UsageError(
            f"{file}: column '{name}' holds {what} in data row {bad[0] + 1}"
            f" ({bad.size} such rows); drop or fill them, or leave the column out"
        )
    return numbers


def _diabetes() -> Any:
    try:
        from sklearn.datasets import load_diabetes
    except ImportError as error:
        raise UsageError("data 'diabetes' ships with scikit-learn; pip install 'rooflinear[sklearn]'") from error
    return load_diabetes(as_frame=True).frame  # pyright: ignore[reportAttributeAccessIssue]  a Bunch
