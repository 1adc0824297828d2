"""A run of 25,000 results is still a page that opens, and answers every control."""

import pytest

from rooflinear.reports.page import page
from rooflinear.reports.tables import frames

from ..reports import synthetic
from .conftest import Page

IMPLEMENTATIONS, OPERATIONS = 20, 10
MS = [round(100 * 1.5**step) for step in range(25)]
NS = range(4, 21, 4)
CASES = IMPLEMENTATIONS * OPERATIONS * len(MS) * len(NS)
MOST_BYTES = 2_500_000


@pytest.fixture(scope="module")
def many(browser, folder):
    operations = {f"operation_{number}": {"sizes": ["m", "n"]} for number in range(OPERATIONS)}
    names = [f"kernel_{number}" for number in range(IMPLEMENTATIONS)]
    results = [
        synthetic.ok(synthetic.case(name, operation=operation, sizes={"m": m, "n": n}), [1000 + place * m * n] * 3)
        for place, name in enumerate(names)
        for operation in operations
        for m in MS
        for n in NS
    ]
    path = folder / "many.html"
    path.write_bytes(page.html([frames.tables(folder / "many", synthetic.run(names, operations), results)]))
    assert path.stat().st_size < MOST_BYTES
    return Page(browser, path)


def test_all_of_them_are_there(many):
    assert CASES == 25_000
    assert f"{CASES:,} in the run" in many.text("#count")
    assert many.said == []


def test_a_control_answers(many):
    many.choose(charts=False, operation="operation_7", size=f"m={MS[9]} n=4", baseline="kernel_3")
    times = {name: float(time) for name, _, time, *_ in many.rows("#bars")}
    assert times == pytest.approx({f"kernel_{k}": 1000 + k * MS[9] * 4 for k in range(IMPLEMENTATIONS)}, rel=2e-5)


def test_the_table_of_all_cases_finds_one(many):
    many.choose(charts=False, scope="run", find=f"operation_9 kernel_19 m={MS[-1]} n=20")
    assert len(many.rows("#cases")) == 1
    many.choose(charts=False, scope="run")
    many.act(lambda: many.tab.click("#more"))
    assert len(many.rows("#cases")) == 62
