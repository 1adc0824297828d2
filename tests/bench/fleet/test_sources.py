"""What is sent: a suite, or two revisions with their hashes and without the rest of the history."""

import pytest

from rooflinear.bench.errors import CannotFinish, UsageError
from rooflinear.bench.fleet import parcels, sources
from rooflinear.bench.gate import git
from rooflinear.bench.suites.suite import BUILT_IN

from ..made_repository import SLOWER, Repository


@pytest.fixture
def repository(tmp_path):
    made = Repository(tmp_path / "project")
    for number in range(3):
        made.write(plain=f"{SLOWER}\n# {number}\n")
        made.commit(f"change {number}")
    return made


def test_a_folder_arrives_as_it_was(tmp_path):
    (tmp_path / "here" / "below").mkdir(parents=True)
    (tmp_path / "here" / "below" / "data.bin").write_bytes(bytes(range(256)))
    (tmp_path / "here" / "__pycache__").mkdir()
    parcels.unpack(parcels.packed(tmp_path / "here"), tmp_path / "there")
    assert [path.name for path in sorted((tmp_path / "there").rglob("*"))] == ["below", "data.bin"]
    assert (tmp_path / "there" / "below" / "data.bin").read_bytes() == bytes(range(256))


def test_a_parcel_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(parcels, "LARGEST_BYTES", 100)
    (tmp_path / "file").write_bytes(bytes(1000))
    with pytest.raises(CannotFinish, match="a fleet sends at most 0 MiB; leave out what is large"):
        parcels.packed(tmp_path)


def test_a_parcel_writes_nothing_outside_its_folder(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to("/etc")
    with pytest.raises(CannotFinish, match="cannot write to"):
        parcels.unpack(parcels.packed(tmp_path / "inside"), tmp_path / "there")
    with pytest.raises(CannotFinish, match="cannot write to"):
        parcels.unpack(b"no archive", tmp_path / "there")


def test_the_installed_suite_is_not_sent(tmp_path):
    parcel, sent = sources.of_suite(BUILT_IN, tmp_path)
    assert sent is None
    assert len(parcel) < 200


def test_a_suite_of_ones_own_is_sent_whole(tmp_path, repository):
    (tmp_path / "place").mkdir()
    parcel, sent = sources.of_suite(repository.folder / "kernels", tmp_path / "place")
    parcels.unpack(parcel, tmp_path / "there")
    assert {path.name for path in (tmp_path / "there" / sent).iterdir()} == {"operations.py", "plain.py", "other.py"}


def test_two_revisions_keep_their_hashes_and_lose_the_history(tmp_path, repository):
    before = repository.state()
    base, head = (git.resolve(repository.folder, name) for name in ("HEAD~2", "HEAD~1"))
    sources.of_revisions(repository.folder, base, head, tmp_path / "place")
    made = tmp_path / "place" / sources.SUITE
    assert (git.resolve(made, base), git.resolve(made, "HEAD"), git.is_dirty(made, made)) == (base, head, False)
    assert git.git(made, "rev-list", "--all", "--count") in ("0", "1")
    with pytest.raises(UsageError):
        git.resolve(made, git.resolve(repository.folder, "HEAD~3"))
    assert "# 1" in (made / "kernels" / "plain.py").read_text()
    assert repository.state() == before


def test_a_working_tree_arrives_with_its_changes(tmp_path, repository):
    repository.write(plain=SLOWER + "# not committed\n")
    head = git.resolve(repository.folder, "HEAD")
    sources.of_revisions(repository.folder, head, None, tmp_path / "place")
    made = tmp_path / "place" / sources.SUITE
    assert (git.head_of(made), git.is_dirty(made, made)) == (head, True)
    assert "# not committed" in (made / "kernels" / "plain.py").read_text()
