"""``rooflinear history --read``: results that other tools have left, as a history."""

import sys
from pathlib import Path

import msgspec

from ..errors import UsageError
from ..history import foreign_histories
from ..history.history_records import History
from .requests import HistoryRequest


def folder_of(request: HistoryRequest) -> Path:
    """Where the page is written: as typed, or below ``results/``."""
    assert request.read is not None
    return request.results or Path("results") / f"history-{request.read.resolve().name.lstrip('.')}-unpaired"


def read(request: HistoryRequest) -> History:
    """All files of a folder. Raises `UsageError` where there are none."""
    assert request.read is not None
    if not request.read.is_dir():
        raise UsageError(f"--read {request.read}: no such folder; give asv's results or pytest-benchmark's .benchmarks")
    found = foreign_histories.read(request.read)
    return msgspec.structs.replace(found, command=["rooflinear", *sys.argv[1:]])
