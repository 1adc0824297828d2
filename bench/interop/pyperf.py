"""pyperf's JSON, version 1.0, in and out."""

from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from .. import store
from ..errors import UsageError
from ..records import Benchmark, Machine, Result, Run
from .foreign import NOBODY, UNNAMED, Entry, convert, read_as, timed
from .names import Description, case_of_label, distinct_labels, timed_by_case

OURS = "rooflinear_result"
OUR_RUN = "rooflinear_run"
VERSION = "1.0"
UNIT = "second"


def read(path: Path, content: dict[str, Any]) -> tuple[Run, list[Result]]:
    """All benchmarks. A pyperf run is a process of its own, so it becomes a block."""
    if str(content["version"]) != VERSION:
        raise UsageError(
            f"{path}: pyperf JSON of version {content['version']}; needs {VERSION}, which 'pyperf convert' writes"
        )
    common = content.get("metadata") or {}
    if OUR_RUN in common:
        return _ours(common[OUR_RUN], path)
    if not content["benchmarks"]:
        raise UsageError(f"{path}: has no times")
    told = [{**common, **(each.get("metadata") or {})} for each in content["benchmarks"]]
    names = _names(content["benchmarks"], told)
    entries = [_entry(*each) for each in zip(names, content["benchmarks"], told, strict=True)]
    first = {**told[0], **_of_the_first_run(content["benchmarks"][0])}
    return read_as("pyperf", path, _machine(first), entries, started_at=str(first.get("date", "")))


def write(run: Run, results: list[Result]) -> bytes:
    """A file that ``pyperf stats`` reads; its metadata contain the whole run."""
    cases = timed_by_case(results)
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
    return store.pretty(content)


def _ours(kept: str, path: Path) -> tuple[Run, list[Result]]:
    try:
        found = msgspec.json.decode(kept)
    except msgspec.DecodeError as error:
        raise UsageError(f"{path}: the rooflinear run in it is damaged: {error}") from error
    return convert(found["run"], Run, path), convert(found["results"], list[Result], path)


def _names(benchmarks: list[dict[str, Any]], told: list[dict[str, Any]]) -> list[str]:
    """The name in each benchmark's first run; benchmarks without a name are numbered."""
    stated = [{**own, **_of_the_first_run(each)}.get("name") for own, each in zip(told, benchmarks, strict=True)]
    taken = {str(name) for name in stated if name}
    free = (name for place in count(1) if (name := f"benchmark {place} without a name") not in taken)
    return [str(name) if name else next(free) for name in stated]


def _entry(name: str, each: dict[str, Any], told: dict[str, Any]) -> Entry:
    runs = [run for run in each["runs"] if run.get("values")]  # the others only calibrate
    results = [_result(run, told) for run in runs or [{"values": []}]]
    ours = case_of_label(name)
    return Entry(name, Benchmark(name) if ours is None else None, ours or Description(name, {}, mark=name), results)


def _result(run: dict[str, Any], told: dict[str, Any]) -> Result:
    own = {**told, **(run.get("metadata") or {})}
    if (unit := own.get("unit", UNIT)) != UNIT:
        return Result(case=NOBODY, status="unsupported", reason=f"unit {unit}: no time")
    return timed(run["values"], int(own.get("loops", 1)) * int(own.get("inner_loops", 1)))


def _of_the_first_run(benchmark: dict[str, Any]) -> dict[str, Any]:
    return next((run.get("metadata") or {} for run in benchmark["runs"]), {})


def _run(result: Result) -> dict[str, Any]:
    samples = [each for each in result.samples if each.wall_ns > 0]  # pyperf refuses a file with a 0
    values = [each.wall_ns / each.calls / 1e9 for each in samples]
    return {"metadata": {"loops": max(1, round(sum(s.calls for s in samples) / len(values)))}, "values": values}


def _machine(told: dict[str, Any]) -> Machine:
    return Machine(
        name=str(told.get("hostname", UNNAMED)),
        system=str(told.get("platform", "")),
        cpu=str(told.get("cpu_model_name", "")),
        cores_available=int(told.get("cpu_count", 0) or 0),
        python=str(told.get("python_version", "")).partition(" ")[0],
    )
