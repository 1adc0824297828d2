"""Files as asv, pytest-benchmark and pyperf write them, with the benchmarks that a test needs."""

import json
from pathlib import Path

MACHINE = {"machine": "a", "os": "Linux 6.1", "cpu": "a CPU", "num_cpu": "2", "ram": "25276502016"}
COLUMNS = ["result", "params", "version", "started_at", "duration", "stats_ci_99_a", "stats_ci_99_b"]
COLUMNS += ["stats_q_25", "stats_q_75", "stats_number", "stats_repeat", "samples", "profile"]


def written(path: Path, content: dict) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def asv(results: dict, machine: dict | None = None, **other) -> dict:
    """``results``: name -> seconds, or a row of (values, lists of parameters, version)."""
    rows = {name: list(row) if isinstance(row, tuple) else [[row], [], "v", 0, 0.1] for name, row in results.items()}
    return {
        "commit_hash": "c" * 40, "env_name": "existing", "date": 0, "params": MACHINE | (machine or {}),
        "python": "3.11", "requirements": {}, "env_vars": {}, "result_columns": COLUMNS, "results": rows,
        "durations": {}, "version": 2, **other,
    }  # fmt: skip


def asv_folder(folder: Path, results: dict, benchmarks: dict | None = None, **other) -> Path:
    """A file of results in the folder of a machine, and ``benchmarks.json`` where asv puts it."""
    if benchmarks is not None:
        written(folder / "benchmarks.json", {**benchmarks, "version": 2})
    return written(folder / "machine-a" / "1f-existing.json", asv(results, **other))


def pytest_benchmark(*benchmarks: dict) -> dict:
    """Benchmarks from `measured`."""
    return {
        "machine_info": {"node": "a", "system": "Linux", "release": "6.1", "cpu": {"brand_raw": "a CPU", "count": 2}},
        "commit_info": {"id": "c" * 40, "dirty": False}, "benchmarks": list(benchmarks),
        "datetime": "2026-11-24T03:19:05+00:00", "version": "5.3.1",
    }  # fmt: skip


def measured(fullname: str, seconds=1e-3, *, param=None, params=None, group=None, extra=None, **stats) -> dict:
    """A benchmark of pytest-benchmark with three samples of so many seconds, or with those of a list."""
    data = seconds if isinstance(seconds, list) else [seconds] * 3
    return {
        "group": group, "name": fullname.rpartition("::")[2], "fullname": fullname, "params": params, "param": param,
        "extra_info": extra or {}, "options": {},
        "stats": {"median": sorted(data)[len(data) // 2], "iterations": 1, "data": data, **stats},
    }  # fmt: skip


def pyperf(benchmarks: dict, **metadata) -> dict:
    """``benchmarks``: name -> seconds, or a list of runs, or a whole benchmark."""
    entries = [_benchmark(name, each) for name, each in benchmarks.items()]
    return {"version": "1.0", "metadata": {"hostname": "a", "cpu_count": 2, **metadata}, "benchmarks": entries}


def _benchmark(name: str, each) -> dict:
    if isinstance(each, dict):
        return each
    return {"metadata": {"name": name}, "runs": each if isinstance(each, list) else [{"values": [each] * 3}]}
