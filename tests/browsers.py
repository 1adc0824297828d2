"""The browsers that pages are tested in."""

import os
import shutil

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FIREFOX = ("firefox-esr", "firefox")
FLAGS = ["--no-sandbox", "--disable-background-networking"]


def program(names: tuple[str, ...]) -> str:
    """The first of these browsers that is installed; without one the test fails where a browser is required."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None and os.environ.get("ROOFLINEAR_BROWSER") == "required":
        pytest.fail(f"ROOFLINEAR_BROWSER=required, and none of {', '.join(names)} is installed")
    if found is None:
        pytest.skip(f"THE PAGE IS NOT TESTED: none of {', '.join(names)} is installed (apt-get install {names[0]})")
    return found
