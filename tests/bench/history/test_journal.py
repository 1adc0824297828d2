"""A search that was interrupted goes on where it ended, and ends as it would have."""

import json

import pytest

from rooflinear.bench.errors import UsageError
from rooflinear.bench.history.journal import Journal
from rooflinear.bench.history.records import STEPS
from rooflinear.bench.history.search import Search
from rooflinear.bench.history.steps import Outcome, Step

from .test_search import Commits


class Interrupted(Exception):
    pass


class Machine:
    """Plays steps of made commits; raises `Interrupted` instead of step number ``ends_at``."""

    def __init__(self, ends_at=None):
        self.commits, self.ends_at, self.skipped = Commits(64, a={17: 1.05}, b={40: 1.08}), ends_at, 0

    def play(self, step):
        if len(self.commits.steps) + self.skipped == self.ends_at:
            raise Interrupted
        return self.commits.play(step)

    def skip(self):
        self.skipped += 1

    def search(self, folder):
        journal = Journal(folder, self.play, self.skip)
        try:
            return Search(64, journal.play).run()
        finally:
            journal.close()


def test_it_goes_on_where_it_ended(tmp_path):
    (tmp_path / "whole").mkdir()
    whole = Machine().search(tmp_path / "whole")
    for ends_at in (1, 5, 9):
        with pytest.raises(Interrupted):
            Machine(ends_at).search(tmp_path)
    last = Machine()
    assert last.search(tmp_path) == whole
    assert last.skipped == 9
    assert [each.above for each in whole.changes] == [17, 40]


def test_a_torn_line_is_played_again(tmp_path):
    Machine().search(tmp_path)
    content = (tmp_path / STEPS).read_bytes()
    (tmp_path / STEPS).write_bytes(content[:-20])
    again = Machine()
    with pytest.warns(UserWarning, match="incomplete last line"):
        again.search(tmp_path)
    assert len(again.commits.steps) == 1
    assert len((tmp_path / STEPS).read_bytes().splitlines()) == len(content.splitlines())


def test_steps_of_another_search_are_refused(tmp_path):
    with_one = Journal(tmp_path, lambda step: Outcome(), lambda: None)
    with_one.play(Step("ends", 0, 64, {}))
    with_one.close()
    other = Journal(tmp_path, lambda step: Outcome(), lambda: None)
    with pytest.raises(UsageError, match="line 1 is not the step that follows here"):
        other.play(Step("ends", 0, 32, {}))
    other.close()


def test_a_line_says_what_was_played(tmp_path):
    Machine().search(tmp_path)
    line = json.loads((tmp_path / STEPS).read_text().splitlines()[1])
    assert line["step"] == {"kind": "look", "base": 0, "head": 32, "blocks": {"a": 6, "b": 6}}
    assert len(line["outcome"]["numbers"]["a"]) == 6
