"""What one chart shows: the cases of one operation, its parameters, dtype, threads and device."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import pandas as pd

from .frames import VIEW, Tables


@dataclass(frozen=True)
class View:
    """One operation x parameters x dtype x threads x device, with the sizes it was run at."""

    operation: str
    parameters: str
    dtype: str
    threads: int
    device: str
    size_names: list[str]
    sizes: list[dict[str, int]]
    chosen: dict[str, int]

    @property
    def title(self) -> str:
        """``gradient_descent steps=100, float64, 2 threads``; without a CPU device and unknown values."""
        threads = f"{self.threads} thread{'' if self.threads == 1 else 's'}" if self.threads else ""
        device = "" if self.device == "cpu" else self.device
        what = f"{self.operation} {self.parameters}".strip()
        return ", ".join(part for part in (what, self.dtype, threads, device) if part)

    @property
    def stem(self) -> str:
        """The view as part of a file's name."""
        text = "-".join([self.operation, self.parameters, self.dtype, f"t{self.threads}", self.device])
        return "".join(letter if letter.isalnum() or letter in "-_=." else "-" for letter in text).replace("--", "-")

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of a frame that belong to this view."""
        for column in VIEW:
            frame = frame.loc[frame[column] == getattr(self, column)]
        return frame


def views(tables: Tables) -> list[View]:
    """All views of a run, operations in the suite's order."""
    groups = tables.cases.groupby(list(VIEW), sort=False)
    made = [_view(tables, key, frame) for key, frame in groups if isinstance(key, tuple)]
    return sorted(made, key=lambda view: tables.operations.index(view.operation))


def usual_operation(tables: Tables) -> str:
    """The operation that most implementations have a time for; the suite's first of several."""
    timed = tables.cases.dropna(subset=["time_ns"]).groupby("operation")["implementation"].nunique()
    return max(tables.operations, key=lambda name: timed.get(name, 0))


def _view(tables: Tables, key: tuple[Any, ...], frame: pd.DataFrame) -> View:
    names = [name for name, column in tables.size_columns.items() if bool(frame[column].notna().all())]
    sizes = _sizes(frame, names, tables)
    chosen = _chosen(frame, names, tables) or sizes[-1]
    return View(**dict(zip(VIEW, key, strict=True)), size_names=names, sizes=sizes, chosen=chosen)


def _sizes(frame: pd.DataFrame, names: Sequence[str], tables: Tables) -> list[dict[str, int]]:
    columns = [tables.size_columns[name] for name in names]
    if not columns:
        return [{}] if len(frame) else []
    rows = sorted(set(frame[columns].itertuples(index=False, name=None)))
    return [{name: int(value) for name, value in zip(names, row, strict=True)} for row in rows]


def _chosen(frame: pd.DataFrame, names: Sequence[str], tables: Tables) -> dict[str, int]:
    """The size that a chart of one size shows first: the largest of those at which most implementations have a time."""
    timed = frame.loc[frame["time_ns"].notna()]
    columns = [tables.size_columns[name] for name in names]
    if timed.empty or not columns:
        return {}
    counts = timed.groupby(columns)["implementation"].nunique().items()
    best, _ = max(((_values(key), count) for key, count in counts), key=lambda pair: (pair[1], prod(pair[0])))
    return dict(zip(names, best, strict=True))


def _values(key: Any) -> tuple[int, ...]:
    return tuple(map(int, key if isinstance(key, tuple) else (key,)))
