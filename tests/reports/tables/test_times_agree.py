"""A report and a comparison of files tell the same time of every case, whatever disturbed its samples."""

import math

import numpy as np
import pytest
from msgspec.structs import replace

from rooflinear.bench.gate.margins import Margins
from rooflinear.bench.gate.unpaired import compare_files
from rooflinear.bench.records import Result
from rooflinear.bench.timing.core_speed import SLOWED
from rooflinear.reports.tables import frames

from .. import synthetic
from ..synthetic import case, ok

ROUNDS = 12
NAMES = ("numpy", "numba", "torch", "jax")
STOLEN, SLOW = {"steal_ticks": 1}, {SLOWED: 800}

MARKS = {
    ("numba", 0): dict.fromkeys((1, 4), STOLEN),
    ("numba", 1): dict.fromkeys(range(5), SLOW),
    ("torch", 2): dict.fromkeys(range(8), STOLEN),
    ("jax", 0): dict.fromkeys(range(9), STOLEN),
    ("jax", 1): dict.fromkeys(range(10), STOLEN),
    ("jax", 2): dict.fromkeys(range(11), STOLEN),
}
"""Some samples of numba are not to count, one process of torch, and all that jax did."""


def marked(name: str, block: int, rng: np.random.Generator, slowdown: float, moved: float) -> Result:
    """Drifts from block to block and round to round with the others; what is marked took longer."""
    flags = MARKS.get((name, block), {})
    shared = np.random.default_rng(block).normal(0.05 * block, 0.04, ROUNDS)
    logs = math.log(1000 * (1 + NAMES.index(name))) + shared + rng.normal(moved, 0.01, ROUNDS)
    logs[list(flags)] += slowdown
    return ok(case(name), np.exp(logs), block, flags)


def a_run(folder, slowdown=0.6, moved=0.0, name="a machine"):
    rng = np.random.default_rng(7)
    results = [marked(each, block, rng, slowdown, moved) for each in NAMES for block in range(3)]
    wrong = [
        Result(case=case("tensorflow"), status="wrong", reason="outside the bound", block=block) for block in range(3)
    ]
    alone = [ok(case("scipy_blas", sizes={"m": 50, "n": 2}), [900.0, 905.0, 2000.0, 903.0], flags={2: STOLEN})]
    resumed = [ok(case("scipy_blas", sizes={"m": 70, "n": 2}), [ns] * 4) for ns in (5e3, 4e3)]
    run = synthetic.run([*NAMES, "tensorflow", "scipy_blas"], synthetic.OPERATIONS)
    run = replace(run, machine=replace(run.machine, name=name))
    return synthetic.write(folder, run, [*results, *wrong, *alone, *resumed])


def reported(folder):
    """The time in ns of every case that has one, and the cases that are marked as disturbed."""
    tables = frames.load(folder)
    times = {group[0].case: ns for group, ns in zip(tables.results, tables.cases["time_ns"], strict=True) if ns == ns}
    marked = {
        group[0].case for group, is_marked in zip(tables.results, tables.cases["disturbed"], strict=True) if is_marked
    }
    return times, marked


def test_a_report_and_a_comparison_of_files_tell_the_same_times(tmp_path):
    base, head = a_run(tmp_path / "base"), a_run(tmp_path / "head", moved=0.02)
    found = compare_files(base, head, Margins(0.02))
    sides = {"base_ns": reported(base)[0], "head_ns": reported(head)[0]}
    for side, times in sides.items():
        told = {each.case: getattr(each.screen, side) for each in found.cases if each.screen}
        assert told == pytest.approx(times, rel=1e-9)
    assert len(sides["base_ns"]) == len(NAMES) + 2


def test_what_a_report_marks_as_disturbed_is_inconclusive_and_nothing_else(tmp_path):
    base, head = a_run(tmp_path / "base"), a_run(tmp_path / "head", slowdown=3.0)
    _, marked = reported(head)
    found = {each.case: each for each in compare_files(base, head, Margins(0.02)).cases if each.screen}
    assert {each.implementation for each in marked} == {"jax"}
    assert found[case("jax")].verdict == "inconclusive"
    told = "disturbed: most samples in both files lost time to other programs; measure again"
    assert found[case("jax")].reason == told
    assert not [each.reason for of, each in found.items() if of not in marked and "disturbed" in each.reason]
    assert found[case("torch")].ratio == pytest.approx(1, abs=1e-6)


def alone(folder, calm, disturbed):
    """Cases of one process each, by their times in ns."""
    cases = {number: case(sizes={"m": number, "n": 2}) for number in range(len(calm) + len(disturbed))}
    marks = dict.fromkeys(range(4), STOLEN)
    results = [ok(cases[place], [ns] * 4) for place, ns in enumerate(calm)]
    results += [ok(cases[len(calm) + place], [ns] * 4, flags=marks) for place, ns in enumerate(disturbed)]
    return synthetic.write(folder, synthetic.run(["numpy"], synthetic.OPERATIONS), results)


def test_equal_times_that_were_disturbed_are_not_called_equivalent(tmp_path):
    both = alone(tmp_path / "both", [1e4] * 9, [1e4])
    found = compare_files(both, both, Margins(0.02))
    assert [each.verdict for each in found.cases] == ["equivalent"] * 9 + ["inconclusive"]
    assert found.exit_status == 3


def test_a_disturbed_slowdown_is_not_called_slower(tmp_path):
    base, head = alone(tmp_path / "base", [1e4] * 9, [1e4]), alone(tmp_path / "head", [1e4] * 9, [5e4])
    assert [each.verdict for each in compare_files(base, head, Margins(0.02)).cases][-1] == "inconclusive"


def test_what_was_disturbed_says_nothing_of_the_drift(tmp_path):
    base, head = alone(tmp_path / "base", [1e4] * 2, [1e4] * 3), alone(tmp_path / "head", [1e4] * 2, [3e4] * 3)
    (told,) = [text for text in compare_files(base, head, Margins(0.02)).warnings if "drift between" in text]
    assert told.startswith("drift between the files: +0.0% in all cases")
    assert told.endswith("(assumed: 2 cases cannot show it)")


def test_on_another_machine_ratios_are_the_reports_speedups(tmp_path):
    base, head = a_run(tmp_path / "base"), a_run(tmp_path / "head", name="another")
    found = compare_files(base, head, Margins(0.02), allow_other_machine=True)
    times, _ = reported(base)
    shared = [each for each in found.cases if each.screen]
    assert {each.case.implementation for each in shared} == {"numba", "torch", "jax"}
    for each in shared:
        assert each.screen.base_ns == pytest.approx(times[each.case] / times[case("numpy")], rel=1e-9)


def test_what_is_relative_to_a_disturbed_reference_is_disturbed_too(tmp_path):
    base, head = a_run(tmp_path / "base"), a_run(tmp_path / "head", name="another")
    found = compare_files(base, head, Margins(0.02), allow_other_machine=True, reference="jax")
    assert {each.verdict for each in found.cases if each.screen} == {"inconclusive"}
    assert all(each.reason.startswith("disturbed: ") for each in found.cases if each.screen)
