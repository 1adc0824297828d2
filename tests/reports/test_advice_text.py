"""The paragraph says what the numbers say, and no more."""

import msgspec
import pytest

from rooflinear.reports.advice_text import after, joined, paragraph, table
from rooflinear.reports.tables.advice import Advice, Advised, Interval
from rooflinear.reports.tables.estimates import BETWEEN, TOO_FEW

UNKNOWN = Interval(None, None, None, "not timed")


def exactly(value, share=0.1):
    return Interval(value, value * (1 - share), value * (1 + share), BETWEEN)


def once(value):
    return Interval(value, None, None, TOO_FEW)


def row(name, time, behind, verdict="ahead", **changes):
    made = Advised(
        implementation=name,
        algorithm="direct",
        source="measured",
        time_ns=exactly(time),
        first_call_ns=once(20 * time),
        import_ns=once(5e7),
        total_ns=exactly(time),
        behind=exactly(behind),
        verdict=verdict,
        needs=["numpy"],
    )
    return msgspec.structs.replace(made, **changes)


RANKED = [row("numba", 1000.0, 1.0, ""), row("torch", 2000.0, 2.0), row("numpy", 3000.0, 3.0)]
ADVICE = Advice(
    run="a-run",
    machine="here",
    operation="gradient",
    parameters="",
    dtype="float64",
    threads=2,
    device="cpu",
    sizes={"m": 50_000, "n": 20},
    calls=None,
    imports=False,
    without=[],
    measured_from={"m": 100, "n": 2},
    measured_to={"m": 10**6, "n": 100},
    verdict="ahead",
    use="numba",
    level=[],
    baseline="numpy",
    no_new_package="numpy",
    pays_off=9.2,
    ranked=RANKED,
    unranked=[],
    command="rooflinear run --m 50000",
)


def told(**changes):
    return paragraph(msgspec.structs.replace(ADVICE, **changes))


def test_a_paragraph_says_what_by_how_much_what_it_costs_and_what_comes_next():
    assert told() == (
        "Use numba for gradient at m = 50,000 and n = 20 (float64, 2 threads): one call takes 1.00 µs"
        " (900 ns – 1.10 µs), 3.00× (2.70 – 3.30×) as fast as numpy, 2.00× (1.80 – 2.20×) ahead of torch, the next."
        " The first call of numba takes 20.0 µs; against numpy it pays off after 10 calls."
        " Without a package beyond those of numpy, numpy is best: 3.00 µs a call, 3.00× as much."
    )


def test_calls_are_counted_in_all():
    ranked = [
        msgspec.structs.replace(each, total_ns=exactly(1e6 * place))
        for place, each in zip((1, 2, 3), (RANKED[1], RANKED[0], RANKED[2]), strict=True)
    ]
    text = told(calls=1000, ranked=ranked, use="torch")
    assert ": 1,000 calls take 1.00 ms (900 µs – 1.10 ms), first call included, " in text
    assert "A later call is shortest with numba: 1.00 µs." in text
    assert "pays off" not in text
    assert "1 call takes 1.00 ms" in told(calls=1, ranked=ranked, use="torch")


def test_an_import_that_is_paid_is_told():
    text = told(calls=1000, imports=True)
    assert "import and first call included" in text
    assert "takes 20.0 µs, its import 50.0 ms." in text
    assert "import" not in told(calls=1000)


def test_what_is_level_is_named_together_and_not_ahead():
    ranked = [RANKED[0], row("torch", 1010.0, 1.01, "within noise"), RANKED[2]]
    text = told(ranked=ranked, level=["torch"], verdict="within noise")
    assert text.startswith("Use numba or torch for gradient, which are level within noise, at m = 50,000")
    assert "ahead" not in text
    assert "3.00× (2.70 – 3.30×) as fast as numpy" in text
    level = told(ranked=ranked, level=["torch", "numpy"], verdict="within noise")
    assert "as fast as" not in level


@pytest.mark.parametrize(
    ("lacking", "imports", "why"),
    [
        ("torch", False, "torch, the next, costs 2.00× as much, but the time of torch has no interval."),
        ("", False, "torch, the next, costs 2.00× as much, but first calls were read too few times to rank them."),
        ("", True, "2.00× as much, but imports and first calls were read too few times to rank them."),
    ],
)
def test_what_is_not_ranked_says_why(lacking, imports, why):
    unranked = [RANKED[0], *(msgspec.structs.replace(each, verdict=TOO_FEW) for each in RANKED[1:])]
    ranked = [
        msgspec.structs.replace(each, time_ns=once(each.time_ns.value)) if each.implementation == lacking else each
        for each in unranked
    ]
    text = told(ranked=ranked, verdict=TOO_FEW, calls=10, imports=imports)
    assert text.startswith("numba costs least for gradient, unranked, at m")
    assert why in text
    assert "ahead" not in text


def test_a_size_that_was_not_measured_is_marked_with_the_command_that_measures_it():
    ranked = [
        msgspec.structs.replace(each, source=source)
        for each, source in zip(RANKED, ("interpolated", "modelled", "interpolated"), strict=True)
    ]
    advice = msgspec.structs.replace(ADVICE, ranked=ranked)
    assert (
        "This size was not measured: times are interpolated between measured sizes;"
        " the times of torch are from a fit, with its worst misfit as the interval."
    ) in paragraph(advice)
    assert after(advice)[-1] == "Times of a-run on here. To measure this size:\nrooflinear run --m 50000"
    assert after(ADVICE)[-1] == "Times of a-run on here."
    assert [line.rpartition("  ")[2] for line in table(advice).splitlines()[1:]] == [
        "interpolated",
        "modelled",
        "interpolated",
    ]


def test_another_algorithm_is_named():
    ranked = [msgspec.structs.replace(RANKED[0], algorithm="gram"), *RANKED[1:]]
    assert told(ranked=ranked).startswith("Use numba (another algorithm: gram) for gradient at")


def test_the_only_one_is_not_compared():
    text = told(ranked=RANKED[:1], verdict="the only one timed", baseline=None, no_new_package=None, pays_off=None)
    assert text == (
        "Only numba has a time for gradient at m = 50,000 and n = 20 (float64, 2 threads): one call takes 1.00 µs"
        " (900 ns – 1.10 µs). The first call of numba takes 20.0 µs."
    )


def test_a_benchmark_without_sizes_and_conditions_has_no_empty_brackets():
    alone = {"ranked": RANKED[:1], "verdict": "the only one timed", "baseline": None, "no_new_package": None}
    text = told(**alone, sizes={}, dtype="", threads=0)
    assert text.startswith("Only numba has a time for gradient: one call takes ")


def test_what_was_disturbed_is_told():
    busy = row("jax", 10.0, 1.0, reason="disturbed by other programs")
    lacking = row("dask", 1.0, 1.0, time_ns=UNKNOWN, reason="skipped: too long")
    assert told(unranked=[busy, lacking]).endswith("jax was disturbed by other programs and has no rank.")
    nothing = told(ranked=[], unranked=[busy], verdict="none timed", use=None, baseline=None, no_new_package=None)
    assert nothing.startswith("No undisturbed time is known for gradient at m = 50,000 and n = 20")
    assert "jax was disturbed" in nothing


def test_the_cheapest_that_needs_nothing_new_says_so():
    text = told(ranked=[row("numpy_rows", 1000.0, 1.0, ""), *RANKED[1:]], use="numpy_rows", no_new_package="numpy_rows")
    assert text.endswith("It needs no package beyond those of numpy.")
    itself = told(ranked=[row("numpy", 1000.0, 1.0, ""), RANKED[1]], use="numpy", pays_off=None)
    assert "package" not in itself


def test_the_table_holds_the_best_few_and_the_baseline():
    many = [row(f"way{place}", 1000.0 + place, 1 + place / 10) for place in range(9)]
    advice = msgspec.structs.replace(ADVICE, ranked=[*many, RANKED[2]], calls=7, imports=True)
    head, *rows, last = table(advice).splitlines()
    assert [part for part in head.split("  ") if part] == [
        "implementation", "one call", " 95 % interval", " first call", "import", " 7 calls", "relative",
    ] or "7 calls" in head  # fmt: skip
    assert [line.split()[0] for line in rows] == ["way0", "way1", "way2", "way3", "way4", "way5", "numpy"]
    assert last == "and 3 more, slower"


def test_names_are_joined_as_a_sentence_has_them():
    assert [joined(list("abcde")[:count]) for count in range(6)] == [
        "", "a", "a and b", "a, b and c", "a, b and 2 more", "a, b and 3 more",
    ]  # fmt: skip
