"""The results of a run as an object: its numbers are those of the tables, its answer is safe to show."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

import rooflinear
from rooflinear.bench.api.plots import Picture
from rooflinear.bench.errors import UsageError
from rooflinear.bench.records import Result
from rooflinear.reports.tables import frames, speedups
from rooflinear.reports.units import time_text

from ...reports.synthetic import HOSTILE, OPERATIONS, SPEEDS, case, ok, realistic, run, write

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    results = [
        each for each in realistic() if each.case.dtype == "float64" and each.case.operation != "gradient_descent"
    ]
    operations = {name: OPERATIONS[name] for name in ("gradient", "r2")}
    return write(tmp_path_factory.mktemp("run"), run(list(SPEEDS), operations), results)


@pytest.fixture(scope="module")
def found(folder):
    return rooflinear.load(folder)


@pytest.fixture(scope="module")
def tables(folder):
    return frames.load(folder)


class Shown(HTMLParser):
    """The tags of a text, with their attributes, and its words."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words = set(), set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.words += data


def test_cases_are_those_of_the_tables_and_cannot_change_them(found, tables):
    pd.testing.assert_frame_equal(found.cases, tables.cases)
    changed = found.cases
    changed["status"] = "changed"
    assert "changed" not in set(found.cases["status"])
    assert (found.status, len(found.results)) == (1, sum(map(len, tables.results)))


@pytest.mark.parametrize("baseline", [None, "torch"])
def test_speedups_are_those_of_the_tables(found, tables, baseline):
    ours = found.speedups(baseline)
    theirs = speedups.speedups(tables, baseline or "numpy")
    assert ours["speedup"].sort_values().tolist() == theirs["speedup"].sort_values().tolist()
    row = ours.loc[(ours["m"] == 1000) & (ours["n"] == 10) & (ours["implementation"] == "numba")].iloc[0]
    assert row["speedup_low"] < row["speedup"] < row["speedup_high"]
    assert row["baseline"] == (baseline or "numpy")


def test_an_unknown_baseline_is_refused(found):
    with pytest.raises(UsageError, match="unknown baseline 'nunpy'; did you mean 'numpy'"):
        found.speedups("nunpy")


def test_a_winner_is_that_of_the_tables(found):
    winner = found.winner(m=1000, n=10)
    rows = found.winners()
    [row] = rows.loc[
        (rows["operation"] == "gradient") & (rows["dtype"] == "float64") & (rows["sizes"] == "m=1000 n=10")
    ].to_dict("records")
    assert (winner.implementation, winner.runner_up) == (row["winner"], row["runner_up"])
    assert (winner.time_ns, winner.lead, winner.lead_low) == (row["winner_ns"], row["lead"], row["lead_low"])
    assert str(winner) == winner.text
    assert re.match(
        r"numba takes [\d.]+ µs for gradient at m=1000 n=10, .* ahead of numba_gram, the next\.", winner.text
    )


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"m": 7, "n": 10}, "m=7 n=10: not measured; measured: m=100 n=2;"),
        ({"m": 100}, "3 sizes were measured with m=100; give one of: m=100 n=2;"),
        ({"k": 1}, "size k: gradient does not depend on it; its sizes: m, n"),
        ({"operation": "gradent", "m": 100}, "unknown operation 'gradent'; did you mean 'gradient'"),
    ],
)
def test_what_was_not_measured_has_no_winner(found, asked, told):
    with pytest.raises(UsageError, match=told):
        found.winner(**asked)


def made(folder, *times):
    """A run whose first implementation takes the first time, in three blocks of six rounds, and so on."""
    names = ["numpy", "numba", "torch"][: len(times)]
    results = [
        ok(case(name), [ns * (1 + 0.01 * ((block + place) % 3) + 0.001 * round) for round in range(6)], block)
        for place, (name, ns) in enumerate(zip(names, times, strict=True))
        for block in range(3)
    ]
    return rooflinear.load(write(folder, run(names, {"gradient": OPERATIONS["gradient"]}), results))


def test_a_winner_is_told_by_its_verdict(tmp_path):
    alone, level = made(tmp_path / "alone", 100).winner(), made(tmp_path / "level", 100, 100).winner()
    assert (alone.verdict, alone.lead) == ("the only one timed", None)
    assert alone.text.endswith("the only one with an undisturbed time.")
    assert level.text.endswith("within noise.")
    assert (level.lead_low or 2) < 1 < (level.lead_high or 0)


def test_advice_is_what_the_command_says(found):
    advice = found.advise(m=5000, n=10, calls=1000, without="numba")
    assert (advice.calls, advice.without, advice.ranked[0].source) == (1000, ["numba"], "interpolated")
    assert str(advice) == advice.text
    assert advice.text.startswith("Use numpy_blocked for gradient")
    with pytest.raises(UsageError, match="add calls=N"):
        found.advise(m=5000, n=10, imports=True)
    with pytest.raises(UsageError, match="m = 5 is outside what was measured"):
        found.advise(m=5, n=10)


def test_the_answer_is_the_advice_and_a_table_with_intervals(found):
    text = Shown(found._repr_html_()).words
    advice = found.advise(m=100_000, n=50)
    assert advice.text in text
    assert "300 cases: 291 ok" in text
    blocked = next(each for each in advice.ranked if each.implementation == "numpy_blocked")
    assert re.search(
        rf"numpy_blocked\s*{time_text(blocked.time_ns.value)}\s*[\d.]+ µs – [\d.]+ (µs|ms)\s*2\.\d+×\s*2\.\d", text
    )
    assert "tolerance" not in text


def test_the_answer_can_load_and_run_nothing(found):
    shown = Shown(found._repr_html_())
    assert shown.tags <= {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "pre"}
    assert shown.attributes <= {"style"}
    assert HOSTILE in shown.words
    assert HOSTILE not in found._repr_html_()


def test_a_tolerance_is_told_as_one(tmp_path):
    stated = {"gradient": {**OPERATIONS["gradient"], "tolerance": "rtol 1e-12"}}
    folder = write(tmp_path, run(["numpy"], stated), [ok(case("numpy"), [100.0] * 6)])
    assert "the suite’s tolerance, rtol 1e-12; no bound was derived" in rooflinear.load(folder)._repr_html_()


def test_a_run_without_times_says_so(tmp_path):
    wrong = [Result(case=case("numpy"), status="wrong", reason="error <1>")]
    found = rooflinear.load(write(tmp_path, run(["numpy"], {"gradient": OPERATIONS["gradient"]}), wrong))
    text = found._repr_html_()
    assert "Nothing was timed." in text
    assert "wrong: gradient/numpy m=1000 n=10: error &lt;1&gt;" in text
    assert found.winner().text == "Nothing has an undisturbed time for gradient at m=1000 n=10."


@pytest.mark.parametrize("name", ["scaling", "speedups", "winners"])
def test_a_picture_shows_itself(found, name):
    picture = getattr(found.plot, name)("r2")
    assert isinstance(picture, Picture)
    assert picture._repr_png_().startswith(PNG)
    assert [text.get_text() for text in picture.texts if text.get_text()] == ["r2, float64, 2 threads"]


def test_scaling_draws_the_times_at_the_size_that_is_given(found):
    [axes] = found.plot.scaling(n=10).axes
    assert axes.get_xlabel() == "m, at n=10"
    lines = {each.get_label(): each for each in axes.containers}
    cases = found.cases
    rows = cases.loc[
        (cases["operation"] == "gradient") & (cases["dtype"] == "float64") & (cases["n"] == 10)
        & (cases["implementation"] == "numba")
    ].sort_values("m")  # fmt: skip
    drawn = dict(zip(*lines["numba"].lines[0].get_data(), strict=True))
    assert drawn == dict(zip(rows["m"], rows["time_ns"], strict=True))
    with pytest.raises(UsageError, match="n=7: gradient was not measured there"):
        found.plot.scaling(n=7)


def test_reports_are_written_of_runs_and_of_folders(found, folder, tmp_path):
    [table] = rooflinear.report(found, format="csv", output=tmp_path / "cases.csv")
    assert len(pd.read_csv(table)) == len(found.cases)
    assert found.report(tmp_path / "run.md", format="markdown").read_text().startswith("# rooflinear report")
    with pytest.raises(UsageError, match="unknown format 'cvs'; did you mean 'csv'"):
        rooflinear.report(folder, format="cvs")
    with pytest.raises(UsageError, match="nowhere: no such file or folder"):
        rooflinear.load(tmp_path / "nowhere")
