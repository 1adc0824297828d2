"""A case from inside: its samples, its facts, and the command that measures it again."""

import shlex

import pytest
import typer

from rooflinear.bench.cli import app
from rooflinear.bench.records import Result, Sample

from ..reports import synthetic
from ..reports.synthetic import HOSTILE


def index_of(tables, **wanted):
    found = tables.cases
    for name, value in wanted.items():
        found = found[found[name] == value]
    return int(found.index[0])


def test_samples_are_drawn_in_order_of_time(report, tables):
    index = index_of(tables, implementation="torch", sizes="m=1000 n=10", dtype="float64", threads=2)
    report.choose(case=index)
    report.tab.wait_for_selector("#strip-chart svg")
    told = report.tab.locator("#strip-chart [aria-label^='sample ']").evaluate_all(
        "marks => marks.map((one) => one.ariaLabel)"
    )
    assert len(told) == sum(len(each.samples) for each in tables.results[index]) == 27
    assert [f"block {place // 9}" in text for place, text in enumerate(told)] == [True] * 27
    assert [text.split("after ")[1].split(" s")[0] for text in told[:3] + told[9:10]] == ["0", "10.0", "20.0", "1,000"]
    assert sum("flagged" in text for text in told) == tables.cases["dropped"][index]
    assert report.tab.locator("#density-chart svg path").count() >= 3


def test_its_facts_are_those_of_the_frames(report, tables):
    index = index_of(tables, implementation="numba", sizes="m=100 n=2", dtype="float64", threads=2)
    report.choose(case=index)
    facts = report.tab.locator("#case [data-fact]").evaluate_all(
        "all => Object.fromEntries(all.map(({ dataset }) => [dataset.fact, dataset.value]))"
    )
    case = tables.cases.loc[index]
    assert float(facts["One call"]) == pytest.approx(case["time_ns"], rel=2e-5)
    assert float(facts["First call"]) == pytest.approx(case["first_call_ns"], rel=2e-5)
    assert float(facts["Of its limit"]) == pytest.approx(1 / case["over_limit"], rel=2e-5)


@pytest.mark.parametrize("name", ["numba_gram", HOSTILE])
def test_its_command_is_one_that_measures_it(report, tables, name):
    index = index_of(tables, implementation=name, operation="gradient_descent", sizes="m=100 n=2", steps=10)
    report.choose(case=index)
    first, command, *words = shlex.split(report.text("#command"))
    parsed = typer.main.get_command(app).commands[command].make_context(command, words).params
    assert (first, command) == ("rooflinear", "run")
    assert [*parsed["operation"], *parsed["implementation"]] == ["gradient_descent", name]
    assert [*parsed["size"], *parsed["parameter"]] == ["m=100", "n=2", "steps=10"]
    assert (str(parsed["suite"]), parsed["timeout"], parsed["seed"]) == ("/suites/it's <b>mine</b>", "0.5s", "7")


def test_a_case_opens_by_a_button_and_closes_by_escape(report):
    report.choose()
    button = report.tab.locator("button.open").nth(2)
    index = button.get_attribute("data-case")
    report.act(button.click)
    assert report.state()["case"] == index
    assert report.tab.locator("#case").is_visible()
    report.act(lambda: report.tab.keyboard.press("Escape"))
    assert "case" not in report.state()
    assert report.tab.evaluate("() => document.activeElement.dataset.case") == index


def test_last_words_of_a_crashed_case_are_shown(report, tables):
    report.choose(case=index_of(tables, status="crashed"))
    assert "Segmentation fault" in report.text("#case pre >> nth=0")
    assert "killed by SIGSEGV" in report.text("#case .note >> nth=0")
    assert report.tab.locator("#strip-chart").count() == 0


def test_a_wrong_case_has_its_error_and_no_time(report, tables):
    report.choose(case=index_of(tables, status="wrong"))
    text = report.text("#case")
    assert "812 of its bound" in text
    assert "One call" not in text
    report.choose()


def test_samples_are_columns_by_round_and_what_does_not_count_sets_no_scale(report, tables):
    index = index_of(tables, implementation="torch", sizes="m=1000 n=10", dtype="float64", threads=2)
    report.choose(case=index)
    report.tab.wait_for_selector("#strip-chart svg")
    assert "One column per round" in report.text("#case figcaption >> nth=0")
    places = report.tab.locator("#strip-chart [aria-label^='sample ']").evaluate_all(
        "marks => marks.map((one) => one.getBoundingClientRect().x)"
    )
    assert len({round(place) for place in places}) == 27
    report.choose()


def stalled():
    """Two contenders of which one lost three slices of a round to a stall a thousand times as long as a call."""
    times = [(1000, 1010, 990, 1005)] * 6
    slow = [(1e6, 1e6, 1e6, 1005), *times[1:]]
    return [
        Result(
            case=synthetic.case(name),
            status="ok",
            samples=[
                Sample(number, 10**9 * (4 * number + place), int(ns * 100), 0, 100, {"steal_ticks": int(ns > 9999)})
                for number, found in enumerate(rounds)
                for place, ns in enumerate(found)
            ],
        )
        for name, rounds in (("numpy", times), ("numba", slow))
    ]


@pytest.mark.parametrize(("most", "told", "marks"), [(1000, "One column per round", 24), (20, "One mark per round", 6)])
def test_a_stall_leaves_the_rest_to_be_seen_and_too_many_samples_are_thinned(
    browser, folder, monkeypatch, most, told, marks
):
    from rooflinear.reports.page import page, page_samples
    from rooflinear.reports.tables import frames

    from .conftest import Page

    monkeypatch.setattr(page_samples, "MOST_SAMPLES", most)
    path = folder / f"stalled-{most}.html"
    run = synthetic.run(["numpy", "numba"], synthetic.OPERATIONS)
    path.write_bytes(page.html([frames.tables(folder / "stalled", run, stalled())]))
    opened = Page(browser, path, choice="#case=1")
    assert told in opened.text("#case figcaption >> nth=0")
    assert ("One value per round" in opened.text("#case")) is (marks == 6)
    found = opened.tab.locator("#strip-chart [aria-label^='sample ']").evaluate_all(
        "all => all.map((one) => [one.ariaLabel, one.getBoundingClientRect().x, one.getBoundingClientRect().y])"
    )
    assert len(found) == marks
    assert len({round(x) for _, x, _ in found}) == 6
    heights = [y for label, _, y in found if "flagged" not in label]
    assert sum("1.00 ms, flagged" in label for label, *_ in found) == (3 if marks == 24 else 0)
    assert max(heights) - min(heights) > (80 if marks == 24 else 0)
    assert opened.said == []
    opened.context.close()


def test_samples_left_out_are_said_to_be(browser, folder, tables, monkeypatch):
    from rooflinear.reports.page import page, page_samples

    from .conftest import Page

    monkeypatch.setattr(page_samples, "MOST_SAMPLES", 10)
    path = folder / "without-samples.html"
    path.write_bytes(page.html([tables]))
    opened = Page(browser, path, choice="#case=0")
    assert f"cases.jsonl of {tables.folder.name} has them" in opened.text("#case")
    assert opened.said == []
