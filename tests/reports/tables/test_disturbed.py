"""What was disturbed is listed with its mark in Markdown and pictures, and ranked in none."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from rooflinear.reports import text
from rooflinear.reports.figures import figures
from rooflinear.reports.palette import looks
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.views import views

from .. import synthetic
from ..synthetic import case, ok

BUSY = "disturbed: other programs are busy: python3 (pid 12) 98 % of a core"
FLAGS = {number: {"steal_ticks": 1} for number in range(5)}
NOISE = (0.99, 1.0, 1.01, 0.995, 1.005)
TIMES = {"numpy": 4000, "torch": 2000, "numba": 1000}


def tables_of(disturbed=(), sizes=(1000,), **options):
    """A run in which some were disturbed at the last size, where they took no time at all."""
    results = [
        ok(case(name, sizes={"m": m, "n": 10}), [1.0] * 5, flags=FLAGS, warning=BUSY)
        if name in disturbed and m == sizes[-1]
        else ok(case(name, sizes={"m": m, "n": 10}), [ns * m * each for each in NOISE[place:] + NOISE[:place]])
        for m in sizes
        for place, (name, ns) in enumerate(TIMES.items())
    ]
    return frames.tables(Path("run"), synthetic.run(list(TIMES), {}, **options), results)


def markdown(tables):
    return text.markdown(tables).decode()


def drawn(draw, tables, *more):
    axes = Figure().subplots()
    draw(axes, tables, views(tables)[0], *more)
    return axes


def bars(tables):
    return drawn(figures.speedup_bars, tables, "numpy", looks(tables.implementations))


def texts(axes):
    return [each.get_text() for each in axes.texts]


def test_markdown_ranks_it_nowhere_and_lists_it_with_who_was_busy():
    written = markdown(tables_of(["numba"]))
    assert "**torch**" in written
    assert "**numba**" not in written
    assert "| numba | — | — | disturbed: its time of 1.00 ns is unreliable |" in written
    assert f"| numba | gradient | 1 | {BUSY} |" in written


def test_markdown_lists_it_below_the_others():
    table = markdown(tables_of(["numba"])).partition("## Speed-up")[2]
    assert table.index("| torch | ") < table.index("| numpy | 1.00×") < table.index("| numba | — | — |")


def test_markdown_compares_nobody_with_a_disturbed_baseline():
    written = markdown(tables_of(["numpy"]))
    assert "numpy was disturbed here." in written
    assert "| torch | " not in written.partition("## Speed-up")[2].partition("## How time grows")[0]


def test_markdown_of_a_quiet_run_has_nothing_of_it():
    assert "## Disturbed" not in markdown(tables_of())


def test_markdown_says_which_intervals_are_wider_than_asked_for():
    wider = "interval wider than the requested ±0.5 %"
    rows = [line for line in markdown(tables_of(options={"precision": 0.005})).splitlines() if wider in line]
    assert [row.split(" | ")[0] for row in rows] == ["| numba", "| torch"]
    assert "interval wider" not in markdown(tables_of())


def test_the_precision_told_is_the_one_asked_for():
    assert (
        frames.imprecise(synthetic.run([], {}, options={"precision": 0.025}))
        == "interval wider than the requested ±2.5 %"
    )
    assert frames.imprecise(synthetic.run([], {}, options={})) == "interval wider than the requested ±5 %"


def test_too_few_samples_are_no_lead():
    results = [ok(case(name), [ns]) for name, ns in TIMES.items()]
    tables = frames.tables(Path("run"), synthetic.run(list(TIMES), {}), results)
    assert "| **numba** ? torch, 1.00 µs |" in markdown(tables)
    axes = drawn(figures.winner_map, tables, looks(tables.implementations))
    assert "too few samples" in texts(axes)[1]
    assert "2.00×" not in texts(axes)[1]
    assert [box.get_hatch() for box in axes.patches if box.get_hatch()] == ["//"]


def test_a_clear_lead_is_not_hatched():
    tables = tables_of()
    axes = drawn(figures.winner_map, tables, looks(tables.implementations))
    assert "2.00×" in texts(axes)[1]
    assert not [box for box in axes.patches if box.get_hatch()]


def test_the_map_s_winner_was_not_disturbed():
    tables = tables_of(["numba"])
    assert texts(drawn(figures.winner_map, tables, looks(tables.implementations)))[0] == "torch"


def test_it_has_no_bar_and_no_part_in_the_bars_ends_but_its_time_is_there():
    axes = bars(tables_of(["numba"]))
    assert len(axes.patches) == 2
    assert "disturbed, 1.00 ns" in texts(axes)
    assert axes.get_xlim()[1] < 4
    assert len(bars(tables_of()).patches) == 3


def test_nobody_has_a_bar_over_a_disturbed_baseline():
    axes = bars(tables_of(["numpy"]))
    assert not axes.patches
    assert axes.get_title() == "Speed-up: numpy was disturbed"
    assert "disturbed, 1.00 ns" in texts(axes)


@pytest.mark.parametrize(("disturbed", "points"), [((), 2), (("numba",), 1)])
def test_it_is_no_point_of_a_line(disturbed, points):
    tables = tables_of(disturbed, sizes=(1000, 5000))
    axes = drawn(figures.time_lines, tables, looks(tables.implementations))
    [line] = [each for each in axes.containers if each.get_label() == "numba"]
    assert len(line.lines[0].get_xdata()) == points
    assert axes.get_ylim()[0] > 100
