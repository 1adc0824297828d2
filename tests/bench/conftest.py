"""What tests of the harness share."""

import pytest

from rooflinear.bench.suites import suite


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Suites are imported without the trial in a process of its own: `test_trial.py` shows what that refuses."""
    monkeypatch.setattr(suite.trial, "require_unharmed", lambda *_: None)
