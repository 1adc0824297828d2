"""The published counts are those of the published runs."""

from pathlib import Path

import pytest

from rooflinear.bench.calibration.trials import Trial, tallies
from rooflinear.bench.commands.calibrate import read, table

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "calibration"
RUNS = sorted(FOLDER.glob("*.jsonl"))


@pytest.mark.parametrize("file", RUNS, ids=lambda file: file.stem)
def test_every_count_in_the_table_is_that_of_its_runs(file):
    published = (FOLDER / "README.md").read_text().splitlines()
    head, rule, *rows = table(tallies(read(file, Trial))).splitlines()
    measured = [row for row in published if row.startswith("| ") and "simulated" not in row]
    assert measured == [head, rule, *rows]


def test_there_are_runs():
    assert RUNS
