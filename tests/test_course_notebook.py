"""docs/course.ipynb: its cells run in order, and print the numbers of the course's worked examples."""

import json
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest

DOCS = Path(__file__).parents[1] / "docs"
NOTEBOOK = json.loads((DOCS / "course.ipynb").read_text())
CELLS = NOTEBOOK["cells"]

PRINTED = {
    "1 The hypothesis": ["h(4) = 14"],
    "2 Line fitting": ["MSE = 0.25"],
    "3 Assumptions": ["residuals: [0. 0. 0.] mean: 0.0 variance: 0.0"],
    "4 Squared error": ["MSE = 0"],
    "5 Descent, one variable": ["θ = 0.6, 1.08, 1.464"],
    "6 Descent, several variables": [f"after step {k}: θ = (0.8, 1.6), gradient (0, 0)" for k in (1, 2, 3)],
    "7 Vectorization": ["Xθ = [2.5 5.5 8.5] row by row: [2.5 5.5 8.5]"],
    "8 R² score": ["R² = 0.75"],
    "9 Underfitting": ["training and validation MSE: [1. 1.]"],
    "10 Cost surface": ["[[2. 1.]", " [1. 0.]]"],
}
"""What the first cell of each section prints."""


def source(cell):
    return "".join(cell["source"])


def headings(text):
    return re.findall(r"^### (.+)$", text, re.MULTILINE)


@pytest.fixture(scope="module")
def printed():
    """The lines that each cell of code prints, below the heading of its section."""
    matplotlib.use("Agg")
    names, found, section = {}, {}, ""
    for place, cell in enumerate(CELLS):
        if cell["cell_type"] == "markdown":
            section = next(iter(headings(source(cell))), section)
            continue
        with redirect_stdout(StringIO()) as out:
            exec(compile(source(cell), f"course.ipynb, cell {place}", "exec"), names)
        found.setdefault(section, []).append(out.getvalue().splitlines())
    pictures = len(plt.get_fignums())
    plt.close("all")
    return {**found, "pictures": pictures}


@pytest.mark.parametrize("section", PRINTED)
def test_a_section_prints_its_worked_example(printed, section):
    assert printed[section][0] == PRINTED[section]


def test_every_section_draws(printed):
    assert printed["pictures"] == len(PRINTED)


def test_what_is_said_of_the_pictures_is_what_is_computed(printed):
    losses = [float(line.rsplit(" ", 1)[1]) for line in printed["1 The hypothesis"][1]]
    assert len(losses) == 5
    assert losses[0] > 100 > 2 > losses[-1]
    _, [apart, together] = printed["3 Assumptions"]
    off = [max(abs(float(a) - 3), abs(float(b) - 2)) for a, b in (line_slopes(apart), line_slopes(together))]
    assert off[0] < 1 < 5 < off[1]
    _, [without, outlier] = printed["4 Squared error"]
    assert float(outlier.split()[3]) > 50 * float(without.split()[3])
    _, [line, _] = printed["8 R² score"]
    assert "'constant': 0.0" in line
    _, [last, between] = printed["9 Underfitting"]
    assert int(last.rsplit(" ", 1)[1]) < int(between.rsplit(" ", 1)[1])


def line_slopes(text):
    return re.findall(r"slopes (-?[\d.]+) and (-?[\d.]+)", text)[0]


def test_the_sections_are_those_of_the_walk_through():
    assert [each for cell in CELLS for each in headings(source(cell))] == headings((DOCS / "course.md").read_text())


def test_it_is_a_notebook_without_outputs():
    assert (NOTEBOOK["nbformat"], NOTEBOOK["metadata"]["kernelspec"]["name"]) == (4, "python3")
    assert len({cell["id"] for cell in CELLS}) == len(CELLS)
    code = [cell for cell in CELLS if cell["cell_type"] == "code"]
    assert {(cell["execution_count"], tuple(cell["outputs"])) for cell in code} == {(None, ())}
