"""What runs in a Dask worker: a process in a folder of its own, ended where nobody wants it, and no trace after it."""

import os
import sys
import tempfile

import pytest

from rooflinear.bench.fleet import parcels, remote

from ...absent import needs

WRITES = """
import os, sys
from pathlib import Path
Path("results").mkdir()
Path("results/found.txt").write_text(Path("order.json").read_text() + Path("sent.txt").read_text())
Path("results/threads.txt").write_text(os.environ.get("OMP_NUM_THREADS", "none"))
print(os.environ["TOLD"], file=sys.stderr)
sys.exit(3)
"""
WAITS = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
open("{marker}", "w").write(str(os.getpid()))
time.sleep(60)
"""


@pytest.fixture
def program(monkeypatch, tmp_path):
    """Replaces the program that plays orders; scratch folders lie in ``tmp_path / "tmp"``."""
    needs("distributed")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return lambda code: monkeypatch.setattr(remote, "own", lambda _: [sys.executable, "-c", code])


def sent(tmp_path):
    (tmp_path / "parcel").mkdir()
    (tmp_path / "parcel" / "sent.txt").write_text("sent")
    return parcels.packed(tmp_path / "parcel")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("first\n\nsecond\nthird\nfourth", "second\nthird\nfourth"),
        ("1\n2\n3\nrooflinear: it failed\nbecause", "rooflinear: it failed\nbecause"),
    ],
)
def test_an_order_is_played_in_a_folder_that_is_removed(program, tmp_path, monkeypatch, told, kept):
    monkeypatch.setenv("TOLD", told)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # as Dask sets it for a worker
    program(WRITES)
    found = remote.play(b"{} ", sent(tmp_path), "key")
    assert (found["status"], found["told"]) == (3, kept)
    parcels.unpack(found["parcel"], tmp_path / "back")
    assert (tmp_path / "back" / "found.txt").read_text() == "{} sent"
    assert (tmp_path / "back" / "threads.txt").read_text() == "none"
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.slow
def test_what_nobody_wants_any_more_is_ended(program, tmp_path, monkeypatch):
    marker = tmp_path / "started"
    monkeypatch.setattr(remote, "is_wanted", lambda key: not marker.exists() or not marker.read_text())
    program(WAITS.format(marker=marker))
    assert remote.play(b"{}", sent(tmp_path), "key")["status"] == 7
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)
    assert list((tmp_path / "tmp").iterdir()) == []
