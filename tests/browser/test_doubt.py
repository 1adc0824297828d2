"""What is not known is not claimed: times that were disturbed, intervals that are wide, numbers that were read once."""

import re

import numpy as np
import pytest

from rooflinear.reports.page import page
from rooflinear.reports.tables import frames

from ..reports import synthetic
from ..reports.synthetic import case, costs, ok
from .conftest import Page

MS, BETWEEN = (100, 1000, 10_000, 100_000), 316
SLOWER = {"numba": 1, "torch": 2, "numpy": 4, "numpy_rows": 40}
DISTURBED = {("numba", 1000), ("numpy", 10_000), *((name, 100_000) for name in SLOWER)}
WIDE = ("numba", 100)
BUSY = "other programs are busy: python3 (pid 12) 98 % of a core"
ALL_FLAGGED = {number: {"steal_ticks": 1} for number in range(9)}
NO_INTERVAL = "no interval, because first calls were read in fewer than three processes"

TEXTS = "rows => rows.map((row) => [...row.children].map((one) => one.innerText))"
AREA = """() => [...document.querySelectorAll('.plane svg:not(.marker) path')].map((path) => {
  const cells = [...path.getAttribute('d').matchAll(/h1/g)].length;
  return [path.getAttribute('class') === 'area', path.getAttribute('fill') === 'url(#hatch)', cells];
})"""


def timed(name, m):
    """A case that is disturbed or scatters widely where that is planted."""
    rng = np.random.default_rng(m + len(name))
    scatter = 0.12 if (name, m) == WIDE else 0.004
    moved, cost = costs(m, 10)
    disturbed = (
        {"flags": ALL_FLAGGED, "warning": f"disturbed: {BUSY}", "disturbed_by": BUSY} if (name, m) in DISTURBED else {}
    )
    once = {"first_call_ns": 1_000_000 * SLOWER[name], "transfer_in_ns": 1000, "transfer_out_ns": 1000}
    reads = [(number, 0.01) for number in range(9)]
    times = SLOWER[name] * moved * np.exp(scatter * rng.normal(size=9))
    return ok(case(name, sizes={"m": m, "n": 10}), times, reads=reads, **cost, **once, **disturbed)


@pytest.fixture(scope="module")
def planted(folder):
    run = synthetic.run(list(SLOWER), synthetic.OPERATIONS)
    return frames.tables(folder / "doubtful", run, [timed(name, m) for m in MS for name in SLOWER])


@pytest.fixture(scope="module")
def doubtful(browser, folder, planted):
    path = folder / "doubtful.html"
    path.write_bytes(page.html([planted]))
    return Page(browser, path)


def at(doubtful, m, **others):
    doubtful.choose(size=f"m={m} n=10", **others)
    return doubtful.text("#title").replace("\u00a0", " ")


def tiles(doubtful):
    return doubtful.tab.locator(".tile").evaluate_all(
        "all => Object.fromEntries(all.map((one) => [one.dataset.tile, one.innerText]))"
    )


def verdicts(doubtful):
    cells = doubtful.tab.locator("#winners td[data-size]").evaluate_all("all => all.map((one) => ({ ...one.dataset }))")
    return {cell["size"].split()[0]: (cell["value"], cell["verdict"]) for cell in cells}


def test_the_planted_cases_are_what_they_are_meant_to_be(planted):
    cases = planted.cases
    assert set(cases[cases["disturbed"]][["implementation", "m"]].itertuples(index=False, name=None)) == DISTURBED
    wide = cases[cases["precise"].eq(False).fillna(False) & ~cases["disturbed"]]
    assert list(wide[["implementation", "m"]].itertuples(index=False, name=None)) == [WIDE]


def test_who_was_disturbed_is_not_called_fastest(doubtful):
    assert at(doubtful, 1000).startswith("torch is fastest of those undisturbed at m = 1,000, n = 10: 2.0")
    assert verdicts(doubtful)["m=1000"] == ("torch", "ahead")


def test_where_nobody_was_disturbed_the_title_needs_no_more_words(doubtful):
    assert at(doubtful, 100).startswith("numba is fastest at m = 100, n = 10: ")


def test_who_was_disturbed_is_listed_below_with_a_time_a_mark_and_who_was_busy(doubtful, planted):
    at(doubtful, 1000)
    rows = doubtful.rows("#bars")
    assert [row[0] for row in rows] == ["torch", "numpy", "numpy_rows", "numba"]
    cases = planted.cases.set_index(["implementation", "m"])["time_ns"]
    assert rows[-1][1] == "disturbed"
    assert float(rows[-1][2]) == pytest.approx(cases["numba", 1000], rel=2e-5)
    assert rows[-1][3:] == ["", ""]
    told = "numba was disturbed (other programs are busy: python3 (pid 12) 98 % of a core)"
    assert told in doubtful.text("#bars-note")


def test_a_disturbed_time_has_no_part_in_the_bars_scale(doubtful):
    at(doubtful, 1000)
    before = doubtful.tab.locator(".scale").inner_text()
    doubtful.choose(size="m=1000 n=10", baseline="numba")
    assert doubtful.tab.locator(".scale").inner_text() == before
    assert "numba was disturbed here: choose another baseline" in doubtful.text("#bars-note")
    assert {row[3] for row in doubtful.rows("#bars")} == {""}


def test_a_disturbed_baseline_is_compared_with_nobody(doubtful):
    assert at(doubtful, 10_000).endswith("ahead of torch")
    assert "speedup" not in tiles(doubtful)
    assert "pays off" not in tiles(doubtful)["first"]
    assert {row[4] for row in doubtful.rows("#costs")} == {"—"}


def test_a_disturbed_time_is_no_rung_and_no_step(doubtful):
    at(doubtful, 1000)
    rungs = doubtful.tab.locator("#ladder li[data-name]").evaluate_all("all => all.map((one) => one.dataset.name)")
    assert "numba" not in rungs
    assert not any("numba" in row[0] for row in doubtful.rows("#changes"))
    at(doubtful, 100)
    assert any("numba" in row[0] for row in doubtful.rows("#changes"))


def test_a_disturbed_time_is_no_point_of_a_line_and_is_in_its_table(doubtful):
    at(doubtful, 1000)
    labels = doubtful.tab.locator("#scaling-chart [aria-roledescription=point]").evaluate_all(
        "marks => marks.map((mark) => mark.ariaLabel)"
    )
    drawn = {tuple(label.split(":")[0].split(", m ")) for label in labels}
    assert drawn == {(name, str(m)) for name in SLOWER for m in MS} - {(name, str(m)) for name, m in DISTURBED}
    assert "6 disturbed times are in the table only" in doubtful.text("#scaling-note")
    table = doubtful.tab.locator("#scaling-table").evaluate("table => table.textContent")
    assert "disturbed, " in table
    calls = doubtful.tab.locator("#calls-chart [aria-roledescription=point]").evaluate_all(
        "marks => marks.map((mark) => mark.ariaLabel.split(' ')[0])"
    )
    assert set(calls) == {"torch", "numpy", "numpy_rows"}


def test_a_disturbed_time_has_no_share_of_a_limit_and_no_place_under_the_roof(doubtful):
    at(doubtful, 1000)
    rows = {row[0].strip(): row[1:] for row in doubtful.rows("#fractions")}
    assert rows["numba"][1] == "disturbed"
    assert {row[3] for row in rows.values()} == {"disturbed"}
    points = doubtful.tab.locator("#roofline-chart [aria-roledescription=point]").evaluate_all(
        "marks => marks.map((mark) => mark.ariaLabel.split(':')[0])"
    )
    assert len(points) == len(MS) * len(SLOWER) - len(DISTURBED)
    assert "numba, m = 1,000, n = 10" not in points
    assert "numba, m = 10,000, n = 10" in points


def test_between_sizes_nothing_is_told_of_a_disturbed_one(doubtful):
    assert "numba" not in at(doubtful, BETWEEN)
    told = "numba had the least time at a neighbouring size, but no undisturbed time at another"
    assert told in doubtful.text("#sentences")
    [row] = [row for row in doubtful.rows("#bars") if row[0] == "numba"]
    assert row[1] == "disturbed at a neighbouring size"
    assert "Blank" in doubtful.text("#map-note")


def test_where_all_were_disturbed_nobody_is_ranked(doubtful):
    assert at(doubtful, 100_000) == "Every time at m = 100,000, n = 10 was disturbed"
    assert "python3 (pid 12) 98 % of a core" in doubtful.text("#sentences")
    assert "the times are unreliable and have no rank" in doubtful.text("#bars-note")
    assert "m=100000" not in verdicts(doubtful)
    assert len(doubtful.rows("#bars")) == len(SLOWER)


def test_all_cases_lists_it_with_its_mark_its_time_and_who_was_busy(doubtful):
    at(doubtful, 1000, find="numba m=1000 ")
    [row] = doubtful.tab.locator("#cases tbody tr").all_inner_texts()
    for part in ("disturbed", BUSY, "its time is unreliable and has no rank", "µs"):
        assert part in row
    assert doubtful.rows("#cases")[0][4] == "—"
    assert doubtful.tab.locator("#cases td:nth-child(4) small").count() == 0


def test_its_dialog_says_so_and_draws_every_sample(doubtful, planted):
    cases = planted.cases
    index = cases.index[cases["implementation"].eq("numba") & cases["m"].eq(1000)][0]
    at(doubtful, 1000, case=index)
    assert BUSY in doubtful.text("#case .note >> nth=0")
    assert "all samples count here" in doubtful.text("#case figcaption >> nth=0")
    assert doubtful.tab.locator("#density-chart svg path").count() > 2
    assert "95 % interval" not in doubtful.text("#case dl")
    doubtful.choose()


def test_a_wide_interval_is_told_where_it_concerns_the_fastest_or_the_baseline(doubtful):
    wider = "interval wider than the requested ±5\u00a0%"
    at(doubtful, 100)
    assert [wider in tiles(doubtful)[name] for name in ("time", "speedup", "lead")] == [True] * 3
    doubtful.choose(size="m=100 n=10", find=wider)
    assert [row[0] for row in doubtful.rows("#cases")] == ["numba"]
    at(doubtful, 1000)
    assert not any(wider in text for text in tiles(doubtful).values())


def test_a_wide_interval_is_told_in_the_dialog_of_its_case(doubtful, planted):
    cases = planted.cases
    index = cases.index[cases["implementation"].eq("numba") & cases["m"].eq(100)][0]
    at(doubtful, 100, case=index)
    assert "interval wider than the requested ±5\u00a0%" in doubtful.text("#case .note >> nth=0")
    doubtful.choose()


@pytest.mark.parametrize(
    ("counted", "why"),
    [
        ({"calls": 1}, NO_INTERVAL),
        ({"calls": 100}, NO_INTERVAL),
        ({"moved": 1}, "no interval, because the transfers were measured once"),
        ({"moved": 1, "calls": 10}, "no interval, because the transfers were measured once"),
    ],
)
def test_what_was_read_once_ranks_nobody(doubtful, counted, why):
    title = at(doubtful, 100, **counted)
    assert title.startswith("numba has the least time at m = 100, n = 10: ")
    assert title.endswith("× as fast as numpy, no interval known")
    shown = tiles(doubtful)
    assert [why in shown[name] for name in ("time", "speedup", "lead")] == [True] * 3
    assert "Ahead" not in "".join(shown.values())
    assert "At none of the 3 sizes is there a ranking" in doubtful.text("#sentences")
    assert "leads" not in doubtful.text("#sentences")
    assert {row[4] for row in doubtful.rows("#bars")} == {"", "—"}
    assert {verdict for _, verdict in verdicts(doubtful).values()} == {"too few samples"}
    assert "ahead" not in doubtful.text("#winners")
    assert doubtful.tab.locator("#winners td[data-size].noisy").count() == len(verdicts(doubtful)) == 3
    assert {row[2] for row in doubtful.tab.locator("#changes tbody tr").evaluate_all(TEXTS)} == {"—"}


def test_where_first_calls_are_next_to_nothing_the_calls_alone_rank(doubtful):
    told = at(doubtful, 100)
    assert at(doubtful, 100, calls=1_000_000) == told
    assert "no interval" not in "".join(tiles(doubtful).values())


def test_the_map_is_hatched_all_over_where_nobody_is_ranked(report):
    def hatched():
        paths = report.tab.evaluate(AREA)
        return sum(cells for _, hatch, cells in paths if hatch) / sum(cells for area, _, cells in paths if area)

    report.choose()
    assert 0 < hatched() < 1
    report.choose(moved=1)
    assert hatched() == 1


def test_a_disturbed_time_is_compared_with_no_other_run(browser, folder, planted):
    quiet = [ok(case("numba", sizes={"m": 1000, "n": 10}), [900] * 5), timed("torch", 1000)]
    other = frames.tables(folder / "quiet", planted.run, quiet)
    path = folder / "two.html"
    path.write_bytes(page.html([planted, other]))
    opened = Page(browser, path, choice="#size=m%3D1000+n%3D10")
    rows = {row[0]: row[1:] for row in opened.rows("#runs")}
    assert list(rows) == ["torch", "numpy", "numpy_rows", "numba"]
    assert float(rows["torch"][2]) == pytest.approx(1, rel=1e-3)
    assert rows["numba"][2] == "—"
    assert "disturbed" in opened.text("#runs")
    marks = opened.tab.locator("#runs-chart [aria-roledescription=point]").evaluate_all(
        "marks => marks.map((mark) => mark.ariaLabel.split(':')[0])"
    )
    assert "numba in quiet (2 threads)" in marks
    assert "numba in doubtful (2 threads)" not in marks
    opened.context.close()


def test_too_few_samples_rank_nobody_either(browser, folder):
    results = [ok(case(name), [call_ns]) for name, call_ns in (("numpy", 3000), ("numba", 1000))]
    path = folder / "few.html"
    path.write_bytes(page.html([frames.tables(folder / "few", synthetic.run(["numpy", "numba"], {}), results)]))
    opened = Page(browser, path)
    assert "numba has the least time" in opened.text("#title")
    assert "There are too few samples" in opened.text("#sentences")
    assert "too few samples" in tiles(opened)["lead"]
    opened.context.close()


def test_a_size_that_no_neighbours_surround_is_answered_by_fits_and_marked(browser, folder):
    hole = {"m": 10_000, "n": 50}
    laws = {"numpy": (2000, 0.4), "numba": (500, 0.1)}
    results = [
        ok(case(name, sizes={"m": m, "n": n}), [(fixed + slope * costs(m, n)[0]) * each for each in (1, 0.98, 1.02)],
           first_call_ns=1_000_000, **costs(m, n)[1])
        for name, (fixed, slope) in laws.items()
        for m in (100, 1000, 10_000)
        for n in (2, 10, 50)
        if {"m": m, "n": n} != hole
    ]  # fmt: skip
    path = folder / "hole.html"
    run = synthetic.run(list(laws), synthetic.OPERATIONS, options={"suite": "/a/kernels"})
    path.write_bytes(page.html([frames.tables(folder / "hole", run, results)]))
    opened = Page(browser, path, choice="#size=m%3D5000+n%3D30")
    assert opened.text("#title").replace("\u00a0", " ").startswith("numba is fastest at m = 5,000, n = 30: ")
    told = "the times of numba and numpy are from a fit, with its worst misfit as the interval."
    assert f"This size was not measured: {told}" in opened.text("#sentences")
    assert opened.text("#measure") == (
        "To measure this size: rooflinear run --preset standard --operation gradient --implementation numba,numpy"
        " --size m=5000 --size n=30 --dtype float64 --threads 2 --device cpu"
    )
    for name, _, time, *_ in opened.rows("#bars"):
        fixed, slope = laws[name]
        assert float(time) == pytest.approx(fixed + slope * costs(5000, 30)[0], rel=0.02)
    assert "not measured here" in tiles(opened)["first"]
    assert re.search(r"beyond those of numpy, numpy is best: \S+ µs a call, \S+× as much\.$", opened.text("#sentences"))
    opened.choose(size="m=1000 n=10")
    assert not opened.tab.locator("#measure").is_visible()
    assert opened.said == []
    opened.context.close()


def test_nothing_was_said_meanwhile(doubtful):
    assert doubtful.said == []
