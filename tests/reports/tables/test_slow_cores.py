"""Slices on a core that another guest slowed move no time."""

from pathlib import Path

import pytest

from rooflinear.bench.timing.core_speed import POWER, SLOWED
from rooflinear.bench.timing.kept import kept, powers
from rooflinear.reports.tables import frames

from .. import synthetic
from ..synthetic import case, ok

SLOWDOWN = 0.8
SHARED = {SLOWED: 1000 * SLOWDOWN}


def result(name, times, slow=(), power=POWER):
    """Times in ns on a fast core; rounds ``slow`` are played on a slow one."""
    seen = [each * (1 + SLOWDOWN) ** power if place in slow else each for place, each in enumerate(times)]
    return ok(case(name), seen, flags=dict.fromkeys(slow, SHARED))


def times_of(*results):
    table = frames.tables(Path("run"), synthetic.run(["numpy", "numba"], {}), list(results)).cases
    return dict(zip(table["implementation"], table["time_ns"], strict=True))


@pytest.mark.parametrize("slow", [(0,), (0, 1, 2), range(12), range(3, 12)])
def test_a_time_is_that_of_a_fast_core(slow):
    calm, shared = [4000.0] * 12, [1000.0] * 12
    found = times_of(result("numpy", calm), result("numba", shared, slow))
    assert found == pytest.approx({"numpy": 4000, "numba": 1000}, rel=1e-3)


def test_a_kernel_that_slows_less_than_the_work_is_corrected_by_what_it_showed_elsewhere():
    both = [result("numba", [1000.0] * 20, range(0, 20, 2), power=0.4) for _ in range(9)]
    found = powers(both)
    assert found["numba"] == pytest.approx(0.4, abs=0.01)
    assert found["never seen"] == pytest.approx(0.4, abs=0.01)
    (rounds,) = kept([result("numba", [1000.0] * 4, range(4), power=0.4)], found["numba"]).rounds.values()
    assert len(set(rounds.values())) == 1
    assert times_of(*both[:1], result("numpy", [4000.0] * 4, range(4), power=0.4))["numpy"] == pytest.approx(
        4000, rel=0.01
    )


def test_without_slow_cores_the_usual_power_is_taken():
    assert powers([result("numba", [1000.0] * 20)])["numba"] == POWER


def test_an_implementation_seen_seldom_leans_on_all():
    often = [result("numpy", [1000.0] * 20, range(10), power=0.6) for _ in range(20)]
    seldom = [result("numba", [1000.0] * 20, range(10), power=1.2)]
    assert powers([*often, *seldom])["numba"] == pytest.approx(0.6, abs=0.01)
