"""Interpreters with plugins that must not be loaded into these tests: made at their first use, kept beside this one."""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from unittest import mock

from rooflinear.bench.errors import CannotFinish
from rooflinear.bench.guests import builds

from .absent import absent

KEPT = Path(sys.prefix) / "environments"
UNREACHABLE = "from versions: none"
"""What pip says of a project of which it finds no release at all."""

USERS_CACHE = os.environ.get("XDG_CACHE_HOME", "")
"""Where pip keeps what it has downloaded; tests have a cache of their own."""

SHARED = ("iniconfig==2.3.1", "packaging==26.4", "pluggy==1.7.0", "pygments==2.21.0", "pytest==9.2.0")
CODSPEED = (*SHARED, "markdown-it-py==4.3.0", "mdurl==0.1.2", "pytest-codspeed==5.0.4", "rich==15.0.0")
PLUGINS = (
    *SHARED, "aspectlib==2.0.0", "coverage==7.17.4", "execnet==2.1.2", "fields==5.0.0", "py-cpuinfo2==10.1.1",
    "pytest-benchmark==5.3.1", "pytest-cov==7.1.0", "pytest-random-order==1.2.0", "pytest-randomly==5.1.0",
    "pytest-rerunfailures==16.7", "pytest-timeout==2.4.0", "pytest-xdist==3.8.0",
)  # fmt: skip


def python_with(requirements: Sequence[str]) -> str:
    """An interpreter with these requirements. Without a package index the test is skipped; in CI it fails."""
    key = hashlib.sha256("\n".join((sys.version, *requirements)).encode()).hexdigest()[:16]
    kept = KEPT / key
    if not kept.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=KEPT, prefix="making-"))
        try:
            _make(making / "environment", requirements)
            with suppress(OSError):  # another process was faster
                (making / "environment").rename(kept)
        finally:
            shutil.rmtree(making)
    return str(kept / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def _make(folder: Path, requirements: Sequence[str]) -> None:
    cache = {"XDG_CACHE_HOME": USERS_CACHE or str(Path.home() / ".cache"), "PIP_RETRIES": "1"}
    try:
        with mock.patch.dict(os.environ, cache):
            builds.environment(folder, sys.executable, requirements, None)
    except CannotFinish as error:
        if UNREACHABLE not in str(error):
            raise
        absent(f"no package index can be reached: {error}")
