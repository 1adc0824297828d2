"""The compare page: one file that loads nothing, shows every number, and runs in a real browser."""

import re
from html.parser import HTMLParser
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from rooflinear.bench.gate.records import Control
from rooflinear.reports.comparison import comparison_text
from rooflinear.reports.comparison.comparison_page import Axis, html

from ...absent import needs
from ..made_comparison import comparison, fleet, replay


class Texts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.texts, self.tags = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.texts.append(data)


def parsed(page):
    found = Texts()
    found.feed(page.decode())
    return found


def test_every_case_is_there_with_its_numbers():
    made = comparison()
    page = parsed(html(made))
    shown = " ".join(" ".join(page.texts).split())
    for each in made.cases:
        assert each.reason in shown
        if each.ratio:
            assert f"{each.ratio:.3f} ({each.low:.3f} – {each.high:.3f})" in shown
    rows = [attributes for tag, attributes in page.tags if tag == "details" and "data-verdict" in attributes]
    assert len(rows) == len(made.cases) + len(made.controls)


def test_the_counts_add_up_to_all_cases():
    made = comparison()
    same = msgspec.structs.replace(next(each for each in made.cases if each.verdict == "equivalent"), unchanged=True)
    cases = [same if each.case == same.case else each for each in made.cases]
    control = Control(kind="unchanged", result=same, fired=False)
    made = msgspec.structs.replace(made, cases=cases, controls=[*made.controls, control])
    page = html(made).decode()
    (chips,) = re.findall(r'<ul class="chips">(.*?)</ul>', page, re.DOTALL)
    counts = [int(count) for count in re.findall(r"(\d+) [a-z]", re.sub("<[^>]*>", " ", chips))]
    assert sum(counts) == len(made.cases)


def test_a_replay_shows_both_ratios_of_every_case():
    made = replay()
    page = parsed(html(made))
    shown = " ".join(" ".join(page.texts).split())
    assert shown.count("Then: slower, head/base 1.116 (1.104 – 1.127) in 12 blocks. Now: ") == 8
    assert shown.count("Then: faster, head/base 1.116 (1.104 – 1.127) in 12 blocks. Now: faster, head/base 0.9") == 2
    assert "replays the 10 confirmed cases of earlier.json" in shown
    assert [attributes["class"] for tag, attributes in page.tags if tag == "line"].count("earlier") == 10
    told = [attributes["data-verdict"] for tag, attributes in page.tags if "data-verdict" in attributes]
    assert told.count("recurs") == 4


def test_a_fleet_shows_what_each_host_found_of_every_case():
    made = fleet()
    page = parsed(html(made))
    shown = " ".join(" ".join(page.texts).split())
    told = [each for host in made.hosts if host.comparison for each in host.comparison.cases]
    assert [attributes.get("class") for _, attributes in page.tags].count("line host") == len(told)
    for each in told:
        if each.ratio:
            assert f"{each.ratio:.3f} ({each.low:.3f} – {each.high:.3f})" in shown
    assert "node2 slower, 2 of 12 cases are slower by more than their margin a CPU 2 — — 91 s" in shown
    assert "paired, in turns on each of 3 hosts" in shown
    assert "node3 lost: its worker has ended — — — — —" in shown


def test_one_machine_has_no_hosts():
    assert "host" not in html(comparison()).decode().partition("<body>")[2]


@pytest.mark.parametrize(
    ("measure", "what"), [("time", "One call"), ("memory", "Memory of a call"), ("first-call", "First call")]
)
def test_the_page_names_the_measure(measure, what):
    made = comparison(verdicts=["slower"])
    cases = [msgspec.structs.replace(each, measure=measure) for each in made.cases]
    shown = html(msgspec.structs.replace(made, cases=cases, controls=[])).decode()
    assert f"<dt>{what}, base</dt>" in shown
    assert (f" · {measure}</small>" in shown) == (measure != "time")


def test_what_differs_between_the_sides_is_named():
    shown = " ".join(parsed(html(comparison())).texts)
    assert "2.5.0" in shown
    assert "1.17.1" not in shown


def test_nothing_is_loaded_and_nothing_hostile_runs():
    page = html(comparison(hostile=True)).decode()
    assert page.count("<script") == 1
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert 'http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;' in page


def test_the_axis_is_logarithmic_and_labels_do_not_overlap():
    axis = Axis(0.5, 2.0, 1000)
    assert [axis.at(each) for each in (0.5, 1.0, 2.0, 9.0)] == [0, 500, 1000, 1000]
    places = [tick["x"] for tick in axis.ticks]
    assert min(b - a for a, b in pairwise(places)) > 70
    assert "1" in {tick["label"] for tick in axis.ticks}


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a page and, at the end, asserts that it asked for nothing and complained of nothing."""
    complaints, requests = [], []

    def opens(made, width=1280, scheme="light", at=""):
        path = tmp_path / "compare.html"
        path.write_bytes(html(made))
        tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(path.as_uri() + at)
        return tab

    yield opens
    assert not complaints
    assert all(url.startswith("file:") and url.split("#")[0].endswith("compare.html") for url in requests)


def test_filters_act_alone_and_together(opened):
    made = comparison()
    tab = opened(made)
    shown = "section.cases[aria-labelledby=h-cases] > details:not([hidden])"
    assert tab.locator(shown).count() == len(made.cases)
    tab.select_option("#choose-verdict", "slower")
    assert tab.locator(shown).count() == sum(each.verdict == "slower" for each in made.cases)
    tab.select_option("#choose-implementation", "numba")
    assert tab.locator(shown).count() == 1
    tab.fill("#find", "no such thing")
    assert tab.locator(shown).count() == 0
    assert tab.locator("#none").is_visible()


def test_a_case_opens_by_keyboard_and_shows_its_blocks(opened):
    tab = opened(comparison())
    tab.select_option("#choose-verdict", "slower")
    row = tab.locator("details[data-verdict]:not([hidden])").first
    row.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert row.get_attribute("open") is not None
    assert row.locator(".strip .point").count() == 6 + 32


def test_the_first_lines_say_what_to_do_and_lead_there(opened):
    made = comparison(("slower", "equivalent"))
    tab = opened(made)
    assert tab.inner_text("h1") == "Look at these 2 cases first"
    assert "Exit status 1" in tab.inner_text("#standing")
    assert "Margin 2.0%" in tab.inner_text("#standing")
    assert tab.locator(".looked a").count() == 2
    tab.locator(".looked a").nth(1).click()
    row = tab.locator("details[data-verdict=slower]").nth(1)
    assert row.get_attribute("open") is not None
    assert row.locator(".strip >> nth=0").is_visible()


def test_filters_are_kept_in_the_address_and_undone_by_back(opened):
    tab = opened(comparison())
    shown = "section.cases[aria-labelledby=h-cases] > details:not([hidden])"
    every = tab.locator(shown).count()
    tab.select_option("#choose-verdict", "slower")
    assert tab.url.endswith("#verdict=slower")
    tab.fill("#find", "numba")
    assert tab.locator(shown).count() == 1
    again = opened(comparison(), at="#verdict=slower&find=numba")
    assert again.input_value("#choose-verdict") == "slower"
    assert again.input_value("#find") == "numba"
    assert again.locator(shown).count() == 1
    tab.go_back()
    tab.wait_for_function("() => document.getElementById('find').value === ''")
    assert tab.locator(shown).count() == 2
    tab.go_back()
    tab.wait_for_function("() => document.getElementById('choose-verdict').value === ''")
    assert tab.locator(shown).count() == every


@pytest.mark.parametrize("hostile", [False, True])
def test_the_markdown_copied_is_the_comment(opened, hostile):
    made = comparison(hostile=hostile)
    tab = opened(made)
    tab.evaluate(
        "() => Object.defineProperty(navigator, 'clipboard', "
        "{ value: { writeText: (text) => { window.copied = text; return Promise.resolve(); } } })"
    )
    tab.click("#export")
    tab.wait_for_function("() => document.getElementById('exported').textContent === 'Copied.'")
    assert tab.evaluate("() => window.copied") == comparison_text.markdown(made)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (820, "light"), (1280, "light")])
def test_nothing_overflows_and_no_rule_of_access_is_broken(opened, width, scheme):
    """Colours are those of the scheme and not of the width, so the middle width needs no look at the rules."""
    tab = opened(fleet(hostile=True), width, scheme)
    tab.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    if width == 820:
        return
    needs("axe_playwright_python")
    [folder] = find_spec("axe_playwright_python").submodule_search_locations
    tab.context.new_cdp_session(tab).send("Page.setBypassCSP", {"enabled": True})
    tab.evaluate((Path(folder) / "axe.min.js").read_text())
    found = tab.evaluate("async () => (await axe.run(document)).violations")
    assert [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found] == []
