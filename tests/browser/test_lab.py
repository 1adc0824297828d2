"""The lab in Chromium: its numbers are NumPy's, at every setting; its pictures say what they are drawn from."""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest

from rooflinear.kernels._problem import scenes
from rooflinear.kernels._problem.shown import GRID
from rooflinear.reports.page import page
from rooflinear.reports.tables import frames

from ..absent import needs
from ..reports import lab_run, synthetic
from .conftest import Page
from .twin import Twin

DEFAULTS = {
    "samples": 100, "noise": 0.5, "draw": 1, "data": "line", "rate": 0.1, "steps": 100, "theta0": 4.0, "theta1": 3.0,
    "degree": 3, "l2": 0.01, "collinearity": 0.5, "model": "linear",
}  # fmt: skip
SETTINGS: dict[str, dict[str, Any]] = {
    "another draw": {},
    "no noise": {"noise": 0},
    "one sample": {"samples": 1},
    "two samples": {"samples": 2, "degree": 1},
    "five samples, degree 12": {"samples": 5, "degree": 12, "l2": 0},
    "collinear": {"collinearity": 1},
    "collinear, no penalty": {"collinearity": 1, "l2": 0},
    "no penalty": {"l2": 0, "degree": 12},
    "past divergence": {"rate": 1, "steps": 60},
    "no steps": {"steps": 0},
    "a wave": {"data": "wave", "degree": 20, "model": "sine", "draw": 7},
    "far away": {"theta0": -10, "theta1": 10, "steps": 1000, "rate": 0.01, "samples": 300, "noise": 5},
}
STEPS = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 100, 144, 233, 377, 500, 610, 1000]


def written(folder, run):
    path = folder / "report.html"
    path.write_bytes(page.html([frames.load(run)]))
    return path


@pytest.fixture(scope="module")
def with_outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    return written(folder, lab_run.write(folder / "run"))


@pytest.fixture(scope="module")
def without_outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("old")
    return written(folder, lab_run.write(folder / "run", kept=False))


class Lab:
    """The page at one address."""

    def __init__(self, browser: Any, path: Path, width: int = 1280, **settings: Any):
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.page.set_default_timeout(60_000)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        address = urlencode({f"lab-{name}": value for name, value in settings.items()})
        self.page.goto(f"{path.as_uri()}#{address}")
        self.page.wait_for_function("() => document.documentElement.dataset.ready === 'true'")

    def rows(self, picture: str) -> list[list[float]]:
        """The numbers of a picture's table, in full; None for what is not finite."""
        script = "rows => rows.map(row => [...row.cells].map(cell => cell.dataset.value))"
        texts = self.page.eval_on_selector_all(f"#lab-{picture} tbody tr", script)
        return [[_number(text) for text in row] for row in texts]

    def columns(self, picture: str) -> np.ndarray:
        return np.array(self.rows(picture)).T

    def value(self, picture: str, name: str) -> float:
        return float(self.page.get_attribute(f"#lab-{picture}", f"data-{name}"))

    def kernels(self, picture: str) -> dict[str, str]:
        script = "note => ({ ...note.dataset, text: note.textContent })"
        return self.page.eval_on_selector(f"#lab-{picture} .kernels", script)

    def set(self, name: str, value: int) -> None:
        """Moves a slider to the place with this number."""
        drawn = self.page.get_attribute("#lab", "data-drawn")
        self.page.locator(f"#lab-control-{name}").fill(str(value))
        self.page.wait_for_function("before => document.getElementById('lab').dataset.drawn !== before", arg=drawn)

    def close(self) -> None:
        self.page.close()


def _number(text: str | None) -> Any:
    if text is None:
        return np.nan
    try:
        return float(text)
    except ValueError:
        return text


@pytest.fixture
def open_lab(browser):
    opened: list[Lab] = []

    def open_one(path, **settings):
        opened.append(Lab(browser, path, **settings))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture(scope="module", params=SETTINGS)
def pair(request, browser, with_outputs):
    settings = DEFAULTS | SETTINGS[request.param]
    lab = Lab(browser, with_outputs, **settings)
    yield lab, Twin(settings)
    lab.close()


def agree(found, expected, scale: float = 1.0):
    """To 1e-9 of themselves, or of the scale of what they are a difference of."""
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=1e-9, atol=1e-9 * scale)


def visited(steps):
    return [*(k for k in STEPS if k < steps), steps]


def test_the_loss_and_the_path_are_numpys(pair):
    lab, twin = pair
    path, steps = twin.path(), visited(twin.s["steps"])
    step, loss, theta0, theta1 = lab.columns("squared-error")
    agree(step, steps)
    agree(np.transpose([theta0, theta1]), path[steps], 1e-3)
    agree(loss, [twin.mse(path[k]) for k in steps], 1e-3)


def test_the_learned_line_is_numpys(pair):
    lab, twin = pair
    _, x, y, predicted = lab.columns("hypothesis")
    agree(x, twin.x)
    agree(y, twin.y)
    agree(predicted, twin.X @ twin.path()[-1])


def test_the_polynomial_is_numpys(pair):
    lab, twin = pair
    x, curve = lab.columns("fitting")
    agree(curve, twin.curve(x), np.abs(twin.curve(x)).max())


def test_the_residuals_of_two_features_are_numpys(pair):
    lab, twin = pair
    theta, residuals = twin.collinear()
    agree(lab.columns("assumptions")[3], residuals)
    agree([lab.value("assumptions", f"theta{k}") for k in range(3)], theta)
    agree(lab.value("assumptions", "mean"), residuals.mean())
    if len(residuals) > 1:
        agree(lab.value("assumptions", "variance"), residuals.var(ddof=1))


def test_the_descents_in_a_bowl_are_numpys(pair):
    lab, twin = pair
    bowl, steps = twin.bowl(), visited(twin.s["steps"])
    agree(lab.columns("single")[1], bowl[steps, 0], 1e-9)
    agree(lab.columns("several")[3], (bowl[steps] ** 2).sum(axis=1), 1e-9)


def test_r2_is_numpys(pair):
    lab, twin = pair
    for model, r2 in lab.rows("r2"):
        agree(r2, twin.r2(model))


def test_the_errors_of_all_degrees_are_numpys(pair):
    lab, twin = pair
    if twin.s["samples"] < 2:
        assert "cannot be split" in lab.page.inner_text("#lab-diagnostics")
        return
    train, validation = twin.errors()
    _, own_train, own_validation = lab.columns("diagnostics")
    agree(own_train, train)
    agree(own_validation, validation)


def test_the_cost_surface_is_numpys(pair):
    lab, twin = pair
    agree(lab.columns("surface")[1:].T, twin.surface())


def test_nothing_is_loaded_and_nothing_fails(pair):
    lab, _ = pair
    assert [url for url in lab.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    assert lab.errors == []


PICTURES = {
    "hypothesis": "predict",
    "assumptions": "residuals",
    "squared-error": "mse",
    "single": "gradient_descent",
    "several": "gradient_descent",
    "r2": "r2",
    "diagnostics": "split_mse",
    "surface": "cost_surface",
}


@pytest.fixture(scope="module")
def at_the_task(browser, with_outputs):
    lab = Lab(browser, with_outputs)
    yield lab
    lab.close()


@pytest.mark.parametrize("picture", PICTURES)
def test_the_implementations_lie_on_what_the_page_computes(at_the_task, picture):
    found = at_the_task.kernels(picture)
    hands = sum(PICTURES[picture] in names for names in _operations_of_hands())
    assert (found["state"], int(found["hands"])) == ("drawn", hands)
    assert float(found["apart"]) < 1e-12


def _operations_of_hands():
    return [{name for name in PICTURES.values() if hasattr(_module(hand), name)} for hand in lab_run.HANDS]


def _module(name):
    return lab_run.suite.import_stem(lab_run.FOLDER, name)


@pytest.mark.parametrize("picture", PICTURES)
def test_a_wrong_output_is_named_and_not_drawn(at_the_task, picture):
    found = at_the_task.kernels(picture)
    assert found["wrong"] == lab_run.WRONG
    assert f"Not drawn: {lab_run.WRONG} (wrong)" in found["text"]


def test_the_controls_stand_at_the_suites_task_at_first(at_the_task):
    read = "() => [...document.querySelectorAll('#lab-controls output')].map(each => each.textContent)"
    start = [scenes.RATE, scenes.STEPS, *scenes.THETA0]
    shown = at_the_task.page.evaluate(read)
    assert [float(text) for text in shown if re.fullmatch(r"[\d.]+", text)] == [
        scenes.SAMPLES, scenes.NOISE, *start, 3, scenes.L2, scenes.COLLINEARITY,
    ]  # fmt: skip
    assert len(at_the_task.rows("diagnostics")) == scenes.HIGHEST_DEGREE
    assert len(at_the_task.rows("surface")) == GRID


def test_a_control_that_moves_leaves_only_the_pages_own_numbers(open_lab, with_outputs):
    lab = open_lab(with_outputs)
    lab.set("noise", 9)
    assert lab.kernels("hypothesis")["state"] == "moved"
    assert lab.page.locator("#lab-hypothesis .woven").count() == 0
    assert lab.kernels("several")["state"] == "drawn"


def test_the_address_keeps_the_controls(open_lab, with_outputs):
    lab = open_lab(with_outputs)
    lab.set("noise", 9)
    assert "lab-noise=0.9" in lab.page.url
    before = lab.rows("hypothesis")
    lab.page.reload()
    lab.page.wait_for_function("() => document.documentElement.dataset.ready === 'true'")
    assert lab.rows("hypothesis") == before


def test_the_way_back_leads_to_the_runs_task(open_lab, with_outputs):
    lab = open_lab(with_outputs, noise=3, rate=1, steps=7)
    lab.page.click("#lab-back")
    lab.page.wait_for_function("() => document.getElementById('lab-back').disabled")
    assert lab.kernels("hypothesis")["state"] == "drawn"
    assert "lab-" not in lab.page.url


def test_what_the_address_cannot_mean_is_read_as_the_nearest(open_lab, with_outputs):
    lab = open_lab(with_outputs, samples=-5, noise="much", data="circle", steps=1e9)
    assert (len(lab.rows("hypothesis")), lab.errors) == (1, [])


def test_a_slider_is_moved_by_keys(open_lab, with_outputs):
    lab = open_lab(with_outputs)
    lab.page.focus("#lab-control-degree")
    lab.page.keyboard.press("ArrowRight")
    lab.page.wait_for_function(
        "() => document.getElementById('lab-control-degree').getAttribute('aria-valuetext') === '4'"
    )
    assert "degree 4" in lab.page.inner_text("#lab-fitting .caption")


def test_the_index_leads_to_every_picture(open_lab, with_outputs):
    lab = open_lab(with_outputs)
    targets = lab.page.eval_on_selector_all("#lab-index button", "each => each.map(one => one.dataset.to)")
    assert len(targets) == 10
    lab.page.click("#lab-index button[data-to=surface]")
    assert lab.page.evaluate("() => document.activeElement.closest('figure').id") == "lab-surface"


def test_every_picture_has_words_and_numbers_beside_it(at_the_task):
    pictures = at_the_task.page.locator("#lab figure")
    for i in range(pictures.count()):
        figure = pictures.nth(i)
        assert figure.locator(".values table caption").count() == 1
        named = figure.locator(".panels svg, .panels ol").evaluate_all(
            "all => all.map(one => one.getAttribute('aria-label'))"
        )
        assert all(named)
        assert named


def test_a_run_that_kept_no_outputs_still_draws_and_says_so(open_lab, without_outputs):
    lab = open_lab(without_outputs)
    assert "stored no outputs" in lab.page.inner_text("#lab-kept")
    assert lab.kernels("hypothesis")["state"] == "absent"
    assert len(lab.rows("hypothesis")) == 100


def test_outputs_whose_samples_nobody_knows_are_not_drawn(open_lab, tmp_path):
    """Predictions alone do not tell the noise they were learned from."""
    lab = open_lab(written(tmp_path, lab_run.write(tmp_path / "run", only="predict")))
    assert (lab.kernels("hypothesis")["state"], lab.page.locator("#lab-hypothesis .woven").count()) == ("moved", 0)


def test_a_run_of_another_suite_has_no_lab(open_lab, tmp_path):
    run = synthetic.write(
        tmp_path / "run", synthetic.run(["a"], {"smooth": {}}), [synthetic.ok(synthetic.case("a"), [9])]
    )
    assert open_lab(written(tmp_path, run)).page.locator("#lab").is_hidden()


def test_times_of_loops_stand_beside_those_of_whole_arrays(at_the_task):
    found = dict(at_the_task.rows("vectorization"))
    assert found["python"] == pytest.approx(400_000)
    assert "33.3×" in at_the_task.page.inner_text("#lab-vectorization .caption")


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_no_width_makes_the_page_scroll_sideways(open_lab, with_outputs, width):
    lab = open_lab(with_outputs, width=width)
    assert lab.page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_the_defaults_here_are_the_controls(at_the_task):
    names = at_the_task.page.eval_on_selector_all("#lab-controls [id]", "all => all.map(one => one.id.slice(12))")
    assert set(names) == {*DEFAULTS, "size"}, json.dumps(names)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_rule_of_access_is_broken(browser, with_outputs, width, scheme):
    opened = Page(browser, with_outputs, width, scheme)
    opened.tab.evaluate("() => document.querySelectorAll('#lab details').forEach(each => { each.open = true; })")
    opened.context.new_cdp_session(opened.tab).send("Page.setBypassCSP", {"enabled": True})
    needs("axe_playwright_python")
    [folder] = find_spec("axe_playwright_python").submodule_search_locations
    opened.tab.evaluate((Path(folder) / "axe.min.js").read_text())
    broken = opened.tab.evaluate(
        "async () => (await axe.run('#lab')).violations.map(each => each.id + each.nodes[0].html)"
    )
    opened.context.close()
    assert broken == []
