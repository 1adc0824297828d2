"""The entry point: writes files of the requested formats from run folders."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from ..bench.errors import UsageError, unknown
from ..bench.interop import WRITERS, folder_for_reports, read
from ..bench.store import refuse_unwritable, replace_file
from .tables.frames import Tables, load

SUFFIXES = {"html": "html", "markdown": "md", "csv": "csv", "parquet": "parquet", "json": "json"}
FOREIGN = {name: f"{name}.json" for name in WRITERS}
PICTURES = ("png", "svg", "pdf")
TABULAR = ("csv", "parquet", "json")
TABLES = ("cases", "fits", "crossovers", "threads")
"""Tables of which a tabular file contains one."""

SEVERAL = ("html", *TABULAR)
FORMATS = (*SUFFIXES, *PICTURES, *FOREIGN)


def write_reports(
    folders: Sequence[Path],
    formats: Sequence[str],
    output: Path | None = None,
    baseline: str | None = None,
    table: str = "cases",
) -> list[Path]:
    """Writes each format and returns the files, in order.

    Without ``output`` a file is ``report.<suffix>`` in the first folder, or
    ``<name>-report.<suffix>`` beside a file of another tool, outside the folder
    that the tool keeps its files in; a PNG or SVG of a run with several views
    is one file a view. With ``output`` and
    one format it is exactly that file. Several runs go into one page, which
    compares them, and into one CSV, Parquet or JSON file, told apart by the
    column ``run``. Such a file holds one ``table``: ``report-<table>.<suffix>``
    where it is not that of the cases.

    Raises `UsageError` for what cannot be asked, `CannotFinish` where the disk refuses.
    """
    _check(folders, formats, output, table)
    if output is not None:
        refuse_unwritable("--output", output)
    return write([load(folder) for folder in folders], formats, output, baseline, table)


def write(
    runs: list[Tables], formats: Sequence[str], output: Path | None, baseline: str | None, table: str = "cases"
) -> list[Path]:
    """`write_reports` of runs already loaded."""
    made = [file for form in formats for file in _made(runs, form, output, baseline, table)]
    for path, content in made:
        replace_file(path, content)
    return [path for path, _ in made]


def _check(folders: Sequence[Path], formats: Sequence[str], output: Path | None, table: str) -> None:
    if not folders or not formats:
        raise UsageError("nothing to report; give a run folder and a format")
    for form in formats:
        if form not in FORMATS:
            raise unknown("format", form, FORMATS)
    if output is not None and len(formats) > 1:
        raise UsageError(f"--output {output} is one file, but {len(formats)} formats were given; give one format")
    single = [form for form in formats if form not in SEVERAL]
    if len(folders) > 1 and single:
        raise UsageError(f"{single[0]} shows one run; give one folder, or use --format {','.join(SEVERAL)} for several")
    if table not in TABLES:
        raise unknown("table", table, TABLES)
    other = [form for form in formats if form not in TABULAR]
    if table != "cases" and other:
        raise UsageError(f"--table {table} needs --format {','.join(TABULAR)}, not {other[0]}")


def _made(
    runs: list[Tables], form: str, output: Path | None, baseline: str | None, table: str
) -> list[tuple[Path, bytes]]:
    where = runs[0].folder
    folder, stem = (where, "report") if where.is_dir() else (folder_for_reports(where), f"{where.stem}-report")
    if form in PICTURES:
        from .figures.figures import pictures

        made = pictures(runs[0], form, baseline, together=output is not None)
        return [(output or folder / f"{stem}{name}.{form}", content) for name, content in made]
    part = "" if table == "cases" else f"-{table}"
    return [(output or folder / f"{stem}{part}.{(SUFFIXES | FOREIGN)[form]}", _content(runs, form, baseline, table))]


def _content(runs: list[Tables], form: str, baseline: str | None, table: str) -> bytes:
    if form in WRITERS:
        return WRITERS[form](*read(runs[0].folder))
    if form == "html":
        from .page.page import html

        return html(runs, baseline)
    from . import text

    if form == "markdown":
        return text.markdown(runs[0], baseline)
    writers: dict[str, Callable[..., bytes]] = {"csv": text.csv, "json": text.json, "parquet": text.parquet}
    return writers[form](_together([_table(run, baseline, table) for run in runs]))


def _table(run: Tables, baseline: str | None, table: str) -> pd.DataFrame:
    from .tables.crossovers import crossovers
    from .tables.growth import fits
    from .tables.scaling import threads
    from .tables.speedups import choose_baseline, with_speedups

    if table == "cases":
        return with_speedups(run, choose_baseline(run, baseline))
    found = {"fits": fits, "crossovers": crossovers, "threads": threads}[table](run)
    found.insert(0, "run", run.folder.name)
    return found


def _together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
