"""Searches kept in a folder, and among the commits of merged branches, on real commits whose numbers are drawn."""

import pytest

from rooflinear.bench.history import commits as chains
from rooflinear.bench.history.records import STEPS, ChangedCase, FoundChange
from rooflinear.bench.history.searching import ALONE, Searching

from ..made_commits import Commits, Silent, label
from ..made_repository import KERNEL, Repository


@pytest.fixture
def repository(tmp_path):
    """A merge of three commits of a branch, which itself merges one."""
    made = Repository(tmp_path)

    def commit(subject):
        made.write(plain=f"{KERNEL}# {subject}\n")
        made.commit(subject)

    made.git("checkout", "-q", "-b", "side")
    commit("side 1")
    made.git("checkout", "-q", "-b", "deeper")
    commit("deeper")
    made.git("checkout", "-q", "side")
    for subject, branch in (("side merges", "deeper"), ("main merges", "side")):
        if branch == "side":
            commit("side 3")
            made.git("checkout", "-q", "main")
        made.git("merge", "-q", "--no-ff", "--message", subject, branch)
    return made


def named(repository, branch="HEAD"):
    """Hashes by subject."""
    lines = repository.git("log", "--topo-order", "--format=%H %s", branch).splitlines()
    return {line.partition(" ")[2]: line.partition(" ")[0] for line in lines}


class OfRepository(Commits):
    """The commits of a repository in the order in which they were made; one of them makes a case slower."""

    def __init__(self, repository, slower):
        hashes = [*reversed([*named(repository).values()])]
        super().__init__(len(hashes), a={hashes.index(slower): 0.1})
        self.order = hashes

    def number(self, name):
        return self.order.index(name)


def found_of(repository, slower, tmp_path, **more):
    """What is found in the branch of the newest merge, if this commit made the case slower."""
    hashes = named(repository)
    commits = OfRepository(repository, hashes[slower])
    vars(commits).update({name: value(hashes) for name, value in more.items()})
    before, merge = chains.chain(repository.folder, hashes["first"], hashes["main merges"])
    change = FoundChange(
        commit=merge,
        before=before,
        cases=[ChangedCase(case=label("a"), confirmed=True, ratio=1.1, from_good=1.1)],
        suspects=[merge],
    )
    searching = Searching(commits.open, Silent(), 1)
    found = searching.merged(tmp_path, repository.folder, change)
    return found, searching, commits


def test_the_commit_of_a_merged_branch_is_named(repository, tmp_path):
    found, searching, commits = found_of(repository, "side 3", tmp_path)
    (change,) = found.merged
    assert change.commit.subject == "side 3"
    assert change.cases[0].confirmed
    assert change.cases[0].ratio == pytest.approx(1.1, abs=0.01)
    assert change.merged == []
    assert 0 < searching.level <= 0.005
    again = len(commits.opened)
    (steps,) = tmp_path.glob(f"merge-*/{STEPS}")
    assert steps.read_bytes().count(b"\n") >= 2
    assert searching.merged(tmp_path, repository.folder, found) == found
    assert len(commits.opened) == again  # all steps were answered from the folder


def test_a_merge_within_a_branch_is_searched_too(repository, tmp_path):
    found, _, _ = found_of(repository, "deeper", tmp_path)
    (outer,) = found.merged
    assert outer.commit.subject == "side merges"
    (inner,) = outer.merged
    assert inner.commit.subject == "deeper"


def test_a_change_that_no_branch_shows_came_with_the_merge(repository, tmp_path):
    found, _, _ = found_of(repository, "main merges", tmp_path)
    assert (found.merged, found.reason) == ([], ALONE)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"broken": lambda hashes: [hashes["side 3"]]}, "its build failed"),
        ({"lacks": lambda hashes: {"a": [hashes["side 3"]]}}, "head does not have it"),
        ({"spread": lambda _: 0.3}, "cannot be judged"),
    ],
    ids=["its end is not built", "its end lacks the case", "noise"],
)
def test_a_branch_that_cannot_be_judged_is_not_said_to_be_without_effect(repository, tmp_path, more, told):
    found, _, _ = found_of(repository, "side 3", tmp_path, **more)
    assert found.merged == []
    assert "its branch cannot be judged: " in found.reason
    assert told in found.reason


def test_only_merges_are_searched(repository, tmp_path):
    hashes = named(repository)
    plain, merge = (
        chains.chain(repository.folder, hashes["first"], hashes[name])[-1] for name in ("side 1", "side merges")
    )
    case = ChangedCase(case=label("a"), confirmed=True, ratio=1.1, from_good=1.1)
    searching = Searching(None, Silent(), 1)
    for suspects, commit in ((1, plain), (2, merge)):
        change = FoundChange(commit=commit, before=plain, cases=[case], suspects=[commit] * suspects)
        assert searching.merged(tmp_path, repository.folder, change) is change
