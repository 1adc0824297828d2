"""A history grows call by call, goes on after an interruption, and ends as it would have."""

import json

import msgspec
import pytest

from rooflinear.bench.errors import BuildFailed
from rooflinear.bench.history.growing import Growing
from rooflinear.bench.history.histories import verdict_of
from rooflinear.bench.history.history_records import CHANGES, MEASURED, Anchor, Measured
from rooflinear.bench.history.records import STEPS

from ...absent import needs
from ..made_commits import Commits, label


@pytest.fixture(autouse=True)
def library():
    needs("ruptures")


def two_changes(**more):
    return Commits(
        24, **{"a": dict.fromkeys(range(24), 0.0) | {7: 0.05, 15: -0.06}, "b": dict.fromkeys(range(24), 0.0)} | more
    )


def grown(folder, commits, begun=None, chosen=(), bisect=False, **more):
    growing = Growing(folder, begun or commits.begun(), commits.meter(), **more)
    growing.measure(chosen)
    growing.judge()
    if bisect:
        growing.bisect()
    return growing.concluded()


def confirmed(found):
    return [(each.commit.name, each.case) for each in found.changes if each.is_confirmed]


def test_changes_are_confirmed_and_nothing_besides(tmp_path):
    found = grown(tmp_path, two_changes())
    assert confirmed(found) == [("c07", label("a")), ("c15", label("a"))]
    assert (found.verdict, found.exit_status, found.reason) == ("slower", 1, "1 commit made a case slower")
    assert (found.measured, found.call, len(found.series)) == (23, 1, 2)
    slower, faster = (each.result for each in found.changes if each.is_confirmed)
    assert slower.low < 1.05 < slower.high
    assert faster.low < 0.94 < faster.high


def test_releases_are_called_releases(tmp_path):
    found = grown(tmp_path, two_changes())
    changes = [
        msgspec.structs.replace(each, commit=msgspec.structs.replace(each.commit, name=f"made=={each.commit.name}"))
        for each in found.changes
    ]
    line = Measured(commit=changes[0].commit, anchor="made==c00", numbers={label("a"): [0.05]})
    verdict, reason = verdict_of(changes, found.call, [line], [], True, "")
    assert (verdict, reason) == ("slower", "1 release made a case slower")


def test_nothing_changed(tmp_path):
    found = grown(tmp_path, Commits(24, spread=0.001, a=dict.fromkeys(range(24), 0.0)))
    assert (found.verdict, found.exit_status, confirmed(found)) == ("unchanged", 0, [])


def test_it_goes_on_where_it_was_interrupted(tmp_path):
    (tmp_path / "whole").mkdir()
    whole = grown(tmp_path / "whole", two_changes())
    for reached in (3, 9, 11, 1):
        commits, left = two_changes(), iter(range(reached))
        unfinished = grown(tmp_path, commits, is_late=lambda left=left: next(left, None) is None)
        assert (unfinished.verdict, unfinished.exit_status) == ("unfinished", 3)
        assert confirmed(unfinished) == []
    last = two_changes()
    found = grown(tmp_path, last)
    assert len(last.opened) == 1
    assert (found.changes, found.series, found.call) == (whole.changes, whole.series, 1)


def test_a_torn_line_is_measured_again(tmp_path):
    grown(tmp_path, two_changes())
    content = (tmp_path / MEASURED).read_bytes()
    (tmp_path / MEASURED).write_bytes(content[:-30])
    again = two_changes()
    with pytest.warns(UserWarning, match="incomplete last line"):
        grown(tmp_path, again)
    assert len((tmp_path / MEASURED).read_bytes().splitlines()) == 23
    assert again.opened[0] == ("c00", "c22")


def test_a_later_call_judges_only_what_is_new(tmp_path):
    commits = two_changes()
    begun = commits.begun(asked=[each.name for each in commits.chain[:12]])
    first = grown(tmp_path, commits, begun)
    assert confirmed(first) == [("c07", label("a"))]
    second = grown(tmp_path, commits, msgspec.structs.replace(first, asked=[each.name for each in commits.chain]))
    assert (second.call, second.verdict) == (2, "faster")
    assert [(each.commit.name, each.call) for each in second.changes if each.is_confirmed] == [("c07", 1), ("c15", 2)]
    third = grown(tmp_path, commits, second)
    assert (third.call, third.verdict, third.reason) == (2, "unchanged", "no new change was confirmed; 2 earlier")
    assert confirmed(third) == confirmed(second)


def test_what_one_call_cannot_tell_is_compared_again_by_the_next(tmp_path):
    first = grown(tmp_path, two_changes(control=1.05))
    assert (first.verdict, first.exit_status) == ("undecided", 3)
    assert {each.state for each in first.changes} == {"undecided"}
    second = grown(tmp_path, two_changes(), first)
    assert (second.call, second.verdict) == (2, "slower")
    assert len(confirmed(second)) == 2


def test_a_commit_that_cannot_be_built_is_left_out(tmp_path):
    found = grown(tmp_path, two_changes(broken=["c07"]))
    assert found.faults == {"c07": "c07: its build failed"}
    (slower, _) = (each for each in found.changes if each.is_confirmed)
    assert (slower.before.name, slower.commit.name, slower.between) == ("c06", "c08", 1)


def test_a_fault_is_tried_again_where_it_is_asked_for(tmp_path):
    grown(tmp_path, two_changes(broken=["c07"]))
    again = two_changes()
    grown(tmp_path, again)
    assert ("c00", "c07") not in again.opened
    found = grown(tmp_path, again, chosen=["c07"])
    assert ("c00", "c07") in again.opened
    assert found.faults == {}
    assert [name for name, _ in confirmed(found)] == ["c07", "c15"]


def test_a_newest_commit_that_cannot_be_built_ends_a_new_history(tmp_path):
    with pytest.raises(BuildFailed):
        grown(tmp_path, two_changes(broken=["c23"]))
    assert (tmp_path / MEASURED).read_bytes() == b""


def test_only_broken_commits_measured_is_nothing_measured(tmp_path):
    commits = two_changes(broken=["c23"])
    begun = commits.begun(asked=["c05"])
    first = grown(tmp_path, commits, begun)
    assert first.exit_status == 0
    found = grown(tmp_path, commits, msgspec.structs.replace(first, asked=["c05", "c23"]))
    assert (found.verdict, found.exit_status, found.reason) == ("nothing measured", 4, "c23: its build failed")


def every(commits, step):
    return [each.name for place, each in enumerate(commits.chain) if place % step == 0 or each is commits.chain[-1]]


def test_between_commits_that_were_not_measured_the_one_is_searched(tmp_path):
    commits = two_changes()
    found = grown(tmp_path, commits, commits.begun(asked=every(commits, 6)), bisect=True)
    slower, faster = (each for each in found.changes if each.is_confirmed)
    assert (slower.before.name, slower.commit.name, slower.between) == ("c06", "c12", 5)
    assert [each.commit.name for each in slower.bisected] == ["c07"]
    assert [each.commit.name for each in faster.bisected] == ["c15"]
    assert (tmp_path / "bisect-c06-c12" / STEPS).exists()
    again = two_changes()
    kept = grown(tmp_path, again, found, bisect=True)
    assert kept.changes == found.changes
    assert again.opened == []


def test_a_narrower_change_replaces_the_wider_one(tmp_path):
    commits = two_changes()
    first = grown(tmp_path, commits, commits.begun(asked=every(commits, 6)))
    assert [name for name, _ in confirmed(first)] == ["c12", "c18"]
    found = grown(tmp_path, commits, msgspec.structs.replace(first, asked=[each.name for each in commits.chain]))
    assert [name for name, _ in confirmed(found)] == ["c07", "c15"]


def test_a_new_anchor_continues_the_series(tmp_path):
    commits = two_changes()
    names = [each.name for each in commits.chain]
    first = grown(tmp_path, commits, commits.begun(asked=names[:12]))
    begun = msgspec.structs.replace(first, asked=names, anchors=[*first.anchors, Anchor("c12", "c23")])
    growing = Growing(tmp_path, begun, commits.meter())
    growing.measure([], ["c09", "c10", "c11"])
    growing.judge()
    found = growing.concluded()
    lines = [json.loads(line) for line in (tmp_path / MEASURED).read_text().splitlines()]
    assert {line["commit"]["name"] for line in lines if line["anchor"] == "c12"} == set(names[9:12] + names[13:])
    (series,) = (each for each in found.series if each.case == label("a"))
    last = series.points[-1]
    assert (last.commit, last.chain) == ("c23", 1)
    assert last.low < 1.05 * 0.94 < last.high
    assert [name for name, _ in confirmed(found)] == ["c07", "c15"]
    assert {tuple(each.commits) for each in found.links} == {("c09", "c10", "c11")}


def test_each_line_is_on_the_disk_before_the_next_is_measured(tmp_path):
    commits, seen = two_changes(), []
    grown(tmp_path, commits, is_late=lambda: seen.append((tmp_path / MEASURED).read_bytes().count(b"\n")))
    assert seen[:24] == [*list(range(24))[:23], 23]
    assert len((tmp_path / CHANGES).read_text().splitlines()) == 2


def test_a_newest_commit_that_lost_a_case_is_incomplete(tmp_path):
    commits = two_changes(lacks={"b": ["c23"]})
    found = grown(tmp_path, commits)
    assert (found.verdict, found.exit_status) == ("incomplete", 4)
    assert found.reason == f"c23 has lost {label('b')}: head does not have it"
    again = grown(tmp_path, commits, found)
    assert again.verdict == "unchanged"


def test_earlier_commits_may_lack_a_case(tmp_path):
    assert grown(tmp_path, two_changes(lacks={"b": ["c05", "c06"]})).verdict == "slower"
