"""Which working set tells the bandwidth of which cache, for the page and the pictures alike."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure
from msgspec.structs import replace

from rooflinear.bench.records import Ceilings, Roof
from rooflinear.reports.figures import limit_figures
from rooflinear.reports.page import page_machine
from rooflinear.reports.palette import looks
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.bandwidths import bandwidths
from rooflinear.reports.tables.views import views
from rooflinear.reports.units import rate_text

from .. import synthetic
from ..synthetic import case, ok

KIB = 2**10
CACHES = {"L1d": 32 * KIB, "L1i": 32 * KIB, "L2": 1024 * KIB, "L3": 8192 * KIB}
IN_L1 = [(8, 90.0), (16, 100.0)]
READ = [*IN_L1, (32, 70.0), (64, 60.0), (512, 50.0), (1024, 30.0), (4096, 20.0), (32768, 9.0), (65536, 8.0)]


def told(read, caches=CACHES):
    return bandwidths(Roof([(size * KIB, rate) for size, rate in read], {}), caches)


def test_each_holder_has_the_best_rate_of_the_sets_that_it_alone_holds():
    assert told(READ) == [("L1 cache", 100), ("L2 cache", 60), ("L3 cache", 20), ("memory", 9)]


def test_a_set_between_two_holders_says_nothing_of_either():
    between = [(24, 1e6), (31, 1e6), (768, 1e6), (6000, 1e6), (16384, 1e6)]
    assert told([*READ, *between]) == told(READ)


def test_what_no_set_was_read_from_is_left_out():
    assert told(READ[:5]) == [("L1 cache", 100), ("L2 cache", 60)]
    assert told(READ[-1:]) == [("memory", 8)]
    assert told([]) == []


def test_without_caches_the_smallest_set_stands_for_them():
    assert told(READ, {}) == [("cache", 90), ("memory", 8)]
    assert told([], {}) == []


@pytest.mark.parametrize("caches", [CACHES, {}])
def test_the_page_and_the_pictures_name_the_same_rates(caches):
    roof = Roof([(size * KIB, rate * 1e9) for size, rate in READ], synthetic.PEAKS)
    run = synthetic.run(["numpy"], {}, ceilings=Ceilings(roofs={"2": roof}))
    run = replace(run, machine=replace(run.machine, caches_bytes=caches))
    moved, cost = synthetic.costs(1000, 10)
    timed = ok(case(), [moved * 0.1] * 5, reads=[(number, 0.05) for number in range(5)], **cost)
    tables = frames.tables(Path("run"), run, [timed])
    axes = Figure().subplots()
    limit_figures.roofline(axes, tables, views(tables)[0], looks(tables.implementations))
    drawn = [str(line.get_label()) for line in axes.lines if ":" in str(line.get_label())]
    (shown,) = page_machine.roofs(run)
    assert drawn == [f"{name}: {rate_text(rate)}" for name, rate in shown["levels"]]
    assert len(drawn) == (4 if caches else 2)
