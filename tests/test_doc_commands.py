"""Commands of the documents, run as they are written: those that read answer, those that measure kernels begin to."""

import itertools
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from rooflinear.bench.cli import app
from rooflinear.bench.commands.exit_status import INTERRUPTED

from .reports.synthetic import run, sweep, write
from .test_docs import ROOT, arguments, commands

FILES = Path(__file__).parent / "bench" / "interop" / "interop_files"
READING, MEASURING = ("report", "advise", "list"), ("run", "verify")
LEFT_OUT = ["advise"]
"""What sentences only name."""
OF_OTHERS = "--pytest"
"""Suites of other tools: `test_doc_comparisons` runs them."""
OF_FILES = ("base.json", "baseline/*", "baseline/RUN", "--read")
"""In a command that compares, what was measured before."""
NAMED = {
    "NAME": "numpy",
    "numpy,NAME": "numpy,numba",
    "OPERATION": "gradient",
    "FOLDER": "kernels",
    "RUN": "results/RUN",
    "OTHER": "results/OTHER",
    "baseline/*": "baseline/RUN",
    "now/*": "results/RUN",
    ".asv/results/MACHINE/HASH.json": ".asv/results/machine-a/1f-existing.json",
}
LAWS = {"numpy": (4000, 4), "numba": (1000, 1)}
"""ns of a call, and of a byte that it moves."""
OPERATIONS, DTYPES = ("gradient", "predict"), ("float64", "float32")
BENCHMARK = "def test_sum(benchmark):\n    assert benchmark(sum, range(1000)) == 499500\n"


def lines(names):
    """Every different one, without what stands for a choice of the reader's."""
    found = {tuple(word for word in arguments(each.values[0]) if not word.startswith("[")) for each in commands()}
    return sorted(each for each in found if each[0] in names and " ".join(each) not in LEFT_OUT)


def called(words):
    return CliRunner().invoke(app, [NAMED.get(word, word) for word in words], prog_name="rooflinear")


def measured(slower):
    """Results of every law, all of them so many times slower."""
    return [
        each
        for operation, dtype, (stem, (call, byte)) in itertools.product(OPERATIONS, DTYPES, LAWS.items())
        for each in sweep(
            lambda moved, _, call=call, byte=byte: slower * (call + byte * moved),
            implementation=stem,
            operation=operation,
            dtype=dtype,
        )
    ]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with all that the documents name: runs, files of other tools, a suite, the published runs on a GPU."""
    folder = tmp_path_factory.mktemp("project")
    for name, slower in (("OTHER", 2.0), ("RUN", 1.0)):
        sizes = {operation: {"sizes": ["m", "n"]} for operation in OPERATIONS}
        write(folder / "results" / name, run(list(LAWS), sizes), measured(slower))
    shutil.copytree(FILES / "asv", folder / ".asv" / "results")
    shutil.copytree(folder / "results" / "RUN", folder / "baseline" / "RUN")
    for name in ("base.json", "ours.json"):
        shutil.copy(FILES / "pytest-benchmark.json", folder / name)
    (folder / "tests" / "benchmarks").mkdir(parents=True)
    (folder / "tests" / "benchmarks" / "test_sum.py").write_text(BENCHMARK)
    with tarfile.open(ROOT / "docs" / "calibration" / "gpu" / "h200.tar.xz") as file:
        file.extractall(folder, filter="data")
    return folder


def reading():
    compared = [words for words in lines(("compare", "history")) if {*OF_FILES} & {*words}]
    return [*lines(READING), *compared]


@pytest.mark.slow
@pytest.mark.needs("pytest_benchmark")
@pytest.mark.parametrize("words", reading(), ids=" ".join)
def test_a_command_that_reads_answers(project, monkeypatch, words):
    opened = []
    monkeypatch.chdir(project)
    monkeypatch.setattr("webbrowser.open", opened.append)
    outcome = called(words)
    assert (outcome.exit_code, outcome.exception) == (0, None), outcome.stderr
    assert outcome.stdout.strip()
    assert bool(opened) == ("--open" in words)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A folder with all that commands which measure name: the suites, and a reader's data."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("kernels", "examples"):
        (folder / name).symlink_to(ROOT / name)
    rng = np.random.default_rng(0)
    np.save(folder / "X.npy", rng.standard_normal((10**6, 3)))
    np.save(folder / "y.npy", rng.standard_normal(10**6))
    np.savetxt(folder / "houses.csv", rng.random((2000, 3)), delimiter=",", header="area,age,price", comments="")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("words", [each for each in lines(MEASURING) if OF_OTHERS not in each], ids=" ".join)
def test_a_command_that_measures_begins(checkout, monkeypatch, words):
    """It has read its suite and its data and stored what it will do; then it is interrupted."""
    planned = []

    def interrupted(self, contests):
        planned.extend(contests)
        raise KeyboardInterrupt

    shutil.rmtree(checkout / "results", ignore_errors=True)
    monkeypatch.chdir(checkout)
    monkeypatch.setattr("rooflinear.bench.runner.runner.Runner.play", interrupted)
    if "--resume" in words:
        assert called(("run", "--preset", "quick")).exit_code == INTERRUPTED
        (begun,) = (checkout / "results").iterdir()
        begun.rename(checkout / "results" / "RUN")
        planned.clear()
    outcome = called(words)
    assert outcome.exit_code == INTERRUPTED, outcome.stderr
    assert planned
    if "--operation" in words:
        name = words[words.index("--operation") + 1]
        assert {each.task.operation for each in planned} == {NAMED.get(name, name)}


def test_commands_of_every_kind_are_found():
    for names in (READING, MEASURING):
        assert {name for name, *_ in lines(names)} == set(names)
        assert len(lines(names)) > 12
