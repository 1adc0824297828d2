"""Who plays again in a fresh process: where it tells most."""

import random
from collections import Counter

from rooflinear.bench.records import Case
from rooflinear.bench.runner.again import FASTEST, LONGEST_NS, OTHERS, chosen


def case(name):
    return Case("suite", "gradient", name, {"m": 10}, {}, "float64", 1, "cpu")


TIMES = {
    "a": 10.0,
    "b": 10.5,
    "c": 10.9,
    "d": 10.95,
    "e": 12.0,
    "f": 50.0,
    "g": 60.0,
    "numpy": 150.0,
    "slow": 2.0 * LONGEST_NS,
}
CASES = tuple(map(case, TIMES))


def names(times=TIMES, seed=0):
    taken = chosen(CASES, {case(name): ns for name, ns in times.items()}, random.Random(seed))
    return [each.implementation for each in taken]


def test_the_fastest_those_level_with_them_and_the_baseline_play_again():
    assert {*"abcd", "numpy"} <= set(names())


def test_others_are_drawn_anew_each_time():
    drawn = [set(names(seed=seed)) - {*"abcd", "numpy"} for seed in range(50)]
    assert {len(each) for each in drawn} == {OTHERS}
    assert set().union(*drawn) == set("efg")


def test_others_that_were_measured_again_least_come_first():
    times = {case(name): ns for name, ns in TIMES.items()}
    again = Counter(e=3)
    assert {each.implementation for each in chosen(CASES, times, random.Random(0), again=again)} & set("efg") == set(
        "fg"
    )
    assert again == Counter("abcdfg", numpy=1, e=3)
    several = Counter()
    for seed in range(30):
        chosen(CASES, times, random.Random(seed), again=several)
    assert max(several[name] for name in "efg") - min(several[name] for name in "efg") <= 1


def test_what_takes_long_is_left_alone():
    assert all("slow" not in names(seed=seed) for seed in range(50))


def test_the_order_is_the_contest_s():
    assert names() == [name for name in TIMES if name in names()]


def test_of_few_all_play_again():
    assert names({"f": 1.0, "g": 2.0}) == ["f", "g"]
    assert len(names({"a": 1.0, "e": 5.0, "f": 6.0})) == FASTEST


def test_nobody_plays_again_where_nobody_has_a_time():
    assert names({}) == []
