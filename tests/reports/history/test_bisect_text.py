"""What ``bisect`` prints and shows of what it found."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rooflinear.bench.history.records import verdict_of
from rooflinear.reports.history.bisect_page import html, ladder
from rooflinear.reports.history.bisect_text import headline, terminal, told

from ..made_bisection import bisection, name

FOLDER = Path("results/made-bisect")


def test_a_commit_is_named_with_its_ratio_and_interval():
    found = bisection(17)
    text = terminal(found, FOLDER)
    assert found.exit_status == 1
    assert name(17)[:12] in text
    assert "Change <17>" in text
    assert "A. Author, 2026-01-18" in text
    ratio, low, high = map(float, re.search(r"slower, ([\d.]+) \(([\d.]+) to ([\d.]+)\)", text).groups())
    assert low < 1.05 < high
    assert ratio == pytest.approx(1.05, abs=0.01)
    assert "Slower: 1 commit made a case slower" in text
    assert "at most 0.25 %" in text
    assert "page: results/made-bisect/bisect.html" in text


def test_the_ratio_is_that_to_the_commit_before():
    found = bisection(10, 50)
    ratios = [case.ratio for change in found.changes for case in change.cases]
    assert ratios == pytest.approx([1.05, 1.05], abs=0.01)
    assert found.changes[0].cases[0].from_good == pytest.approx(1.1025, abs=0.01)
    assert headline(found) == "Slower: 2 commits made a case slower"


def test_nothing_found():
    found = bisection()
    assert (found.exit_status, found.verdict, found.changes) == (0, "unchanged", [])
    assert "Unchanged: no case differs between the two ends by more than its margin" in terminal(found, FOLDER)


def test_faster_commits_end_well():
    found = bisection(30, share=-0.1)
    assert (found.exit_status, found.verdict) == (0, "faster")
    assert "faster, 0.9" in terminal(found, FOLDER)


def test_suspects_are_listed_with_their_reasons():
    found = bisection(17, lost=[17])
    assert (found.exit_status, found.verdict) == (1, "slower")
    text = terminal(found, FOLDER)
    assert f"one of 2, from {name(17)[:12]} to {name(18)[:12]}" in text
    assert "Slower: 1 of 2 commits made a case slower" in text
    assert "is not judged: it cannot be built" in text


def test_a_search_without_time_says_how_to_go_on():
    found = bisection(17, late=True)
    assert (found.exit_status, found.verdict) == (3, "unfinished")
    text = terminal(found, FOLDER)
    assert "to go on: rooflinear bisect --resume results/made-bisect" in text
    assert "not compared with the one before" in told(found.changes[0].cases[0])


@pytest.mark.parametrize(
    ("changes", "undecided", "compared", "finished", "verdict"),
    [
        ([], {}, False, True, "nothing compared"),
        ([], {"a": "too wide"}, True, True, "inconclusive"),
        ([], {}, True, True, "unchanged"),
        ([], {}, True, False, "unfinished"),
    ],
)
def test_verdicts_without_a_commit(changes, undecided, compared, finished, verdict):
    assert verdict_of(changes, undecided, compared, finished)[0] == verdict


def test_a_slower_commit_outweighs_what_is_undecided():
    changes = bisection(17).changes
    assert verdict_of(changes, {"b": "too wide"}, True, True)[0] == "slower"


def test_a_ladder_has_the_commits_in_order_and_counts_those_not_measured():
    found = bisection(17)
    rungs = ladder(found, "case").rungs
    names = [commit.name for rung in rungs for commit in rung.commits]
    assert names == [each.name for each in found.commits]
    judged = {int(rung.commit.name[:4], 16): rung for rung in rungs if rung.ratio}
    assert {0, 16, 17, 18, 20, 24, 32, 64} <= judged.keys()
    assert judged[16].ratio == pytest.approx(1, abs=0.01)
    assert judged[18].ratio == pytest.approx(1.05, abs=0.01)
    assert [int(rung.commit.name[:4], 16) for rung in rungs if rung.is_change] == [17]


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_shows_all_and_loads_nothing():
    page = Tags()
    page.feed(html(bisection(17, lost=[24])).decode())
    text = " ".join(page.text)
    assert "Change <17>" in text
    assert "it cannot be built" not in text  # the commit is no suspect
    assert not [
        attrs
        for tag, attrs in page.found
        if tag in ("script", "img", "link") or ("href" in attrs and attrs["href"][0] != "#")
    ]
    assert sum("rung" in attrs.get("class", "") for _, attrs in page.found) == len(
        [rung for rung in ladder(bisection(17, lost=[24]), "case").rungs if rung.ratio or rung.is_change]
    )
