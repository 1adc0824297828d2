"""The command as users have it: a process of its own, with a temporary folder of its own."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import psutil
import pytest
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

from rooflinear.bench.machine import ceilings, machine
from rooflinear.bench.machine.cores import available_cores
from rooflinear.bench.records import Ceilings, Roof

from . import alone
from .absent import needs
from .browsers import CHROMIUM, FLAGS, program
from .waiting import came_true

MARK = "ROOFLINEAR_TEST"

SIDE_BY_SIDE = "PYTEST_XDIST_WORKER" in os.environ

STARTERS = {"rooflinear", "rooflinear_once", "another_rooflinear", "browser", "firefox", "warm"}
"""Fixtures that start the command, a browser or the meter, which compiles; frameworks are marked where they start."""

LONGEST = (
    "test_implementations.py",
    "test_guests.py",
    "test_gpu_kernels.py",
    "test_in_place.py",
    "test_compare.py",
    "test_resume.py",
    "test_lab.py",
    "test_controls.py",
    "test_commands.py",
    "test_devices.py",
    "test_limits.py",
    "test_ceilings.py",
    "test_packages.py",
    "test_bisect.py",
    "test_numbers_end_to_end.py",
    "test_notebook.py",
    "test_doc_comparisons.py",
    "test_history.py",
    "test_showing.py",
)
"""Files of a minute or more beside others; the longest first."""

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")  # no property fails because the machine is busy

signal.signal(signal.SIGINT, signal.default_int_handler)  # children of a shell's background jobs would never see Ctrl-C


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Reads nothing in vain for ``-m alone``."""
    return alone.is_ignored(collection_path, config.option.markexpr) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as slow what starts the command, a browser or a framework: ``make check`` leaves it out.

    The longest files come first, so that processes side by side end at about the same time.
    """
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))
    alone.require_named(items)
    for item in items:
        if STARTERS & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what is marked with ``needs`` of an absent module, before its fixtures are made."""
    for mark in item.iter_markers("needs"):
        needs(*mark.args)


@pytest.fixture(scope="session", autouse=True)
def one_thread_each() -> Iterator[None]:
    """BLAS computes on one thread where tests run side by side: threads of several processes wait for each other."""
    with threadpool_limits(1) if SIDE_BY_SIDE else contextlib.nullcontext():
        yield


@pytest.fixture(scope="session", autouse=True)
def kept_ceilings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache that holds ceilings of this machine: no test waits for them, none leaves its own to the user.

    Processes side by side share it, and with it compiled code and the page's script, which take half a minute to make.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if SIDE_BY_SIDE else base) / "cache"
    shared.mkdir(exist_ok=True)
    described, flops = machine.describe(), {"float64": 1e13, "float32": 1e13}
    roofs = {str(count): Roof([(2**13, 1e13), (2**28, 1e13)], flops) for count in range(2, available_cores() + 1)}
    roofs["1"] = Roof([(2**13, 4e10), (2**28, 2e10)], flops)  # what a run reads raises it, never above several threads
    with mock.patch.dict(os.environ, XDG_CACHE_HOME=str(shared)):
        now = datetime.now(UTC).isoformat()
        ceilings.keep(described, Ceilings(machine=described.identity, measured_at=now, roofs=roofs))
        yield


class Outcome(NamedTuple):
    status: int
    stdout: str
    stderr: str


class Rooflinear:
    """Runs the command in a folder. All processes it starts carry the folder's name, so that none is overlooked."""

    def __init__(self, folder: Path):
        self.folder, self.results, self.temporary = folder, folder / "results", folder / "temporary"
        self.temporary.mkdir()

    def __call__(self, *arguments: Any, **options: Any) -> Outcome:
        return self.finish(self.start(*arguments, **options))

    def start(self, *arguments: Any, environment: dict[str, str] | None = None, **options: Any) -> Any:
        marked = {"TMPDIR": str(self.temporary), "PYTHONDONTWRITEBYTECODE": "1", MARK: str(self.folder)}
        return subprocess.Popen(
            [sys.executable, "-m", "rooflinear.bench", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=self.folder,
            env={**os.environ, **marked, **(environment or {})},
            start_new_session=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )

    def finish(self, process: Any, seconds: float = 900) -> Outcome:
        """Waits for the end. A traceback is a bug, whatever else a test looks at."""
        stdout, stderr = (text or "" for text in process.communicate(timeout=seconds))
        assert "Traceback" not in stderr, stderr
        return Outcome(process.returncode, stdout, stderr)

    def runs(self) -> list[Path]:
        """The run folders so far, oldest first."""
        return sorted(path.parent for path in self.results.glob("*/run.json"))

    def processes(self) -> list[psutil.Process]:
        """All that carry the mark and are not dead."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def survivors(self) -> list[psutil.Process]:
        """Processes that do not end, however long they are waited for."""
        came_true(lambda: not self.processes())
        return self.processes()

    def _is_ours(self, process: psutil.Process) -> bool:
        with contextlib.suppress(psutil.Error):
            alive = process.status() != psutil.STATUS_ZOMBIE
            return alive and process.environ().get(MARK) == str(self.folder)
        return False

    def close(self) -> None:
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()


@pytest.fixture
def rooflinear(tmp_path: Path) -> Iterator[Rooflinear]:
    """The command for one test."""
    command = Rooflinear(tmp_path)
    yield command
    command.close()


@pytest.fixture(scope="module")
def another_rooflinear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Rooflinear]]:
    """Makes commands for runs that several tests of a file look at, each with a folder of its own."""
    made: list[Rooflinear] = []

    def another() -> Rooflinear:
        made.append(Rooflinear(tmp_path_factory.mktemp("run")))
        return made[-1]

    yield another
    for command in made:
        command.close()


@pytest.fixture(scope="module")
def rooflinear_once(another_rooflinear: Callable[[], Rooflinear]) -> Rooflinear:
    """The command for a run that all tests of a file look at."""
    return another_rooflinear()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of pages: Playwright starts once in a process."""
    needs("playwright")
    from playwright.sync_api import sync_playwright

    path = program(CHROMIUM)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()
