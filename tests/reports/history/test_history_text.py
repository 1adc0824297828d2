"""What ``history`` prints, shows and feeds of what it has measured."""

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from rooflinear.bench.history.history_records import Link
from rooflinear.reports.history.history_feed import ATOM, atom
from rooflinear.reports.history.history_page import html, lines
from rooflinear.reports.history.history_text import chains, headline, terminal

from ...absent import needs
from ...bench.made_commits import label
from ..made_history import WEB, history

FOLDER = Path("results/history-made")
ELEMENT = {"a": ATOM}


@pytest.fixture(autouse=True)
def library():
    needs("ruptures")


def test_a_change_is_told_with_commit_author_and_ratio():
    text = terminal(history(), FOLDER)
    assert "c07  Change <c07> & more\n  A. Author, 2026-01-01\n" in text
    ratio, low, high = map(float, re.search(r"double/a.*: slower, ([\d.]+) \(([\d.]+) to ([\d.]+)\)", text).groups())
    assert low <= 1.05 <= high
    assert low <= ratio <= high
    assert "Slower: 1 commit made a case slower\npage: results/history-made/history.html" in text
    assert "From c00 to c23: 24 commits, 23 of them measured against c00, 2 cases" in text


def test_memory_becomes_larger_and_not_slower():
    timed = history()
    changes = [msgspec.structs.replace(each, case=f"{each.case} memory") for each in timed.changes]
    found = msgspec.structs.replace(timed, changes=changes)
    assert re.search(r"double/a.* memory: larger, 1\.0", terminal(found, FOLDER))
    assert b"c07 made 1 case larger" in atom(found)


def test_what_was_not_confirmed_is_told_as_such():
    text = terminal(history(control=1.05), FOLDER)
    assert re.search(r"undecided: c07: double/a.*: looks slower, but a control was called slower", text)
    assert "Inconclusive: " in text
    small = terminal(history(changes={"a": {7: 0.008}}, spread=0.001), FOLDER)
    assert re.search(r"not compared: c07: double/a.*: 1.00\d in the series: smaller than half of its margin\n", small)


def test_commits_between_are_told_until_they_are_searched():
    assert "one of 6 commits behind c06; --bisect searches among them" in terminal(history(every=6), FOLDER)
    found = history(every=6, bisect=True)
    text = terminal(found, FOLDER)
    assert "c07  Change <c07> & more" in text
    assert "a search between c06 and c12 names c07" in text
    assert lines(found)[0].told.endswith("at c07")
    assert b"c07 made 1 case slower" in atom(found)


def test_a_commit_that_was_not_measured_says_why():
    assert "not measured: c09: c09: its build failed" in terminal(history(broken=["c09"]), FOLDER)


def test_an_unfinished_history_says_how_to_go_on():
    found = msgspec.structs.replace(history(), verdict="unfinished", reason="--time-budget ended")
    assert "to go on: rooflinear history --results results/history-made" in terminal(found, FOLDER)


def test_the_error_of_a_chain_is_told():
    links = [Link(case=name, earlier="c00", later="c12", ratio=1.1, low=low, high=1.11, commits=["c09", "c10", "c11"])
             for name, low in (("a", 1.09), ("b", 1.05))]  # fmt: skip
    (told,) = chains(msgspec.structs.replace(history(), links=links))
    assert told == "anchor c12 is joined with c00 through 3 commits; this adds up to 4.55% to the intervals behind it"


def test_cases_that_changed_come_first_and_the_largest_change_before_the_others():
    found = history(changes={"a": {}, "b": {7: 0.05}, "c": {9: -0.2}, "d": {5: 0.009}}, spread=0.002)
    names = [each.case for each in lines(found)]
    assert names[:3] == [label("c"), label("b"), label("d")]
    assert {each.case: each.verdict for each in lines(found)} == {
        label("a"): "", label("b"): "slower", label("c"): "faster", label("d"): "inconclusive",
    }  # fmt: skip


def test_a_line_shows_levels_intervals_and_marks():
    line, other = lines(history())
    assert len(line.small.points) == 24
    assert [(each.kind, each.x) for each in line.small.marks] == [("slower", 1000 / 25 * 8)]
    first, last = line.large.points[0], line.large.points[-1]
    assert last[1] < first[1] == line.large.one  # higher is slower
    assert last[3] < last[1] < last[2]
    assert not other.small.marks
    assert re.fullmatch(r"▲ 1\.0\d\d at c07", line.told)


def test_a_table_says_what_holds_for_each_commit():
    found = history(broken=["c09"])
    rows = {each.commit.name: each for each in lines(found)[0].rows}
    assert len(rows) == 24
    assert rows["c07"].note.startswith("changed here: slower, 1.0")
    assert (rows["c07"].is_change, rows["c08"].is_change) == (True, False)
    assert rows["c09"].note == "c09: its build failed"
    assert (rows["c00"].ratio, rows["c09"].ratio) == ("1.0000", "")


def test_the_same_code_is_told_in_the_table():
    found = history()
    series = [msgspec.structs.replace(each, points=[
        *each.points[:-1], msgspec.structs.replace(each.points[-1], same_as="c07", disturbed=True, chain=1),
    ]) for each in found.series]  # fmt: skip
    note = lines(msgspec.structs.replace(found, series=series))[0].rows[-1].note
    assert note == "same code as c07; disturbed by other programs; through 1 change of the anchor"


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def tags(found):
    page = Tags()
    page.feed(html(found).decode())
    return page


def links_of(page):
    return [attrs["href"] for tag, attrs in page.found if tag == "a" and not attrs["href"].startswith("#")]


def test_the_page_shows_all_and_loads_nothing():
    page = tags(history())
    assert "Change <c07> & more" in " ".join(page.text)
    assert links_of(page) == []
    assert not [tag for tag, _ in page.found if tag in ("script", "img", "link")]
    assert len([tag for tag, _ in page.found if tag == "table"]) == 2
    assert len([tag for tag, _ in page.found if tag == "caption"]) == 2


def test_commits_are_links_where_the_repository_is_on_the_web():
    assert f"{WEB}c07" in links_of(tags(history(web=WEB)))


def test_a_history_without_a_measured_case_has_a_page():
    found = msgspec.structs.replace(history(), series=[], changes=[], verdict="nothing measured", reason="no time")
    assert "No case was measured." in " ".join(tags(found).text)
    assert headline(found) == "Nothing measured: no time"


def test_the_feed_has_an_entry_for_each_commit_that_changed_a_case():
    found = history(changes={"a": {7: 0.05, 15: -0.1}, "b": {15: -0.2}, "c": {5: 0.009}}, web=WEB)
    feed = ElementTree.fromstring(atom(found))
    titles = [each.text for each in feed.findall("a:entry/a:title", ELEMENT)]
    assert titles == ["c15 made 2 cases faster: Change <c15> & more", "c07 made 1 case slower: Change <c07> & more"]
    assert [each.text for each in feed.findall("a:entry/a:id", ELEMENT)] == [
        "urn:rooflinear:made:c15",
        "urn:rooflinear:made:c07",
    ]
    assert [each.get("href") for each in feed.findall("a:entry/a:link", ELEMENT)] == [f"{WEB}c15", f"{WEB}c07"]
    assert feed.find("a:entry/a:updated", ELEMENT).text == "2026-01-01T15:00:00+00:00"
    content = feed.find("a:entry/a:content", ELEMENT).text
    assert re.search(r"double/a.*: faster, 0\.9", content)
    assert {each.text for each in feed.findall("a:entry/a:author/a:name", ELEMENT)} == {"A. Author"}


def test_a_feed_contains_what_all_feeds_must():
    found = history(changes={"a": {}}, spread=0.002)
    feed = ElementTree.fromstring(atom(found))
    assert all(feed.find(f"a:{name}", ELEMENT) is not None for name in ("title", "id", "updated", "author"))
    assert not feed.findall("a:entry", ELEMENT)


def test_a_subject_that_xml_cannot_hold_is_still_a_feed():
    found = history()
    changes = [
        msgspec.structs.replace(each, commit=msgspec.structs.replace(each.commit, subject="a\x07b"))
        for each in found.changes
    ]
    feed = ElementTree.fromstring(atom(msgspec.structs.replace(found, changes=changes)))
    assert feed.find("a:entry/a:title", ELEMENT).text.endswith(": ab")


def test_several_machines_are_told():
    one = msgspec.structs.replace(history(), machines=["a"])
    assert "machines" not in terminal(one, Path("f"))
    assert "measured on 2 machines (a, b)" in terminal(msgspec.structs.replace(one, machines=["a", "b"]), Path("f"))
