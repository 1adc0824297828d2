"""The published figures of the report are those of the published runs."""

from pathlib import Path

import pytest

from rooflinear.bench.commands.calibrate import read
from rooflinear.reports.repeatability.agreement_groups import groups
from rooflinear.reports.repeatability.agreement_text import text
from rooflinear.reports.repeatability.run_trials import RunTrial

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "calibration" / "report"
RUNS = sorted(FOLDER.glob("*.jsonl"))


@pytest.mark.parametrize("file", RUNS, ids=lambda file: file.stem)
def test_every_figure_in_the_table_is_that_of_its_runs(file):
    trials = read(file, RunTrial)
    printed = [line for line in text(groups(trials), trials).splitlines() if line.startswith("|")]
    published = (FOLDER / "README.md").read_text().splitlines()
    assert [line for line in published if line.startswith("|")] == printed


def test_there_are_runs():
    assert RUNS
