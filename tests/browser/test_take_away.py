"""Every figure can be taken away: as a picture, as numbers, as a link."""

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from .conftest import Page

CHOICE = {"size": "m=1000 n=10", "dtype": "float64", "threads": "2"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def opened(browser, written):
    made = Page(browser, written, scheme="dark")
    yield made
    assert made.said == []
    made.context.close()


def taken(opened, figure, form):
    with opened.tab.expect_download() as download:
        opened.tab.click(f"[data-figure={figure}] > .tools [data-form={form}]")
    assert download.value.suggested_filename.endswith(f"gradient-{figure}.{form}")
    return Path(download.value.path()).read_bytes()


def numbers(opened, figure):
    return list(csv.DictReader(io.StringIO(taken(opened, figure, "csv").decode())))


def texts(picture):
    return {"".join(one.itertext()) for one in ElementTree.fromstring(picture).iter(f"{SVG}text")}


def test_every_figure_on_the_screen_has_its_numbers(opened):
    opened.choose(**CHOICE)
    figures = opened.tab.locator("[data-figure]:visible").evaluate_all("all => all.map((one) => one.dataset.figure)")
    assert {"map", "bars", "winners", "ladder", "scaling", "roofline", "fractions", "errors", "calls"} <= set(figures)
    for place, figure in enumerate(figures):
        if place % 8 == 7:
            opened.tab.wait_for_timeout(1200)  # Chromium drops the eleventh download within a second
        rows = list(csv.reader(io.StringIO(taken(opened, figure, "csv").decode())))
        assert len(rows) > 1
        assert len({len(row) for row in rows}) == 1


def test_the_numbers_are_those_of_the_frames(opened, tables):
    opened.choose(**CHOICE)
    here = tables.cases.query(
        "operation == 'gradient' and sizes == 'm=1000 n=10' and threads == 2 and dtype == 'float64'"
    ).set_index("implementation")
    bars = {row["implementation"]: row["one call (ns)"] for row in numbers(opened, "bars")}
    scaling = {row["implementation"]: row for row in numbers(opened, "scaling") if row["m"] == "1000"}
    fractions = {row["implementation"]: row for row in numbers(opened, "fractions")}
    for name in ("numpy", "torch", "numba"):
        share = float(fractions[name]["m = 1,000, n = 10"])
        assert share == pytest.approx(1 / here.loc[name, "over_limit"], rel=2e-5)
        assert float(bars[name]) == pytest.approx(here.loc[name, "time_ns"], rel=2e-5)
        assert float(scaling[name]["time_ns"]) == pytest.approx(here.loc[name, "time_ns"], rel=2e-5)
        assert float(scaling[name]["low_ns"]) == pytest.approx(here.loc[name, "low_ns"], rel=2e-5)


@pytest.mark.parametrize("figure", ["bars", "map", "scaling", "roofline", "fractions", "ladder"])
def test_a_picture_is_one_that_other_programs_can_draw(opened, figure):
    opened.choose(**CHOICE)
    picture = taken(opened, figure, "svg").decode()
    assert "var(" not in picture
    assert "color(" not in picture
    assert "foreignObject" not in picture
    assert "#14161a" in picture
    assert any("numba" in text for text in texts(picture)) or figure == "roofline"
    image = Image.open(io.BytesIO(taken(opened, figure, "png")))
    assert image.width > 300
    assert image.convert("RGB").getpixel((1, 1)) == (20, 22, 26)
    assert len(image.convert("RGB").getcolors(1 << 24)) > 20


def test_a_picture_of_bars_has_every_word_and_bar(opened):
    opened.choose(**CHOICE)
    picture = taken(opened, "bars", "svg").decode()
    shown = texts(picture)
    for row in opened.tab.locator("#bars tbody tr").all():
        assert row.locator("td").nth(1).inner_text() in shown
    bars = opened.tab.locator("#bars .fill").count()
    assert sum("fill-opacity" in one.attrib for one in ElementTree.fromstring(picture).iter(f"{SVG}rect")) >= bars


def test_a_link_opens_the_page_at_its_figure_under_the_choices_made(browser, opened):
    opened.choose(**CHOICE, hidden="python")
    address = opened.tab.get_attribute("[data-figure=fractions] > .tools a", "href")
    other = Page(browser, opened.path, choice=address, folded=True)
    assert other.state() == CHOICE | {"hidden": "python", "figure": "fractions"}
    box = other.tab.locator("[data-figure=fractions]").bounding_box()
    assert 0 < box["y"] < 800
    assert "python" not in {row[0].strip() for row in other.rows("#fractions")}
    assert other.tab.evaluate("() => document.activeElement.dataset.figure") == "fractions"
    other.context.close()


def test_the_samples_of_a_case_can_be_taken_away(opened, tables):
    index = int(tables.cases.query("implementation == 'torch' and status == 'ok'").index[0])
    opened.choose(case=index)
    opened.tab.wait_for_selector("#strip-chart svg")
    samples = numbers(opened, "strip")
    assert len(samples) == sum(len(each.samples) for each in tables.results[index])
    assert "<svg" in taken(opened, "density", "svg").decode()
    opened.choose()


def test_nothing_was_asked_for(opened):
    assert [url for url in opened.requests if not url.startswith(("file:", "blob:", "data:"))] == []
