"""What the user types becomes options, or an error that names the option and the value."""

import re
from pathlib import Path

import pytest

from rooflinear.bench.commands import options
from rooflinear.bench.commands.requests import CaseRequest
from rooflinear.bench.errors import UsageError
from rooflinear.bench.machine.cores import available_cores
from rooflinear.bench.suites import suite
from rooflinear.bench.sweep import PRESETS, Options

ROOT = Path(__file__).resolve().parents[3]
NOT_WHOLE = ["0", "-1", "1.5", "1e400", "9" * 40, "nan", "inf", "", " ", "many", "1;2", "0x10", "1,,2", "1,0"]
TOO_LONG = "9" * 400


@pytest.fixture(scope="module")
def kernels():
    return suite.load(ROOT / "kernels")


@pytest.fixture
def build(kernels):
    return lambda **typed: options.build(kernels, CaseRequest(**{"preset": "quick"} | typed))


def refusal(build, **typed):
    with pytest.raises(UsageError) as caught:
        build(**typed)
    assert caught.value.exit_status == 2
    return str(caught.value)


@pytest.mark.parametrize("value", NOT_WHOLE)
def test_a_size_is_a_whole_number_of_at_least_one(build, value):
    assert refusal(build, m=value).startswith("size m '")
    assert refusal(build, m=value).endswith("must be a whole number of at least 1")


@pytest.mark.parametrize("value", NOT_WHOLE)
def test_steps_is_a_whole_number_of_at_least_one(build, value):
    assert f"--steps '{value.strip()}': must be a whole number" in refusal(build, steps=value)


@pytest.mark.parametrize("value", [value for value in NOT_WHOLE if "," not in value])
def test_threads_is_a_whole_number_of_at_least_one(build, value):
    message = refusal(build, threads=[value])
    assert message.startswith(
        f"--threads '{value}': must be a whole number" if value.strip() else f"--threads '{value}'"
    )


@pytest.mark.parametrize("value", NOT_WHOLE)
def test_blocks_is_a_whole_number_of_at_least_one(build, value):
    assert f"--blocks '{value.strip()}': must be a whole number" in refusal(build, blocks=value)


@pytest.mark.parametrize("value", ["-1", "1.5", "1e3", "9" * 20, "nan", "inf", "", "seed"])
def test_a_seed_is_a_whole_number(build, value):
    assert f"--seed '{value}': must be a whole number of at least 0" in refusal(build, seed=value)


@pytest.mark.parametrize(("text", "precision"), [(None, 0.05), ("2%", 0.02), ("0.1", 0.1)])
def test_a_precision_is_a_share(build, text, precision):
    assert build(precision=text).precision == precision


@pytest.mark.parametrize("text", ["0", "5", "-1%", "nan", "five"])
def test_a_precision_that_is_no_share_is_refused(build, text):
    assert "--precision" in refusal(build, precision=text)


@pytest.mark.parametrize("option", ["time_budget", "timeout"])
@pytest.mark.parametrize(
    "value", ["0", "0s", "-1s", "", "s", "nan", "inf", "1e9", "8m30s", TOO_LONG, "1" + "0" * 12 + "h"]
)
def test_a_duration_is_more_than_zero_with_a_unit(build, option, value):
    name = option.replace("_", "-")
    told = refusal(build, **{option: value})
    assert f"--{name} '{value}': must be more than 0 and at most 1,000,000,000, in seconds or with a unit: 90s" in told


@pytest.mark.parametrize("value", ["0", "-4GiB", "", "GiB", "nan", "inf", "lots", TOO_LONG])
def test_memory_is_more_than_zero_with_a_unit(build, value):
    told = refusal(build, memory_limit=value)
    assert told.startswith(f"--memory-limit '{value}': must be more than 0 and at most 9,007,199,254,740,992, in bytes")
    assert "or with a unit: 800MB" in told


@pytest.mark.parametrize(
    ("option", "value", "unit", "known"),
    [
        ("timeout", "1us", "us", "ms, s, m, min, h"),
        ("time_budget", "5 days", "days", "ms, s, m, min, h"),
        ("memory_limit", "4 TiB", "TiB", "b, kb, mb, gb, kib, mib, gib, k, m, g"),
    ],
)
def test_an_unknown_unit_is_named(build, option, value, unit, known):
    message = f"--{option.replace('_', '-')} '{value}': unknown unit '{unit}'; known: {known}"
    assert refusal(build, **{option: value}) == message


def test_a_seed_has_so_many_digits(build):
    assert build(seed="9" * 19).seed == int("9" * 19)
    message = f"--seed '{'9' * 41}': must be a whole number of at least 0 and at most 19 digits"
    assert refusal(build, seed="9" * 41) == message


@pytest.mark.parametrize("value", ["0", "0.9", "-3", "nan", "inf", "1e400", "", "ill"])
def test_a_condition_is_a_finite_number_of_at_least_one(build, value):
    message = refusal(build, condition=value, operation=["predict"])
    assert f"--condition '{value}': must be a finite number of at least 1" in message


@pytest.mark.parametrize("value", ["m", "m=", "=5", "", "="])
def test_a_size_is_written_with_its_name(build, value):
    assert f"--size '{value}': write it as name=value, such as --size m=1000" in refusal(build, size=[value])


@pytest.mark.parametrize("value", ["nan", "inf", "many", "1e400"])
def test_a_parameter_is_a_finite_number(build, value):
    assert f"parameter grid '{value}'" in refusal(build, parameter=[f"grid={value}"])


@pytest.mark.parametrize("value", ["1.5", "5e-1"])
def test_a_parameter_whose_default_is_whole_is_whole(build, value):
    assert f"parameter grid '{value}': must be a whole number" in refusal(build, parameter=[f"grid={value}"])


def test_more_threads_than_cores_are_refused(build):
    cores = available_cores()
    assert f"--threads {cores + 1}: this process may use {cores} cores" in refusal(build, threads=[str(cores + 1)])


@pytest.mark.parametrize(
    "typed",
    [{"parameter": ("steps=5", "steps=7")}, {"parameter": ("steps=5",), "steps": "7"}, {"parameter": ("grid=5",) * 2}],
)
def test_a_parameter_has_one_value(build, typed):
    assert re.fullmatch(r"parameter \w+: given twice; a run takes one value", refusal(build, **typed))


@pytest.mark.parametrize("option", ["operation", "implementation", "dtype"])
@pytest.mark.parametrize("value", ["", " , "])
def test_an_empty_list_of_names_is_not_taken_for_all(build, option, value):
    assert f"--{option} '{value}': names nothing" in refusal(build, **{option: [value]})


def test_data_and_condition_cannot_be_combined(build):
    message = refusal(build, data="x.csv", condition="10")
    assert message.startswith("--data and --condition cannot be combined")


def test_a_target_needs_data(build):
    assert (
        refusal(build, target="price")
        == "--target names a column of --data, or a .npy file that belongs to it; add --data FILE"
    )


@pytest.mark.parametrize("typed", [{"data": "x.csv"}, {"condition": "10"}])
def test_data_is_refused_where_an_operation_makes_its_own(typed):
    loaded = suite.load(ROOT / "examples" / "smoothing")
    option = f"--{next(iter(typed))}"
    with pytest.raises(UsageError, match=f"{option}: operation 'smooth' of suite smoothing makes its own inputs"):
        options.build(loaded, CaseRequest(preset="quick", **typed))


def test_an_empty_device_is_not_taken_for_the_default(build):
    assert refusal(build, device="").startswith("unknown device ''")


def test_an_unknown_preset_gets_the_nearest(build):
    assert refusal(build, preset="quik") == "unknown preset 'quik'; did you mean 'quick'?"


@pytest.mark.parametrize(("text", "value"), [("1e6", 10**6), ("1_000", 1000), (" 7 ", 7), ("10.0", 10)])
def test_a_whole_number_may_be_written_as_people_write_it(build, text, value):
    assert build(m=text).sizes == {"m": [value]}
    assert type(build(m=text).sizes["m"][0]) is int


def test_sizes_are_separated_by_commas_and_may_be_repeated(build):
    assert build(size=["m=1,2", "m=3", "n=4"], n="5,6").sizes == {"m": [1, 2, 3], "n": [4, 5, 6]}


def test_names_are_separated_by_commas_and_may_be_repeated(build):
    chosen = build(operation=["predict, mse", "r2", "mse"], dtype=["float32,float64"])
    assert chosen.operations == ["predict", "mse", "r2"]
    assert chosen.dtypes == ["float32", "float64"]


@pytest.mark.parametrize("text", ["1e2", "100", "100.0"])
def test_a_whole_parameter_may_be_written_as_people_write_it(build, text):
    assert build(parameter=[f"steps={text}"]).parameters == {"steps": 100}
    assert type(build(parameter=[f"steps={text}"]).parameters["steps"]) is int


def test_steps_is_short_for_the_parameter(build):
    assert build(steps="1e2") == build(parameter=["steps=100"])


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("1.5m", 90), ("2 h", 7200), (".5min", 30), ("500ms", 0.5)]
)
def test_durations_have_units(build, text, seconds):
    assert build(time_budget=text).time_budget_s == seconds


@pytest.mark.parametrize(
    ("text", "count"), [("800MB", 800_000_000), ("4GiB", 2**32), ("4g", 2**32), ("512", 512), ("0.5kib", 512)]
)
def test_memory_has_units(build, text, count):
    assert build(memory_limit=text).memory_limit_bytes == count


def test_what_is_left_out_takes_the_presets_value(build):
    quick, full = build(), build(preset="full")
    assert (quick.time_budget_s, quick.timeout_s, quick.threads) == (82, 0.5, [available_cores()])
    assert (full.time_budget_s, full.timeout_s) == (None, 60)


@pytest.mark.parametrize("preset", ["quick", "standard"])
def test_a_slow_start_extends_the_presets_own_budget_alone(build, preset):
    assert build(preset=preset).start_s == PRESETS[preset].start_s
    assert 0 < PRESETS[preset].start_s < PRESETS[preset].time_budget_s
    assert build(preset=preset, time_budget="82s").start_s is None
    assert build(preset=preset, m="10").start_s is None


def test_sizes_of_the_users_take_the_time_they_take(build):
    assert build(m="10").time_budget_s is None
    assert build(m="10", time_budget="30s").time_budget_s == 30


@pytest.mark.parametrize(
    ("data", "target", "kept"),
    [
        ("x.csv", "y", ("{}/x.csv", "y")),
        ("x.npy", "2", ("{}/x.npy", "2")),
        ("x.npy", "y.npy", ("{}/x.npy", "{}/y.npy")),
        ("diabetes", None, ("diabetes", None)),
        (None, None, (None, None)),
    ],
)
def test_data_files_are_kept_with_their_absolute_paths(monkeypatch, tmp_path, data, target, kept):
    monkeypatch.chdir(tmp_path)
    found = options.absolute(Options(suite="", data=data, target=target))
    assert (found.data, found.target) == tuple(each and each.format(tmp_path) for each in kept)
