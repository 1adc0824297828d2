"""Commands of the documents that compare, and those over suites of other tools, run up to their first block."""

import shlex
import shutil
import sys
from pathlib import Path

import msgspec
import pytest

from rooflinear.bench.commands.requests import CompareRequest, recorded
from rooflinear.bench.gate.records import CaseResult, Comparison, Side
from rooflinear.bench.records import Case

from .bench.made_repository import Repository
from .test_doc_commands import OF_FILES, OF_OTHERS, called, lines
from .test_docs import ROOT

COMPARING = ("compare", "bisect", "history", "calibrate", "fleet")
ONLY_NAMED = ("bisect", "compare", "history", "calibrate --peers")
"""In sentences, without what they compare."""
NAMED = {
    "GOOD": "v1.2",
    "BASE": "v1.2",
    "A..B": "v1.2..main",
    "fc2bb40": "v1.2",
    "1035366": "main",
    "REVISION": "v1.2",
    "tcp://…": "tcp://node1:8786",
}
VALUES = {"--time-budget": "15m", "--margin": "2%", "--resume": "results/begun"}
"""Of options for which a document names a choice of the reader's, or a workflow an expression."""
EARLIER = {
    ("bisect", "--resume"): ("bisect", "v1.2", "--suite", "kernels"),
    ("history", "--add"): ("history", "v1.2..v1.3", "--suite", "kernels"),
}
"""What must have been typed before."""
FIRST = (
    "gate.blocks.Blocks.play",
    "gate.guest_blocks.GuestBlocks.play",
    "guests.sides.open_releases",
    "commands.calibrate.simulated_trials",
    "commands.calibrate_report._finish",
    "commands.fleet_compare.connected",
    "commands.fleet_run.connected",
    "commands.run_guests._play",
)
"""Blocks; what needs a package index or a cluster; a simulation; a run in a process of its own."""
OF_PYTEST = "import project\n\n\ndef test_parse(benchmark):\n    assert benchmark(int, '7') == 7\n"
SUITES = {
    "tests/benchmarks/test_sum.py": OF_PYTEST,
    "tests/test_url_benchmarks.py": OF_PYTEST,
    "tests/test_references.py": OF_PYTEST,
    "test_references.py": OF_PYTEST,
    "bench/test_sum.py": OF_PYTEST,
    "bench/bm_sum.py": "import pyperf\n\npyperf.Runner().bench_func('sum', sum, range(1000))\n",
    "benchmarks/sums.py": "class Sums:\n    def time_sum(self):\n        sum(range(1000))\n",
    "asv.conf.json": '{"version": 1, "project": "project", "repo": ".", "benchmark_dir": "benchmarks"}',
    "project.py": "number = 1\n",
    "extension/bench/test_sum.py": OF_PYTEST,
    "extension/project.py": "number = 1\n",
    "extension/setup.py": "from setuptools import setup\n\nsetup(name='project', py_modules=['project'])\n",
}


class Begun(Exception):
    """The first block would be played now."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A repository with all that the documents name: three commits of kernels and of suites of other tools."""
    made = Repository(tmp_path_factory.mktemp("checkout"))
    folder = made.folder
    shutil.rmtree(folder / "kernels")
    shutil.copytree(ROOT / "kernels", folder / "kernels", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in SUITES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / ".gitignore").write_text("results/\nold/\nnew/\n.venv/\n*.json\n!asv.conf.json\n")
    kernels = {path: path.read_text() for path in (folder / "kernels").glob("[a-z]*.py") if path.stem != "operations"}
    for number, tag in enumerate(("v1.2", "v1.3", "last"), 1):
        for path, text in kernels.items():
            path.write_text(f"{text}\n\nNUMBER = {number}\n")
        (folder / "project.py").write_text(f"number = {number}\n")
        made.commit(tag)
        made.git("tag", tag)
    (folder / "project.py").write_text("number = 4\n")
    (folder / "kernels" / "numpy.py").write_text(f"{kernels[folder / 'kernels' / 'numpy.py']}\n\nNUMBER = 4\n")
    for number, side in enumerate(("old", "new", ".venv")):
        python, site = folder / side / "bin" / "python", folder / side / "site"
        for each in (python.parent, site):
            each.mkdir(parents=True)
        (site / "project.py").write_text(f"number = {number}\n")
        paths = f'PYTHONPATH={shlex.quote(str(site))}:"$PYTHONPATH"'
        python.write_text(f'#!/bin/sh\n{paths} exec {shlex.quote(sys.executable)} "$@"\n')
        python.chmod(0o755)
    _results(made)
    return made


def _results(made):
    """Files that commands before would have written."""
    sides = {name: Side(label=name, commit=made.git("rev-parse", name).strip()) for name in ("v1.2", "main")}
    case = Case("linear_regression", "gradient", "numpy", {"m": 1000, "n": 10}, {}, "float64", 1, "cpu")
    slower = CaseResult(case=case, verdict="slower", margin=0.02, ratio=1.1, low=1.09, high=1.11, blocks=12)
    found = Comparison(verdict="slower", margin=0.02, base=sides["v1.2"], head=sides["main"], cases=[slower])
    typed = CompareRequest(preset="quick", base="v1.2", head="main", suite="kernels", given=("base", "head", "suite"))
    found = msgspec.structs.replace(found, options={"request": recorded(typed)})
    for name in ("first.json", "compare.json", "rooflinear.json"):
        (made.folder / name).write_bytes(msgspec.json.encode(found))


def compared():
    others = [words for words in lines(("run",)) if OF_OTHERS in words]
    return [
        *others,
        *(each for each in lines(COMPARING) if " ".join(each) not in ONLY_NAMED and not {*OF_FILES} & {*each}),
    ]


def typed(words):
    return [
        VALUES[option] if option in VALUES and word in ("REVISION", "FOLDER") else NAMED.get(word, word)
        for option, word in zip((None, *words), words, strict=False)
    ]


@pytest.fixture
def begins(checkout, monkeypatch):
    """The first that a command would measure raises `Begun`."""

    def begin(*_):
        raise Begun

    shutil.rmtree(checkout.folder / "results", ignore_errors=True)
    monkeypatch.chdir(checkout.folder)
    monkeypatch.setattr("rooflinear.bench.suites.suite.trial.require_unharmed", lambda *_: None)
    for name in FIRST:
        monkeypatch.setattr(f"rooflinear.bench.{name}", begin)


@pytest.mark.slow
@pytest.mark.needs("asv", "distributed", "pyperf", "pytest_benchmark")
@pytest.mark.parametrize("words", compared(), ids=" ".join)
def test_a_command_that_compares_begins(begins, monkeypatch, words):
    if "--build" in words:
        monkeypatch.chdir("extension")
    if earlier := EARLIER.get(words[:2]):
        called(earlier)
    if words[:2] == ("bisect", "--resume"):
        next(Path("results").iterdir()).rename(VALUES["--resume"])
    outcome = called(typed(words))
    assert isinstance(outcome.exception, Begun), (outcome.exit_code, outcome.exception, outcome.stderr, outcome.stdout)


def test_commands_of_every_kind_are_found():
    assert {name for name, *_ in compared()} == {*COMPARING, "run"}
    assert {*ONLY_NAMED} < {" ".join(words) for words in lines(COMPARING)}
