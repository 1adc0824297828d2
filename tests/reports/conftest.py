"""Runs that several tests read, written once."""

from pathlib import Path

import pytest

from rooflinear.reports.tables import frames

from . import synthetic


@pytest.fixture(scope="session")
def realistic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic.realistic_run(tmp_path_factory.mktemp("runs") / "realistic")


@pytest.fixture(scope="session")
def tables(realistic: Path) -> frames.Tables:
    return frames.load(realistic)
