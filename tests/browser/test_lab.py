"""The lab in Chromium: its numbers are NumPy's, at every setting; its pictures say what they are drawn from."""

import re
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image

from rooflinear.kernels import operations
from rooflinear.kernels._problem import scenes
from rooflinear.kernels._problem.shown import GRID, THETA0_RANGE, THETA1_RANGE
from rooflinear.reports.page import page
from rooflinear.reports.tables import frames, growth

from ..absent import needs
from ..reports import lab_run, synthetic
from . import twin
from .conftest import Page

COURSE: dict[str, dict[str, Any]] = {
    "hypothesis": {
        "samples": 50, "noise": 1, "draw": 0, "data": "line", "rate": 0.01, "steps": 100, "theta0": 0, "theta1": 0,
        "log": False,
    },
    "fitting": {"samples": 30, "noise": 1, "draw": 0, "data": "line", "degree": 1, "l2": 0.1, "basis": "powers"},
    "assumptions": {"samples": 100, "noise": 1, "draw": 0, "collinearity": 0, "l2": 0.01},
    "squared-error": {
        "samples": 50, "noise": 1, "draw": 0, "data": "line", "outlier": 0, "rate": 0.005, "steps": 50, "theta0": 0,
        "theta1": 0,
    },
    "single": {"theta0": 5, "rate": 0.1, "steps": 50},
    "several": {"theta0": 4, "theta1": 4, "rate": 0.1, "steps": 50, "scale": 1},
    "vectorization": {"m": 1000, "n": 50},
    "r2": {"samples": 100, "noise": 0.2, "draw": 0, "data": "line", "model": "linear"},
    "diagnostics": {"degree": 1, "samples": 50, "noise": 0.1, "draw": 0},
    "surface": {"theta0": 0, "theta1": 0, "rate": 0.05, "steps": 50, "turn": 45},
}  # fmt: skip
"""Where the controls stand at first: the course's own settings; learning rates of its halved gradients are halved."""

RANGES = {
    ("hypothesis", "noise"): (0, 10, 101),
    ("hypothesis", "rate"): (1e-4, 1, 41),
    ("hypothesis", "steps"): (0, 1000, 71),
    ("fitting", "degree"): (1, 10, 10),
    ("fitting", "l2"): (0, 10, 52),
    ("fitting", "noise"): (0, 5, 51),
    ("assumptions", "collinearity"): (0, 1, 21),
    ("assumptions", "noise"): (0, 5, 51),
    ("assumptions", "l2"): (0, 100, 62),
    ("squared-error", "noise"): (0, 5, 51),
    ("squared-error", "rate"): (0.0005, 0.05, 100),
    ("squared-error", "steps"): (0, 1000, 71),
    ("single", "theta0"): (-10, 10, 201),
    ("single", "rate"): (0.001, 1.1, 1100),
    ("single", "steps"): (0, 500, 61),
    ("several", "theta0"): (-5, 5, 101),
    ("several", "theta1"): (-5, 5, 101),
    ("several", "rate"): (0.001, 1.1, 1100),
    ("several", "steps"): (0, 500, 61),
    ("vectorization", "m"): (100, 10_000, 100),
    ("vectorization", "n"): (5, 500, 100),
    ("r2", "samples"): (20, 500, 49),
    ("r2", "noise"): (0, 2, 41),
    ("diagnostics", "degree"): (1, 20, 20),
    ("diagnostics", "samples"): (20, 500, 49),
    ("diagnostics", "noise"): (0, 1, 21),
    ("surface", "theta0"): (-10, 10, 201),
    ("surface", "theta1"): (-1, 5, 61),
    ("surface", "rate"): (0.0005, 0.5, 1000),
    ("surface", "steps"): (0, 300, 57),
}
"""The least, the largest and the number of values of a control: all of the course's, and sometimes more."""

STEPS = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 100, 144, 233, 377, 500, 610, 1000]


def written(folder, run):
    path = folder / "report.html"
    path.write_bytes(page.html([frames.load(run)]))
    return path


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    return lab_run.write(tmp_path_factory.mktemp("lab") / "run")


@pytest.fixture(scope="module")
def with_outputs(run_folder):
    return written(run_folder.parent, run_folder)


@pytest.fixture(scope="module")
def without_outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("old")
    return written(folder, lab_run.write(folder / "run", kept=False))


class Lab:
    """The page, at one address after another."""

    def __init__(self, browser: Any, path: Path, width: int = 1280, section: str = "", **settings: Any):
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.page.set_default_timeout(20_000)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        self.page.goto(f"{path.as_uri()}#{self.address(section, settings)}")
        self.page.wait_for_function("() => Number(document.documentElement.dataset.drawn) > 0")
        self.page.evaluate("() => { document.getElementById('lab-fold').open = true; }")
        shown = (
            "() => { const lab = document.getElementById('lab'); return lab.hidden || Number(lab.dataset.drawn) > 0; }"
        )
        self.page.wait_for_function(shown)

    def address(self, section: str, settings: dict[str, Any]) -> str:
        return urlencode({f"lab-{section}-{name}": str(value).lower() for name, value in settings.items()})

    def act(self, action: Any) -> None:
        drawn = self.page.get_attribute("#lab", "data-drawn")
        action()
        self.page.wait_for_function("before => document.getElementById('lab').dataset.drawn !== before", arg=drawn)

    def at(self, section: str, **settings: Any) -> dict[str, Any]:
        """Puts the controls of one section where it is said, those of all others where they stand at first."""
        words = self.address(section, settings) or "course"
        if not self.page.url.endswith(f"#{words}"):
            self.act(lambda: self.page.evaluate("words => { location.hash = words; }", words))
        return COURSE[section] | settings

    def rows(self, picture: str, part: str = ".values") -> list[list[Any]]:
        """The numbers of a picture's table, in full; NaN for what is not finite."""
        script = "rows => rows.map(row => [...row.cells].map(cell => cell.dataset.value))"
        texts = self.page.eval_on_selector_all(f"#lab-{picture} {part} tbody tr", script)
        return [[_number(text) for text in row] for row in texts]

    def columns(self, picture: str) -> np.ndarray:
        return np.array(self.rows(picture)).T

    def value(self, picture: str, name: str) -> float:
        return float(self.page.get_attribute(f"#lab-{picture}", f"data-{name}"))

    def kernels(self, picture: str) -> dict[str, str]:
        script = "note => ({ ...note.dataset, text: note.textContent })"
        return self.page.eval_on_selector(f"#lab-{picture} .kernels", script)

    def text(self, picture: str, part: str) -> str:
        return self.page.inner_text(f"#lab-{picture} {part}")

    def press(self, picture: str, preset: str) -> None:
        self.act(lambda: self.page.click(f"#lab-{picture} [data-preset={preset}]"))

    def pressed(self, picture: str) -> list[str]:
        script = "all => all.map(each => each.dataset.preset)"
        return self.page.eval_on_selector_all(f"#lab-{picture} [aria-pressed=true]", script)

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


@pytest.fixture(scope="module")
def lab(browser, with_outputs):
    """One page for all settings; it must not have asked for anything nor failed in the end."""
    opened = Lab(browser, with_outputs)
    yield opened
    assert [url for url in opened.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    assert opened.errors == []
    opened.close()


def agree(found, expected, scale: float = 1.0):
    """To 1e-9 of themselves, or of the scale of what they are a difference of."""
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=1e-9, atol=1e-9 * scale)


def visited(steps):
    return [*(k for k in STEPS if k < steps), steps]


def settings(**named: dict[str, Any]):
    return pytest.mark.parametrize("changes", named.values(), ids=[name.replace("_", " ") for name in named])


@settings(
    another_draw={},
    noisy={"noise": 10, "samples": 300},
    one_sample={"samples": 1, "noise": 0},
    diverging={"rate": 0.0316, "steps": 60},
    a_wave={"data": "wave", "theta0": -10, "theta1": 9.9, "steps": 1000},
    no_steps={"steps": 0},
)
def test_the_hypothesis_is_numpys(lab, changes):
    s = lab.at("hypothesis", **changes, draw=1)
    X, y, path = twin.descended("hypothesis", s)
    _, x, shown_y, predicted = lab.columns("hypothesis")
    assert (np.abs(x) <= 10).all()
    agree(x, X[:, 1])
    agree(shown_y, y)
    agree(predicted, X @ path[-1])
    agree([lab.value("hypothesis", f"theta{j}") for j in (0, 1)], path[-1], 1e-3)
    agree(lab.value("hypothesis", "loss"), twin.mse(X, y, path[-1]))


@pytest.mark.parametrize("steps", [100, 7, 3, 1000])
def test_the_loss_is_printed_at_every_fifth_of_the_steps(lab, steps):
    """As the course prints it: before the steps that are multiples of a fifth."""
    s = lab.at("hypothesis", draw=2, steps=steps, log=True)
    X, y, path = twin.descended("hypothesis", s)
    printed = lab.page.eval_on_selector_all(
        "#lab-hypothesis .printed li", "all => all.map(one => [Number(one.dataset.step), Number(one.dataset.value)])"
    )
    expected = [i for i in range(steps) if i % max(1, steps // 5) == 0]
    assert [step for step, _ in printed] == expected
    agree([loss for _, loss in printed], [twin.mse(X, y, path[k]) for k in expected])


def test_the_loss_curve_stands_beside_the_fit(lab):
    lab.at("hypothesis")
    labels = lab.page.eval_on_selector_all(
        "#lab-hypothesis .panels svg", "all => all.map(one => one.getAttribute('aria-label'))"
    )
    assert any("loss after each of 100 steps" in label for label in labels)
    assert len(labels) == 3


@settings(
    the_courses={},
    ten_powers={"degree": 10, "l2": 0},
    ten_powers_penalised={"degree": 10, "l2": 1},
    legendre={"degree": 7, "basis": "legendre", "l2": 1},
    few={"samples": 5, "degree": 10, "l2": 0, "data": "wave"},
)
def test_the_polynomial_is_numpys(lab, changes):
    s = lab.at("fitting", **changes, draw=1)
    x, curve = lab.columns("fitting")
    agree(curve, twin.curve(s, x), np.abs(curve).max())
    shown, y = twin.samples("fitting", s)
    agree(lab.value("fitting", "mse"), np.mean((y - twin.curve(s, shown)) ** 2))


@settings(the_courses={}, collinear={"collinearity": 1}, no_penalty={"collinearity": 1, "l2": 0}, two={"samples": 2})
def test_the_residuals_of_two_features_are_numpys(lab, changes):
    theta, residuals = twin.collinear(lab.at("assumptions", **changes, draw=1))
    agree(lab.columns("assumptions")[3], residuals)
    agree([lab.value("assumptions", f"theta{k}") for k in range(3)], theta)
    agree(lab.value("assumptions", "mean"), residuals.mean())
    agree(lab.value("assumptions", "variance"), residuals.var(ddof=1))


@settings(the_courses={}, outlier={"outlier": 100}, diverging={"rate": 0.035, "steps": 60}, a_wave={"data": "wave"})
def test_the_loss_and_the_path_are_numpys(lab, changes):
    s = lab.at("squared-error", **changes, draw=1)
    X, y, path = twin.descended("squared-error", s)
    step, loss, theta0, theta1 = lab.columns("squared-error")
    agree(step, visited(s["steps"]))
    agree(np.transpose([theta0, theta1]), path[visited(s["steps"])], 1e-3)
    agree(loss, [twin.mse(X, y, path[k]) for k in visited(s["steps"])], 1e-3)


@settings(the_courses={}, diverging={"rate": 1.02, "steps": 60}, elsewhere={"theta0": -7.5, "steps": 3, "rate": 0.35})
def test_the_descent_of_one_variable_is_numpys(lab, changes):
    s = lab.at("single", **changes)
    path = twin.descent(np.eye(1), np.zeros(1), s, [s["theta0"]])[visited(s["steps"]), 0]
    step, theta, cost = lab.columns("single")
    agree(step, visited(s["steps"]))
    agree(theta, path, 1e-9)
    agree(cost, path**2, 1e-9)
    labels = lab.page.eval_on_selector_all(
        "#lab-single .panels svg", "all => all.map(one => one.getAttribute('aria-label'))"
    )
    assert labels[:2] == ["θ after each step", "J after each step"]


@settings(the_courses={}, scaled={"scale": 3}, elsewhere={"theta0": -5, "theta1": 0.5, "rate": 0.9, "steps": 8})
def test_the_descent_of_two_variables_is_numpys(lab, changes):
    s = lab.at("several", **changes)
    rows = np.sqrt(2) * np.diag([1, s["scale"]])
    path = twin.descent(rows, np.zeros(2), s, [s["theta0"], s["theta1"]])[visited(s["steps"])]
    _, theta0, theta1, cost = lab.columns("several")
    agree(np.transpose([theta0, theta1]), path, 1e-9)
    agree(cost, path[:, 0] ** 2 + (s["scale"] * path[:, 1]) ** 2, 1e-9)


@settings(the_courses={}, noisy={"noise": 1.95, "samples": 500}, sine={"data": "wave", "noise": 0.05, "model": "sine"})
def test_r2_is_numpys(lab, changes):
    expected = twin.scores(lab.at("r2", **changes, draw=1))
    found = dict(lab.rows("r2"))
    agree([found[name] for name in expected], list(expected.values()))


@settings(the_courses={}, few={"samples": 20, "noise": 0.05}, many={"samples": 500, "noise": 1, "degree": 20})
def test_the_errors_of_both_splits_are_numpys(lab, changes):
    s = lab.at("diagnostics", **changes, draw=1)
    _, *found = lab.columns("diagnostics")
    for own, expected in zip(found, [*twin.errors(s, False), *twin.errors(s, True)], strict=True):
        agree(own, expected)
    assert "kept back" in lab.text("diagnostics", ".caption")


@settings(the_courses={}, far={"theta0": -10, "theta1": 5, "steps": 300}, turned={"turn": -120, "rate": 0.0005})
def test_the_cost_surface_is_numpys(lab, changes):
    s = lab.at("surface", **changes)
    X, y = np.column_stack([np.ones(3), [1, 2, 3]]), np.array([1.0, 2, 3])
    at = [np.linspace(*each, GRID) for each in (THETA1_RANGE, THETA0_RANGE)]
    found = lab.columns("surface")
    agree(found[0], at[0])
    agree(found[1:].T, [[twin.mse(X, y, np.array([a, b])) for a in at[1]] for b in at[0]], 1e-3)
    path = twin.descent(X, y, s, [s["theta0"], s["theta1"]])
    agree([lab.value("surface", f"theta{j}") for j in (0, 1)], path[-1], 1e-3)
    agree([lab.value("surface", "best0"), lab.value("surface", "best1")], [0, 1])


def test_the_surface_is_drawn_in_the_colours_of_its_scale_and_turns(lab):
    lab.at("surface")
    tile = "() => [...document.querySelectorAll('#lab-surface .tile-3d')].map(one => one.getAttribute('d')).join()"
    levels = "all => all.map(one => parseFloat(one.style.getPropertyValue('--level')))"
    before = lab.page.evaluate(tile)
    found = lab.page.eval_on_selector_all("#lab-surface .tile-3d", levels)
    assert len(found) == (GRID - 1) ** 2
    assert 0 <= min(found) < 10
    assert 90 < max(found) <= 100
    rings = lab.page.eval_on_selector_all("#lab-surface .ring.coloured", levels)
    assert rings == sorted(rings)
    box = lab.page.locator("#lab-surface .turns").bounding_box()
    lab.page.locator("#lab-surface .turns").scroll_into_view_if_needed()
    box = lab.page.locator("#lab-surface .turns").bounding_box()
    lab.page.mouse.move(box["x"] + 200, box["y"] + 100)
    lab.page.mouse.down()
    lab.act(lambda: lab.page.mouse.move(box["x"] + 300, box["y"] + 100))
    lab.page.mouse.up()
    assert "lab-surface-turn=-5" in lab.page.url
    assert lab.page.evaluate(tile) != before


def test_the_scale_of_the_colours_ends_at_the_largest_cost(lab):
    """Its numbers stand at quarters of the length, which is the height to the power 1/2.5."""
    lab.at("surface")
    most = np.max([row[1:] for row in lab.rows("surface")])
    texts = lab.page.locator("#lab-surface .panels svg[aria-label^='The scale'] .tick").all_text_contents()
    assert [float(each) for each in texts] == pytest.approx(most * np.linspace(0, 1, 5) ** 2.5, rel=5e-3)


def test_two_bars_stand_for_any_size_as_the_fits_say(lab, run_folder):
    lab.at("vectorization", m=4000, n=200)
    fits = growth.fits(frames.load(run_folder)).set_index("implementation")
    for name, ns, source in lab.rows("vectorization"):
        misfit = fits.loc[name, "misfit"]
        expected = growth.predict(fits.loc[name], 8 * (4000 * 200 + 2 * 4000 + 200), 4000)
        assert ns == pytest.approx(expected, rel=1e-4)
        assert source.startswith("fitted, ±"), misfit
    assert lab.page.locator("#lab-vectorization .whole:first-child .bar.fitted").count() == 2
    widths = lab.page.eval_on_selector_all(
        "#lab-vectorization .whole:first-child .bar", "all => all.map(one => parseFloat(one.style.width))"
    )
    times = [row[1] for row in lab.rows("vectorization")]
    assert widths == pytest.approx([100 * each / max(times) for each in times], abs=0.01)


def test_a_size_that_was_measured_shows_what_was_measured(lab):
    lab.at("vectorization", m=1000, n=50)
    assert [row[1:] for row in lab.rows("vectorization")] == [[3_900_000, "measured"], [260_000, "measured"]]
    assert lab.page.locator("#lab-vectorization .whole:first-child .bar.fitted").count() == 0
    assert "15.0×" in lab.text("vectorization", ".caption")


def test_all_implementations_stand_behind_at_a_measured_size(lab):
    lab.at("vectorization", size="m=100 n=2")
    assert lab.page.locator("#lab-vectorization .ladder[open] li").count() == len(lab_run.HANDS) + 1


def test_the_controls_stand_at_the_courses_settings_at_first(lab):
    lab.at("hypothesis")
    script = """sections => Object.fromEntries(Object.entries(sections).map(([section, names]) => [section,
      Object.fromEntries(names.map((name) => {
        const input = document.getElementById(`lab-control-${section}-${name}`);
        const output = input.closest('label').querySelector('output');
        return [name, input.type === 'checkbox' ? input.checked : output ? output.textContent : input.value];
      }))]))"""
    shown = lab.page.evaluate(script, {section: list(s) for section, s in COURSE.items()})
    read = {
        section: {
            name: value if isinstance(value, bool) else _number(value.replace(",", "").rstrip("°"))
            for name, value in s.items()
        }
        for section, s in shown.items()
    }
    assert read == {section: s | ({"draw": "the run’s"} if "draw" in s else {}) for section, s in COURSE.items()}
    assert all(lab.pressed(section) == ["course"] for section in COURSE)


def test_the_tasks_of_a_run_stand_where_the_controls_do():
    for section in ("hypothesis", "squared-error"):
        s = COURSE[section]
        start = (scenes.SAMPLES[section], scenes.NOISE[section], scenes.RATE[section], scenes.STEPS[section])
        assert start == (s["samples"], s["noise"], s["rate"], s["steps"])
        assert scenes.THETA0[section] == (s["theta0"], s["theta1"])
    assert scenes.THETA0["single"][0] == COURSE["single"]["theta0"]
    assert scenes.THETA0["several"] == (COURSE["several"]["theta0"], COURSE["several"]["theta1"])
    assert (scenes.COLLINEARITY, scenes.NOISE["assumptions"], scenes.L2) == (0, 1, 0.01)


@pytest.mark.parametrize(("section", "name"), RANGES)
def test_a_control_has_the_courses_range(lab, section, name):
    least, most, count = RANGES[section, name]
    slider = lab.page.locator(f"#lab-control-{section}-{name}")
    assert int(slider.get_attribute("max")) == count - 1
    ends = []
    move = "(it, place) => { it.value = place; it.dispatchEvent(new Event('input')); }"
    for place in (0, count - 1):
        lab.act(lambda place=place: slider.evaluate(move, place))
        ends.append(float(slider.get_attribute("aria-valuetext").replace(",", "")))
    assert ends == [least, most]


EXAMPLES: dict[str, dict[str, list[float]]] = {
    "hypothesis": {"Multiply": [12], "h(4)": [14]},
    "fitting": {
        "h(1)": [3.5], "h(2)": [5.5], "h(3)": [7.5], "Error 1": [0.5], "Error 2": [0.5], "Error 3": [0.5],
        "Squared error 1": [0.25], "Squared error 2": [0.25], "Squared error 3": [0.25], "Sum": [0.75], "MSE": [0.25],
    },
    "assumptions": {
        "h(1)": [5], "h(2)": [8], "h(3)": [11], "Residual 1": [0], "Residual 2": [0], "Residual 3": [0], "Mean": [0],
        "Variance": [0],
    },
    "squared-error": {
        "h(2)": [5], "h(3)": [7], "h(4)": [9], "Error 1": [0], "Error 2": [0], "Error 3": [0], "Squared error 1": [0],
        "Squared error 2": [0], "Squared error 3": [0], "Sum": [0], "MSE": [0],
    },
    "single": {
        "Gradient": [-6, -4.8, -3.84], "θ after step 1": [0.6], "θ after step 2": [1.08], "θ after step 3": [1.464],
    },
    "several": {
        "g₀": [-8, 0, 0], "g₁": [-16, 0, 0], "θ₀ after step 1": [0.8], "θ₁ after step 1": [1.6],
        "θ₀ after step 2": [0.8], "θ₁ after step 2": [1.6], "θ₀ after step 3": [0.8], "θ₁ after step 3": [1.6],
    },
    "vectorization": {
        "Row 1, column 1": [0.5], "Row 1, column 2": [2], "ŷ₁": [2.5], "Row 2, column 1": [1.5],
        "Row 2, column 2": [4], "ŷ₂": [5.5], "Row 3, column 1": [2.5], "Row 3, column 2": [6], "ŷ₃": [8.5],
    },
    "r2": {
        "Mean of y": [5], "Squared residual 1": [1], "Squared residual 2": [0], "Squared residual 3": [1], "SSres": [2],
        "Squared deviation 1": [4], "Squared deviation 2": [0], "Squared deviation 3": [4], "SStot": [8], "R²": [0.75],
    },
    "diagnostics": {
        "Training, squared error 1": [1], "Training, squared error 2": [1], "Training sum": [2], "Training MSE": [1],
        "Validation, squared error 1": [1], "Validation, squared error 2": [1], "Validation sum": [2],
        "Validation MSE": [1],
    },
    "surface": {"J(1, −4)": [2], "J(2, −4)": [1], "J(1, −3)": [1], "J(2, −3)": [0]},
}  # fmt: skip
"""Each step of the course's worked examples, with the gradient of the two-variable descent as it is."""


@pytest.mark.parametrize("section", EXAMPLES)
def test_a_worked_example_shows_the_numbers_of_each_step(lab, section):
    lab.at(section)
    lab.press(section, "example")
    found: dict[str, list[float]] = {}
    for name, _, value in lab.rows(section, ".steps"):
        found.setdefault(name, []).append(value)
    assert list(found) == list(EXAMPLES[section])
    for name, values in EXAMPLES[section].items():
        assert found[name] == pytest.approx(values, abs=1e-15), name
    assert lab.pressed(section) == ["example"]
    assert lab.page.locator(f"#lab-{section} .panels svg").count() >= 1
    lab.press(section, "course")
    assert lab.page.locator(f"#lab-{section} .worked tr").count() == 0
    assert lab.pressed(section) == ["course"]


RETURNED = {
    "hypothesis": [[14]],
    "fitting": [[0.25]],
    "assumptions": [[0, 0, 0]],
    "squared-error": [[0]],
    "single": [[0.6], [1.08], [1.464]],
    "several": [[0.8, 1.6]] * 3,
    "vectorization": [[2.5, 5.5, 8.5]],
    "r2": [[0.75]],
    "diagnostics": [[1, 1]],
    "surface": [[2, 1, 1, 0]],
}
"""What an implementation returns for each input of a worked example: of the descents, after each step."""

ASKED = {
    section: [task for task in operations.SHOWN if re.fullmatch(rf"example-{section}(-\d)?", task.name)]
    for section in RETURNED
}


@pytest.mark.parametrize("section", RETURNED)
def test_a_worked_example_shows_what_every_implementation_returned_for_its_input(lab, section):
    lab.at(section)
    lab.press(section, "example")
    tasks = ASKED[section]
    named = []
    for *outputs, error, by in lab.rows(section, ".answers"):
        shown = [[float(each) for each in str(output).split()] for output in outputs]
        assert len(shown) == len(RETURNED[section])
        for values, expected in zip(shown, RETURNED[section], strict=True):
            assert values == pytest.approx(expected, abs=1e-14)
        assert error <= 1e-14
        for name in by.split():
            kept = [lab_run.called(name, task, task.inputs(np.dtype("float64"))) for task in tasks]
            assert shown == [np.ravel(each).tolist() for each in kept], name
        named += by.split()
    operation = tasks[0].operation
    has = [hand for hand in lab_run.HANDS if hasattr(_module(hand), operation)]
    assert sorted(named) == sorted(has)
    told = lab.text(section, ".returned")
    assert f"Wrong: {lab_run.WRONG} (wrong: error 2 exceeds the bound 1e-15)" in told
    assert (f"Not measured in this run for {operation}: " in told) == (len(has) < len(lab_run.HANDS))
    assert f"What {operation} returned for this input, in float64" in lab.text(section, ".worked")


def test_a_descent_shows_what_was_returned_up_to_where_the_steps_stand(lab):
    lab.at("single", example=1, theta0=0, rate=0.1, steps=2)
    heads = lab.page.locator("#lab-single .answers thead th").all_inner_texts()
    assert heads == ["θ after step 1", "θ after step 2", "largest error", "by"]


def test_a_worked_example_that_was_moved_says_so_instead_of_what_was_returned(lab):
    lab.at("several", example=1, theta0=1, theta1=0, rate=0.1, steps=3)
    assert lab.page.get_attribute("#lab-several .returned", "data-state") == "moved"
    assert lab.page.locator("#lab-several .answers").count() == 0


def test_a_run_from_before_worked_examples_were_recorded_says_so(open_lab, without_outputs):
    lab = open_lab(without_outputs)
    for section, state, words in (
        ("hypothesis", "absent", "This run did not record"),
        ("r2", "unmeasured", "This run did not measure r2"),
    ):
        lab.press(section, "example")
        assert lab.page.get_attribute(f"#lab-{section} .returned", "data-state") == state
        assert words in lab.text(section, ".returned")
        assert lab.page.locator(f"#lab-{section} .steps tbody tr").count() > 1


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("fitting", ["0.125", "PyTorch and TensorFlow versions do not"]),
        ("squared-error", ["half the gradient", "0.01 there is 0.005 here"]),
        ("several", ["1.6 and 3.2", "(0.64, 1.28)", "2 · (0.8 + 2 · 1.6 − 4) = 2 · 0 = 0"]),
        ("surface", ['indexing "ij"', "transposed"]),
    ],
)
def test_where_the_course_errs_is_told_with_why(lab, section, words):
    lab.at(section)
    lab.press(section, "example")
    told = lab.text(section, ".errs")
    assert all(each in told for each in words)


def test_controls_move_within_a_worked_example_but_not_its_data(lab):
    lab.at("squared-error", example=1, theta0=2, theta1=2, steps=0)
    assert lab.rows("squared-error", ".steps")[-1][2] == 1
    disabled = lab.page.eval_on_selector_all(
        "#lab-squared-error :is(input, select):disabled", "all => all.map(one => one.id)"
    )
    names = ["samples", "noise", "draw", "data", "outlier", "rate", "steps"]
    assert disabled == [f"lab-control-squared-error-{name}" for name in names]


def test_every_what_if_sets_its_controls_and_says_what_to_look_at(lab):
    lab.at("hypothesis")
    for section in COURSE:
        count = lab.page.locator(f"#lab-{section} [data-preset^=what]").count()
        assert count >= 3, section
        told = set()
        for i in range(count):
            lab.press(section, f"what-{i}")
            assert lab.pressed(section) == [f"what-{i}"]
            told.add(lab.text(section, ".told"))
            assert lab.text(section, ".told").startswith("What if: ")
        assert len(told) == count


def test_what_the_what_ifs_say_happens(lab):
    """Their words, in numbers."""
    lab.at("hypothesis")
    lab.press("hypothesis", "what-0")
    assert len(set(lab.columns("hypothesis")[3])) == 1
    lab.press("hypothesis", "what-2")
    assert lab.value("hypothesis", "loss") > 1e3
    lab.press("fitting", "what-0")
    many = lab.value("fitting", "r2")
    lab.press("fitting", "course")
    assert many > lab.value("fitting", "r2")
    lab.press("assumptions", "what-0")
    assert np.abs([lab.value("assumptions", f"theta{j}") - slope for j, slope in ((1, 3), (2, 2))]).min() > 5
    lab.press("assumptions", "what-1")
    assert np.abs([lab.value("assumptions", f"theta{j}") - slope for j, slope in ((1, 3), (2, 2))]).max() < 1
    lab.press("squared-error", "what-1")
    assert (np.diff(lab.columns("squared-error")[1]) > 0).all()
    lab.press("squared-error", "what-0")
    assert lab.columns("squared-error")[1, -1] > 150
    lab.press("single", "what-0")
    assert (np.diff(lab.columns("single")[1]) <= 0).all()
    lab.press("several", "what-2")
    assert lab.columns("several")[2, -1] ** 2 > 16
    lab.press("r2", "what-2")
    assert dict(lab.rows("r2"))["linear"] < -1
    lab.press("diagnostics", "what-1")
    _, _, far, train, between = lab.columns("diagnostics")
    assert train[17] < train[4]
    assert between[17] > between[4]
    assert far[17] > 1e3
    lab.press("diagnostics", "what-2")
    assert lab.columns("diagnostics")[4, 17] < between[17]


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


@pytest.mark.parametrize("picture", PICTURES)
def test_the_implementations_lie_on_what_the_page_computes(lab, picture):
    lab.at("hypothesis")
    found = lab.kernels(picture)
    hands = sum(PICTURES[picture] in names for names in _operations_of_hands())
    assert (found["state"], int(found["hands"])) == ("drawn", hands)
    assert float(found["apart"]) < 1e-11


def _operations_of_hands():
    return [{name for name in PICTURES.values() if hasattr(_module(hand), name)} for hand in lab_run.HANDS]


def _module(name):
    return lab_run.suite.import_stem(lab_run.FOLDER, name)


@pytest.mark.parametrize("picture", PICTURES)
def test_a_wrong_output_is_named_and_not_drawn(lab, picture):
    lab.at("hypothesis")
    found = lab.kernels(picture)
    assert found["wrong"] == lab_run.WRONG
    assert f"Not drawn: {lab_run.WRONG} (wrong)" in found["text"]


def test_a_control_that_moves_leaves_only_the_pages_own_numbers_in_its_picture(lab):
    lab.at("hypothesis", noise=0.9)
    assert lab.kernels("hypothesis")["state"] == "moved"
    assert lab.page.locator("#lab-hypothesis .woven").count() == 0
    assert lab.kernels("squared-error")["state"] == "drawn"


def test_the_address_keeps_the_controls(open_lab, with_outputs):
    lab = open_lab(with_outputs)
    lab.act(lambda: lab.page.locator("#lab-control-hypothesis-noise").fill("9"))
    assert "lab-hypothesis-noise=0.9" in lab.page.url
    before = lab.rows("hypothesis")
    lab.page.reload()
    lab.page.wait_for_function("() => Number(document.documentElement.dataset.drawn) > 0")
    assert lab.rows("hypothesis") == before


def test_the_way_back_leads_to_the_courses_settings(lab):
    lab.at("hypothesis", noise=3, rate=1, steps=7)
    lab.press("hypothesis", "course")
    assert lab.kernels("hypothesis")["state"] == "drawn"
    assert "lab-" not in lab.page.url


def test_what_the_address_cannot_mean_is_read_as_the_nearest(lab):
    lab.at("hypothesis", samples=-5, noise="much", data="circle", steps=1e9, log="perhaps")
    assert len(lab.rows("hypothesis")) == 1


def test_a_slider_is_moved_by_keys(lab):
    lab.at("fitting")
    lab.page.focus("#lab-control-fitting-degree")
    lab.act(lambda: lab.page.keyboard.press("ArrowRight"))
    assert lab.page.get_attribute("#lab-control-fitting-degree", "aria-valuetext") == "2"
    assert "degree 2" in lab.text("fitting", ".caption")


def test_the_index_leads_to_every_picture(lab):
    targets = lab.page.eval_on_selector_all("#lab-index button", "each => each.map(one => one.dataset.to)")
    assert targets == list(COURSE)
    lab.page.click("#lab-index button[data-to=surface]")
    assert lab.page.evaluate("() => document.activeElement.closest('figure').id") == "lab-surface"


def test_every_picture_has_words_and_numbers_beside_it(lab):
    lab.at("hypothesis")
    pictures = lab.page.locator("#lab figure")
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
    assert len(lab.rows("hypothesis")) == 50


def test_outputs_whose_samples_nobody_knows_are_not_drawn(open_lab, tmp_path):
    """Predictions alone do not tell the noise they were learned from."""
    lab = open_lab(written(tmp_path, lab_run.write(tmp_path / "run", only="predict")))
    assert (lab.kernels("hypothesis")["state"], lab.page.locator("#lab-hypothesis .woven").count()) == ("moved", 0)


def test_a_run_of_another_suite_has_no_lab(open_lab, tmp_path):
    run = synthetic.write(
        tmp_path / "run", synthetic.run(["a"], {"smooth": {}}), [synthetic.ok(synthetic.case("a"), [9])]
    )
    assert open_lab(written(tmp_path, run)).page.locator("#lab").is_hidden()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_no_width_makes_the_page_scroll_sideways(open_lab, with_outputs, width):
    lab = open_lab(with_outputs, width=width)
    for section in COURSE:
        lab.press(section, "example")
    assert lab.page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_no_rule_of_access_is_broken(browser, with_outputs, width, scheme):
    opened = Page(browser, with_outputs, width, scheme)
    opened.tab.evaluate("() => document.querySelectorAll('#lab details').forEach(each => { each.open = true; })")
    opened.tab.evaluate("() => document.querySelectorAll('#lab [data-preset=example]').forEach(each => each.click())")
    opened.tab.wait_for_function("() => document.querySelectorAll('#lab .steps').length === 10")
    opened.context.new_cdp_session(opened.tab).send("Page.setBypassCSP", {"enabled": True})
    needs("axe_playwright_python")
    [folder] = find_spec("axe_playwright_python").submodule_search_locations
    opened.tab.evaluate((Path(folder) / "axe.min.js").read_text())
    broken = opened.tab.evaluate(
        "async () => (await axe.run('#lab')).violations.map(each => each.id + each.nodes[0].html)"
    )
    opened.context.close()
    assert broken == []


def test_the_pictures_of_the_course_are_taken_from_a_page_as_it_opens(browser, with_outputs, tmp_path):
    found = spec_from_file_location(
        "course_pictures", Path(__file__).resolve().parents[2] / "docs" / "course_pictures.py"
    )
    course_pictures = module_from_spec(found)
    found.loader.exec_module(course_pictures)
    tab = browser.new_page(viewport=course_pictures.VIEW)
    tab.set_default_timeout(20_000)
    tab.goto(with_outputs.as_uri())
    tab.wait_for_function(course_pictures.READY)
    course_pictures.prepare(tab)
    course_pictures.take(tab, "single", "example", tmp_path)
    with Image.open(tmp_path / "single.png") as picture:
        assert picture.width > 800
        assert len(picture.convert("RGB").getcolors(2**16)) > 10  # something is drawn
    tab.close()
