"""The sentence, the bar, the tables, the advice and the CSV file say the same of the same, digit by digit."""

import csv
import io
from itertools import pairwise

import pytest

from rooflinear.bench.records import words
from rooflinear.reports import text, units
from rooflinear.reports.tables import frames, speedups
from rooflinear.reports.tables.views import views

from .conftest import Page

BASELINE = "numpy"
SAID = """() => {
  const text = (node) => (node?.firstChild?.nodeType === 3 ? node.firstChild.textContent : node?.textContent) ?? null;
  const rows = (selector, of) => Object.fromEntries([...document.querySelectorAll(`${selector} tbody tr`)].map((row) =>
    [row.children[0].dataset.value, of.map((place) => text(row.children[place]))]));
  const cell = document.querySelector('#winners td button[aria-pressed=true]');
  return {
    title: document.getElementById('title').textContent,
    tiles: Object.fromEntries([...document.querySelectorAll('.tile')].map((tile) =>
      [tile.dataset.tile, tile.querySelector('strong').textContent])),
    bars: rows('#bars', [2, 3]), costs: rows('#costs', [1, 3]),
    rungs: Object.fromEntries([...document.querySelectorAll('#ladder li[data-name]')].map((rung) =>
      [rung.dataset.name, rung.querySelector('.took').textContent])),
    cases: rows('#cases', [0, 3]),
    listed: [...document.querySelectorAll('#cases tbody tr')].map((row) => row.textContent),
    winner: cell && ['winner', 'lead', 'time'].map((part) => cell.querySelector(`.${part}`).textContent),
    advice: document.getElementById('advice-text')?.textContent ?? '',
    shares: rows('#fractions', []),
    marks: [...document.querySelectorAll('.scale span')].map((mark) => mark.getBoundingClientRect().toJSON()),
  };
}"""


def choices(tables):
    """Every view at its first and its last size, and every size in one of the views that have it."""
    by_sizes = {}
    for view in views(tables):
        by_sizes.setdefault(tuple(map(words, view.sizes)), []).append(view)
    return [
        (view, size)
        for alike in by_sizes.values()
        for number, view in enumerate(alike)
        for place, size in enumerate(view.sizes)
        if place % len(alike) == number or place in (0, len(view.sizes) - 1)
    ]


def written_cases(tables, baseline):
    """The CSV file of the cases, by view, size and implementation."""
    told = text.csv(speedups.with_speedups(tables, baseline)).decode()
    rows = csv.DictReader(io.StringIO(told))
    return {(*(row[name] for name in frames.VIEW), row["sizes"], row["implementation"]): row for row in rows}


def value(cell):
    return float(cell) if cell else None


@pytest.fixture(scope="module")
def everywhere(report: Page, tables):
    """What the page says in every view and at every size."""
    found = []
    for view, size in choices(tables):
        at = {name: getattr(view, name) for name in frames.VIEW if getattr(view, name) != ""}
        report.choose(charts=False, **at, size=words(size), baseline=BASELINE)
        found.append((view, size, report.tab.evaluate(SAID)))
    return found


def disagreements(everywhere, tables):
    """Every place of the page that says another number than the CSV file or than another place."""
    written, found, read = written_cases(tables, BASELINE), [], 0
    for view, size, said in everywhere:
        key = (*(str(getattr(view, name)) for name in frames.VIEW), words(size))
        pairs = list(compared(said, {name: row for (*of, name), row in written.items() if tuple(of) == key}, BASELINE))
        read += len(pairs)
        found += [(*key, what, one, other) for what, one, other in pairs if one != other]
    return found, read


def compared(said, rows, baseline):
    """What, as one place says it, as another does."""
    tiles, advice = said["tiles"], said["advice"]
    for name, (time, gain) in said["bars"].items():
        row = rows.get(name)
        if row is None or "≈" in time:
            continue
        yield f"time of {name}", time, units.time_text(value(row["time_ns"]))
        if gain not in ("", "baseline"):
            yield f"speed-up of {name}", gain, units.speed_text(value(row["speedup"]))
    for name, (time, first) in said["costs"].items():
        yield f"time of {name} among the costs", time, units.time_text(value(rows[name]["time_ns"]))
        yield f"first call of {name}", first, units.time_text(value(rows[name]["first_call_ns"]))
    for name, time in said["rungs"].items():
        yield f"time of {name} on the ladder", time, units.time_text(value(rows[name]["time_ns"]))
    if "time" not in tiles:
        return
    best = next(iter(said["bars"]))
    yield "the time on top", tiles["time"], said["bars"][best][0]
    yield "the time in the advice", tiles["time"] in advice, True
    if "speedup" in tiles:
        yield "the speed-up on top", tiles["speedup"], said["bars"][best][1]
        if "× as fast as" in said["title"]:
            yield "the speed-up in the title", f"{tiles['speedup']} as fast as {baseline}" in said["title"], True
    if "first" in tiles and best in said["costs"]:
        yield "the first call on top", tiles["first"], said["costs"][best][1]
        yield "the first call in the advice", tiles["first"] in advice, True
    if said["winner"] and "≈" not in said["bars"][best][0]:
        name, lead, time = said["winner"]
        yield "the fastest of the table", name.removesuffix(" †"), best
        yield "its time", time, tiles["time"]
        if lead.endswith(" ahead"):
            yield "its lead", lead, f"{tiles['lead']} ahead"
            yield "the lead in the advice", tiles["lead"] in advice or baseline in advice, True


def test_all_places_say_the_same_number(everywhere, tables):
    every = [(view.title, words(size)) for view in views(tables) for size in view.sizes]
    visited = [(view.title, words(size)) for view, size, _ in everywhere]
    assert [set(each) for each in zip(*visited, strict=True)] == [set(each) for each in zip(*every, strict=True)]
    found, read = disagreements(everywhere, tables)
    assert found == []
    assert read > 1000


def test_marks_of_the_bars_scale_leave_room_for_each_other(everywhere):
    found = [(view, size, *each) for view, size, said in everywhere for each in pairwise(said["marks"])]
    assert found
    close = [(*at, round(one["right"] - other["left"])) for *at, one, other in found if one["right"] >= other["left"]]
    assert close == []


def test_a_number_is_rounded_once():
    """Its digits in the page's data do not decide how it is rounded to three."""
    from rooflinear.reports.page.page_data import _number

    for exact in (1.2349999, 1.2350001, 12.4499999, 0.00124999996, 8.949999997e9, 1.5, 2.25, 0.0):
        assert units.digits(_number(exact)) == units.digits(exact)
    for slower in (62.84995, 62.85002, 41.34998, 9.9949999):
        assert units.speed_text(_number(1 / slower)) == units.speed_text(1 / slower)
    assert len(repr(_number(1.23456789))) == len("1.23457")


def test_with_many_calls_too(report, tables):
    for (view, size), calls in zip(choices(tables)[:6], [1, 37, 1_000_000] * 2, strict=True):
        at = {name: getattr(view, name) for name in frames.VIEW if getattr(view, name) != ""}
        report.choose(charts=False, **at, size=words(size), calls=calls)
        said = report.tab.evaluate(SAID)
        [row] = [one for one in report.rows("#cheapest") if one[0] == str(calls)]
        best = next(iter(said["bars"]))
        assert row[1] == best
        assert units.time_text(float(row[3])) == said["tiles"]["time"] == said["bars"][best][0]
        assert units.time_text(float(row[2])) in said["advice"]
