"""The page's advice is that of ``rooflinear advise``, word for word, for one call and for many."""

import math
from pathlib import Path

import numpy as np
import pytest

from rooflinear.bench.records import words
from rooflinear.reports import advice_text
from rooflinear.reports.page import page_data
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.advice import advise
from rooflinear.reports.tables.asked import Question
from rooflinear.reports.tables.at_size import NOWHERE
from rooflinear.reports.tables.speedups import AHEAD, UNKNOWN_LEAD, WITHIN_NOISE

from .. import synthetic
from ..synthetic import case, costs, ok
from .scripts import script_answers

HOLE = {"m": 10_000, "n": 50}
SIZES = [{"m": 1000, "n": 10}, {"m": 300, "n": 20}, HOLE, {"m": 10_000, "n": 2}]
"""Measured, between four sizes, in the hole of the grid, and where one was disturbed."""

CALLS = [None, 1, 100, 30_000, 1_000_000]
LAWS = {"numpy": (2000, 0.4, 3e4, 4e7), "scipy_blas": (1990, 0.41, 3e4, 1e8), "numba": (500, 0.1, 4e8, 3e8),
        "torch": (9000, 0.2, 2e6, 2e9)}  # fmt: skip
"""Fixed cost, slope, first call and import in ns."""

ALL_FLAGGED = {number: {"steal_ticks": 1} for number in range(6)}

answers = pytest.fixture(scope="module")(script_answers)


def timed(name, m, n, block, rng):
    fixed, slope, first, imported = LAWS[name]
    moved, stated = costs(m, n)
    disturbed = {"flags": ALL_FLAGGED} if (name, m, n) == ("torch", 10_000, 2) else {}
    return ok(
        case(name, sizes={"m": m, "n": n}),
        (fixed + slope * moved) * math.exp(0.02 * rng.normal()) * np.exp(0.01 * rng.normal(size=6)),
        block=block,
        first_call_ns=round(first * math.exp(0.1 * rng.normal()) + slope * moved),
        import_ns=round(imported * math.exp(0.05 * rng.normal())),
        **stated,
        **disturbed,
    )


def run_of(blocks, ns=(2, 10, 50)):
    """A grid with a hole, measured in so many processes; torch was not asked for at one size."""
    rng = np.random.default_rng(11)
    results = [
        timed(name, m, n, block, rng)
        for block in range(blocks)
        for m in (100, 1000, 10_000)
        for n in ns
        for name in LAWS
        if {"m": m, "n": n} != HOLE and (name, m, n) != ("torch", 1000, 10)
    ]
    return frames.tables(Path(f"of{blocks}"), synthetic.run(list(LAWS), {}), results)


@pytest.fixture(scope="module", params=[1, 3], ids=lambda blocks: f"{blocks} processes")
def measured(request):
    return run_of(request.param)


def told(answers, tables, asked):
    """The page's advice on each of these questions."""
    return answers(
        "[0].map(() => { const run = prepared(given.data); const view = run.views[0];"
        " const base = { view, baseline: run.baseline, direct: false, moved: false };"
        " return given.asked.map((each) => { const found = advise(run,"
        " { ...base, size: each.size, calls: each.calls ?? Infinity, imports: each.imports });"
        " return { text: paragraph(found), verdict: found.verdict, level: found.level, plain: found.plain,"
        " ranked: found.ranked.map((row) => [row.implementation, row.time, row.low, row.high, row.behind.ratio,"
        " row.behind.low, row.behind.high]) }; }); })[0]",
        {"data": page_data.run_data(tables), "asked": asked},
    )


def questions():
    """Each size with each number of calls, which includes the import at two of the four sizes."""
    return [
        {"size": size, "calls": calls, "imports": bool(calls and (row + column) % 2)}
        for row, size in enumerate(SIZES)
        for column, calls in enumerate(CALLS)
    ]


def numbers(values):
    return [math.nan if value is None else value for value in values]


def test_advice_is_the_same(answers, measured):
    asked = questions()
    verdicts = set()
    for question, found in zip(asked, told(answers, measured, asked), strict=True):
        calls = question["calls"]
        expected = advise(measured, Question(question["size"], calls=calls, imports=question["imports"]))
        assert found["text"] == advice_text.paragraph(expected)
        assert (found["verdict"], found["level"]) == (expected.verdict, expected.level)
        assert found["plain"] == expected.no_new_package
        assert [row[0] for row in found["ranked"]] == [each.implementation for each in expected.ranked]
        for (_, *values), each in zip(found["ranked"], expected.ranked, strict=True):
            cost = [value / (calls or 1) if value else math.nan for value in ends(each.total_ns)]
            assert numbers(values) == pytest.approx([*cost, *numbers(ends(each.behind))], rel=1e-4, nan_ok=True)
        verdicts.add(found["verdict"])
    assert verdicts >= {AHEAD, UNKNOWN_LEAD} if len(measured.results[0]) == 1 else {AHEAD, WITHIN_NOISE}


def test_between_two_sizes_both_widen_the_interval_alike(answers):
    tables, size = run_of(1, ns=(2, 50)), {"m": 1000, "n": 10}
    [found] = told(answers, tables, [{"size": size, "calls": None, "imports": False}])
    expected = advise(tables, Question(size))
    assert found["text"] == advice_text.paragraph(expected)
    times = [row[1:4] for row in found["ranked"]]
    assert times == [pytest.approx(ends(each.total_ns), rel=1e-4) for each in expected.ranked]
    assert all(high / low > 1.2 for _, low, high in times)


def ends(found):
    return found.value, found.low, found.high


def test_a_first_call_read_in_three_processes_ranks_and_one_read_once_does_not(answers):
    asked = [{"size": SIZES[0], "calls": 1, "imports": True}]
    [once], [thrice] = (told(answers, run_of(blocks), asked) for blocks in (1, 3))
    assert once["verdict"] == UNKNOWN_LEAD
    assert thrice["verdict"] == AHEAD


def test_the_cheapest_of_each_number_of_calls_is_that_of_advice(answers, measured):
    found = answers(
        "[0].map(() => { const run = prepared(given.data); const view = run.views[0]; return cheapest(run,"
        " { view, baseline: run.baseline, direct: false, moved: false, size: given.size, calls: 7, imports: true });"
        " })[0]",
        {"data": page_data.run_data(measured), "size": SIZES[0]},
    )
    assert [row["calls"] for row in found] == [1, 7, *(10**power for power in range(1, 7))]
    for row in found:
        expected = advise(measured, Question(SIZES[0], calls=row["calls"], imports=True))
        assert (row["winner"], row["verdict"]) == (expected.use, expected.verdict)
        assert numbers(row["total"]) == pytest.approx(numbers(ends(expected.ranked[0].total_ns)), rel=1e-4, nan_ok=True)
    assert len({row["winner"] for row in found}) > 1


def test_one_that_was_not_asked_for_has_a_row_with_its_reason(answers, measured):
    rows = answers(
        "[0].map(() => { const run = prepared(given.data); const view = run.views[0];"
        " return standing(run, { view, direct: true, moved: false, calls: Infinity, size: given.size })"
        " .map((row) => [row.implementation, row.time, row.reason]); })[0]",
        {"data": without_fits(page_data.run_data(measured)), "size": SIZES[0]},
    )
    assert rows[-1] == ["torch", None, "left out: the preset standard measures it at other sizes only"]
    assert {each.source for each in advise(measured, Question(SIZES[0])).ranked} != {NOWHERE}
    assert words(SIZES[0]) == "m=1000 n=10"


def without_fits(data):
    """Where no fit tells its time."""
    return data | {"fits": {name: [] for name in data["fits"]}}
