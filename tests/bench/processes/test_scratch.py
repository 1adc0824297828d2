"""Scratch folders: one name for all, gone at the end or with the next process."""

import os
import subprocess
import sys
import tempfile

import pytest

from rooflinear.bench.errors import CannotFinish
from rooflinear.bench.processes import scratch


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def ended():
    """The pid of a process that has ended."""
    with subprocess.Popen([sys.executable, "-S", "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_folder_is_named_after_its_process_and_removed_at_the_end(temporary):
    with scratch.folder() as made:
        (made / "file").write_text("")
        assert made.parent == temporary.resolve()
        assert made.name.startswith(f"rooflinear-{os.getpid()}-")
    assert not list(temporary.iterdir())


def test_a_folder_is_removed_after_an_error(temporary):
    with pytest.raises(KeyError), scratch.folder():
        raise KeyError
    assert not list(temporary.iterdir())


def test_the_next_process_removes_what_a_killed_one_left(temporary, ended):
    (temporary / f"rooflinear-{ended}-left").mkdir()
    (temporary / f"rooflinear-{ended}-left" / "file").write_text("")
    kept = [f"rooflinear-{os.getpid()}-own", "rooflinear-streaming-1", "other-1-x", "rooflinear-1"]
    for name in kept:
        (temporary / name).mkdir()
    scratch.remove(scratch.make())
    assert sorted(each.name for each in temporary.iterdir()) == sorted(kept)


def test_no_room_is_told_with_its_remedy(temporary, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "absent"))
    with pytest.raises(CannotFinish, match=r"cannot make a temporary folder: .*; set TMPDIR"):
        scratch.make()
