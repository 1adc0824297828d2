"""The user's tables: CSV, Parquet and .npy files as columns of finite numbers.

A table that could be misread is refused, with a remedy.
"""

import csv
import math
import warnings
from collections.abc import Iterator
from numbers import Number
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "'|'"}
SNIFFED_ROWS = 5
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
INDEX_NAME = "__index_level_"
"""What pyarrow calls an index that has no name."""


def read_frame(path: Path) -> Any:
    """A pandas frame whose column names are the texts in the file. Raises `UsageError`."""
    import pandas as pd

    readers = {".csv": _read_csv, ".parquet": _read_parquet, ".npy": _read_npy}
    if path.suffix.lower() not in readers:
        raise UsageError(f"{path}: unknown file type '{path.suffix}'; give .csv, .parquet, .npy or 'diabetes'")
    if not path.is_file():
        raise UsageError(f"{path}: no such file; --data takes a .csv, .parquet or .npy file, or 'diabetes'")
    try:
        return readers[path.suffix.lower()](path)
    except UsageError:
        raise
    except pd.errors.EmptyDataError as error:
        raise UsageError(f"{path}: is empty; give a header line and at least one row") from error
    except Exception as error:
        message = " ".join(str(error).split())[:200]
        raise UsageError(f"{path}: cannot be read as {path.suffix[1:].lower()}: {message}") from error


def numbers(column: Any, name: str, file: str) -> NDArray[np.float64]:
    """The finite numbers of a column. Raises `UsageError` for dates, text, NaN and infinity, with the first row."""
    import pandas as pd

    if other := _kind_of_no_number(column):
        raise UsageError(f"{file}: column '{name}' holds {other}; make it a number, or leave the column out")
    found = np.asarray(pd.Series(pd.to_numeric(column, errors="coerce")), np.float64)
    bad = np.flatnonzero(~np.isfinite(found))
    if bad.size:
        if file.lower().endswith(".csv"):
            _refuse_ragged(Path(file))
        value = column.iloc[int(bad[0])]
        what = f"text ({value!r})" if isinstance(value, str) else f"{value}"
        raise UsageError(
            f"{file}: column '{name}' holds {what} in data row {bad[0] + 1} ({bad.size} such rows); {_remedy(value)}"
        )
    return found


def _remedy(value: Any) -> str:
    if isinstance(value, str) and "," in value and _number(value.replace(",", "")) is not None:
        return "write numbers with a decimal point and without thousands separators"
    return "drop or fill them, or leave the column out"


def _kind_of_no_number(column: Any) -> str:
    """The kind of values in a column that cannot become numbers, or ''. Text may be a number, so it passes."""
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _kind_of_no_number(pd.Series(dtype.categories))
    if dtype.kind == "c":
        return str(dtype)
    if dtype.kind == "O" and not pd.api.types.is_extension_array_dtype(dtype):
        return _alien(column)
    is_number = pd.api.types.is_numeric_dtype(dtype) or isinstance(dtype, pd.StringDtype)
    return "" if is_number else str(dtype)


def _alien(column: Any) -> str:
    """The type of the first object that is neither a real number nor text, or ''."""
    for value in column.dropna():
        if isinstance(value, complex) or not isinstance(value, Number | str | np.bool_):
            return f"{type(value).__name__} objects"
    return ""


def _read_csv(path: Path) -> Any:
    _refuse_wide_text(path)
    try:
        return _read_utf_8(path)
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise UsageError(f"{path}: is not UTF-8 text (it contains the byte 0x{byte:02x}); save it as UTF-8") from error


def _read_utf_8(path: Path) -> Any:
    import pandas as pd

    rows = list(zip(range(SNIFFED_ROWS), _rows(path), strict=False))
    _refuse_separator(path, [row for _, row in rows])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
            frame = pd.read_csv(path, index_col=False)
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        _refuse_ragged(path)
        raise
    header = rows[0][1] if rows else []
    if len(header) == len(frame.columns):  # pandas renames duplicates
        frame.columns = pd.Index([name.strip() for name in header], dtype=object)
    _refuse_header(path, [str(name) for name in frame.columns], frame)
    return frame


def _read_parquet(path: Path) -> Any:
    import pandas as pd
    from pyarrow import parquet

    names = [str(name) for name in parquet.read_schema(path).names]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UsageError(f"{path}: two columns are called '{twice[0]}'; rename one")
    frame = pd.read_parquet(path)
    for name in map(str, frame.columns):
        if name.startswith(INDEX_NAME):
            raise UsageError(f"{path}: column '{name}' is the index of a frame; write it without, or name the column")
    return frame


def _read_npy(path: Path) -> Any:
    import pandas as pd

    array = np.load(path, allow_pickle=False)
    if array.ndim != 2:
        raise ValueError(f"shape {array.shape}; rows and columns are needed")
    return pd.DataFrame(array)


def _rows(path: Path, separator: str = ",") -> Iterator[list[str]]:
    """The fields of every line that is not blank."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from (row for row in csv.reader(file, delimiter=separator) if "".join(row).strip() or len(row) > 1)


def _refuse_wide_text(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(UTF_16_MARKS) or b"\x00" in start:
        raise UsageError(f"{path}: is not UTF-8 text but looks like UTF-16; save it as UTF-8")


def _refuse_separator(path: Path, by_commas: list[list[str]]) -> None:
    """Raises `UsageError` for another separator: split by commas, lines have one field, or unequal numbers of them."""
    widths = {len(row) for row in by_commas}
    if len(widths) == 1 and widths != {1}:
        return
    for separator, name in SEPARATORS.items():
        rows = [row for _, row in zip(range(SNIFFED_ROWS), _rows(path, separator), strict=False)]
        if len(rows) < 2 or len(rows[0]) < 2 or len({len(row) for row in rows}) > 1:
            continue
        commas = any(_number(field) is None and _number(field.replace(",", ".")) is not None for field in rows[1])
        options = f"sep={separator!r}" + (", decimal=','" if commas else "")
        raise UsageError(
            f"{path}: columns are separated by {name}{', decimals by commas' if commas else ''}; rewrite it with"
            f" pandas.read_csv('{path.name}', {options}).to_csv('new.csv', index=False)"
        )


def _refuse_ragged(path: Path) -> None:
    """Raises `UsageError` for a line with more or fewer fields than the header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        try:
            header = next(row for row in reader if row)
            for row in reader:
                if row and len(row) != len(header):
                    fields = f"{len(row)} field{'s' if len(row) > 1 else ''}"
                    raise UsageError(f"{path}: line {reader.line_num} has {fields} where the header has {len(header)}")
        except (csv.Error, StopIteration):
            return


def _refuse_header(path: Path, names: list[str], frame: Any) -> None:
    """Raises `UsageError` if the first line contains numbers, or an unnamed index that ``to_csv`` wrote."""
    if "" in names:
        place = names.index("")
        index = place == 0 and len(frame) and list(frame.iloc[:, 0]) == list(range(len(frame)))
        what = "is the index that to_csv writes; write it with index=False" if index else "has no name; give it one"
        raise UsageError(f"{path}: column {place + 1} {what}")
    values = [_number(name) for name in names]
    if None not in values and values != list(range(len(names))):
        raise UsageError(f"{path}: its first line holds numbers, not names; add a header line, such as x1,x2,y")


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value
