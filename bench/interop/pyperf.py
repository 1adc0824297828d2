"""pyperf's JSON, version 1.0, in and out."""

from pathlib import Path
from typing import Any

import msgspec

from ..errors import UsageError
from ..records import Case, Machine, Result, Run
from .foreign import UNNAMED, case_of_label, convert, distinct_labels, run_of, samples, timed

OURS = "rooflinear_result"
OUR_RUN = "rooflinear_run"
VERSION = "1.0"
UNIT = "second"


def read(path: Path, content: dict[str, Any]) -> tuple[Run, list[Result]]:
    """Every benchmark; a pyperf run is a process of its own, so it becomes a block."""
    if str(content["version"]) != VERSION:
        raise UsageError(f"{path}: pyperf JSON of version {content['version']}; known is {VERSION}")
    common = content.get("metadata") or {}
    if OUR_RUN in common:
        return _ours(common[OUR_RUN], path)
    results = [found for each in content["benchmarks"] for found in _results(each, common)]
    if not any(each.status == "ok" for each in results):
        raise UsageError(f"{path}: holds no times")
    first = {**common, **(content["benchmarks"][0].get("metadata") or {}), **_first_run(content)}
    return run_of("pyperf", path, _machine(first), results, started_at=str(first.get("date", ""))), results


def write(run: Run, results: list[Result]) -> bytes:
    """A file that ``pyperf stats`` reads; the whole run rides along in its metadata."""
    cases: dict[Case, list[Result]] = {}
    for each in results:
        if each.status == "ok" and each.samples:
            cases.setdefault(each.case, []).append(each)
    labels = distinct_labels(cases)
    kept = msgspec.json.encode({"run": run, "results": results}).decode()
    content = {
        "version": VERSION,
        "metadata": {OUR_RUN: kept, "hostname": run.machine.name, "cpu_model_name": run.machine.cpu, "unit": UNIT},
        "benchmarks": [
            {"metadata": {"name": labels[case]}, "runs": [_run(each) for each in blocks]}
            for case, blocks in cases.items()
        ],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"


def _ours(kept: str, path: Path) -> tuple[Run, list[Result]]:
    try:
        found = msgspec.json.decode(kept)
    except msgspec.DecodeError as error:
        raise UsageError(f"{path}: the rooflinear run in it is damaged: {error}") from error
    return convert(found["run"], Run, path), convert(found["results"], list[Result], path)


def _results(each: dict[str, Any], common: dict[str, Any]) -> list[Result]:
    metadata = {**common, **(each.get("metadata") or {})}
    found = []
    for run in each["runs"]:
        own = {**metadata, **(run.get("metadata") or {})}
        if own.get("unit", UNIT) != UNIT or not run.get("values"):
            continue  # memory, or a process that calibrates only
        calls = int(own.get("loops", 1)) * int(own.get("inner_loops", 1))
        block = len(found)
        found.append(timed(case_of_label(str(own["name"])), samples(run["values"], calls), block=block))
    return found


def _first_run(content: dict[str, Any]) -> dict[str, Any]:
    return content["benchmarks"][0]["runs"][0].get("metadata") or {}


def _run(result: Result) -> dict[str, Any]:
    values = [each.wall_ns / each.calls / 1e9 for each in result.samples]
    return {"metadata": {"loops": max(1, round(sum(s.calls for s in result.samples) / len(values)))}, "values": values}


def _machine(told: dict[str, Any]) -> Machine:
    return Machine(
        name=str(told.get("hostname", UNNAMED)),
        system=str(told.get("platform", "")),
        cpu=str(told.get("cpu_model_name", "")),
        cores_available=int(told.get("cpu_count", 0) or 0),
        python=str(told.get("python_version", "")).partition(" ")[0],
    )
