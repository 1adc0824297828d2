"""asv and pytest-benchmark by their own commands: two runs of a suite, one after the other, and their own verdicts."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import CannotFinish

FACTOR = 1.05
FIELDS = ("min", "median", "mean")


@dataclass(frozen=True)
class Started:
    """How a tool is started for one side: the interpreter, the working folder and more environment variables."""

    python: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """What a tool said of two runs: ratios of head to base by benchmark, what is slower, seconds of both runs."""

    judge: str
    ratios: Mapping[str, float]
    slower: frozenset[str]
    seconds: float


def pytest_benchmark(
    base: Started, head: Started, arguments: Sequence[str], place: Path, may_fail: bool = False
) -> Iterator[Said]:
    """The second run has ``--benchmark-compare-fail``, whose rule is then also applied to other fields.

    ``may_fail``: tests of the suite may fail, and are left out.
    """
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, "--benchmark-only"]
    begun, files = time.monotonic(), [place / "base.json", place / "head.json"]
    _run(base, [*words, f"--benchmark-json={files[0]}"], {0, int(may_fail)})
    own = ["--benchmark-compare-fail=median:5%", f"--benchmark-compare={files[0]}"]
    told = _run(head, [*words, f"--benchmark-json={files[1]}", *own], {0, 1, 3})
    seconds = time.monotonic() - begun
    read = [_timed(file) for file in files]
    shared = read[0].keys() & read[1].keys()
    for name in FIELDS:
        ratios = {each: read[1][each][name] / read[0][each][name] for each in sorted(shared)}
        slower = frozenset(each for each, ratio in ratios.items() if ratio > FACTOR)
        yield Said(f"pytest-benchmark {name}", ratios, slower, seconds)
    failed = set(re.findall(r"has failed PercentageRegressionCheck", told))
    if bool(failed) != any(read[1][each]["median"] > FACTOR * read[0][each]["median"] for each in shared):
        raise CannotFinish("pytest-benchmark's verdict does not follow from the files that it wrote")


def _timed(file: Path) -> dict[str, dict[str, float]]:
    try:
        return {each["fullname"]: each["stats"] for each in json.loads(file.read_text())["benchmarks"]}
    except (OSError, ValueError) as error:
        raise CannotFinish(f"pytest-benchmark wrote no results: {error}") from error


def asv(
    base: Started,
    head: Started,
    config: Mapping[str, Any],
    commits: tuple[str, str],
    place: Path,
    chosen: Sequence[str] = (),
) -> Said:
    """Runs under the names of two commits; the verdict is that of ``asv compare``.

    asv compares only what one interpreter measured, so both are reached by one path.
    """
    folders = {f"{name}_dir": str(place / name) for name in ("results", "html", "env")}
    (place / "asv.conf.json").write_text(json.dumps({**config, **folders}))
    home = {"HOME": str(place)}  # asv keeps there what it knows of the machine
    ours = Started(sys.executable, place, home)
    _run(ours, ["-m", "asv", "machine", "--yes"], {0})
    begun = time.monotonic()
    for side, commit in zip((base, head), commits, strict=True):
        python = _through(place / "python", side.python)
        words = ["-m", "asv", "run", "-E", f"existing:{python}", "--set-commit-hash", commit, *chosen]
        _run(Started(sys.executable, place, {**side.environment, **home}), words, {0, 2})
    seconds = time.monotonic() - begun
    told = _run(ours, ["-m", "asv", "compare", *commits, "--factor", str(FACTOR)], {0})
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in told.splitlines() if line.startswith("|")]
    rows = [(cells[0], cells[-2].lstrip("~"), cells[-1]) for cells in lines if len(cells) == 5]
    ratios = {name: float(ratio) for _, ratio, name in rows if re.fullmatch(r"[\d.]+", ratio)}
    if not ratios:
        raise CannotFinish(f"asv compared nothing: {told[-300:]}")
    return Said("asv compare", ratios, frozenset(name for mark, _, name in rows if mark == "+"), seconds)


def _through(link: Path, python: str) -> Path:
    """The interpreter, by way of a link to its environment that is set anew for each side."""
    link.unlink(missing_ok=True)
    bin_ = Path(python).parent
    link.symlink_to(bin_.parent, target_is_directory=True)
    return link / bin_.name / Path(python).name


def _run(started: Started, words: Sequence[str], fine: set[int]) -> str:
    environment = {**os.environ, **started.environment, "COLUMNS": "400"}
    command = [started.python, *words]
    done = subprocess.run(command, cwd=started.folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in fine:
        last = " ".join((done.stdout + done.stderr).split())[-300:]
        raise CannotFinish(f"{' '.join(words[1:3])} ended with {done.returncode}: {last}")
    return done.stdout + done.stderr
