"""asv's result files, version 2: ``results/<machine>/<commit>-<environment>.json``."""

import ast
import json
import math
from itertools import product
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..records import Case, Machine, Result, Run
from .foreign import UNNAMED, case_of, run_of, samples, timed

VERSION = 2
OF_TIME = ("time", "timeraw")


def read(path: Path, content: dict[str, Any]) -> tuple[Run, list[Result]]:
    """Every benchmark and every combination of its parameters.

    asv appends the samples of its rounds, which are processes, without a mark
    between them: they come back as one block.
    """
    if content.get("version") != VERSION:
        raise UsageError(f"{path}: asv results of version {content.get('version')}; known is {VERSION} (asv 0.5 on)")
    machine = _machine(_beside(path, "machine.json"), content)
    names = _beside(path.parent, "benchmarks.json")
    results = []
    for name, values in content.get("results", {}).items():
        row = dict(zip(content["result_columns"], values, strict=False))
        told = names.get(name, {})
        kind = str(told.get("type") or name.rpartition(".")[2].partition("_")[0])
        results += _results(name, row, told.get("param_names", []), path, kind)
    requirements = {key: value for key, value in (content.get("requirements") or {}).items() if value}
    return run_of("asv", path, machine, results, commit=content.get("commit_hash"), versions=requirements), results


def _results(name: str, row: dict[str, Any], names: list[str], path: Path, kind: str) -> list[Result]:
    values, parameters = row.get("result"), row.get("params") or ()
    combinations = list(product(*parameters)) or [()]
    if values is None:
        values = [None] * len(combinations)
    if len(values) != len(combinations):
        raise UsageError(f"{path}: {name} has {len(values)} results, but its parameters give {len(combinations)}")
    names = names if len(names) == len(parameters) else [f"p{place}" for place in range(len(parameters))]
    found = []
    for place, combination in enumerate(combinations):
        case = case_of(name.rpartition(".")[2], dict(zip(names, map(_text, combination), strict=True)))
        if kind not in OF_TIME:
            found.append(
                Result(case=case, status="unsupported", reason=f"asv: a benchmark of kind '{kind}' has no time")
            )
            continue
        each = {key: _at(row.get(key), place) for key in ("samples", "stats_number")}
        found.append(_result(case, values[place], each, row.get("version")))
    return found


def _result(case: Case, value: Any, row: dict[str, Any], version: Any) -> Result:
    if value is None:
        return Result(case=case, status="crashed", reason="asv: failed")
    if math.isnan(value):
        return Result(case=case, status="skipped", reason="asv: skipped")
    calls = int(row["stats_number"] or 1)
    return timed(case, samples(row["samples"] or [value], calls), source_sha256=str(version or ""))


def _at(values: Any, place: int) -> Any:
    return values[place] if isinstance(values, list) and place < len(values) else None


def _text(value: str) -> str:
    """A parameter as asv keeps it, ``repr`` of what it was; strings lose their quotes."""
    try:
        return str(ast.literal_eval(value))
    except (ValueError, SyntaxError):
        return value


def _beside(path: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads((path.parent / name).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _machine(told: dict[str, Any], content: dict[str, Any]) -> Machine:
    params = {**(content.get("params") or {}), **told}
    cores, memory = str(params.get("num_cpu", "")), str(params.get("ram", ""))
    return Machine(
        name=str(params.get("machine", UNNAMED)),
        system=str(params.get("os", "")),
        cpu=str(params.get("cpu", "")),
        cores_available=int(cores) if cores.isdigit() else 0,
        memory_bytes=int(memory) if memory.isdigit() else None,
        python=str(content.get("python", "")),
    )
