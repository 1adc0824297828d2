"""The page of a history in a browser: screens, themes, and what a screen reader meets."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from rooflinear.reports.history import history_page

from ..absent import needs
from ..reports.made_history import WEB, history

LONG = "a_kernel_with_a_name_that_is_longer_than_a_telephone_is_wide"


@pytest.fixture(scope="module")
def written(folder):
    needs("ruptures")
    found = history(
        changes={LONG: {7: 0.05, 15: -0.1}, "b": {}, "c": {5: 0.008}}, broken=["c09"], web=WEB, spread=0.001
    )
    path = folder / "history.html"
    path.write_bytes(history_page.html(found))
    return path


@pytest.fixture(scope="module")
def axe():
    needs("axe_playwright_python")
    [folder] = find_spec("axe_playwright_python").submodule_search_locations
    return (Path(folder) / "axe.min.js").read_text()


@pytest.fixture
def opened(browser, written):
    """The page at a width, with every case open; it says and asks for nothing."""
    contexts = []

    def open_(width, scheme):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        tab, said = context.new_page(), []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("request", lambda request: said.append(request.url))
        tab.goto(f"file://{written}")
        tab.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert said == [f"file://{written}"]
        return tab

    yield open_
    for each in contexts:
        each.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (800, "light"), (1280, "light")])
def test_it_fits_its_screen_and_breaks_no_rule_of_access(opened, axe, width, scheme):
    """Colours are those of the scheme and not of the width, so the middle width needs no look at the rules."""
    tab = opened(width, scheme)
    assert tab.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    if width == 800:
        return
    tab.context.new_cdp_session(tab).send("Page.setBypassCSP", {"enabled": True})
    tab.evaluate(axe)
    found = tab.evaluate("async () => (await axe.run(document)).violations")
    assert [
        f"{each['id']}: {each['nodes'][0]['html'][:200]} {each['nodes'][0]['failureSummary']}" for each in found
    ] == []
    if width == 1280:
        a_table_stands_behind_each_line(tab)


def a_table_stands_behind_each_line(tab):
    assert tab.locator(".history details").count() == tab.locator(".history table caption").count() == 3
    assert tab.locator(".history details").first.locator("tr.changed").count() == 2
    assert tab.locator(".history a[href^='https://example.org/']").count() == 3 * 24
