"""The chain of commits, or releases, between two ends."""

import subprocess
from types import SimpleNamespace

import pytest

from rooflinear.bench.errors import UsageError
from rooflinear.bench.guests.sides import Release
from rooflinear.bench.history import commits

from ..made_repository import KERNEL, Repository


@pytest.fixture
def repository(tmp_path):
    made = Repository(tmp_path)
    for number in (2, 3):
        made.write(plain=f"{KERNEL}# {number}\n")
        made.commit(f"change {number}")
    return made


def subjects(found):
    return [each.subject for each in found]


def test_the_good_commit_comes_first_and_the_bad_one_last(repository):
    found = commits.chain(repository.folder, "HEAD~2", "HEAD")
    assert subjects(found) == ["first", "change 2", "change 3"]
    assert found[-1].name == repository.git("rev-parse", "HEAD").strip()
    assert (found[1].author, found[1].date[4]) == ("A", "-")
    assert found[0].short == found[0].name[:12]


def test_a_merged_branch_counts_as_one_commit(repository):
    repository.git("checkout", "-q", "-b", "side")
    repository.write(plain=f"{KERNEL}# side\n")
    repository.commit("on a side")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--message", "merge", "side")
    assert subjects(commits.chain(repository.folder, "HEAD~1", "HEAD")) == ["change 3", "merge"]


@pytest.mark.parametrize("mark", ["\v", "\f", "\x1c", "\u2028"])
def test_a_subject_may_hold_what_python_takes_for_a_line_end(repository, mark):
    repository.git("commit", "-q", "--allow-empty", "--message", f"one{mark}two")
    found = commits.chain(repository.folder, "HEAD~1", "HEAD")
    assert len(found) == 2
    assert found[1].name == repository.git("rev-parse", "HEAD").strip()


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("HEAD", "HEAD", "are the same commit"),
        ("HEAD", "HEAD~1", "HEAD is not an ancestor of HEAD~1; give a commit that it was made from"),
        ("nothing", "HEAD", "'nothing' is neither"),
    ],
)
def test_ends_that_no_chain_joins_are_refused(repository, good, bad, told):
    with pytest.raises(UsageError, match=told):
        commits.chain(repository.folder, good, bad)


def listing(monkeypatch, text, error=""):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=text, stderr=error))


def test_final_releases_between_two_are_in_order_of_their_versions(monkeypatch):
    listing(monkeypatch, "pkg (2.0)\nAvailable versions: 2.0, 1.10.0, 1.10.0rc1, 1.9, 1.2, 1.1, 1.0\n")
    found = commits.releases(Release("pkg", "1.1"), Release("pkg", "1.11"))
    assert [each.name for each in found] == ["pkg==1.1", "pkg==1.2", "pkg==1.9", "pkg==1.10.0", "pkg==1.11"]
    assert found[0].short == "pkg==1.1"


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        (Release("a", "1"), Release("b", "2"), "are two projects"),
        (Release("a", "2"), Release("a", "1"), "2 is not earlier than 1"),
        (Release("a", "x!y"), Release("a", "1"), "is no version"),
        (Release("a", "1"), Release("a", "3"), "lists nothing: ERROR: No matching"),
    ],
)
def test_releases_that_cannot_be_ordered_are_refused(monkeypatch, good, bad, told):
    listing(monkeypatch, "", "ERROR: No matching distribution")
    with pytest.raises(UsageError, match=told):
        commits.releases(good, bad)
