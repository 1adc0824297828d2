"""What is typed reaches the command as a request, and what a mode of a command would ignore is refused."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from rooflinear.bench import cli
from rooflinear.bench.commands import calibrate_report, compare
from rooflinear.bench.commands.requests import refuse_ignored, refuse_others
from rooflinear.bench.errors import UsageError
from rooflinear.bench.gate.records import Comparison, Side

from ..interop.test_interop import PYTEST

ROOT = typer.main.get_command(cli.app)
GROUPS = ROOT.commands
FLEET = {f"fleet {name}": each for name, each in GROUPS["fleet"].commands.items()}
COMMANDS = {name: each for name, each in GROUPS.items() if name != "fleet"} | FLEET
VALUE = "7"
AS_TYPED = (True, VALUE, Path(VALUE), (VALUE,), (Path(VALUE),))

RESUME = ("resume", "time_budget", "wait_for_quiet")
REPEATED = calibrate_report.USED - {"given", "report"}
MODES = [
    ("run", [], "run.run", lambda name: name != "resume"),
    ("run", ["--resume", VALUE], "run.resume", lambda name: name in RESUME),
    ("verify", [], "verify.verify", lambda name: True),
    ("report", [], "report.report", lambda name: True),
    ("advise", [], "advise.advise", lambda name: True),
    ("compare", [], "compare.compare", lambda name: True),
    ("history", [], "history.history", lambda name: True),
    ("fleet run", ["--scheduler", "tcp://node"], "fleet_run.run", lambda name: True),
    ("fleet compare", ["--scheduler", "tcp://node"], "fleet_compare.compare", lambda name: True),
    ("calibrate", [], "calibrate.calibrate", lambda name: name not in ("report", "preset", "nice")),
    ("calibrate", ["--report"], "calibrate_report.calibrate", lambda name: name in REPEATED),
    ("list", [], "inspect.list_suite", lambda name: True),
    ("machine", [], "inspect.show_machine", lambda name: True),
]
"""A command, what chooses its mode, the function that takes the request, and which options the mode has."""


def options_of(command, chosen=lambda name: True):
    """The options and arguments of a command by name, each as a user types it, with a value or on its own."""
    taken = [each for each in COMMANDS[command].params if each.name != "help" and chosen(each.name)]
    return {each.name: typed(each, VALUE) for each in taken}


@pytest.fixture(autouse=True)
def built_once(monkeypatch):
    """Every call would build the whole command line anew, which takes longer than most tests."""
    monkeypatch.setattr("typer.testing._get_command", lambda app: ROOT)


def typed(parameter, value):
    if parameter.param_type_name == "argument":
        return [value]
    return [parameter.opts[0]] if parameter.is_flag else [parameter.opts[0], value]


def refused(*arguments):
    """The line that a command refuses its options with."""
    outcome = CliRunner().invoke(cli.app, [str(each) for each in arguments])
    assert (outcome.exit_code, outcome.stdout) == (2, ""), outcome.output
    (line,) = outcome.stderr.splitlines()
    return line.removeprefix("rooflinear: ")


@pytest.fixture(autouse=True)
def nothing_measured(monkeypatch, tmp_path):
    """What a command wrongly takes must not cost minutes, nor leave files where the tests run."""
    monkeypatch.chdir(tmp_path)
    for place in ("run._measure", "compare.paired", "calibrate._play", "calibrate_report.played"):
        monkeypatch.setattr(f"rooflinear.bench.commands.{place}", lambda *_, **__: pytest.fail("it measures"))
    for place in ("calibrate._peers", "calibrate.simulated_trials", "calibrate_report._simulated"):
        monkeypatch.setattr(f"rooflinear.bench.commands.{place}", lambda *_: [])


@pytest.fixture
def request_of(monkeypatch):
    """The request that a mode of a command builds of some arguments."""

    def build(where, *arguments):
        caught = []
        monkeypatch.setattr(f"rooflinear.bench.commands.{where}", lambda request: caught.append(request) or 0)
        outcome = CliRunner().invoke(cli.app, list(arguments))
        assert (outcome.exit_code, len(caught)) == (0, 1), outcome.output
        return caught[0]

    return build


@pytest.mark.parametrize(
    ("command", "mode", "where", "name", "words"),
    [
        pytest.param(command, mode, where, name, words, id=" ".join([command, *mode, name]))
        for command, mode, where, chosen in MODES
        for name, words in options_of(command, chosen).items()
    ],
)
def test_every_option_reaches_the_request(request_of, command, mode, where, name, words):
    base = ["base"] if command.endswith("compare") and name != "base" else []
    made = request_of(where, *command.split(), *mode, *base, *words)
    assert getattr(made, name) in AS_TYPED
    if hasattr(made, "given"):
        assert name in made.given


@pytest.mark.parametrize(("command", "mode", "where"), [each[:3] for each in MODES], ids=str)
def test_a_request_cannot_be_changed(request_of, command, mode, where):
    made = request_of(where, *command.split(), *mode, *(["base"] if command.endswith("compare") else []))
    with pytest.raises(AttributeError):
        setattr(made, made.__struct_fields__[0], None)


def test_what_nobody_typed_is_not_given(request_of):
    assert request_of("calibrate.calibrate", "calibrate").given == ()
    assert request_of("report.report", "report", "--table", "cases", "RUN").given == ("table", "runs")


def with_default(command, name):
    """An option as it is typed with the value that it has anyway, else with some value."""
    (parameter,) = [each for each in COMMANDS[command].params if each.name == name]
    default = parameter.default
    return typed(parameter, VALUE if default in (None, False) else str(default))


@pytest.mark.parametrize("name", [name for name in options_of("run") if name not in RESUME])
def test_what_a_resumed_run_would_ignore_is_refused(name):
    for words in (with_default("run", name), options_of("run")[name]):
        told = f"--resume continues with the options of the run; leave out {words[0]}"
        assert refused("run", "--resume", "nowhere", *words) == told


def test_the_default_is_what_a_resumed_run_refuses():
    """Else the test above would show nothing of defaults."""
    assert with_default("run", "preset") == ["--preset", "standard"]
    assert with_default("run", "device") == ["--device", "cpu"]
    assert with_default("run", "results") == ["--results", "results"]


def test_all_that_is_refused_is_named_as_it_was_typed():
    told = refused("run", "--seed", "0", "--resume", "nowhere", "--results", "results", "--m", "5")
    assert told == "--resume continues with the options of the run; leave out --seed, --results, --m"


@pytest.mark.parametrize("value", ["", "0", "soon"])
def test_a_time_budget_that_is_none_is_refused_on_resuming(value):
    assert refused("run", "--resume", "nowhere", f"--time-budget={value}").startswith(f"--time-budget '{value}'")


OF_REVISIONS = list(options_of("compare", lambda name: name not in compare.OF_FILES | {"confirm"}))


@pytest.mark.parametrize("name", OF_REVISIONS)
def test_what_chooses_measurements_is_refused_beside_files_of_results(name):
    for words in (with_default("compare", name), options_of("compare")[name]):
        told = f"nothing is measured when files are compared; leave out {words[0]}"
        assert refused("compare", PYTEST, PYTEST, *words) == told


def test_what_two_files_have_no_use_for():
    """One by one, lest an option be taken for one of files by mistake."""
    assert OF_REVISIONS == [
        "suite", "preset", "operation", "implementation", "size", "m", "n", "steps", "parameter", "dtype", "threads",
        "time_budget", "timeout", "memory_limit", "seed", "measure", "base_python", "head_python",
        "pytest", "keyword", "markers", "asv", "bench", "pyperf", "build", "python", "extra",
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(compare.OF_FILES - {"base", "head", "margins", "reference"}))
def test_what_two_files_have_a_use_for_is_taken(monkeypatch, name):
    found = Comparison(verdict="equivalent", base=Side(label="a"), head=Side(label="b"), margin=0.02)
    monkeypatch.setattr("rooflinear.bench.gate.unpaired.compare_files", lambda *_, **__: found)
    words = ["--margin", "7%"] if name == "margin" else options_of("compare")[name]
    outcome = CliRunner().invoke(cli.app, ["compare", str(PYTEST), str(PYTEST), *words])
    assert "leave out" not in outcome.stderr


def test_a_reference_is_refused_where_nothing_is_relative_to_it():
    told = "--reference needs --allow-other-machine; leave out --reference"
    assert refused("compare", PYTEST, PYTEST, "--reference", "numpy") == told


@pytest.mark.parametrize("words", [["--allow-other-machine"], ["--reference", "numpy"]])
def test_what_two_machines_need_is_refused_beside_revisions(words):
    told = f"BASE and HEAD are not files of results, so both are measured on this machine; leave out {words[0]}"
    assert refused("compare", "HEAD", *words) == told


@pytest.mark.parametrize("table", ["cases", "fits"])
@pytest.mark.parametrize("form", ["html", "markdown", "png", "pyperf", "csv,html"])
def test_a_table_is_refused_where_a_format_holds_none(form, table):
    told = refused("report", "RUN", "--format", form, "--table", table)
    shown = form.rpartition(",")[2]
    assert told == f"--table applies to --format csv,parquet,json, not to {shown}; leave out --table"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--format", "csv", "--table", "fits"], "--table fits"),
        (["--format", "json,csv", "--table", "threads"], "--table threads"),
        (["--format", "pyperf"], "--format pyperf"),
        (["--format", "pytest-benchmark,pyperf"], "--format pytest-benchmark"),
    ],
)
def test_a_baseline_is_refused_where_no_speedup_is_shown(words, what):
    told = refused("report", "RUN", *words, "--baseline", "numpy")
    assert told == f"{what} shows no speed-ups over a baseline; leave out --baseline"


@pytest.mark.parametrize("form", ["html", "csv", "png", "markdown", "html,pyperf", "csv,pyperf"])
def test_a_baseline_is_taken_where_one_format_shows_it(form):
    told = refused("report", "nowhere", "--format", form, "--baseline", "numpy")
    assert told == "nowhere: no such file or folder; 'rooflinear run' writes one under results/"


NO_GATE = "--runs 0 without --effect makes no run of the gate; leave out "


@pytest.mark.parametrize("name", ["margin", "time_budget", "timeout", "seed"])
@pytest.mark.parametrize("more", [[], ["--peers"], ["--simulate", "5"]], ids=str)
def test_what_the_gate_takes_is_refused_where_it_does_not_play(tmp_path, name, more):
    value = "2%" if name == "margin" else "5"
    words = [f"--{name.replace('_', '-')}", value]
    told = refused("calibrate", "--output", tmp_path / "new", "--runs", "0", *more, *words)
    assert told == NO_GATE + words[0]


@pytest.mark.parametrize("name", ["suite", "operation", "implementation", "size", "m", "n", "dtype", "load"])
def test_cases_are_refused_where_nothing_is_played(tmp_path, name):
    words = with_default("calibrate", name)
    assert refused("calibrate", "--output", tmp_path / "new", "--runs", "0", *words) == NO_GATE + words[0]


def test_a_revision_is_refused_where_the_gate_does_not_play(tmp_path):
    assert refused("calibrate", "HEAD", "--output", tmp_path / "new", "--runs", "0") == NO_GATE + "a revision"


@pytest.mark.parametrize("words", [["--preset", "standard"], ["--nice", "0"]])
def test_what_whole_runs_take_is_refused_by_the_gate(words):
    assert refused("calibrate", *words) == f"--preset and --nice need --report; leave out {words[0]}"


@pytest.mark.parametrize("name", [name for name in options_of("calibrate") if name not in calibrate_report.USED])
def test_what_the_gate_takes_is_refused_by_whole_runs(name):
    words = with_default("calibrate", name)
    option = "a revision" if name == "revision" else words[0]
    assert refused("calibrate", "--report", *words) == (f"--report repeats whole runs of a preset; leave out {option}")


@pytest.mark.parametrize("words", [["--preset", "standard"], ["--load", "0"], ["--seed", "1"]])
def test_options_of_a_run_are_refused_if_no_run_is_made(words):
    assert refused("calibrate", "--report", "--runs", "0", *words) == f"--runs 0 makes no run; leave out {words[0]}"
    told = f"--simulate without --runs makes no run; leave out {words[0]}"
    assert refused("calibrate", "--report", "--simulate", "3", *words) == told


@pytest.mark.parametrize("more", [[], ["--load", "0"]])
def test_nice_is_refused_without_load(more):
    told = "--nice applies to the programs that --load starts; leave out --nice"
    assert refused("calibrate", "--report", "--nice", "0", *more) == told


def test_nothing_is_refused_where_nothing_is_ignored():
    refuse_ignored(("m", "seed"), ("n",), "why")
    refuse_others(("m", "seed"), ("seed", "m", "n"), "why")
    with pytest.raises(UsageError, match=r"^why; leave out --memory-limit$"):
        refuse_others(("m", "memory_limit"), ("m",), "why")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_a_help_text_of_sentences(command):
    for parameter in COMMANDS[command].params:
        text = parameter.help
        assert text, parameter.name
        assert text[0].isupper(), text
        assert text.endswith("."), text


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["report", "RUN", "--format", " , "], "--format"),
        (["compare", PYTEST, PYTEST, "--allow-missing", " , "], "--allow-missing"),
        (["calibrate", "--output", "new", "--runs", "0", "--effect", " , "], "--effect"),
    ],
)
def test_an_empty_list_is_refused(words, option):
    assert refused(*words) == f"{option} ' , ': names nothing; leave the option out"
