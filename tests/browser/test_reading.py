"""Finding one's way: contents, choices at every width, back and forward, a page that is not too long."""

import pytest

from rooflinear.reports.page import page
from rooflinear.reports.tables import frames

from ..reports import synthetic
from .conftest import UNFOLD, Page

SCREEN, SCREENS = 800, 10
MOST_KEPT = 50
"""Steps that Chromium keeps of a page."""
CURRENT = "() => document.querySelector('#contents [aria-current]')?.dataset.to"


@pytest.fixture(scope="module")
def folded(browser, written):
    """The page as a reader meets it, nothing unfolded."""
    opened = Page(browser, written, folded=True)
    yield opened
    assert opened.said == []
    opened.context.close()


def test_the_page_is_at_most_ten_screens_long(folded):
    folded.choose()
    assert folded.tab.evaluate("() => document.documentElement.scrollHeight") <= SCREEN * SCREENS


def test_the_answer_is_there_before_what_is_below_it(folded):
    answered, ready = folded.tab.evaluate(
        "() => ['answeredMs', 'readyMs'].map((name) => Number(document.documentElement.dataset[name]))"
    )
    assert 0 < answered < ready


def test_contents_follow_the_scroll_and_lead_to_each_section(folded):
    folded.choose()
    folded.tab.evaluate("() => scrollTo(0, 0)")
    folded.tab.wait_for_function(f"() => ({CURRENT})() === 'answer'")
    sections = folded.tab.locator("#contents a").evaluate_all("links => links.map((one) => one.dataset.to)")
    shown = folded.tab.evaluate(
        "() => [...document.querySelectorAll('main > section')].filter((one) => !one.hidden).map(({ id }) => id)"
    )
    assert sections == shown
    assert "runs-section" not in sections
    folded.tab.click("#contents a[data-to=limits]")
    folded.tab.wait_for_function(f"() => ({CURRENT})() === 'limits'")
    top, bar = folded.tab.evaluate(
        "() => [document.getElementById('limits'), document.getElementById('bar')]"
        ".map((one) => one.getBoundingClientRect()).map(({ top, bottom }, i) => i ? bottom : top)"
    )
    assert bar <= top <= bar + 60
    folded.tab.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    folded.tab.wait_for_function(f"() => ({CURRENT})() === 'method'")


@pytest.mark.parametrize("width", [1280, 768, 390])
def test_at_every_width_choices_can_be_reached_and_all_fits(browser, written, width):
    opened = Page(browser, written, width, folded=True)
    opened.tab.evaluate("() => scrollTo(0, document.documentElement.scrollHeight / 2)")
    if width < 992:
        assert opened.tab.locator("#controls").is_hidden()
        assert "gradient · float64 · m = " in opened.text("#fold")
        opened.tab.click("#fold")
        assert opened.tab.get_attribute("#fold", "aria-expanded") == "true"
    box = opened.tab.locator("#choose-operation").bounding_box()
    assert 0 <= box["y"] <= SCREEN / 2
    opened.act(lambda: opened.tab.select_option("#choose-operation", "r2"))
    assert "r2" in opened.text("#where")
    opened.tab.click("#figures summary")
    opened.tab.locator("#choose-scale").scroll_into_view_if_needed()
    assert opened.tab.locator("#choose-scale").is_visible()
    assert opened.overflow() <= 0
    opened.tab.focus("#choose-scale")
    opened.tab.keyboard.press("Escape")
    assert opened.tab.locator("#choose-scale").is_hidden()
    unfolded_it_fits(opened)
    assert opened.said == []
    opened.context.close()


def unfolded_it_fits(opened):
    """Tables that are not folded are whole, and a case is no wider than the screen."""
    opened.tab.evaluate(UNFOLD)
    opened.choose(operation="gradient_descent", scope="run", size="m=1000 n=10")
    assert opened.overflow() <= 0
    wider = opened.tab.evaluate(
        "() => [...document.querySelectorAll('.scroll')].filter((one) => !one.closest('details'))"
        ".filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.ariaLabel)"
    )
    assert not wider
    cells = opened.tab.locator("#cases tbody tr >> nth=0").locator("td").all()
    assert len(cells) == 7
    assert all(cell.is_visible() for cell in cells)
    opened.choose(case=0)
    assert opened.overflow() <= 0
    assert opened.tab.evaluate("() => document.getElementById('case').scrollWidth <= innerWidth")


def test_back_and_forward_undo_and_redo_choices(report):
    report.choose(operation="gradient", size="m=1000 n=10")
    titles = [report.text("#title")]
    for name, value in (("baseline", "torch"), ("dtype", "float32"), ("size", "m=100 n=2")):
        report.act(lambda name=name, value=value: report.tab.select_option(f"#choose-{name}", value))
        titles.append(report.text("#title"))
    assert len(set(titles)) == 4
    for title in reversed(titles[:-1]):
        report.act(report.tab.go_back)
        assert report.text("#title") == title
    assert report.state() == {"operation": "gradient", "size": "m=1000 n=10"}
    for title in titles[1:]:
        report.act(report.tab.go_forward)
        assert report.text("#title") == title


def test_a_slide_is_one_step_back(report):
    report.choose(size="m=1000 n=10")
    before = report.tab.evaluate("() => history.length")
    slide = """value => { const slide = document.getElementById('slide-n'); slide.value = value;
      slide.dispatchEvent(new Event('input')); }"""
    for value in (300, 500, 700):
        report.act(lambda value=value: report.tab.evaluate(slide, value))
    end = "() => document.getElementById('slide-n').dispatchEvent(new Event('change'))"
    report.act(lambda: report.tab.evaluate(end))
    assert report.state()["size"] != "m=1000 n=10"
    assert report.tab.evaluate("() => history.length") == min(before + 1, MOST_KEPT)
    report.act(report.tab.go_back)
    assert report.state()["size"] == "m=1000 n=10"


def test_back_closes_a_case_and_forward_opens_it(report):
    report.choose()
    report.act(lambda: report.tab.click("#cases button.open >> nth=0"))
    index = report.state()["case"]
    report.act(report.tab.go_back)
    assert report.tab.locator("#case").is_hidden()
    assert "case" not in report.state()
    report.act(report.tab.go_forward)
    report.tab.wait_for_selector("#case[open]")
    assert report.tab.get_attribute("#case", "data-case") == index
    report.choose()


def test_the_table_of_all_cases_opens_at_what_was_chosen(report, tables):
    report.choose(size="m=1000 n=10", dtype="float64", threads=2)
    rows = report.rows("#cases")
    here = tables.cases.query(
        "operation == 'gradient' and sizes == 'm=1000 n=10' and threads == 2 and dtype == 'float64'"
    )
    timed = here.dropna(subset=["time_ns"]).query("not disturbed").sort_values("time_ns")
    assert len(rows) == 12 <= len(timed)
    assert [row[0] for row in rows] == list(timed["implementation"])[:12]
    assert {row[1] for row in rows} == {"m=1000 n=10"}
    assert report.text("#count").startswith("m = 1,000, n = 10 first; ")


def test_what_never_ran_is_one_line(report, tables):
    report.choose(scope="run")
    never = tables.cases[tables.cases["status"].isin(["missing", "unsupported", "skipped"])]
    assert len(never) > 0
    assert report.text("#never-text").startswith(f"{len(never):,} cases never ran: ")
    shown = report.tab.locator("#cases .badge").all_inner_texts()
    assert not {"missing", "unsupported", "skipped"} & set(shown)
    report.act(lambda: report.tab.click("#never-text"))
    assert report.tab.locator("#never-cases tbody tr").count() == len(never)
    report.act(lambda: report.tab.click("#never-text"))
    report.choose(scope="run", status="missing")
    assert report.tab.locator("#never").is_hidden()
    assert set(report.tab.locator("#cases .badge").all_inner_texts()) == {"missing"}


def test_a_run_with_two_implementations_and_a_foreign_suite_fit_too(browser, folder):
    two = synthetic.sweep(lambda moved, rows: 1000 + moved, implementation="numpy")
    two += synthetic.sweep(lambda moved, rows: 500 + 2 * moved, implementation="mine")
    run = frames.tables(folder / "two", synthetic.run(["numpy", "mine"], synthetic.OPERATIONS), two)
    path = folder / "two.html"
    path.write_bytes(page.html([run]))
    for width in (1280, 390):
        opened = Page(browser, path, width, "dark", folded=True)
        assert opened.overflow() <= 0
        longest = SCREEN * SCREENS * (2 if width < 400 else 1)
        assert opened.tab.evaluate("() => document.documentElement.scrollHeight") <= longest
        assert "all 2" in opened.tab.text_content("#figures-text")
        assert opened.said == []
        opened.context.close()
