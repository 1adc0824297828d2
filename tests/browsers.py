"""The browsers that pages are tested in."""

import shutil

from .absent import absent

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FIREFOX = ("firefox-esr", "firefox")
FLAGS = ["--no-sandbox", "--disable-background-networking"]


def program(names: tuple[str, ...]) -> str:
    """The first of these browsers that is installed."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        absent(f"THE PAGE IS NOT TESTED: none of {', '.join(names)} is installed (apt-get install {names[0]})")
    return found
