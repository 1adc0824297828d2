"""Has asv and pytest-benchmark compare the same code with itself, on the same cases, by their own commands."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from ..errors import CannotFinish, UsageError
from ..gate import git
from ..gate.records import EQUIVALENT, SLOWER
from ..machine import machine
from ..processes import scratch
from ..records import Case
from .trials import CaseTrial, Trial

FACTOR = 1.05
FIELDS = ("min", "median", "mean")
CASES = "ROOFLINEAR_CASES"


def trials(root: Path, cases: list[Case], load: int) -> Iterator[Trial]:
    """One pair of runs of each tool. Raises `UsageError` if a tool or its suite is absent."""
    for module in ("asv", "pytest_benchmark"):
        if importlib.util.find_spec(module) is None:
            raise UsageError(f"--peers: {module} is not installed; in the checkout: pip install -e '.[dev]'")
    if not (root / "bench" / "asv_suite").is_dir():
        raise UsageError(f"--peers: {root} has no bench/asv_suite; run it in a checkout of rooflinear")
    with scratch.folder() as place:
        (place / "cases.json").write_bytes(msgspec.json.encode(cases))
        yield from _pytest_benchmark(root, place, cases, load)
        yield _asv(root, place, cases, load)


def _pytest_benchmark(root: Path, place: Path, cases: list[Case], load: int) -> Iterator[Trial]:
    """Two runs; the second with ``--benchmark-compare-fail``, whose rule is then also applied to other fields."""
    suite = str(root / "bench" / "pytest_suite")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", suite, "--benchmark-only"]
    begun, files = time.monotonic(), [place / "base.json", place / "head.json"]
    _run([*command, f"--benchmark-json={files[0]}"], place, {0})
    own = ["--benchmark-compare-fail=median:5%", f"--benchmark-compare={files[0]}"]
    told = _run([*command, f"--benchmark-json={files[1]}", *own], place, {0, 1, 3})
    seconds = time.monotonic() - begun
    read = [{each["fullname"]: each["stats"] for each in json.loads(file.read_text())["benchmarks"]} for file in files]
    for field in FIELDS:
        ratios = {name: read[1][name][field] / stats[field] for name, stats in read[0].items()}
        yield _trial(
            f"pytest-benchmark {field}", ratios, {n for n, r in ratios.items() if r > FACTOR}, seconds, load, cases
        )
    failed = set(re.findall(r"has failed PercentageRegressionCheck", told))
    if bool(failed) != any(read[1][name]["median"] > FACTOR * stats["median"] for name, stats in read[0].items()):
        raise CannotFinish("pytest-benchmark's verdict does not follow from the files that it wrote")


def _asv(root: Path, place: Path, cases: list[Case], load: int) -> Trial:
    """Two runs under the names of two commits, in this environment; the verdict is that of ``asv compare``."""
    config = json.loads((root / "asv.conf.json").read_text())
    folders = {f"{name}_dir": str(place / name) for name in ("results", "html", "env")}
    suite = {"repo": str(root), "benchmark_dir": str(root / "bench" / "asv_suite")}
    (place / "asv.conf.json").write_text(json.dumps({**config, **folders, **suite}))
    asv = [sys.executable, "-m", "asv"]
    _run([*asv, "machine", "--yes"], place, {0})
    commits = [git.resolve(root, name) for name in ("HEAD~1", "HEAD")]
    begun = time.monotonic()
    for commit in commits:
        _run([*asv, "run", "-E", f"existing:{sys.executable}", "--set-commit-hash", commit], place, {0, 2})
    seconds = time.monotonic() - begun
    told = _run([*asv, "compare", *commits, "--factor", str(FACTOR)], place, {0})
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in told.splitlines() if line.startswith("|")]
    rows = [(cells[0], cells[-2].lstrip("~"), cells[-1]) for cells in lines if len(cells) == 5]
    ratios = {name: float(ratio) for _, ratio, name in rows if re.fullmatch(r"[\d.]+", ratio)}
    if len(ratios) < len(cases) / 2:
        raise CannotFinish(f"asv compared {len(ratios)} of {len(cases)} cases: {told[-300:]}")
    slower = {name for mark, _, name in rows if mark == "+"}
    return _trial("asv compare", ratios, slower, seconds, load, cases)


def _trial(
    judge: str, ratios: dict[str, float], slower: set[str], seconds: float, load: int, cases: list[Case]
) -> Trial:
    return Trial(
        judge=judge,
        effect=0.0,
        margin=FACTOR - 1,
        load=load,
        cases=[CaseTrial(case=n, verdict=SLOWER if n in slower else EQUIVALENT, ratio=r) for n, r in ratios.items()],
        seconds=round(seconds, 1),
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=machine.describe(),
        versions=machine.versions(),
        implementations=sorted({case.implementation for case in cases}),
    )


def _run(command: list[str], place: Path, fine: set[int]) -> str:
    environment = {**os.environ, CASES: str(place / "cases.json"), "COLUMNS": "400"}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True)
    if done.returncode not in fine:
        last = " ".join((done.stdout + done.stderr).split())[-300:]
        raise CannotFinish(f"{' '.join(command[2:4])} ended with {done.returncode}: {last}")
    return done.stdout + done.stderr
