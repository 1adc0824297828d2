"""A call is what a user could type: the same options, the same request."""

import inspect
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from rooflinear.bench import cli
from rooflinear.bench.api import calls, process
from rooflinear.bench.api.command_line import words
from rooflinear.bench.api.process import Finished
from rooflinear.bench.errors import CannotFinish, UsageError

COMMANDS = typer.main.get_command(cli.app).commands
OF_GUESTS = {"pytest", "keyword", "markers", "asv", "bench", "pyperf", "build", "python", "extra"}
NOT_TAKEN = {
    "run": {"size", "m", "n", *OF_GUESTS},
    "verify": {"size", "m", "n", "json"},
    "compare": {"size", "m", "n", "json"},
}
"""Options that a call does not have: sizes are keywords, JSON is read by the call."""


@pytest.mark.parametrize("command", NOT_TAKEN)
def test_a_call_has_the_options_of_its_command(command):
    taken = {
        name
        for name, each in inspect.signature(getattr(calls, command)).parameters.items()
        if each.kind != each.VAR_KEYWORD
    }
    options = {each.name for each in COMMANDS[command].params if each.name != "help"}
    assert taken == options - NOT_TAKEN[command] | {"progress"}


@pytest.fixture
def request_of(monkeypatch):
    """The request that the command makes of a call's words."""

    def build(command, where, given, sizes):
        caught = []
        monkeypatch.setattr(f"rooflinear.bench.commands.{where}", lambda request: caught.append(request) or 0)
        outcome = CliRunner().invoke(cli.app, words(command, given, sizes))
        assert (outcome.exit_code, len(caught)) == (0, 1), outcome.output
        return caught[0]

    return build


def test_values_of_python_become_those_that_are_typed(request_of):
    given = {
        "preset": "quick", "implementation": ["numpy", "jax"], "operation": "predict", "dtype": np.float32,
        "parameter": {"steps": 10}, "threads": [1, 2], "time_budget": 90, "results": Path("there"), "seed": None,
        "memory_limit": "2GiB", "suite": "-odd",
    }  # fmt: skip
    found = request_of("run", "run.run", given, {"m": [100, np.int64(1000)], "length": 7})
    assert (found.preset, found.implementation, found.operation) == ("quick", ("numpy", "jax"), ("predict",))
    assert (found.dtype, found.parameter, found.threads) == (("float32",), ("steps=10",), ("1", "2"))
    assert (found.time_budget, found.results, found.memory_limit) == ("90", Path("there"), "2GiB")
    assert (found.seed, found.suite, found.size) == (None, Path("-odd"), ("m=100,1000", "length=7"))


def test_arguments_and_flags_become_those_that_are_typed(request_of):
    given = {
        "base": "v1",
        "head": Path("-x"),
        "keyword": "not slow",
        "allow_other_machine": True,
        "json": True,
        "pytest": ["a", "b"],
    }
    found = request_of("compare", "compare.compare", given, {})
    assert (found.base, found.head, found.keyword) == ("v1", "-x", "not slow")
    assert (found.allow_other_machine, found.json, found.pytest) == (True, True, ("a", "b"))
    assert "margin" not in found.given


@pytest.mark.parametrize(
    ("sizes", "given", "told"),
    [
        ({"m": 1.5}, {}, r"size m: 1.5 is not a whole number or a list of them, such as m=\[100, 1000\]"),
        ({"m": True}, {}, "size m: True is not"),
        ({"m": []}, {}, r"size m: \[\] is not"),
        ({"m": [10, "100"]}, {}, "size m: .* is not a whole number"),
        (
            {"implementaton": "numpy"},
            {"implementation": ()},
            "unknown option 'implementaton'; did you mean 'implementation'",
        ),
        ({}, {"operation": 3 + 4j}, "operation: .* is not text, a number, a path or a list"),
        ({}, {"threads": [None]}, "threads: None is not text, a number or a path"),
    ],
)
def test_what_cannot_be_typed_is_refused(sizes, given, told):
    with pytest.raises(UsageError, match=told):
        words("run", given, sizes)


def test_a_resumed_run_is_given_nothing_else(monkeypatch, tmp_path):
    played = []
    monkeypatch.setattr(process, "play", lambda words, _: played.append(words) or Finished(5, "", ["rooflinear: full"]))
    with pytest.raises(CannotFinish, match=r"^full$"):
        calls.run(resume=tmp_path, time_budget=60)
    assert played == [["run", "--time-budget=60", f"--resume={tmp_path}"]]
