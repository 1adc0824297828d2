"""What both Python and the page's script compute is the same: the script answers for values that Python writes."""

import itertools
import math
import re
import shlex
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rooflinear.bench.records import words
from rooflinear.reports import palette, units
from rooflinear.reports.page import page, page_data, page_words
from rooflinear.reports.tables import estimates, frames, run_command
from rooflinear.reports.tables.advice import advise
from rooflinear.reports.tables.asked import Question
from rooflinear.reports.tables.estimates import BETWEEN, NOT_TIMED, TOO_FEW, WIDENED, WITHIN, Estimate, unpaired_ratio
from rooflinear.reports.tables.speedups import AHEAD, ALONE, NOBODY, UNKNOWN_LEAD, break_even, verdict_of
from rooflinear.reports.tables.views import views

from .. import synthetic
from ..synthetic import case, costs, ok
from .scripts import script_answers

HALFWAY = [0.125, 0.625, 1.125, 2.125, 62.25, 1000.5, 2500.5, 999.5, 1.0625, 1125.0, 1536.0, 1.5625e-4]
EDGES = [
    None,
    0.0,
    1.0,
    -1.0,
    -2.5e9,
    9.994,
    9.995,
    99.95,
    999.4,
    999.6,
    1e3,
    999_499.0,
    999_999.7,
    1e6,
    1e-3,
    9.999e-4,
]
WIDE = [scale * factor for scale in (1.0, 2.345678, 9.9951) for factor in (10.0**power for power in range(-12, 16))]
VALUES = [*EDGES, *HALFWAY, *WIDE]
LEADS = [None, 1.0, 1 + 1e-9, 1.00001, 1.0000101, 1.04, 1.0625, 1.0949, 1.095, 1.0951, 2.5, 12.25, 1e7, 0.98]
INVERSES = [1 / lead for lead in LEADS if lead] + [0.1, 1e-7, 0.9949, 0.9951, 0.99501]
SHARES = [None, 0.0, 1e-9, 9.99e-6, 1e-5, 1.5e-4, 9.99e-4, 1e-3, 0.0625, 0.0994, 0.0995, 0.125, 0.995, 1.0, 9.99, 1.04]


answers = pytest.fixture(scope="module")(script_answers)


def close(found, expected):
    told = [math.nan if value is None else value for value in found]
    return told == pytest.approx(expected, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    ("theirs", "ours", "values"),
    [
        ("digits", units.digits, VALUES),
        ("timeText", units.time_text, VALUES),
        ("shortTime", units.short_time, [*VALUES, 6e10, 1.5e9]),
        ("bytesText", units.bytes_text, VALUES),
        ("rateText", units.rate_text, [*VALUES, 1.23e4]),
        ("flopsText", units.flops_text, VALUES),
        ("ratioText", units.ratio_text, VALUES),
        ("leadText", units.lead_text, LEADS),
        ("speedText", units.speed_text, [*VALUES, *LEADS, *INVERSES]),
        ("percent", units.percent_text, SHARES),
    ],
)
def test_numbers_are_written_alike(answers, theirs, ours, values):
    assert answers(f"given.map((value) => {theirs}(value))", values) == [ours(value) for value in values]


def test_ends_of_a_ratio_are_written_alike(answers):
    ends = [(low, high) for low in (None, 0.1, 0.5, 0.9996, 1.0, 2.4) for high in (None, 0.125, 0.9996, 1.0004, 2.6)]
    found = answers("given.map(([low, high]) => speedRange(low, high))", ends)
    assert found == [units.speed_range(*each) for each in ends]


def test_a_ratio_below_one_is_told_as_slower():
    assert [units.speed_text(ratio) for ratio in (0.1106, 0.9996, 1.0, 2.5)] == [
        *("9.04× slower", "1.00×", "1.00×", "2.50×")
    ]
    ends = [(2.4, 2.6), (0.1, 0.125), (0.8, 1.25), (0.8, 0.9996), (None, 2.0)]
    assert [units.speed_range(*each) for each in ends] == [
        *("2.40 – 2.60×", "8.00 – 10.0× slower", "1.25× slower – 1.25×", "1.25× slower – 1.00×", "")
    ]


def test_numbers_are_written_as_people_expect():
    """Else both could be wrong alike."""
    assert [units.digits(value) for value in (0, 1.125, 2505, 1e6, 1.5e10, 1.234e-5)] == [
        *("0", "1.13", "2,510", "1.00e6", "1.50e10", "1.23e-5")
    ]
    assert [units.digits(value) for value in (999.6, 123_456.7, -98_765, 999_499, 999_500, 9.996e-4)] == [
        *("1,000", "123,000", "-98,800", "999,000", "1.00e6", "0.00100")
    ]
    assert [units.time_text(1.234567e15), units.bytes_text(1023), units.ratio_text(9043)] == [
        *("1.23e6 s", "1,020 B", "9,040×")
    ]
    assert units.time_text(0) == "0 ns"
    assert units.rate_text(12_300) == "12.3 kB/s"
    assert [units.lead_text(lead) for lead in (1.0, 1.0625, 1.04, 2.5)] == ["0.0 %", "6.3 %", "4.0 %", "2.50×"]
    assert [units.percent_text(share) for share in (0, 1e-9, 0.0625, 0.123)] == ["0 %", "< 0.001 %", "6.3 %", "12 %"]


def test_sizes_are_written_as_people_read_them(answers):
    given = ["m=100000 n=10", "m=7", "", None, "text=a=1"]
    assert answers("given.map(spelled)", given) == ["m = 100,000, n = 10", "m = 7", "", "", "text=a=1"]


def made(value, width, kind):
    ends = (math.nan, math.nan) if kind in (TOO_FEW, NOT_TIMED) else (value / width, value * width**1.5)
    return Estimate(value, *ends, kind)


ESTIMATES = [
    *(made(3.0e4, 1.04, kind) for kind in (BETWEEN, WIDENED, WITHIN, TOO_FEW)),
    made(7.5e2, 1.3, BETWEEN),
    Estimate(1.0, math.exp(-estimates.MOST_LOG), math.exp(estimates.MOST_LOG), WITHIN),
]


def test_ratios_of_times_that_share_no_round_are_the_same(answers):
    pairs = list(itertools.product(ESTIMATES, repeat=2))
    rows = [[dict(zip(("time", "low", "high", "interval"), one, strict=True)) for one in pair] for pair in pairs]
    found = answers("given.map(([base, other]) => unpairedRatio(base, other))", rows)
    for told, (base, other) in zip(found, pairs, strict=True):
        expected = unpaired_ratio(base, other)
        assert close([told["ratio"], told["low"], told["high"]], expected[:3])
        assert told["interval"] == expected.interval
        assert told["paired"] is False


def test_a_ratio_the_other_way_round_is_its_inverse(answers):
    """The page holds each pair once."""
    one = Estimate(2.5, 2.4, 2.65, BETWEEN)
    run = {"views": [{"number": 0}], "pairs": {"sizes": ["m=1"], "baseline": ["b"], "implementation": ["a"]}}
    run["pairs"] |= {"speedup": [one.value], "low": [one.low], "high": [one.high], "interval": [one.interval]}
    run["pairs"] |= {"pairs": [7], "view": [0]}
    empty = {name: {"view": []} for name in ("winners", "direct_winners", "fits", "crossovers", "threads", "missing")}
    cases = {"view": [0], "implementation": {"codes": [0], "words": ["a"]}, "status": {"codes": [0], "words": ["ok"]}}
    cases |= {"first_call_ns": [None], "transfer_in_ns": [None]}
    run |= {**empty, "cases": {**cases, "algorithm": {"codes": [0], "words": ["direct"]}}, "implementations": ["a"]}
    both = "[['b', 'a'], ['a', 'b']]"
    there, back = answers(f"{both}.map((names) => prepared(given).pair({{ number: 0 }}, 'm=1', ...names))", run)
    assert close([there[name] for name in ("ratio", "low", "high")], one[:3])
    assert close([back[name] for name in ("ratio", "low", "high")], one.inverse[:3])


def test_a_first_call_pays_back_after_as_many_calls(answers):
    asked = [(300.0, 100.0, 5e5), (300.0, 100.0, 50.0), (100.0, 300.0, 5e5), (100.0, 100.0, 5e5), (3e2, 1e2, math.nan)]
    rows = [[{"time_ns": own, "first_call_ns": first, "implementation": "a"}, base] for base, own, first in asked]
    found = answers(
        "given.map(([row, base]) => breakEven(row, { time_ns: base, implementation: 'numpy' }))",
        rows,
    )
    assert close(found, [break_even(*each) for each in asked])
    assert found[-1] is None


@pytest.mark.parametrize("low", [0.9, 1.0, 1.0001, math.nan])
def test_who_is_level_is_who_has_no_lead(answers, low):
    lead = Estimate(1.1, low, 1.2, TOO_FEW if math.isnan(low) else BETWEEN)
    row = {"ratio": lead.value, "low": lead.low, "high": lead.high, "interval": lead.interval, "paired": True}
    level = answers(
        "levelWith({ pair: () => given }, { calls: Infinity }, [{ implementation: 'a' }, { implementation: 'b' }])", row
    )
    assert bool(level) is (verdict_of(lead) not in (AHEAD, UNKNOWN_LEAD))


HOLE = {"m": 10_000, "n": 50}
ASKED = [{"m": 300, "n": 20}, {"m": 5000, "n": 20}, HOLE, {"m": 10_000, "n": 11}, {"m": 1000, "n": 10}]
"""Between four sizes, beside a hole of the grid, in it, on an axis beside it, and at a measured size."""


@pytest.fixture(scope="module")
def swept():
    """A grid with a hole; a law that scatters, so that interpolation and fits miss; one is not asked for everywhere."""
    rng = np.random.default_rng(5)
    laws = {"numpy": (2000, 0.4), "numba": (500, 0.1), "torch": (9000, 0.2)}
    results = [
        ok(
            case(name, sizes={"m": m, "n": n}),
            [(fixed + slope * costs(m, n)[0]) * math.exp(0.1 * rng.normal()) * each for each in (1, 0.99, 1.01)],
            first_call_ns=round(1e6 * rng.uniform(0.5, 2) + slope * 10 * m),
            **costs(m, n)[1],
        )
        for name, (fixed, slope) in laws.items()
        for m in (100, 1000, 10_000)
        for n in (2, 10, 50)
        if {"m": m, "n": n} != HOLE and (name, m, n) != ("torch", 1000, 10)
    ]
    return frames.tables(Path("swept"), synthetic.run(list(laws), {}), results)


@pytest.mark.parametrize("calls", [None, 1, 1000])
@pytest.mark.parametrize("size", ASKED, ids=words)
def test_times_at_any_size_are_those_of_advice(answers, swept, size, calls):
    [view] = views(swept)
    data = page_data.run_data(swept)
    choice = {"direct": False, "moved": False, "imports": False, "size": size, "calls": calls}
    found = answers(
        "[0].map(() => { const run = prepared(given.data); const view = run.views[0];"
        " const choice = { ...given.choice, view, calls: given.choice.calls ?? Infinity };"
        " return standing(run, choice).map((row) => [row.implementation, row.time, row.low, row.high, row.interval,"
        " row.predicted ? (row.modelled ? 'modelled' : 'interpolated') : 'measured', row.first_call_ns]); })[0]",
        {"data": data, "choice": choice},
    )
    expected = advise(swept, Question(size, calls=calls)).ranked
    assert [row[0] for row in found] == [each.implementation for each in expected]
    for (_, time, low, high, interval, source, first), each in zip(found, expected, strict=True):
        assert source == each.source
        assert first == pytest.approx(each.first_call_ns.value, rel=2e-5)
        assert time == pytest.approx((each.total_ns.value or math.nan) / (calls or 1), rel=2e-5)
        if calls is None:
            assert (low, high, interval) == (
                pytest.approx(each.time_ns.low, rel=2e-5),
                pytest.approx(each.time_ns.high, rel=2e-5),
                each.time_ns.interval,
            )
    assert view.sizes


def test_the_command_for_a_size_is_written_alike(answers, swept):
    [view] = views(swept)
    row = {"sizes": words(HOLE), "operation": "gradient", "dtype": "float64", "threads": 2, "device": "cpu"}
    row |= {"implementation": "numba,numpy"}
    run = msgspec.structs.replace(swept.run, options={"suite": "/a/kernels", "seed": 7})
    given = {"command": run_command.command(run), "parameter_columns": {}}
    found = answers("commandOf(given.run, given.row)", {"run": given, "row": row})
    assert found == run_command.size_command(run, view, HOLE, ["numba", "numpy"])


def test_times_without_intervals_have_the_verdicts_of_the_frames(answers):
    row = {"implementation": "a", "algorithm": "direct", "time": 3.0, "predicted": True}
    found = answers(
        "given.map((rows) => verdictOf({}, { calls: Infinity }, rows).verdict)",
        [[], [row], [row, {**row, "time": 4.0, "implementation": "b"}]],
    )
    assert found == [NOBODY, ALONE, verdict_of(made(4 / 3, 1.0, TOO_FEW))]


def test_sizes_and_words_of_a_command_are_written_alike(answers):
    sizes = [{"m": 1000, "n": 10}, {"length": 5}, {}]
    assert answers("given.map((size) => sizeKey(Object.keys(size), size))", sizes) == list(map(words, sizes))
    texts = ["plain", "", "it's", "a b", "m=1000", "ünïcode", "<b>$(x)</b>", "two\nlines", "~", "a@b%c+d:e,f/g.h-i"]
    assert answers("given.map(quoted)", texts) == list(map(shlex.quote, texts))


def test_what_disturbed_a_case_is_said_where_it_is_known(answers):
    rows = [{"disturbed_by": "gcc (pid 7)"}, {"disturbed_by": "", "warning": "disturbed: another"}, {}]
    assert answers("given.map(disturbedText)", rows) == ["disturbed: gcc (pid 7)", "disturbed", "disturbed"]
    assert answers("given.map(byWhom)", rows) == [" (gcc (pid 7))", "", ""]


def test_shapes_have_a_path_and_a_marker(answers):
    assert set(answers("Object.keys(SHAPES)", None)) == {shape for shape, _ in palette.MARKERS}


def test_words_are_stated_once():
    """A verdict that the script spelt out itself would drift from Python's."""
    shared = {word for word in page_words.SHARED.values() if isinstance(word, str) and len(word) > 3}
    shared |= {*estimates.WEAKEST_FIRST}
    for path in page.FOLDER.rglob("*.js"):
        quoted = set(re.findall(r"'([^'\n]*)'", path.read_text()))
        assert not quoted & shared - NAMES, path.name


NAMES = {"baseline"}
"""That of a control and of a row's field, too."""


def test_a_drift_would_be_seen(answers):
    with pytest.raises(AssertionError):
        test_numbers_are_written_alike(answers, "flopsText", units.rate_text, [1.0])
