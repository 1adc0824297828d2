"""What tests of the harness share."""

import pytest

from rooflinear.bench import progress
from rooflinear.bench.suites import suite


class Closable(progress.Plain):
    """A watcher that knows whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Suites are imported without the trial in a process of its own: `test_trial.py` shows what that refuses."""
    monkeypatch.setattr(suite.trial, "require_unharmed", lambda *_: None)


@pytest.fixture
def watchers(monkeypatch: pytest.MonkeyPatch) -> list[Closable]:
    """The watchers that commands of this process open."""
    opened: list[Closable] = []
    monkeypatch.setattr(progress, "watcher", lambda: opened.append(Closable()) or opened[-1])
    return opened
