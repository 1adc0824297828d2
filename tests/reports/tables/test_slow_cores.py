"""Slices on a core that another guest slowed move no time."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from rooflinear.bench.timing.core_speed import POWER, SLOWED
from rooflinear.bench.timing.kept import kept
from rooflinear.bench.timing.powers import powers
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
    unseen = result("numba", [1000.0] * 4, range(4), power=0.4)
    found = powers([both, [unseen], [result("another", [1000.0] * 4)]])
    assert found == pytest.approx([0.4] * 3, abs=0.01)
    (rounds,) = kept([unseen], found[1]).rounds.values()
    assert len(set(rounds.values())) == 1
    assert times_of(*both[:1], result("numpy", [4000.0] * 4, range(4), power=0.4))["numpy"] == pytest.approx(
        4000, rel=0.01
    )


@pytest.mark.parametrize(("slow", "least"), [(range(8), 0.0), (range(10), 0.2), (range(12), 0.2)])
def test_the_error_of_a_correction_is_in_the_interval(slow, least):
    """A power of 0.8 ± 0.2 at 1.8 times the work: a half-width of 26 %, however well the rounds agree."""
    times = [1000.0 * (1 + 0.001 * (-1) ** number) for number in range(12)]
    table = frames.tables(Path("run"), synthetic.run(["numba"], {}), [result("numba", times, slow)]).cases
    half_width = (table["high_ns"] / table["low_ns"]).iloc[0] ** 0.5 - 1
    assert least <= half_width < least + 0.1


def test_without_slow_cores_the_usual_power_is_taken():
    assert powers([[result("numba", [1000.0] * 20)]]) == [POWER]


def test_an_implementation_seen_seldom_leans_on_all():
    often = [result("numpy", [1000.0] * 20, range(10), power=0.6) for _ in range(20)]
    seldom = [result("numba", [1000.0] * 20, range(10), power=1.2)]
    assert powers([*[[each] for each in often], seldom])[-1] == pytest.approx(0.6, abs=0.01)


SMALL, LARGE = (1e4, 1e3), (1e9, 1e8)
"""Bytes of a problem and ns of a call."""


def sized(name, place, slow, power):
    footprint_bytes, call_ns = place
    return [replace(result(name, [call_ns] * 20, slow, power), footprint_bytes=footprint_bytes)]


def test_calls_that_wait_for_memory_are_not_corrected_as_those_that_compute():
    """A single power for both told times of large problems below what memory allows."""
    computing = [sized("numba", SMALL, range(10), 1.0) for _ in range(9)]
    reading = [sized(name, LARGE, range(10), 0.1) for name in ("numpy", "torch")]
    throughout = [sized("numba", SMALL, range(20), 1.0), sized("numba", LARGE, range(20), 0.1)]
    found = powers([*computing, *reading, *throughout])
    assert found[-2:] == pytest.approx([1.0, 0.1], abs=0.01)


def test_a_case_s_own_samples_say_more_than_those_of_others_of_its_size():
    found = powers([sized("numpy", LARGE, range(10), 0.1), sized("python", LARGE, range(10), 1.0)])
    assert found == pytest.approx([0.1, 1.0], abs=0.01)


def test_what_cannot_be_is_no_power():
    assert powers([sized("numpy", SMALL, range(10), -0.5), sized("numba", LARGE, range(10), 3.0)]) == [0.0, 1.5]
