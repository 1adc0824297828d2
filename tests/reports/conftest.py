"""Runs that several tests read, written once."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import synthetic

from rooflinear.reports.tables import frames


@pytest.fixture(scope="session")
def realistic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic.realistic_run(tmp_path_factory.mktemp("runs") / "realistic")


@pytest.fixture(scope="session")
def tables(realistic: Path) -> frames.Tables:
    return frames.load(realistic)
