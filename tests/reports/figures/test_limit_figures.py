"""What is drawn of the limits is what the frames say."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from rooflinear.bench.records import Ceilings, Result
from rooflinear.reports.figures import limit_figures
from rooflinear.reports.figures.figures import pictures
from rooflinear.reports.palette import looks
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.views import views

from .. import synthetic
from ..synthetic import CACHE_BYTES, CACHED_NS_PER_BYTE, NS_PER_BYTE, PEAKS, case, costs, ok

SIZES = [(1000, 10), (1000, 50), (1_000_000, 50)]
TWICE, FAULTY = 2.0, 0.5


def timed(name, share, m, n):
    """A case that takes ``share`` times its limit."""
    moved, cost = costs(m, n)
    limit_ns = moved * (NS_PER_BYTE if moved > CACHE_BYTES else CACHED_NS_PER_BYTE)
    reads = [(number, limit_ns / moved) for number in range(5)]
    of = case(name, sizes={"m": m, "n": n})
    return ok(of, [share * limit_ns] * 5, reads=reads, **cost)


@pytest.fixture
def planted():
    late = Result(case=case("numpy", sizes={"m": 1000, "n": 10}, operation="r2"), status="timeout", cap_ns=1)
    results = [timed(name, share, *size) for name, share in (("numpy", TWICE), ("cheat", FAULTY)) for size in SIZES]
    return frames.tables(Path("run"), synthetic.run(["numpy", "cheat"], {}), [*results, late])


def drawn(draw, tables, *more):
    axes = Figure().subplots()
    [view, _] = views(tables)
    draw(axes, tables, view, *more)
    return axes


def share_map_of(*results):
    tables = frames.tables(Path("run"), synthetic.run(["numpy"], {}), results)
    axes = Figure().subplots()
    limit_figures.share_map(axes, tables, views(tables)[0])
    return axes


def test_views_with_limits_have_a_picture_of_them(planted):
    names = [name for name, _ in pictures(planted, "svg", None, together=False)]
    assert names == ["-gradient-float64-t2-cpu", "-gradient-float64-t2-cpu-limits", "-r2-float64-t2-cpu"]


def test_a_run_without_ceilings_has_no_picture_of_limits():
    run = synthetic.run(["numpy"], {}, ceilings=Ceilings())
    tables = frames.tables(Path("run"), run, [timed("numpy", 2, *size) for size in SIZES])
    assert [name for name, _ in pictures(tables, "svg", None, together=False)] == [""]


def test_points_of_the_roofline_are_flops_over_bytes_and_over_time(planted):
    axes = drawn(limit_figures.roofline, planted, looks(planted.implementations))
    shown = np.vstack([points.get_offsets() for points in axes.collections])
    timed = planted.cases.dropna(subset=["time_ns"])
    expected = np.column_stack([timed["flops"] / timed["bytes"], timed["flops"] / timed["time_ns"] * 1e9])
    np.testing.assert_allclose(sorted(shown.tolist()), sorted(expected.tolist()))


def test_points_are_filled_beyond_the_last_cache_and_hollow_within(planted):
    axes = drawn(limit_figures.roofline, planted, looks(planted.implementations))
    filled = sum(len(points.get_offsets()) for points in axes.collections if len(points.get_facecolors()))
    hollow = sum(len(points.get_offsets()) for points in axes.collections if not len(points.get_facecolors()))
    assert (hollow, filled) == (4, 2)


def test_roofs_are_the_measured_bandwidths_up_to_the_peak(planted):
    axes = drawn(limit_figures.roofline, planted, looks(planted.implementations))
    roofs = {str(line.get_label()): line.get_xydata() for line in axes.lines if ":" in str(line.get_label())}
    assert list(roofs) == ["L1 cache: 125 GB/s", "L2 cache: 125 GB/s", "L3 cache: 125 GB/s", "memory: 83.3 GB/s"]
    for points in roofs.values():
        assert points[-1, 1] == PEAKS["float64"]
    (x, y), _ = roofs["memory: 83.3 GB/s"]
    assert y / x == pytest.approx(1e9 / NS_PER_BYTE)


def test_the_map_shows_each_share_of_the_limit(planted):
    axes = drawn(limit_figures.share_map, planted)
    shares = np.asarray(axes.collections[0].get_array())
    assert shares[0] == pytest.approx([1 / TWICE] * 3, rel=0.01)
    assert shares[1] == pytest.approx([1.0] * 3)
    assert [text.get_text() for text in axes.texts].count("!200") == 3
    assert "fault" in axes.get_title()


def test_a_share_beyond_telling_is_no_number():
    assert share_map_of(timed("cheat", 0.002, 1000, 10)).texts[0].get_text() == "!>999"


def test_no_share_without_a_mark_is_above_100(planted):
    texts = [text.get_text() for text in drawn(limit_figures.share_map, planted).texts]
    assert all(text.startswith("!") or not text.isdigit() or int(text) <= 100 for text in texts)
    assert "100" in [text.get_text() for text in share_map_of(timed("numpy", 1.0, 1000, 10)).texts]


def test_a_point_level_with_its_limit_is_drawn_at_it_and_not_above():
    moved, cost = costs(1000, 10)
    limit_ns = moved * CACHED_NS_PER_BYTE
    reads = [(number, CACHED_NS_PER_BYTE) for number in range(5)]
    times = [limit_ns * each for each in (0.7, 1.3, 0.9, 0.75, 1.2)]
    shaky = ok(case("numpy"), times, reads=reads, **cost)
    tables = frames.tables(Path("run"), synthetic.run(["numpy"], {}), [shaky])
    assert tables.cases["time_ns"].item() < limit_ns
    axes = Figure().subplots()
    [view] = views(tables)
    limit_figures.roofline(axes, tables, view, looks(tables.implementations))
    [[x, y]] = np.vstack([points.get_offsets() for points in axes.collections])
    assert y == pytest.approx(x / CACHED_NS_PER_BYTE * 1e9)
    assert not [line for line in axes.lines if line.get_label() == limit_figures.FAULT_TEXT]


def test_points_that_took_less_time_than_their_limit_have_a_ring(planted):
    axes = drawn(limit_figures.roofline, planted, looks(planted.implementations))
    [ring] = [line for line in axes.lines if line.get_label() == limit_figures.FAULT_TEXT]
    faults = planted.cases[planted.cases["implementation"].eq("cheat") & planted.cases["time_ns"].notna()]
    np.testing.assert_allclose(sorted(ring.get_ydata()), sorted(faults["flops"] / faults["time_ns"] * 1e9))


def test_a_disturbed_time_is_no_point_and_has_no_share():
    quiet, lost = timed("numpy", 2, 1000, 10), timed("numpy", 0.5, 1000, 50)
    flagged = [msgspec.structs.replace(one, flags={"steal_ticks": 1}) for one in lost.samples]
    lost = msgspec.structs.replace(lost, samples=flagged)
    tables = frames.tables(Path("run"), synthetic.run(["numpy"], {}), [quiet, lost])
    [view] = views(tables)
    axes = Figure().subplots()
    limit_figures.roofline(axes, tables, view, looks(tables.implementations))
    assert sum(len(points.get_offsets()) for points in axes.collections) == 1
    assert [text.get_text() for text in share_map_of(quiet, lost).texts if text.get_text() in ("50", "disturbed")] == [
        "50",
        "disturbed",
    ]
    alone = frames.tables(Path("run"), synthetic.run(["numpy"], {}), [lost])
    assert not limit_figures.has_limits(alone, views(alone)[0])


def test_the_map_frames_what_took_less_time_than_its_limit(planted):
    axes = drawn(limit_figures.share_map, planted)
    framed = [box for box in axes.patches if to_hex(box.get_edgecolor()) == limit_figures.FAULT.lower()]
    assert sorted(round(box.get_y() + 0.45) for box in framed) == [1, 1, 1]


def test_a_size_that_was_not_timed_shows_its_status():
    late = Result(case=case("numpy", sizes={"m": 9, "n": 9}), status="timeout", cap_ns=1)
    tables = frames.tables(Path("run"), synthetic.run(["numpy"], {}), [timed("numpy", 2, 1000, 10), late])
    axes = Figure().subplots()
    limit_figures.share_map(axes, tables, views(tables)[0])
    assert "timeout" in [text.get_text() for text in axes.texts]
