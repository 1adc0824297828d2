"""The results of a run as an object: its cases, speed-ups, winners, advice and pictures."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from ...reports import advice_text
from ...reports.notebook import run_answer
from ...reports.report import write_reports
from ...reports.tables import advice, speedups
from ...reports.tables.advice import Advice
from ...reports.tables.asked import Question
from ...reports.tables.frames import GROUP, load
from ...reports.tables.limits import fault_text
from ...reports.tables.winner import Winner, winner_at
from ..commands.cases import count_text
from ..commands.exit_status import of_results
from ..errors import UsageError
from ..records import Result, Run
from .plots import Plots

TOLD = ("time_ns", "low_ns", "high_ns", "disturbed")
"""Columns of the cases that stand beside their speed-ups."""


class RunResults:
    """What one run measured, read from its folder; a notebook shows the answer at one size."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._tables = load(folder)

    @property
    def run(self) -> Run:
        """The record of the run: options, machine, versions, warnings."""
        return self._tables.run

    @property
    def results(self) -> list[Result]:
        """What was recorded, one result for each case and block, with its raw samples."""
        return [each for group in self._tables.results for each in group]

    @property
    def cases(self) -> pd.DataFrame:
        """A row for each case: status, reason, time with interval, first call, error, distance from the limit."""
        return self._tables.cases.copy()

    @property
    def status(self) -> int:
        """The exit status of the command: 0, 1 if a case is wrong or crashed, 3 if nothing could be measured."""
        return of_results(self.results)

    @property
    def warnings(self) -> list[str]:
        """What disturbed the run, and times that cannot be right."""
        told = [*self.run.machine.warnings, *self.run.warnings, fault_text(self._tables.cases)]
        return list(dict.fromkeys(text for text in told if text))

    def speedups(self, baseline: str | None = None) -> pd.DataFrame:
        """Times and speed-ups over a baseline (numpy, if it was timed) with 95 % intervals, a row for each timed case.

        Raises `UsageError` if the baseline has no time.
        """
        found = speedups.with_speedups(self._tables, speedups.choose_baseline(self._tables, baseline))
        sizes = [*self._tables.size_columns.values(), *self._tables.parameter_columns.values()]
        named = [name for name in GROUP if name not in sizes]
        columns = [*named, *sizes, "implementation", *TOLD, *speedups.SPEEDUP_COLUMNS]
        return found.loc[found["speedup"].notna(), columns].reset_index(drop=True)

    def winners(self) -> pd.DataFrame:
        """The fastest of each operation, size, dtype and thread count, its lead with interval, and a verdict."""
        return speedups.winners(self._tables)

    def winner(
        self,
        operation: str | None = None,
        *,
        dtype: str | None = None,
        threads: int | None = None,
        parameters: dict[str, Any] | None = None,
        **sizes: int,
    ) -> Winner:
        """The fastest at one measured size, such as ``winner(m=1000, n=10)``.

        What is left out is chosen as on the page. Raises `UsageError` for what was not measured.
        """
        question = _question(operation, dtype, threads, parameters, sizes)
        return winner_at(self._tables, question)

    def advise(
        self,
        operation: str | None = None,
        *,
        calls: int | None = None,
        imports: bool = False,
        without: str | Sequence[str] = (),
        dtype: str | None = None,
        threads: int | None = None,
        parameters: dict[str, Any] | None = None,
        **sizes: int,
    ) -> Advice:
        """What to use at a size within the measured range, as ``rooflinear advise`` says it; ``text`` is a paragraph.

        Raises `UsageError` outside that range.
        """
        if imports and calls is None:
            raise UsageError("imports counts in a number of calls; add calls=N")
        question = _question(operation, dtype, threads, parameters, sizes)
        left_out = [without] if isinstance(without, str) else list(without)
        question = replace(question, calls=calls, imports=imports, without=left_out)
        found = advice.advise(self._tables, question)
        return msgspec.structs.replace(found, text=advice_text.paragraph(found))

    @cached_property
    def plot(self) -> Plots:
        """Pictures by Matplotlib."""
        return Plots(self._tables)

    def report(self, output: str | Path | None = None, *, baseline: str | None = None, format: str = "html") -> Path:
        """Writes a page, or another format of ``rooflinear report``, and returns where it is."""
        return write_reports([self.folder], [format], None if output is None else Path(output), baseline)[0]

    def __repr__(self) -> str:
        return f"<rooflinear.RunResults {self.folder}: {count_text(self.results)}>"

    def _repr_html_(self) -> str:
        return run_answer.html(self._tables)


def _question(
    operation: str | None,
    dtype: str | None,
    threads: int | None,
    parameters: dict[str, Any] | None,
    sizes: dict[str, int],
) -> Question:
    for name, value in sizes.items():
        if isinstance(value, bool) or int(value) != value:
            raise UsageError(f"size {name}: {value!r} is not a whole number")
    return Question(
        sizes={name: int(value) for name, value in sizes.items()},
        operation=operation,
        dtype=dtype,
        threads=threads,
        parameters={name: str(value) for name, value in (parameters or {}).items()},
    )
