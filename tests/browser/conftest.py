"""A real browser over real pages, each written once a session and opened few times."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rooflinear.bench.records import Result
from rooflinear.reports.page import page
from rooflinear.reports.tables import frames

from ..reports import synthetic

READY = "() => Number(document.documentElement.dataset.drawn) > 0"
TOLD_ANEW = "before => document.documentElement.dataset.told !== before"
DRAWN_ANEW = """before => {
  const { told, drawn } = document.documentElement.dataset;
  return told !== before && drawn === told;
}"""
UNFOLD = "() => { for (const fold of document.querySelectorAll('.fold')) fold.open = true; }"
SECONDS = 30
PATIENCE_MS = 20_000


class Page:
    """One open report, with all that it said, asked for or failed at. What is folded is opened, unless ``folded``."""

    def __init__(
        self,
        browser: Any,
        path: Path,
        width: int = 1280,
        scheme: str = "light",
        choice: str = "",
        folded: bool = False,
    ):
        self.path = path
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.context.set_default_timeout(PATIENCE_MS)
        self.tab = self.context.new_page()
        self.said, self.requests, self.dialogs = [], [], []
        self.tab.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.tab.goto(f"file://{path}{choice}")
        self.tab.wait_for_function(READY, timeout=SECONDS * 1000)
        if not folded:
            self.tab.evaluate(UNFOLD)

    def choose(self, charts: bool = True, **choices: Any) -> None:
        """Puts these choices, and no others, into the address, and waits until the page shows them, charts or not."""
        if self.state() != {name: str(value) for name, value in choices.items()}:
            self.act(lambda: self.tab.evaluate("words => { location.hash = words; }", self.address(choices)), charts)

    def act(self, action: Callable[[], Any], charts: bool = True) -> None:
        """Does something that draws the page anew, and waits for it."""
        before = self.tab.evaluate("() => document.documentElement.dataset.told")
        action()
        self.tab.wait_for_function(DRAWN_ANEW if charts else TOLD_ANEW, arg=before)

    def address(self, choices: dict[str, Any]) -> str:
        words = {name: str(value) for name, value in choices.items()}
        return self.tab.evaluate("choices => String(new URLSearchParams(choices))", words)

    def state(self) -> dict[str, str]:
        return self.tab.evaluate("() => Object.fromEntries(new URLSearchParams(location.hash.slice(1)))")

    def text(self, selector: str) -> str:
        return self.tab.locator(selector).inner_text()

    def rows(self, selector: str) -> list[list[str]]:
        """The ``data-value`` of each cell of a table's body, its text where it has none."""
        return self.tab.evaluate(
            """selector => [...document.querySelectorAll(`${selector} tbody tr`)].map((row) =>
                 [...row.children].map((cell) => cell.dataset.value ?? cell.textContent))""",
            selector,
        )

    def overflow(self) -> int:
        return self.tab.evaluate("() => document.documentElement.scrollWidth - innerWidth")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def single(result: Result) -> Result:
    """The same case on one thread, 1.8 times as slow, in rounds of its own."""
    samples = [msgspec.structs.replace(each, wall_ns=round(each.wall_ns * 1.8)) for each in result.samples]
    case = msgspec.structs.replace(result.case, threads=1)
    return msgspec.structs.replace(result, case=case, samples=samples)


def dated(result: Result, number: int) -> Result:
    """With a start for each sample: blocks follow each other, rounds within them."""
    start = result.block * 10**12 + number * 10**6
    samples = [msgspec.structs.replace(each, started_ns=start + each.round * 10**10) for each in result.samples]
    return msgspec.structs.replace(result, samples=samples)


@pytest.fixture(scope="session")
def tables(folder: Path) -> frames.Tables:
    """Every status, a hostile name, ceilings, three operations, two dtypes, two thread counts for one of them."""
    both = {"gradient", "float64"}
    results = synthetic.realistic()
    results += [single(each) for each in results if {each.case.operation, each.case.dtype} == both]
    record = synthetic.run(list(synthetic.SPEEDS), synthetic.OPERATIONS)
    roofs = dict.fromkeys(("1", "2"), record.ceilings.roofs["2"])
    ceilings = msgspec.structs.replace(record.ceilings, roofs=roofs)
    options = {"suite": "/suites/it's <b>mine</b>", "timeout_s": 0.5, "seed": 7, "data": None}
    record = msgspec.structs.replace(record, options=options, ceilings=ceilings)
    return frames.tables(folder / "realistic", record, [dated(each, number) for number, each in enumerate(results)])


@pytest.fixture(scope="session")
def written(folder: Path, tables: frames.Tables) -> Path:
    path = folder / "realistic.html"
    path.write_bytes(page.html([tables]))
    return path


@pytest.fixture(scope="session")
def report(browser: Any, written: Path) -> Page:
    """One page that most tests share; each chooses for itself what it shows."""
    return Page(browser, written)
