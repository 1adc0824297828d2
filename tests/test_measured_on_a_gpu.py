"""The tables of `docs/devices.md` are those of the published runs."""

import csv
import json
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
TEXT = (DOCS / "devices.md").read_text()
ON_THE_GPU = ("cupy", "jax", "numba_cuda", "torch", "torch_autograd", "triton")
ON_THE_H100 = ("cupy", "jax", "jax_pallas", "numba_cuda", "torch", "triton")
ON_THE_CPU = ("numpy", "numba", "numba_parallel")
SIZES = [(10**power, n) for power in (3, 4, 5, 6) for n in (10, 100)]
FIRST = ("gpu-gradient", "cpu-gradient")
POWERS = str.maketrans("3456", "³⁴⁵⁶")


def times(dtype, *runs, gpu="h200"):
    """µs of the gradient by m, n, device and implementation, in these runs."""
    with open(DOCS / "calibration" / "gpu" / f"{gpu}.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["run"] in runs and row["dtype"] == dtype]
    places = [(int(row["m"]), int(row["n"]), row["device"], row["implementation"]) for row in rows]
    return {place: float(row["time_ns"]) / 1e3 for place, row in zip(places, rows, strict=True) if row["time_ns"]}


def size(m, n):
    return f"10{str(len(str(m)) - 1).translate(POWERS)} × {n}"


def cell(value):
    return "" if value is None else f"{value:.3g}" if value < 1000 else f"{value:.0f}"


@pytest.mark.parametrize(("m", "n"), SIZES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_row_of_times_is_that_of_the_runs(dtype, m, n):
    found = times(dtype, *FIRST)
    best = {each: min(time for place, time in found.items() if place[:3] == (m, n, each)) for each in ("cpu", "cuda")}
    shown = [cell(found.get((m, n, "cuda", stem))) for stem in ON_THE_GPU]
    shown += [cell(found.get((m, n, "cpu", stem))) for stem in ON_THE_CPU]
    assert f"| {' | '.join([dtype, size(m, n), *shown, cell(best['cpu'] / best['cuda'])])} |\n" in TEXT


@pytest.mark.parametrize(("m", "n"), SIZES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_row_of_the_second_day_is_that_of_its_run(dtype, m, n):
    found = times(dtype, "gpu-gradient-2")
    shown = [cell(found.get((m, n, "cuda", stem))) for stem in sorted([*ON_THE_GPU, "jax_pallas"])]
    row = f"| {' | '.join([dtype, size(m, n), *shown])} |\n"
    assert (row in TEXT) == any(shown)


@pytest.mark.parametrize(("m", "n"), SIZES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_row_of_the_h100_is_that_of_its_runs(dtype, m, n):
    found = times(dtype, f"gpu-gradient-{n}", "cpu-gradient", gpu="h100")
    of = {each: [time for place, time in found.items() if place[:3] == (m, n, each)] for each in ("cpu", "cuda")}
    ratio = min(of["cpu"]) / min(of["cuda"]) if of["cpu"] else None
    shown = [cell(found.get((m, n, "cuda", stem))) for stem in ON_THE_H100]
    shown += [cell(found.get((m, n, "cpu", stem))) for stem in ON_THE_CPU]
    assert f"| {' | '.join([dtype, size(m, n), *shown, cell(ratio)])} |\n" in TEXT


@pytest.mark.parametrize("n", [10, 100])
def test_a_row_of_shares_is_that_of_the_runs(n):
    found, m = times("float64", *FIRST), 10**6
    audit = json.loads((DOCS / "calibration" / "gpu" / "h200-audit.json").read_text())
    loops = {stem: [ns / 1e3 for ns in each[f"{m} {n} float64"]] for stem, each in audit["gradients"].items()}
    taken = {stem: found.get((m, n, "cuda", stem), loops[stem][0]) for stem in loops}
    least = 8 * m * n / audit["copies"][str(8 * m * n)] * 1e6
    told = [taken["triton"], loops["triton"][1], *(taken[stem] for stem in ("cupy", "torch", "jax", "numba_cuda"))]
    assert f"| {size(m, n)} | {' | '.join(f'{least / each:.0%}'.replace('%', ' %') for each in told)} |\n" in TEXT
