"""Scratch folders below TMPDIR: named after the process that made them, so that the next one removes what was left."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from ..errors import CannotFinish

PREFIX = "rooflinear-"


def make() -> Path:
    """A new empty folder, without links in its path. Raises `CannotFinish` if there is no room for one."""
    try:
        remove_abandoned()
        return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")).resolve()
    except OSError as error:
        raise CannotFinish(f"cannot make a temporary folder: {error.strerror}; set TMPDIR") from error


def remove(folder: Path) -> None:
    """Removes a folder with all that lies in it; what cannot be removed stays."""
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A new folder that is removed at the end."""
    made = make()
    try:
        yield made
    finally:
        remove(made)


def remove_abandoned() -> None:
    """Removes the folders of processes that were killed before they could."""
    for each in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        pid = each.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            remove(each)
