"""What tests need beside the base packages, a browser or a framework, may be absent here, but not in CI."""

import os
from importlib.util import find_spec
from typing import NoReturn

import pytest

REQUIRED = os.environ.get("ROOFLINEAR_BROWSER") == "required" or bool(os.environ.get("CI"))

BY_HAND = {"pythran", "pytensor", "sklearnex"}
"""Modules, and the implementations with them, that the extra ``dev`` leaves out: tested where they are installed.

Pythran takes setuptools below 60 where Python is older than 3.12; the others take minutes of compilation, or 130 MB.
"""


def absent(message: str) -> NoReturn:
    """Skips the test and says why; in CI, where everything must be there, the test fails."""
    if REQUIRED:
        pytest.fail(f"{message}; ROOFLINEAR_BROWSER=required or CI is set: everything must be installed")
    pytest.skip(message)


def needs(*modules: str) -> None:
    """Asks for modules, by the names that they are imported by. No module is imported."""
    for name in modules:
        if find_spec(name) is None:
            absent(f"{name} is not installed")
