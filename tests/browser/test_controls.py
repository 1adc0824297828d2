"""Controls change what is shown, the address holds them, and a keyboard is enough."""

import re

import pytest
from msgspec.structs import replace

from rooflinear.bench.records import Result
from rooflinear.reports.page import page
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.views import views

from ..reports import synthetic
from ..reports.synthetic import HOSTILE
from .conftest import Page

CHANGES = {
    "operation": "r2", "dtype": "float32", "threads": "1", "size": "m=1000 n=10", "baseline": "torch",
    "moved": "1", "axis": "n", "status": "wrong", "scope": "run", "scale": "linear", "near": "2",
}  # fmt: skip


def test_the_page_opens_where_most_have_a_time(report, tables):
    report.choose()
    timed = tables.cases.dropna(subset=["time_ns"])
    assert report.tab.input_value("#choose-operation") == "gradient"
    here = timed.query("operation == 'gradient' and dtype == 'float64' and threads == 2")
    counts = here.groupby("sizes")["implementation"].nunique()
    assert counts[report.tab.input_value("#choose-size")] == counts.max()


@pytest.mark.parametrize(("device", "place"), [("cpu", "machine"), ("cuda", "device")])
def test_who_cannot_run_at_all_is_told_once_and_is_no_row_of_nothing(browser, folder, device, place):
    at, larger = {"device": device}, synthetic.case("on_a_gpu", sizes={"m": 10**6, "n": 10})
    results = [
        synthetic.ok(replace(synthetic.case("numpy"), **at), [1000, 1010, 1020]),
        Result(case=replace(synthetic.case("on_a_gpu"), **at), status="unsupported", reason="runs on a GPU"),
        Result(case=replace(larger, **at), status="skipped", reason="the time budget was spent"),
        Result(case=replace(synthetic.case("numba"), **at), status="skipped", reason="predicted to take long"),
    ]
    path = folder / "unable.html"
    run = synthetic.run(["numpy", "on_a_gpu", "numba", "not_asked_for"], synthetic.OPERATIONS)
    path.write_bytes(page.html([frames.tables(folder / "unable", run, results)]))
    opened = Page(browser, path)
    assert f" on_a_gpu cannot run on this {place} " in opened.text("#bars-note")
    assert [row[0] for row in opened.rows("#bars")] == ["numpy", "numba"]
    assert [row[0] for row in opened.rows("#errors")] == ["numpy", "numba"]
    assert "runs on a GPU" in opened.text("#missing")
    assert opened.text("#never-text") == "3 cases never ran: 1 unsupported, 2 skipped"
    opened.act(lambda: opened.tab.click("#never-text"))
    assert "on_a_gpu" in opened.text("#never-cases")
    opened.context.close()


@pytest.mark.parametrize("name", CHANGES)
def test_a_control_is_kept_in_the_address_and_read_from_it(report, name):
    report.choose()
    before = report.text("main")
    if name in ("scale", "near"):
        report.tab.evaluate("() => { document.getElementById('figures').open = true; }")
    report.act(lambda: report.tab.select_option(f"#choose-{name}", CHANGES[name]))
    changed = report.text("main")
    assert report.state()[name] == CHANGES[name]
    assert changed != before
    kept = report.state()
    report.choose()
    report.choose(**kept)
    assert report.text("main") == changed


def test_any_number_of_calls_can_be_typed(report):
    report.choose()
    assert report.tab.locator("#choose-import").is_disabled()
    report.act(lambda: (report.tab.fill("#choose-calls", "2,500"), report.tab.keyboard.press("Enter")))
    assert report.state()["calls"] == "2,500"
    assert "2,500 calls take" in report.text("#advice-text")
    before = report.text("#advice-text")
    report.act(lambda: report.tab.check("#choose-import"))
    assert "import and first call included" in report.text("#advice-text") != before
    assert [row[0] for row in report.rows("#cheapest")] == [
        "1",
        "10",
        "100",
        "1000",
        "2500",
        "10000",
        "100000",
        "1000000",
    ]
    report.act(lambda: report.tab.click("#cheapest button >> nth=-1"))
    assert report.state()["calls"] == "1000000"
    report.choose()


def test_a_control_leaves_the_others_as_they_are(browser, folder):
    """Also those that were never touched, such as a size that the page itself chose."""
    results = [
        synthetic.ok(synthetic.case("numpy", sizes={"m": m, "n": 10}, dtype=dtype), [m, m * 1.01, m * 0.99])
        for dtype, ms in (("float64", (100, 1000)), ("float32", (100, 10_000)))
        for m in ms
    ]
    path = folder / "other-sizes.html"
    path.write_bytes(page.html([frames.tables(folder / "other", synthetic.run(["numpy"], {}), results)]))
    opened = Page(browser, path)
    assert opened.tab.input_value("#choose-size") == "m=1000 n=10"
    opened.act(lambda: opened.tab.select_option("#choose-dtype", "float32"))
    assert opened.tab.input_value("#choose-size") == "m=1000 n=10"
    assert opened.tab.locator("#moves").is_hidden()
    opened.choose(dtype="float32", size="m=10000 n=10")
    opened.act(lambda: opened.tab.select_option("#choose-dtype", "float64"))
    assert "m = 10,000 (measured: 100 to 1,000): shown is m = 1,000, n = 10." in opened.text("#moves")
    opened.context.close()


def test_what_was_not_measured_is_greyed_with_its_reason_and_said_if_it_is_asked_for(report):
    report.choose(operation="r2")
    grey = report.tab.locator("#choose-threads option:disabled")
    assert grey.all_inner_texts() == ["1 (not measured for r2, float64)"]
    report.choose(operation="r2", threads=1, size="m=10000000", calls="some", baseline="nobody")
    assert report.tab.input_value("#choose-threads") == "2"
    told = report.text("#moves")
    for part in (
        "Threads 1 was not measured for r2, float64: shown is 2.",
        "m = 10,000,000 (measured: 100 to 1,000,000): shown is m = 1,000,000.",
        "nobody has no time in this run: the baseline is numpy.",
        "Calls “some”: no whole number from 1 to 1,000,000",
    ):
        assert part in told
    report.choose(operation="gradient", threads=1, size="m=1000 n=10")
    assert report.tab.locator("#moves").is_hidden()


def test_the_advice_can_be_copied(report):
    report.choose(size="m=1000 n=10")
    report.tab.click("#copy-advice")
    report.tab.wait_for_function("() => document.getElementById('copy-advice').textContent !== 'Copy'")
    taken = report.tab.evaluate("() => document.getElementById('copy-advice').textContent + String(getSelection())")
    assert taken == "Copied" or taken.endswith(report.text("#advice-text"))


def test_parameters_and_the_direct_algorithm_can_be_chosen_where_there_are_several(report):
    report.choose(operation="gradient_descent")
    report.act(lambda: report.tab.select_option("#choose-parameters", "steps=100"))
    assert "steps=100" in report.text("#where")
    report.act(lambda: report.tab.check("#choose-direct"))
    assert report.state()["direct"] == "1"
    assert "numba_gram" not in report.text("#bars")
    assert report.tab.locator("#choose-device").is_hidden()


@pytest.mark.parametrize(
    "wrong", ["operation=nonsense", "size=m=-3 n=x", "baseline=%3Cb%3E", "calls=7.5", "case=99999", "&&=&"]
)
def test_an_address_that_means_nothing_shows_the_standard_choice(report, wrong):
    report.choose()
    standard = report.text("#title")
    report.act(lambda: report.tab.evaluate("words => { location.hash = words; }", wrong))
    assert report.text("#title") == standard


def test_the_winner_of_a_cell_leads_to_that_size(report, tables):
    report.choose()
    report.act(lambda: report.tab.click("#winners td[data-size='m=1000 n=2'] button"))
    assert report.state()["size"] == "m=1000 n=2"
    assert "m = 1,000, n = 2" in report.text("#title").replace("\u00a0", " ")


def test_the_map_has_the_winner_of_each_size_and_leads_to_any(report, tables):
    report.choose(threads=2)
    labels = report.tab.locator(".plane .region").all_inner_texts()
    assert {label.strip() for label in labels} == {"numba", "numba_parallel"}
    one, other = (each.bounding_box() for each in report.tab.locator(".plane .region").all())
    apart = (
        abs(one[at] - other[at]) >= min(one, other, key=lambda box: box[at])[by]
        for at, by in (("x", "width"), ("y", "height"))
    )
    assert any(apart)
    box = report.tab.locator(".plane").bounding_box()
    place = {"x": box["width"] * 0.62, "y": box["height"] * 0.3}
    report.act(lambda: report.tab.click(".plane", position=place))
    size = dict(word.split("=") for word in report.state()["size"].split())
    assert 20_000 < int(size["m"]) < 50_000
    assert 10 < int(size["n"]) < 50
    assert "predicted" in report.tab.locator("#choose-size option:checked").inner_text()


def test_a_name_on_the_map_stands_within_its_label_however_narrow(report, tables):
    """A label that is measured narrower than its name is not moved below the one that the name covers."""
    report.choose(threads=2)
    narrowed = "each => { each.style.maxWidth = '1px'; return [each.scrollWidth, each.clientWidth]; }"
    found = [label.evaluate(narrowed) for label in report.tab.locator(".plane .region").all()]
    assert found
    assert [(text, box) for text, box in found if text > box] == []


def test_any_size_can_be_typed(report):
    report.choose(size="m=1000 n=10")

    def typed(text):
        report.tab.fill("#type-m", text)
        report.tab.keyboard.press("Enter")

    report.act(lambda: typed("50,000"))
    assert report.state()["size"] == "m=50000 n=10"
    assert "m = 50,000, n = 10" in report.text("#title").replace("\u00a0", " ")
    report.act(lambda: typed("many"))
    assert "m is no number: shown is m = " in report.text("#moves")


def test_sliders_move_by_the_keyboard_alone(report):
    report.choose(size="m=1000 n=10")
    report.tab.focus("#slide-m")
    report.act(lambda: report.tab.keyboard.press("PageUp"))
    assert report.state()["size"] == "m=10000 n=10"
    report.act(lambda: report.tab.keyboard.press("ArrowRight"))
    assert int(re.search(r"m=(\d+)", report.state()["size"])[1]) > 10_000
    assert "predicted" in report.tab.locator("#slide-m").get_attribute("aria-valuetext")
    assert report.tab.evaluate("() => document.activeElement.id") == "slide-m"


def test_a_slider_dragged_draws_the_answer_and_then_the_rest(report):
    report.choose(size="m=1000 n=10")
    report.tab.locator("#slide-n").scroll_into_view_if_needed()
    box = report.tab.locator("#slide-n").bounding_box()
    middle = box["y"] + box["height"] / 2
    report.tab.mouse.move(box["x"] + box["width"] * 0.3, middle)
    report.act(report.tab.mouse.down)
    report.act(lambda: report.tab.mouse.move(box["x"] + box["width"] - 2, middle, steps=4))
    report.act(report.tab.mouse.up)
    assert report.state()["size"] == "m=1000 n=50"
    assert "n = 50" in report.text("#steps .lede >> nth=0")


def test_everything_can_be_reached_by_tab(report):
    report.choose()
    report.tab.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    reached = set()
    for _ in range(260):
        report.tab.keyboard.press("Tab")
        reached.add(report.tab.evaluate("() => document.activeElement.id || document.activeElement.dataset.keep"))
    assert {"choose-operation", "choose-baseline", "slide-m", "slide-n", "size m=100 n=2", "choose-axis"} <= reached
    report.tab.focus("#winners td[data-size='m=100 n=10'] button")
    report.act(lambda: report.tab.keyboard.press("Enter"))
    assert report.state()["size"] == "m=100 n=10"
    assert report.tab.evaluate("() => document.activeElement.dataset.keep") == "size m=100 n=10"


def test_one_implementation_can_be_highlighted(report):
    report.choose()
    button = report.tab.locator("#legend button", has_text="numpy_rows")
    report.act(button.click)
    assert report.state()["focus"] == "numpy_rows"
    assert report.tab.locator("#legend button[aria-pressed=true]").inner_text() == "numpy_rows"


def test_more_cases_are_shown_when_asked_for(report, tables):
    report.choose(scope="run")
    before = report.tab.locator("#cases tbody tr").count()
    report.act(lambda: report.tab.click("#more"))
    assert report.tab.locator("#cases tbody tr").count() == before + 50


def test_hostile_names_and_reasons_are_text(report, tables):
    report.choose(baseline=HOSTILE)
    assert HOSTILE in report.text("#title")
    assert HOSTILE in report.text("#bars")
    assert (
        report.tab.evaluate("() => [...document.scripts].filter((one) => one.textContent.startsWith('alert')).length")
        == 0
    )
    assert report.tab.locator("b", has_text="times may vary").count() == 0
    assert "<b>times may vary</b>" in report.text("#method")
    assert report.dialogs == []


def test_every_view_is_drawn_without_a_word_and_without_a_request(report, tables):
    for view in views(tables):
        report.choose(charts=False, **{name: getattr(view, name) for name in frames.VIEW})
        assert view.operation in report.text("#where")
    assert report.said == []
    assert report.requests == [f"file://{report.path}"]
