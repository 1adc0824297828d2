"""A share of a limit is of one's own algorithm's; more than all of it is a fault, and marked."""

import math
import re

import pytest

from rooflinear.reports.page import page
from rooflinear.reports.tables import frames

from ..reports import synthetic
from ..reports.synthetic import case, ok
from .conftest import Page

MS = (1000, 10_000, 100_000)
BYTES_A_ROW, BYTE_NS = 800.0, 0.01
CHEAPER = 40
STEADY, SHAKY = (1.0, 0.999, 1.001, 1.0, 1.002), (0.7, 1.35, 1.0, 0.75, 1.3)
LIMIT = "#ladder li.limit"

# Times of its own limit at each size; algorithm; how rounds scatter. At the last size no other algorithm is faster.
PLANTED = {
    "numpy": (4, 4, 4, "direct", STEADY),
    "level": (0.95, 0.95, 0.95, "direct", SHAKY),
    "numba_gram": (3, 3, 200, "gram", STEADY),
    "cheat": (4.5, 0.5, 4, "direct", STEADY),
    "cheat_gram": (5, 0.02, 200, "gram", STEADY),
}
ALL_DIRECT = ("numpy", "level", "cheat")


def limit_ns(m, algorithm="direct"):
    return m * BYTES_A_ROW * BYTE_NS / (CHEAPER if algorithm == "gram" else 1)


def timed(name, place):
    *times_over, algorithm, scatter = PLANTED[name]
    m = MS[place]
    moved = m * BYTES_A_ROW
    stated = {"direct": (1.0, moved), "gram": (1.0, moved / CHEAPER)}
    times = [times_over[place] * limit_ns(m, algorithm) * each for each in scatter]
    of = case(name, sizes={"m": m, "n": 10})
    reads = [(number, BYTE_NS) for number in range(5)]
    return ok(of, times, algorithm=algorithm, costs=stated, footprint_bytes=moved, reads=reads)


@pytest.fixture(scope="module")
def planted(folder):
    run = synthetic.run(list(PLANTED), synthetic.OPERATIONS)
    return frames.tables(folder / "limits", run, [timed(name, place) for place in range(len(MS)) for name in PLANTED])


@pytest.fixture(scope="module")
def shown(browser, folder, planted):
    path = folder / "limits.html"
    path.write_bytes(page.html([planted]))
    return Page(browser, path)


def limit_tile(shown):
    tile = shown.tab.locator(".tile[data-tile=limit]")
    return tile.inner_text(), float(tile.get_attribute("data-value"))


def shares(text):
    """(marked as a fault, per cent) of every share in a text."""
    found = re.findall(r"(! )?(?:> )?(\d[\d,.]*) %(?! interval)", text)
    return [(bool(mark), float(number.replace(",", ""))) for mark, number in found]


def test_the_planted_shares_are_those_of_the_frames(planted):
    over = planted.cases.set_index(["implementation", "m"])["over_limit"]
    for name, (*times_over, _, _) in PLANTED.items():
        for m, planted_over in zip(MS, times_over, strict=True):
            assert over[name, m] == pytest.approx(1 if name == "level" else planted_over, rel=0.01)


@pytest.mark.parametrize("m", MS)
@pytest.mark.parametrize("direct", ["", "1"])
def test_nothing_shows_more_than_a_whole_limit_without_a_mark(shown, planted, m, direct):
    told = []
    for index in planted.cases.index[planted.cases["m"].eq(m)]:
        shown.choose(size=f"m={m} n=10", scope="run", case=index, **({"direct": direct} if direct else {}))
        told.append(shown.tab.locator("[data-fact='Of its limit']").inner_text())
    told += shown.tab.locator("#fractions td, .tile[data-tile=limit], #cases td:nth-child(5)").all_inner_texts()
    found = [each for text in told for each in shares(text)]
    assert {mark for mark, percent in found if percent > 100} == {True}
    assert {mark for mark, percent in found if percent <= 100} == {False}
    assert max(percent for _, percent in found) == 999
    shown.choose()


def test_a_time_level_with_its_limit_is_at_the_limit_and_no_more(shown):
    shown.choose(size="m=1000 n=10", direct=1)
    assert limit_tile(shown)[1] == 1
    assert "100 %" in limit_tile(shown)[0]
    assert "is level, within noise, with the machine’s limit." in shown.text("#ladder-note")
    assert "level with level, within noise" in shown.text(LIMIT)
    assert "Bars start at the machine’s limit, 8.00 µs" not in shown.text("#bars-note")


def test_a_limit_is_that_of_the_fastest_s_own_algorithm(shown):
    shown.choose(size="m=1000 n=10")
    assert float(shown.tab.get_attribute(LIMIT, "data-value")) == pytest.approx(limit_ns(1000, "gram"), rel=1e-4)
    assert "numba_gram, takes 3.00× as long as the machine’s limit for gram" in shown.text("#ladder-note")
    assert limit_tile(shown)[1] == pytest.approx(1 / 3, rel=0.01)
    assert "200 ns is the limit" in limit_tile(shown)[0]
    shown.choose(size="m=100000 n=10")
    assert float(shown.tab.get_attribute(LIMIT, "data-value")) == pytest.approx(limit_ns(100_000), rel=1e-4)


def test_each_bar_has_a_mark_at_the_limit_of_its_own_algorithm(shown):
    shown.choose(size="m=1000 n=10")
    places = shown.tab.locator("#bars tbody tr").evaluate_all(
        "rows => rows.map((row) => [row.children[0].dataset.value, row.querySelector('.own-limit').style.left])"
    )
    at = {name: float(left.rstrip("%")) / 100 for name, left in places}
    most = 4.5 * limit_ns(1000)
    expected = math.log(CHEAPER) / math.log(most / limit_ns(1000, "gram"))
    assert at["numba_gram"] == at["cheat_gram"] == 0
    assert [at[name] for name in ALL_DIRECT] == pytest.approx([expected] * 3, rel=0.02)
    assert "Bars start at the machine’s limit for gram, 200 ns" in shown.text("#bars-note")
    shown.choose(size="m=1000 n=10", direct=1)
    assert shown.tab.locator(".own-limit").count() == 0


def test_lines_have_the_limit_of_each_algorithm(shown):
    shown.choose(size="m=1000 n=10")
    labels = set(shown.tab.locator("#scaling-chart svg text").all_text_contents())
    assert {"limit, direct", "limit, gram"} <= labels
    shown.choose(size="m=1000 n=10", direct=1)
    assert not any("limit" in text for text in shown.tab.locator("#scaling-chart svg text").all_text_contents())
    assert "Dashed: the machine’s limit." in shown.text("#scaling-note")


def test_who_took_less_than_the_limit_has_not_reached_it(shown):
    shown.choose(size="m=10000 n=10")
    assert "cheat_gram, took less time than the machine’s limit for gram allows: a fault" in shown.text("#ladder-note")
    assert "! cheat_gram took less: a fault" in shown.text(LIMIT)
    assert "less time than its limit, a fault of the measurement" in limit_tile(shown)[0]
    assert "Bars start at the machine" not in shown.text("#bars-note")
    assert "2 cases marked !" in shown.text("#faults")
    named = shown.tab.locator("#roofline-chart [aria-roledescription=point]").evaluate_all(
        "marks => marks.map((mark) => mark.ariaLabel).filter((text) => text.includes('a fault'))"
    )
    assert {text.split(",")[0] for text in named} == {"cheat", "cheat_gram"}


@pytest.fixture(scope="module")
def half_known(browser, folder):
    """Only of the direct algorithm is a limit known. Level with it at one size within noise; one sample of ``once``."""
    moved = 1000 * BYTES_A_ROW
    stated = {"direct": (1.0, moved)}
    common = {"footprint_bytes": moved, "reads": [(number, BYTE_NS) for number in range(5)]}
    planted = {"numpy": ("direct", 4, STEADY), "numba_gram": ("gram", 5, STEADY), "level": ("direct", 0.95, SHAKY)}
    planted |= {"once": ("direct", 0.9, (1.0,)), "once_cheat": ("direct", 0.01, (1.0,))}
    results = [
        ok(
            case(name, sizes={"m": 1000, "n": 10}),
            [times_over * moved * BYTE_NS * each for each in scatter],
            algorithm=algorithm,
            costs=stated,
            **common,
        )
        for name, (algorithm, times_over, scatter) in planted.items()
    ]
    path = folder / "half.html"
    run = synthetic.run(list(planted), synthetic.OPERATIONS)
    path.write_bytes(page.html([frames.tables(folder / "half", run, results)]))
    return Page(browser, path)


def test_a_limit_of_one_algorithm_alone_says_whose_it_is(half_known):
    labels = half_known.tab.locator("#scaling-chart svg text").all_text_contents()
    assert [text for text in labels if text.startswith("limit")] == ["limit, direct"]
    assert "Dashed: the machine’s limit for direct only." in half_known.text("#scaling-note")
    places = half_known.tab.locator("#bars tbody tr").evaluate_all(
        "rows => rows.map((row) => [row.children[0].dataset.value, Boolean(row.querySelector('.own-limit'))])"
    )
    assert dict(places) == {"numpy": True, "numba_gram": False, "level": True, "once": True, "once_cheat": True}
    assert "a vertical mark is the limit of the bar’s own algorithm" in half_known.text("#bars-note")


def test_a_time_without_an_interval_is_level_or_a_marked_fault(half_known):
    told = half_known.tab.locator("#fractions tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    assert dict(told) == {
        "numpy": "25 %",
        "numba_gram": "—",
        "level": "100 %",
        "once": "100 %",
        "once_cheat": "! > 999 %",
    }
    assert half_known.said == []


def test_a_point_of_the_roofline_is_above_its_limit_only_where_it_is_marked(half_known):
    points = half_known.tab.locator("#roofline-chart [aria-roledescription=point]").evaluate_all(
        "marks => marks.map((mark) => mark.ariaLabel)"
    )
    at_limit = "125 kflop/s at 1.25e-6 flop/B"
    level = [text for text in points if text.startswith(("level,", "once,"))]
    assert len(level) == 2
    assert all(at_limit in text and "fault" not in text for text in level), level
    [cheat] = [text for text in points if text.startswith("once_cheat,")]
    assert "a fault" in cheat


def test_a_time_with_a_first_call_in_it_is_compared_with_no_limit(shown):
    shown.choose(size="m=1000 n=10", calls=1)
    assert shown.tab.locator(LIMIT).count() == 0
    assert shown.tab.locator(".own-limit").count() == 0
    assert "Dashed" not in shown.text("#scaling-note")
    assert shown.said == []


def test_who_was_called_once_is_first_by_one_reading_and_without_an_interval(browser, folder):
    """ "numpy_inplace is fastest: 10.2x (9.90 to 10.6)" was told of one call, where the calls took 388 and 469 us."""
    once = {"numpy_inplace": 388_000, "numpy": 469_000}
    results = [
        ok(case(name, sizes={"m": m, "n": 10}), [300_000] * 5, first_call_ns=ns, compiled_ns=0)
        for m, factor in ((1000, 14), (100_000, 1))
        for name, ns in (once | {"numpy": once["numpy"] * factor}).items()
    ]
    path = folder / "once.html"
    path.write_bytes(page.html([frames.tables(folder / "once", synthetic.run(list(once), {}), results)]))
    opened = Page(browser, path, choice="#size=m%3D100000+n%3D10&calls=1")
    title = opened.text("#title").replace("\u00a0", " ")
    assert title == (
        "numpy_inplace has the least time at m = 100,000, n = 10: 1.21× as fast as numpy, no interval known"
    )
    assert "fastest" not in title
    first = opened.tab.locator(".tile[data-tile=first]").inner_text()
    assert "388 µs" in first
    assert "compiling" not in first
    assert "measured once" in first
    opened.context.close()
