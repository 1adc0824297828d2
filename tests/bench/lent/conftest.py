"""Interpreters of suites that need more than pytest-benchmark."""

import pytest

from ...environments import CODSPEED, PLUGINS, python_with


@pytest.fixture(scope="session")
def codspeed_python() -> str:
    """With pytest-codspeed, without pytest-benchmark."""
    return python_with(CODSPEED)


@pytest.fixture(scope="session")
def plugins_python() -> str:
    """With pytest-benchmark, aspectlib, and the plugins xdist, cov, randomly, random-order, rerunfailures, timeout."""
    return python_with(PLUGINS)
