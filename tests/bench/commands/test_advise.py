"""``rooflinear advise`` as it is typed: what it prints, and what it refuses."""

import json

import msgspec
import pytest
from typer.testing import CliRunner

from rooflinear.bench.cli import app
from rooflinear.bench.records import Result
from rooflinear.reports.tables.advice import Advice

from ...reports import synthetic
from ...reports.synthetic import case, sweep


def written(folder, results, names=("numpy", "numba")):
    return synthetic.write(folder, synthetic.run(list(names), {}), results)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with two runs: in the newest numba is four times as fast."""
    monkeypatch.chdir(tmp_path)
    laws = {"numpy": lambda moved, rows: 4000 + 4 * moved, "numba": lambda moved, rows: 1000 + moved}
    results = [each for name, law in laws.items() for each in sweep(law, implementation=name)]
    written(tmp_path / "results" / "20260102-new", results)
    written(tmp_path / "results" / "20260101-old", sweep(laws["numpy"]))
    return tmp_path


def typed(*words):
    outcome = CliRunner().invoke(app, ["advise", *map(str, words)], prog_name="rooflinear")
    assert isinstance(outcome.exception, SystemExit | None), outcome.exception
    return outcome


def refused(*words):
    outcome = typed(*words)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    return outcome.stderr.removeprefix("rooflinear: ").strip()


def test_the_newest_run_answers_in_words_and_a_table(home):
    outcome = typed("--m", "3000", "--n", "20")
    assert outcome.exit_code == 0
    text, rows, source = outcome.stdout.strip().split("\n\n")
    assert text.startswith("Use numba for gradient at m = 3,000 and n = 20 (float64, 2 threads): one call takes ")
    assert "4.00×" in text
    assert max(map(len, text.splitlines())) <= 100
    assert [line.split()[0] for line in rows.splitlines()] == ["implementation", "numba", "numpy"]
    assert source.startswith("Times of 20260102-new on bench-1.")


def test_a_run_that_is_named_answers(home):
    outcome = typed("--m", "3000", "--n", "20", "results/20260101-old")
    assert "Only numpy has a time" in outcome.stdout


def test_json_is_the_advice_of_the_schema(home):
    outcome = typed("--size", "m=3e3", "--size", "n=20", "--calls", "1e3", "--json")
    advice = msgspec.json.decode(outcome.stdout, type=Advice)
    assert (advice.use, advice.calls, advice.sizes) == ("numba", 1000, {"m": 3000, "n": 20})
    assert advice.text.startswith(
        "Use numba for gradient at m = 3,000 and n = 20 (float64, 2 threads): 1,000 calls take "
    )
    assert json.loads(outcome.stdout)["schema_version"] == 1


def test_without_an_undisturbed_time_there_is_no_answer(tmp_path):
    at = {"sizes": {"m": 1000, "n": 10}}
    results = [
        synthetic.ok(case(sizes={"m": 10, "n": 10}), [1e3] * 3),
        Result(case=case(**at), status="wrong", reason="outside the bound"),
    ]
    outcome = typed(written(tmp_path / "run", results), "--m", "1000")
    assert outcome.exit_code == 2  # no time at m = 1000, so it is outside what was measured
    flags = {number: {"steal_ticks": 1} for number in range(3)}
    disturbed = written(tmp_path / "busy", [synthetic.ok(case(**at), [1e3] * 3, flags=flags)])
    outcome = typed(disturbed, "--m", "1000")
    assert outcome.exit_code == 3
    assert outcome.stdout.startswith("No undisturbed time is known for gradient at m = 1,000 and n = 10")


WHOLE = "must be a whole number of at least 1"


@pytest.mark.parametrize("option", ["--m", "--n", "--calls", "--threads", "--steps"])
@pytest.mark.parametrize("value", ["0", "-3", "1.5", "nan", "inf", "1e30", "many", ""])
def test_a_number_that_is_none_is_refused(home, option, value):
    what = f"size {option[2:]}" if option in ("--m", "--n") else option
    others = [word for name in ("--m", "--n") if name != option for word in (name, "100" if name == "--m" else "10")]
    assert refused(*others, f"{option}={value}") == f"{what} '{value}': {WHOLE}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--m", "5"], "size n: missing; give --size n=N; measured: m = 100 to 100,000, n = 2 to 50"),
        (
            ["--m", "99", "--n", "10"],
            "m = 99 is outside what was measured for gradient, float64, 2 threads: m = 100 to",
        ),
        (["--m", "1e15", "--n", "10"], "m = 1,000,000,000,000,000 is outside what was measured for gradient"),
        (["--m", "100,200", "--n", "10"], "size m: 2 values given; advise answers for one"),
        (["--m", "100", "--size", "m=200"], "size m: 2 values given; advise answers for one"),
        (["--size", "m"], "--size 'm': write it as name=value, such as --size m=1000"),
        (["--size", "k=5"], "size k: gradient does not depend on it; its sizes: m, n"),
        (
            ["--m", "100", "--n", "9", "--operation", "gradeint"],
            "unknown operation 'gradeint'; did you mean 'gradient'?",
        ),
        (["--operation", " "], "--operation ' ': names nothing; leave the option out"),
        (
            ["--m", "100", "--n", "9", "--dtype", "float16"],
            "unknown dtype of gradient 'float16'; did you mean 'float64'?",
        ),
        (["--m", "100", "--n", "9", "--without", "nunba"], "unknown implementation or package 'nunba'; did you mean"),
        (["--m", "100", "--n", "9", "--without", " , "], "--without ' , ': names nothing; leave the option out"),
        (
            ["--m", "100", "--n", "9", "--parameter", "steps=5"],
            "--parameter steps=5: gradient was measured with no par",
        ),
        (["--parameter", "steps=5", "--steps", "6"], "parameter steps: given twice; advise answers for one value"),
        (["--m", "100", "--n", "9", "--import"], "--import counts in a number of calls; add --calls N"),
        (["nowhere"], "nowhere: no such file or folder; 'rooflinear run' writes one under results/"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(home, words, message):
    told = refused(*words)
    assert told.startswith(message)
    assert "\n" not in told


def test_without_a_run_it_says_how_to_make_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refused("--m", "5") == "results/ contains no run; make one with 'rooflinear run', or name a run folder"
