"""asv's result files, version 2: ``results/<machine>/<commit>-<environment>.json``."""

import math
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import UsageError
from ..records import Benchmark, Case, Result, Run
from .asv_beside import UNKNOWN, Beside, kind, machine
from .asv_ours import case_of_ours
from .foreign import NOBODY, Entry, read_as, timed
from .names import Description, without_addresses

VERSION = 2
TIMES = ("time", "timeraw")
SECONDS = ("", "seconds")


class Row(NamedTuple):
    """The results of a benchmark in a file: a value for each combination of parameters, the last varying fastest."""

    name: str
    columns: dict[str, Any]
    parameters: list[list[str]]
    values: list[Any]


def read(path: Path, content: dict[str, Any]) -> tuple[Run, list[Result]]:
    """Every benchmark and every combination of its parameters.

    asv appends the samples of its rounds, which are processes, without a mark
    between them: they come back as one block.
    """
    if content.get("version") != VERSION:
        raise UsageError(
            f"{path}: asv results of version {content.get('version')}; needs {VERSION} (from asv 0.5); "
            "'asv update' converts older ones"
        )
    beside = Beside(path)
    rows = [_row(path, name, values, content["result_columns"]) for name, values in content.get("results", {}).items()]
    entries = [entry for row in rows for entry in _entries(row, beside)]
    requirements = {key: value for key, value in (content.get("requirements") or {}).items() if value}
    return read_as(
        "asv", path, machine(content, beside), entries,
        commit=content.get("commit_hash"), versions=requirements, warnings=beside.missing,
    )  # fmt: skip


def _row(path: Path, name: str, values: list[Any], columns: list[str]) -> Row:
    row = dict(zip(columns, values, strict=False))
    parameters = [without_addresses([str(each) for each in texts]) for texts in row.get("params") or ()]
    count = math.prod(map(len, parameters))
    result = [None] * count if row.get("result") is None else row["result"]
    if len(result) != count:
        raise UsageError(f"{path}: {name} has {len(result)} results, but its parameters give {count}")
    return Row(name, row, parameters, result)


def _entries(row: Row, beside: Beside) -> list[Entry]:
    names = beside.parameter_names(row.name, len(row.parameters))
    return [
        _entry(row, beside, dict(zip(names, texts, strict=True)), place)
        for place, texts in enumerate(product(*row.parameters))
    ]


def _entry(row: Row, beside: Beside, parameters: dict[str, str], place: int) -> Entry:
    texts = list(parameters.values())
    full = f"{row.name}({', '.join(texts)})" if texts else row.name
    described, result = described_as(row.name, parameters, full), _result(row, beside, place)
    return Entry(full, None if isinstance(described, Case) else Benchmark(row.name, texts), described, [result])


def described_as(name: str, parameters: dict[str, str], full: str) -> Description | Case:
    """How a benchmark is shown; a case where it is one of ours. ``full`` is its name with its parameters."""
    return case_of_ours(name, list(parameters.values())) or Description(name, parameters, mark=full)


def _result(row: Row, beside: Beside, place: int) -> Result:
    version, value = str(row.columns.get("version") or ""), row.values[place]
    if reason := _no_time(*kind(row.name, beside)):
        return Result(case=NOBODY, status="unsupported", reason=reason, source_sha256=version)
    if value is None:
        return Result(case=NOBODY, status="crashed", reason="asv: failed", source_sha256=version)
    if math.isnan(value):
        return Result(case=NOBODY, status="skipped", reason="asv: skipped", source_sha256=version)
    found = _at(row.columns.get("samples"), place) or [value]
    return timed(found, _at(row.columns.get("stats_number"), place), source_sha256=version)


def _no_time(measured: str, unit: str) -> str:
    """Why the measured quantity is not a time; '' if it is."""
    if measured == UNKNOWN:
        return "asv: neither its name nor benchmarks.json says what it measures"
    if measured in TIMES and unit in SECONDS:
        return ""
    return f"asv: a benchmark of kind '{measured}'" + (f" in {unit}" if unit else "") + " has no time"


def _at(values: Any, place: int) -> Any:
    return values[place] if isinstance(values, list) and place < len(values) else None
