"""Presets and the user's grid become cases, each once, cheapest first."""

import importlib
from itertools import product
from pathlib import Path

import msgspec
import pytest

from rooflinear.bench import sweep
from rooflinear.bench.contract import Cost, Grid, Operation
from rooflinear.bench.errors import UsageError
from rooflinear.bench.suites import suite
from rooflinear.bench.suites.suite import Implementation, Suite
from rooflinear.bench.sweep import Options, contests

ROOT = Path(__file__).resolve().parents[2]
KERNELS = suite.load(ROOT / "kernels")
PRESETS = importlib.import_module("rooflinear.kernels._problem.presets").PRESETS


def operation(name, sizes=("m", "n"), parameters=None, cost=None):
    unused = dict.fromkeys(("formula", "doc"), "") | dict.fromkeys(("inputs", "oracle", "bound"), lambda *_: None)
    stated = cost or (lambda sizes, *_: Cost(flops=sizes["m"], bytes=8 * sizes["m"]))
    return Operation(name=name, sizes=sizes, parameters=parameters or {}, cost=stated, **unused)


def made(presets=None, **implementations):
    """A suite of ``sum`` over (m, n) and ``mean`` over (m,), whose implementations have the operations said."""
    files = {
        stem: Implementation(stem, Path(stem), "numpy", "direct", "", operations, "", "", ())
        for stem, operations in (implementations or {"numpy": ("sum", "mean")}).items()
    }
    operations = {"sum": operation("sum", parameters={"steps": 5}), "mean": operation("mean", ("m",))}
    return Suite("made", Path("made"), operations, files, presets or {})


def planned(suite_, preset="quick", **chosen):
    return contests(suite_, Options(suite="", preset=preset, **chosen))


def tasks(found):
    return [(each.task.operation, *each.task.sizes.values(), each.task.dtype) for each in found]


def refusal(suite_, **chosen):
    with pytest.raises(UsageError) as caught:
        planned(suite_, **chosen)
    return str(caught.value)


def test_the_built_in_suite_states_its_presets():
    assert set(KERNELS.presets) >= {"quick", "standard", "full"}


@pytest.mark.parametrize("preset", ["quick", "standard", "full"])
def test_a_preset_measures_the_grid_it_states(preset):
    stated = {
        msgspec.json.encode((name, dict(zip(each.sizes, values, strict=True)), dtype), order="deterministic")
        for grid in PRESETS[preset]
        for name in grid.operations
        for each in [KERNELS.operations[name]]
        for values in product(*(grid.sizes[size] for size in each.sizes))
        for dtype in grid.dtypes
        if elements(name, *values) * int(dtype[5:]) // 8 < grid.largest_inputs_bytes
    }
    found = planned(KERNELS, preset)
    assert {
        msgspec.json.encode((each.task.operation, each.task.sizes, each.task.dtype), order="deterministic")
        for each in found
    } == stated
    assert len(found) == len(stated)


def elements(name, m, n=0):
    """X, y, theta and an output; what a preset's limit is stated for."""
    return {"r2": 2 * m}.get(name, m * n + 2 * m + n)


def test_the_standard_preset_leaves_out_what_does_not_fit():
    sizes = {tuple(each.task.sizes.values()) for each in planned(KERNELS, "standard")}
    assert {(100_000, 10), (100_000, 100)} <= sizes
    assert (1_000_000, 100) not in sizes


def test_the_standard_preset_measures_the_corner_of_the_map_where_a_call_is_one_pass():
    corner = [each for each in planned(KERNELS, "standard") if tuple(each.task.sizes.values()) == (100_000, 100)]
    assert {each.task.operation for each in corner} == {"predict", "gradient"}


def test_the_quick_preset_measures_four_corners():
    sizes = {tuple(each.task.sizes.values()) for each in planned(KERNELS, "quick")}
    assert sizes == {(100, 2), (100, 100), (10_000, 2), (10_000, 100)}


@pytest.mark.parametrize("preset", ["quick", "standard", "full"])
def test_every_implementation_that_has_an_operation_is_measured(preset):
    rare = {stem for grid in PRESETS[preset] for stem in grid.without}
    for each in planned(KERNELS, preset):
        stems = {case.implementation for case in each.cases}
        having = {stem for stem, found in KERNELS.implementations.items() if each.task.operation in found.operations}
        assert having - rare <= stems <= having


def sizes_of(stem, found):
    return {tuple(each.task.sizes.values()) for each in found if stem in [case.implementation for case in each.cases]}


def test_what_is_compiled_for_each_size_is_measured_at_two_in_the_standard_preset():
    assert sizes_of("torch_compile", planned(KERNELS, "standard")) == {(100_000, 10)}


def test_what_one_grid_goes_without_another_may_have():
    grids = (
        Grid(sizes={"m": (10, 20), "n": (1,)}, operations=("sum",), without=("slow",)),
        Grid(sizes={"m": (20,), "n": (1,)}, operations=("sum",)),
    )
    found = planned(made({"quick": grids}, quick=("sum",), slow=("sum",)))
    assert [sizes_of(stem, found) for stem in ("quick", "slow")] == [{(10, 1), (20, 1)}, {(20, 1)}]


@pytest.mark.parametrize("chosen", [{"implementations": ["slow"]}, {"sizes": {"m": [10], "n": [1]}}], ids=list)
def test_a_user_who_names_it_or_sizes_gets_what_a_grid_goes_without(chosen):
    grids = (Grid(sizes={"m": (10,), "n": (1,)}, operations=("sum",), without=("slow",)),)
    limited = made({"quick": grids}, quick=("sum",), slow=("sum",))
    assert sizes_of("slow", planned(limited)) == set()
    assert sizes_of("slow", planned(limited, **chosen)) == {(10, 1)}


def test_an_operation_outside_the_preset_goes_without_the_same():
    grids = (Grid(sizes={"m": (10,), "n": (1,)}, operations=("sum",), without=("slow",)),)
    limited = made({"quick": grids}, quick=("sum", "mean"), slow=("sum", "mean"))
    assert sizes_of("slow", planned(limited, operations=["mean"])) == set()


def test_sizes_of_the_users_take_the_place_of_the_presets():
    found = planned(KERNELS, sizes={"m": [7, 9]}, operations=["predict"])
    assert {each.task.sizes["m"] for each in found} == {7, 9}
    assert {each.task.sizes["n"] for each in found} == set(PRESETS["quick"][0].sizes["n"])


def test_sizes_of_the_users_are_not_limited():
    grid = Grid(sizes={"m": (10,), "n": (1,)}, largest_inputs_bytes=100)
    limited = made({"quick": (grid,)})
    assert tasks(planned(limited, sizes={"m": [1000], "n": [1]}, operations=["sum"])) == [("sum", 1000, 1, "float64")]


def test_what_takes_more_bytes_than_the_grid_allows_is_left_out():
    grid = Grid(sizes={"m": (10, 100, 1000), "n": (1,)}, operations=("sum",), largest_inputs_bytes=800)
    assert [each.task.sizes["m"] for each in planned(made({"quick": (grid,)}))] == [10, 100]


def test_the_footprint_counts_where_it_is_stated():
    stated = operation("sum", cost=lambda *_: Cost(flops=1, bytes=10**12, footprint=80))
    assert sweep.footprint(stated, sweep.Task("sum", {"m": 1, "n": 1}, {}, "float64")) == 80


def test_a_task_stated_twice_is_measured_once_in_the_larger_number_of_blocks():
    grids = (
        Grid(sizes={"m": (10,), "n": (1,)}, operations=("sum",), blocks=3),
        Grid(sizes={"m": (10, 10, 20), "n": (1,)}, operations=("sum",)),
    )
    found = planned(made({"quick": grids}))
    assert [(each.task.sizes["m"], each.blocks) for each in found] == [(10, 3), (20, 1)]


def test_a_number_of_blocks_of_the_users_counts_everywhere():
    assert {each.blocks for each in planned(KERNELS, "standard", blocks=2)} == {2}


def test_an_operation_outside_the_preset_is_measured_when_named():
    found = planned(KERNELS, operations=["mse", "predict"])
    assert {each.task.operation for each in found} == {"mse", "predict"}
    assert {tuple(each.task.sizes.values()) for each in found if each.task.operation == "mse"} >= {(100, 2)}


def test_an_operation_depends_on_its_own_sizes_only():
    found = planned(made(), sizes={"m": [5], "n": [1, 2, 3]})
    assert sorted(tasks(found)) == [("mean", 5, "float64"), *(("sum", 5, n, "float64") for n in (1, 2, 3))]


def test_a_suite_without_presets_gets_default_sizes():
    assert {each.task.sizes["m"] for each in planned(made())} == set(sweep.DEFAULT_SIZES["quick"])


def test_cheap_contests_come_first():
    works = [sweep.work(KERNELS.operations[each.task.operation], each.task) for each in planned(KERNELS, "standard")]
    assert works == sorted(works)


def test_every_thread_count_is_measured_and_they_do_not_mix():
    found = planned(made(), sizes={"m": [5, 6], "n": [1]}, threads=[2, 1])
    assert [each.threads for each in found] == [2] * 4 + [1] * 4
    assert all(case.threads == each.threads for each in found for case in each.cases)


def test_a_contest_holds_only_those_that_have_the_operation():
    found = planned(made(a=("sum",), b=("sum", "mean"), c=()), sizes={"m": [5], "n": [1]})
    assert {each.task.operation: [case.implementation for case in each.cases] for each in found} == {
        "sum": ["a", "b"],
        "mean": ["b"],
    }


def test_a_contest_nobody_can_enter_is_left_out():
    assert planned(made(a=("sum",)), operations=["mean"]) == []


def test_parameters_reach_the_operations_that_have_them():
    found = planned(made(), sizes={"m": [5], "n": [1]}, parameters={"steps": 9})
    assert {each.task.operation: each.task.parameters for each in found} == {"sum": {"steps": 9}, "mean": {}}


def test_dtypes_of_the_users_take_the_place_of_the_presets():
    assert {each.task.dtype for each in planned(KERNELS, "standard", dtypes=["float32"])} == {"float32"}


def test_cases_that_are_equal_are_one():
    found = [case.key for each in planned(KERNELS, "full") for case in each.cases]
    assert len(found) == len(set(found))


def test_a_flopless_operation_is_sorted_by_its_bytes():
    copy = operation("copy", cost=lambda sizes, *_: (0, 8 * sizes["m"]))
    assert sweep.work(copy, sweep.Task("copy", {"m": 5, "n": 1}, {}, "float64")) == 40


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"operations": ["gradeint"]}, "unknown operation 'gradeint'; did you mean 'gradient'?"),
        ({"implementations": ["nunba"]}, "unknown implementation 'nunba'; did you mean 'numba'?"),
        ({"sizes": {"features": [1]}}, "unknown size 'features'; known: m, n"),
        ({"parameters": {"step": 1}}, "unknown parameter 'step'; did you mean 'steps'?"),
        ({"dtypes": ["float16"]}, "unknown dtype 'float16'; did you mean 'float64'?"),
        ({"preset": "ful"}, "unknown preset 'ful'; did you mean 'full'?"),
        ({"operations": ["r2"], "sizes": {"n": [5]}}, "unknown size 'n'; known: m"),
        ({"operations": ["r2"], "parameters": {"steps": 5}}, "unknown parameter 'steps'; known: none"),
    ],
)
def test_an_unknown_name_gets_the_nearest(chosen, message):
    assert refusal(KERNELS, **chosen) == message


def test_a_size_that_no_grid_states_is_asked_for():
    grid = Grid(sizes={"m": (10,)}, operations=("sum",))
    assert refusal(made({"quick": (grid,)})) == "sum needs a size 'n'; add --size n=…"


@pytest.mark.parametrize("cost", [lambda *_: 1 / 0, lambda *_: 7, lambda *_: (1,), lambda *_: ("many", 2)])
def test_a_cost_that_cannot_be_told_is_a_usage_error(cost):
    with pytest.raises(UsageError, match="the suite's cost of sum at m=1 failed: "):
        sweep.work(operation("sum", cost=cost), sweep.Task("sum", {"m": 1}, {}, "float64"))
