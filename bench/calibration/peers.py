"""Has asv and pytest-benchmark compare the same code with itself, on the same cases, by their own commands."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from .. import store
from ..errors import CannotFinish, UsageError
from ..gate import git
from ..gate.records import EQUIVALENT, SLOWER
from ..guests.session import Place, environment
from ..guests.sides import BASE, HEAD, Opened
from ..machine import machine
from ..processes import scratch
from ..records import Case
from . import peer_tools
from .peer_tools import FACTOR, Said, Started
from .trials import CaseTrial, Trial

CASES = "ROOFLINEAR_CASES"
NO_AUTHOR = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost", "-c", "commit.gpgsign=false")


def trials(root: Path, cases: list[Case], load: int) -> Iterator[Trial]:
    """One pair of runs of each tool over suites of kernels. Raises `UsageError` if a tool or its suite is absent."""
    for module in ("asv", "pytest_benchmark"):
        _refuse_absent(module)
    if not (root / "bench" / "asv_suite").is_dir():
        raise UsageError(f"--peers: {root} has no bench/asv_suite; run it in a checkout of rooflinear")
    with scratch.folder() as place:
        (place / "cases.json").write_bytes(msgspec.json.encode(cases))
        started = Started(sys.executable, place, {CASES: str(place / "cases.json")})
        kernels = sorted({case.implementation for case in cases})
        suite = str(root / "bench" / "pytest_suite")
        for said in peer_tools.pytest_benchmark(started, started, [suite], place):
            yield _trial(said, load, kernels)
        commits = (git.resolve(root, "HEAD~1"), git.resolve(root, "HEAD"))
        config = {**json.loads((root / "asv.conf.json").read_text()), "repo": str(root)}
        config["benchmark_dir"] = str(root / "bench" / "asv_suite")
        said = peer_tools.asv(started, started, config, commits, place)
        if len(said.ratios) < len(cases) / 2:
            raise CannotFinish(f"asv compared {len(said.ratios)} of {len(cases)} cases")
        yield _trial(said, load, kernels)


def guest_trials(opened: Opened, label: str, load: int) -> Iterator[Trial]:
    """One pair of runs of a suite's own tool, where that can compare two. Raises `UsageError` where it cannot."""
    base, head = (_started(opened.places[side]) for side in (BASE, HEAD))
    with scratch.folder() as place:
        if opened.suite.kind == "pytest":
            _refuse_without_fixture(base)
            arguments = [*opened.suite.arguments, "-o", "addopts="]
            for said in peer_tools.pytest_benchmark(base, head, arguments, place, may_fail=True):
                yield _trial(said, load, [label])
        elif opened.suite.kind == "asv":
            _refuse_absent("asv")
            yield _trial(_asv_of_guests(opened, base, head, place), load, [label])
        else:
            raise UsageError("--peers: pyperf compares two files and has no rule of its own for a check; leave it out")


def _asv_of_guests(opened: Opened, base: Started, head: Started, place: Path) -> Said:
    """The suite as it is; the commits are empty, as nothing is built."""
    folder, *patterns = opened.suite.arguments
    repository = place / "repository"
    git.git(place, "init", "--quiet", str(repository))
    for _ in range(2):
        git.git(repository, *NO_AUTHOR, "commit", "--quiet", "--allow-empty", "--message", "side")
    commits = (git.resolve(repository, "HEAD~1"), git.resolve(repository, "HEAD"))
    config = {"version": 1, "project": "suite", "project_url": "", "repo": str(repository), "branches": ["HEAD"]}
    config["environment_type"] = "virtualenv"  # asv asks for one, though none is made
    config["benchmark_dir"] = str(head.folder / folder)
    return peer_tools.asv(base, head, config, commits, place, patterns)


def _started(place: Place) -> Started:
    return Started(place.python, place.suite, environment(place, 0))


def _refuse_without_fixture(started: Started) -> None:
    """A suite of pytest-codspeed runs without pytest-benchmark, and has no verdict of its own."""
    asked = [started.python, "-c", "import pytest_benchmark"]
    if subprocess.run(asked, env={**os.environ, **started.environment}, capture_output=True, check=False).returncode:
        raise UsageError("--peers: the suite's interpreter lacks pytest-benchmark; install it (releases: --with)")


def _refuse_absent(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise UsageError(f"--peers: {module} is not installed; in the checkout: pip install -e '.[dev]'")


def _trial(said: Said, load: int, labels: Sequence[str]) -> Trial:
    return Trial(
        judge=said.judge,
        effect=0.0,
        margin=FACTOR - 1,
        load=load,
        cases=[
            CaseTrial(case=name, verdict=SLOWER if name in said.slower else EQUIVALENT, ratio=ratio)
            for name, ratio in said.ratios.items()
        ],
        seconds=round(said.seconds, 1),
        started_at=store.now(),
        machine=machine.describe(),
        versions=machine.versions(),
        implementations=list(labels),
    )
