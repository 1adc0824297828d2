"""The README's picture of a page: ``python docs/picture.py [PAGE.html] [PICTURE.png]``, by default of the newest run.

Needs Chromium and the package `playwright`.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
VIEW = {"width": 1280, "height": 1720}
DRAWN = "() => !document.querySelector('.run-data') || Number(document.documentElement.dataset.drawn) > 0"


def newest() -> Path:
    pages = sorted(DOCS.parent.glob("results/*/report.html"))
    return pages[-1] if pages else sys.exit("no results/*/report.html: run 'make report' first, or give a page")


def main(page: Path, picture: Path) -> None:
    if not page.is_file():
        sys.exit(f"{page}: no such page")
    path = next(filter(None, map(shutil.which, BROWSERS)), None) or sys.exit("no Chromium found; install it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = browser.new_page(viewport=VIEW, color_scheme="light")
        tab.goto(page.resolve().as_uri())
        tab.wait_for_function(DRAWN)
        tab.screenshot(path=picture)
        browser.close()
    print(f"{picture}: {page}")


if __name__ == "__main__":
    given = [Path(word) for word in sys.argv[1:]]
    main(*given[:1] or [newest()], *given[1:2] or [DOCS / "report.png"])
