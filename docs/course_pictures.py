"""The pictures of course.md: ``python docs/course_pictures.py [PAGE.html]``, by default of the newest run.

Needs Chromium and the packages `playwright` and `pillow`.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent
FOLDER = DOCS / "course"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
COLOURS = 96
"""Enough for flat pictures; a third of the bytes of all colours."""
VIEW = {"width": 1180, "height": 1000}
READY = "() => Number(document.documentElement.dataset.drawn) > 0"
PICTURES = {
    "hypothesis": "",
    "fitting": "what-0",
    "assumptions": "what-0",
    "squared-error": "what-0",
    "single": "example",
    "several": "what-0",
    "vectorization": "",
    "r2": "example",
    "diagnostics": "what-1",
    "surface": "what-0",
}
"""Each section, and which of its presets the picture shows: the course's simulation if it is empty."""


def main(page: Path) -> None:
    if not page.is_file():
        sys.exit(f"{page}: no such page")
    path = next(filter(None, map(shutil.which, BROWSERS)), None) or sys.exit("no Chromium found; install it")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = browser.new_page(viewport=VIEW, color_scheme="light")
        tab.goto(page.resolve().as_uri())
        tab.wait_for_function(READY)
        prepare(tab)
        for section, preset in PICTURES.items():
            take(tab, section, preset, FOLDER)
        browser.close()
    print(f"{FOLDER}: {len(PICTURES)} pictures of {page}")


def prepare(tab: Any) -> None:
    """Unfolds the pictures, and hides the bar, which would lie over them."""
    tab.evaluate("() => { document.getElementById('bar').style.display = 'none'; }")
    tab.evaluate("() => { document.getElementById('lab-fold').open = true; }")
    tab.wait_for_function("() => document.getElementById('lab').dataset.drawn")


def take(tab: Any, section: str, preset: str, folder: Path) -> None:
    """Writes the picture of a section."""
    if preset:
        before = tab.get_attribute("#lab", "data-drawn")
        tab.click(f"#lab-{section} [data-preset={preset}]")
        tab.wait_for_function("before => document.getElementById('lab').dataset.drawn !== before", arg=before)
    path = folder / f"{section}.png"
    tab.locator(f"#lab-{section}").screenshot(path=path)
    Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)


def newest() -> Path:
    pages = sorted(DOCS.parent.glob("results/*/report.html"))
    return pages[-1] if pages else sys.exit("no results/*/report.html: run 'make report' first, or give a page")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else newest())
