"""Margins: what is typed, what a file says, what a kind of case is allowed by default."""

import pytest

from rooflinear.bench import cli_compare_options
from rooflinear.bench.errors import UsageError
from rooflinear.bench.gate.margins import LARGE, PINNED, THREADED, Margins, read, share
from rooflinear.bench.records import Case


def case(threads=1, implementation="numba"):
    return Case("kernels", "predict", implementation, {"m": 100}, {}, "float64", threads, "cpu")


@pytest.mark.parametrize(("text", "value"), [("2%", 0.02), ("2 %", 0.02), ("0.02", 0.02), ("100%", 1.0), (".5", 0.5)])
def test_a_share_is_read(text, value):
    assert share("--margin", text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "0", "-2%", "101%", "nan", "inf", "2%%", "two", "1e-2", None, [], "０.5x"])
def test_what_is_no_share_is_said(text):
    with pytest.raises(UsageError, match="--margin"):
        share("--margin", text)


def test_threads_and_size_decide_where_nothing_is_stated():
    margins = read(None, None)
    assert [margins.of(case()), margins.of(case(), large=True), margins.of(case(2))] == [PINNED, LARGE, THREADED]
    assert margins.default == PINNED


def test_the_help_states_the_defaults():
    (option,) = cli_compare_options.Margin.__metadata__
    large, threaded = f"{LARGE:.0%} for inputs larger than the caches", f"{THREADED:.0%} for several threads"
    assert option.help.endswith(f"Default: {PINNED:.0%}; {large}, {threaded}.")


def test_a_pattern_prevails_and_the_last_that_fits():
    margins = Margins(0.1, {"*/numba *": 0.2, "predict/numba m=100*": 0.3, "*/torch *": 0.4})
    assert margins.of(case()) == 0.3
    assert margins.of(case(implementation="numpy")) == 0.1


def test_a_file_is_read(tmp_path):
    (tmp_path / "margins.json").write_text('{"predict/numba *": "3%", "*": 0.5}')
    assert read("2%", tmp_path / "margins.json") == Margins(0.02, {"predict/numba *": 0.03, "*": 0.5})


@pytest.mark.parametrize(
    ("content", "told"),
    [("", "not JSON"), ("[1]", "must map"), ('{"a": "0"}', "a '0'"), ('{"a": true}', "a 'True'"), ("{", "not JSON")],
)
def test_a_file_that_holds_something_else_is_said(tmp_path, content, told):
    (tmp_path / "margins.json").write_text(content)
    with pytest.raises(UsageError, match=told):
        read(None, tmp_path / "margins.json")


def test_no_file_is_said(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        read(None, tmp_path / "nosuch.json")
