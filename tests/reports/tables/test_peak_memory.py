"""Memory is a number where it can be seen, and else a bound."""

import math
from pathlib import Path

import msgspec
import pytest

from rooflinear.reports import text
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.peak_memory import least_visible, peak_columns

from .. import synthetic

MACHINE = synthetic.run(["numpy"], {}).machine
LEAST = 2 * 32 * 4096
"""On one thread."""


@pytest.mark.parametrize(
    ("readings", "peak", "below"),
    [
        ([None, None], math.nan, math.nan),
        ([0, None], math.nan, LEAST),
        ([LEAST - 1, 0], math.nan, LEAST),
        ([0, LEAST], LEAST, math.nan),
        ([3e6, 2e6], 3e6, math.nan),
    ],
)
def test_a_rise_that_cannot_be_seen_is_a_bound(readings, peak, below):
    found = peak_columns(readings, MACHINE, 1)
    assert found == pytest.approx({"peak_bytes": peak, "peak_below_bytes": below}, nan_ok=True)


@pytest.mark.parametrize(("cores", "threads", "pages"), [(None, 1, 64), (2, 2, 128), (64, 1, 256), (64, 0, 256)])
def test_the_bound_grows_with_cores_and_threads(cores, threads, pages):
    machine = msgspec.structs.replace(MACHINE, cores_logical=cores)
    assert least_visible(machine, threads) == pages * 4096


def test_a_file_has_an_empty_cell_and_the_bound():
    results = [synthetic.ok(synthetic.case(name), [1000] * 3, peak_bytes=peak) for name, peak in PEAKS.items()]
    cases = frames.tables(Path("run"), synthetic.run(list(PEAKS), {}), results).cases
    head, *lines = text.csv(cases[["implementation", "peak_bytes", "peak_below_bytes"]]).decode().split()
    assert head == "implementation,peak_bytes,peak_below_bytes"
    assert lines == ["numpy,,524288.0", "torch,1000000.0,", "jax,,"]


PEAKS = {"numpy": 0, "torch": 1_000_000, "jax": None}
