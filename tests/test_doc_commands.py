"""Commands of the documents that read, and measure nothing: each is run as it is written, and answers."""

import itertools
import shutil
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rooflinear.bench.cli import app

from .reports.synthetic import run, sweep, write
from .test_docs import ROOT, arguments, commands

FILES = Path(__file__).parent / "bench" / "interop" / "interop_files"
READING = ("report", "advise", "list")
LEFT_OUT = ["advise"]
"""What sentences only name."""
NAMED = {
    "RUN": "results/RUN",
    "OTHER": "results/OTHER",
    ".asv/results/MACHINE/HASH.json": ".asv/results/machine-a/1f-existing.json",
}
LAWS = {"numpy": (4000, 4), "numba": (1000, 1)}
"""ns of a call, and of a byte that it moves."""
OPERATIONS, DTYPES = ("gradient", "predict"), ("float64", "float32")
BENCHMARK = "def test_sum(benchmark):\n    assert benchmark(sum, range(1000)) == 499500\n"


def lines():
    """Every different one, without what stands for a choice of the reader's."""
    found = {tuple(word for word in arguments(each.values[0]) if not word.startswith("[")) for each in commands()}
    return sorted(each for each in found if each[0] in READING and " ".join(each) not in LEFT_OUT)


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
    shutil.copy(FILES / "pytest-benchmark.json", folder / "ours.json")
    (folder / "tests" / "benchmarks").mkdir(parents=True)
    (folder / "tests" / "benchmarks" / "test_sum.py").write_text(BENCHMARK)
    with tarfile.open(ROOT / "docs" / "calibration" / "gpu" / "h200.tar.xz") as file:
        file.extractall(folder, filter="data")
    return folder


@pytest.mark.slow
@pytest.mark.needs("pytest_benchmark")
@pytest.mark.parametrize("words", lines(), ids=" ".join)
def test_a_command_that_reads_answers(project, monkeypatch, words):
    opened = []
    monkeypatch.chdir(project)
    monkeypatch.setattr("webbrowser.open", opened.append)
    outcome = CliRunner().invoke(app, [NAMED.get(word, word) for word in words], prog_name="rooflinear")
    assert (outcome.exit_code, outcome.exception) == (0, None), outcome.stderr
    assert outcome.stdout.strip()
    assert bool(opened) == ("--open" in words)


def test_commands_of_every_reading_kind_are_found():
    assert {name for name, *_ in lines()} == set(READING)
    assert len(lines()) > 12
