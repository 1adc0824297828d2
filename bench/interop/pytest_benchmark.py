"""pytest-benchmark's JSON, in and out."""

import statistics
from pathlib import Path
from typing import Any

import msgspec

from .. import store
from ..records import Benchmark, Case, Machine, Result, Run, words
from .foreign import UNNAMED, Entry, convert, read_as, timed
from .names import distinct_labels
from .pytest_names import named_all

OURS = "rooflinear"
"""Our key, in a file's top level and in ``extra_info``."""

VERSION = "5.3.1"
FACTS = {"source_sha256": str, "inputs_sha256": str, "first_call_ns": int | None}


def read(path: Path, content: dict[str, Any]) -> tuple[Run, list[Result]]:
    """All benchmarks; those of our own suite and export become the cases that they were."""
    kept = content.get(OURS)
    if isinstance(kept, dict) and "run" in kept:
        return convert(kept.get("run"), Run, path), convert(kept.get("results"), list[Result], path)
    told, commit = content["machine_info"] or {}, content.get("commit_info") or {}
    when = str(content.get("datetime") or "")
    return read_as(
        "pytest-benchmark", path, _machine(told), _entries(content["benchmarks"], path),
        commit=commit.get("id"), dirty=commit.get("dirty"), started_at=when, finished_at=when or None,
    )  # fmt: skip


def write(run: Run, results: list[Result]) -> bytes:
    """A file that ``pytest-benchmark compare`` reads, with the whole run under ``rooflinear``."""
    ok = [each for each in results if each.status == "ok" and each.samples]
    labels = distinct_labels(each.case for each in ok)
    content = {
        "machine_info": _machine_info(run.machine),
        "commit_info": {
            "id": run.commit or "unknown",
            "dirty": bool(run.dirty),
            "time": run.started_at,
            "branch": "unknown",
        },
        "benchmarks": [_benchmark(each, labels[each.case]) for each in ok],
        "datetime": run.started_at,
        "version": VERSION,
        OURS: {"run": msgspec.to_builtins(run), "results": msgspec.to_builtins(results)},
    }
    return store.pretty(content)


def _entries(benchmarks: list[dict[str, Any]], path: Path) -> list[Entry]:
    return [
        _ours(each, record, path)
        if record
        else Entry(named.full, Benchmark(named.full), named.description, [_timed(each)])
        for each, named in zip(benchmarks, named_all(benchmarks), strict=True)
        for record in [_record(each)]
    ]


def _record(each: dict[str, Any]) -> dict[str, Any] | None:
    """Our suite's case in ``extra_info``: under its own key, in old files among the user's keys."""
    extra = each.get("extra_info") or {}
    own = extra.get(OURS)
    if isinstance(own, dict) and "case" in own:
        return own
    try:
        msgspec.convert(extra.get("case"), Case)
    except msgspec.ValidationError:
        return None
    return extra


def _ours(each: dict[str, Any], record: dict[str, Any], path: Path) -> Entry:
    facts = {name: convert(record[name], kind, path) for name, kind in FACTS.items() if name in record}
    return Entry(
        str(each["name"]),
        None,
        convert(record.get("case"), Case, path),
        [_timed(each, warning="", verified=True, **facts)],
    )


def _timed(each: dict[str, Any], **known: Any) -> Result:
    stats = each["stats"]
    quantiles = [] if stats.get("data") else [stats.get(name) for name in ("min", "q1", "median", "q3", "max")]
    return timed(stats.get("data") or [stats["median"]], stats.get("iterations"), quantiles, **known)


def _benchmark(result: Result, label: str) -> dict[str, Any]:
    case = result.case
    label = f"{label} block {result.block}" if result.block else label
    return {
        "group": " ".join(filter(None, [case.operation, words(case.sizes)])),
        "name": label,
        "fullname": f"rooflinear::{label}",
        "params": None,
        "param": None,
        "extra_info": {OURS: {"case": msgspec.to_builtins(case)}},
        "options": {"disable_gc": True, "timer": "perf_counter_ns", "warmup": True},
        "stats": _stats([each.wall_ns / each.calls / 1e9 for each in result.samples], result),
    }


def _stats(seconds: list[float], result: Result) -> dict[str, Any]:
    ordered = sorted(seconds)
    quarters = statistics.quantiles(ordered, n=4, method="inclusive") if len(ordered) > 1 else ordered * 3
    reach = 1.5 * (quarters[2] - quarters[0])
    inside = [each for each in ordered if quarters[0] - reach <= each <= quarters[2] + reach]
    mean, deviation = statistics.fmean(ordered), statistics.stdev(ordered) if len(ordered) > 1 else 0.0
    return {
        "min": ordered[0], "max": ordered[-1], "mean": mean, "stddev": deviation, "rounds": len(ordered),
        "median": statistics.median(ordered), "iqr": quarters[2] - quarters[0], "q1": quarters[0], "q3": quarters[2],
        "iqr_outliers": len(ordered) - len(inside), "stddev_outliers": sum(abs(x - mean) > deviation for x in ordered),
        "outliers": f"{sum(abs(x - mean) > deviation for x in ordered)};{len(ordered) - len(inside)}",
        "ld15iqr": inside[0], "hd15iqr": inside[-1], "ops": 1 / mean, "total": sum(ordered),
        "iterations": round(statistics.median(each.calls for each in result.samples)), "data": seconds,
    }  # fmt: skip


def _machine(told: dict[str, Any]) -> Machine:
    cpu = told.get("cpu") or {}
    return Machine(
        name=str(told.get("node", UNNAMED)),
        system=f"{told.get('system', '')} {told.get('release', '')}".strip(),
        cpu=str(cpu.get("brand_raw") or cpu.get("brand") or told.get("processor") or ""),
        cores_available=int(cpu.get("count") or 0),
        python=str(told.get("python_version", "")),
    )


def _machine_info(machine: Machine) -> dict[str, Any]:
    system, _, release = machine.system.partition(" ")
    return {
        "node": machine.name, "processor": machine.cpu, "machine": machine.cpu, "python_compiler": "",
        "python_implementation": "CPython", "python_implementation_version": machine.python,
        "python_version": machine.python, "python_build": ["", ""], "release": release, "system": system,
        "cpu": {"brand_raw": machine.cpu, "count": machine.cores_available},
    }  # fmt: skip
