"""Bad usage ends in status 2 and one or two lines that name what, where and the remedy."""

import pytest
from typer.testing import CliRunner

from rooflinear.bench.cli import app
from rooflinear.bench.suites import suite

from ..made import SMOOTHING, write_suite

CSV = "area,rooms,price\n50,2,100\n70,3,140\n"


@pytest.fixture
def refusal(tmp_path, monkeypatch):
    """What a command says that ends in bad usage, run where there is no suite."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "houses.csv").write_text(CSV)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rooflinear.bench.machine.quiet.look_round", list)  # what else runs here is no usage error

    def refuse(*arguments):
        outcome = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="rooflinear")
        assert isinstance(outcome.exception, SystemExit), outcome.exception
        assert outcome.exit_code == 2, outcome.output
        assert outcome.stdout == ""
        assert not list(tmp_path.glob("results/*"))
        return outcome.stderr.removeprefix("rooflinear: ").strip()

    return refuse


def test_an_unknown_command_gets_the_nearest(refusal):
    assert "No such command 'runn'. Did you mean 'run'?" in refusal("runn")


@pytest.mark.parametrize("command", ["run", "verify", "report", "list", "machine"])
def test_an_unknown_option_is_refused(refusal, command):
    assert "No such option: --colour" in refusal(command, "--colour")


@pytest.mark.parametrize("command", ["run", "verify"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--operation", "gradeint"], "unknown operation 'gradeint'; did you mean 'gradient'?"),
        (["--implementation", "nunpy"], "unknown implementation 'nunpy'; did you mean 'numpy'?"),
        (["--device", "cdua"], "unknown device 'cdua'; did you mean 'cuda'?"),
        (["--dtype", "flaot32"], "unknown dtype 'flaot32'; did you mean 'float32'?"),
        (["--size", "k=5"], "unknown size 'k'; known: m, n"),
        (["--parameter", "stesp=5"], "unknown parameter 'stesp'; did you mean 'steps'?"),
        (["--m", "0"], "size m '0': must be a whole number of at least 1"),
        (["--n", "1.5"], "size n '1.5': must be a whole number of at least 1"),
        (["--m=-3"], "size m '-3': must be a whole number of at least 1"),
        (["--steps", "many"], "--steps 'many': must be a whole number of at least 1"),
        (["--threads", "0"], "--threads '0': must be a whole number of at least 1"),
        (["--seed", "1.5"], "--seed '1.5': must be a whole number of at least 0"),
        (["--timeout", "0"], "--timeout '0': must be more than 0"),
        (["--memory-limit", "none"], "--memory-limit 'none': must be more than 0"),
        (["--condition", "nan"], "--condition 'nan': must be a finite number of at least 1"),
        (["--data", "houses.csv", "--condition", "3"], "--data and --condition cannot be combined"),
        (["--target", "price"], "--target names a column of --data, or a .npy file that belongs to it; add --data"),
        (["--operation", "r2", "--implementation", "jax_grad"], "no case is left; the chosen implementations do not"),
    ],
)
def test_what_cannot_be_measured_is_said(refusal, command, arguments, message):
    assert refusal(command, *arguments).startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--preset", "qiuck"], "unknown preset 'qiuck'; did you mean 'quick'?"),
        (["--preset", "verify"], "--preset verify measures no times; use 'rooflinear verify'"),
        (["--device", "interpreter"], "an interpreter's times mean nothing; use 'rooflinear verify --device"),
        (["--blocks", "0"], "--blocks '0': must be a whole number of at least 1"),
        (["--time-budget", "soon"], "--time-budget 'soon': must be more than 0"),
        (["--resume", "nowhere"], "nowhere/run.json: No such file or directory; give a folder that 'rooflinear run'"),
        (["--resume", "nowhere", "--m", "5"], "--resume continues with the options of the run; leave out --m"),
    ],
)
def test_what_only_a_run_has_is_checked(refusal, arguments, message):
    assert refusal("run", *arguments).startswith(message)


def test_data_is_refused_by_a_suite_that_takes_none(refusal):
    message = refusal("run", "--suite", SMOOTHING, "--data", "houses.csv", "--target", "price")
    assert message == "--data: operation 'smooth' of suite smoothing makes its own inputs; omit --data"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.csv", "--target", "price"], "absent.csv: no such file"),
        (["houses.csv"], "houses.csv: which column is the target? add --target, one of: area, rooms, price"),
        (["houses.csv", "--target", "prise"], "unknown target in houses.csv: 'prise'; did you mean 'price'?"),
    ],
)
def test_what_is_wrong_with_the_data_is_said(refusal, arguments, message):
    chosen = ["--operation", "predict", "--implementation", "numpy", "--m", "9", "--n", "2"]
    assert refusal("run", *chosen, "--data", *arguments).startswith(message)


@pytest.mark.parametrize("command", ["run", "verify", "list"])
@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"operations": None}, "has no operations.py; 'docs/suites.md' explains what it contains"),
        ({"plain": None}, "has no implementation"),
        ({"plain": "def double(x):"}, "plain.py:1: "),
        ({"operations": "import nonsense"}, "operations.py: import failed: ModuleNotFoundError"),
        ({"plain": "def double(x): pass"}, "plain.py: states no LIBRARY"),
    ],
)
def test_a_folder_that_is_no_suite_is_refused(refusal, tmp_path, command, files, message):
    assert message in refusal(command, "--suite", write_suite(tmp_path / "mine", **files))


def test_a_suite_that_is_not_there_is_named(refusal, tmp_path):
    assert refusal("list", "--suite", "mine").startswith(f"suite {tmp_path / 'mine'}: no such folder")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere: no such file or folder; 'rooflinear run' writes one under results/"),
        ([], "results/ contains no run; make one with 'rooflinear run', or name a run folder"),
    ],
)
def test_a_report_needs_a_run(refusal, arguments, message):
    assert refusal("report", *arguments) == message


def test_names_are_nearest_among_the_suites_own(refusal):
    assert refusal("verify", "--suite", SMOOTHING, "--size", "lenght=9") == (
        "unknown size 'lenght'; did you mean 'length'?"
    )


def test_an_operation_may_be_called_like_an_option(refusal, tmp_path):
    assert refusal("verify", "--suite", write_suite(tmp_path / "mine"), "--operation=--json").startswith(
        "unknown operation '--json'"
    )


def test_the_known_suite_is_still_good():
    """Else the refusals above might all be of the suite."""
    assert suite.load(SMOOTHING).implementations
