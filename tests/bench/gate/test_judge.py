"""From block numbers to verdicts: what goes on, what is settled, what a confirmation says."""

import math

import numpy as np
import pytest

from rooflinear.bench.gate import judge
from rooflinear.bench.gate.records import EQUIVALENT, FASTER, INCONCLUSIVE, NOT_SLOWER, SLOWER
from rooflinear.bench.gate.statistics import location

MARGIN = 0.02
LEVEL = judge.FAMILY_LEVEL


def around(ratio, apart, blocks=16):
    """Block numbers evenly about a ratio, so far apart in all."""
    return (math.log(ratio) + apart * np.linspace(-0.5, 0.5, blocks)).tolist()


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        (around(1.0, 0.01), EQUIVALENT),
        (around(0.9, 0.01), NOT_SLOWER),
        (around(1.03, 0.01), NOT_SLOWER),
        (around(1.05, 0.01), INCONCLUSIVE),
        (around(1.0, 0.3), INCONCLUSIVE),
        (around(1.0, 0.0, 3), INCONCLUSIVE),
    ],
)
def test_an_interval_alone_settles(numbers, wanted):
    assert judge.settled(numbers, MARGIN) == wanted


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (1 / 1.02, 1.02, EQUIVALENT),
        (1 / 1.021, 1.02, NOT_SLOWER),
        (1 / 1.02, 1.021, NOT_SLOWER),
        (1.03, 1.0399, NOT_SLOWER),
        (0.99, 1.0401, INCONCLUSIVE),
        (0.5, math.inf, INCONCLUSIVE),
    ],
)
def test_revisions_and_files_are_settled_by_one_rule(low, high, wanted):
    """Ends at the margin count as inside it, an end at twice the margin does not."""
    assert judge.settled_between(math.log(low) + 1e-12, math.log(high) - 1e-12, 0.02) == wanted


def test_too_few_blocks_confirm_nothing_but_what_lies_inside_the_margin_is_equivalent():
    names = [str(number) for number in range(20)]
    found = judge.confirmed(
        {**{name: around(1.1, 0.01, 6) for name in names}, "inside": around(1.0, 0.01, 6)},
        dict.fromkeys([*names, "inside"], MARGIN),
        LEVEL,
    )
    assert found["0"].verdict == INCONCLUSIVE
    assert found["inside"].verdict == EQUIVALENT


@pytest.mark.parametrize(
    ("numbers", "on"),
    [
        (around(1.0, 0.004, 6), False),
        (around(1.012, 0.004, 6), False),
        (around(1.004, 0.002, 6), False),
        (around(1.015, 0.03, 6), True),
        (around(0.97, 0.004, 6), True),
        (around(1.0, 0.3, 6), True),
    ],
)
def test_what_may_have_changed_goes_on(numbers, on):
    assert judge.goes_on(numbers, MARGIN) is on


def test_the_number_of_blocks_follows_the_spread():
    blocks = [judge.confirm_blocks(around(1.0, apart, 6), MARGIN, LEVEL) for apart in (0.002, 0.04, 0.06, 0.5)]
    assert blocks == sorted(blocks)
    assert (blocks[0], blocks[-1]) == (judge.CONFIRM_BLOCKS[0], judge.CONFIRM_BLOCKS[-1])
    far = [judge.confirm_blocks(around(ratio, 0.06, 6), MARGIN, LEVEL) for ratio in (1.05, 1.2, 0.8)]
    assert far[0] == blocks[2] > far[1] == far[2] == judge.CONFIRM_BLOCKS[0]


@pytest.mark.parametrize("candidates", [1, 24])
@pytest.mark.parametrize("spread", [0.006, 0.012, 0.018])
def test_blocks_are_enough_to_find_two_and_a_half_margins(spread, candidates):
    """Where the screen's spread is the true one there is power to spare: its upper limit was planned for."""
    rng = np.random.default_rng(1)
    screen = spread * np.array([-1.2, -0.8, -0.3, 0.3, 0.8, 1.2]) / np.std([-1.2, -0.8, -0.3, 0.3, 0.8, 1.2], ddof=1)
    blocks, level = judge.confirm_blocks(screen.tolist(), MARGIN, LEVEL / candidates), LEVEL / candidates
    shift, threshold = math.log1p(2.5 * MARGIN), math.log1p(MARGIN)
    found = [judge.p_greater(rng.normal(shift, spread, blocks).tolist(), threshold) <= level for _ in range(400)]
    assert np.mean(found) > 0.95


@pytest.mark.parametrize("candidates", [1, 24, 300, 5000])
def test_there_are_always_blocks_enough_to_fire(candidates):
    blocks = judge.confirm_blocks(around(1.0, 0.002, 6), MARGIN, LEVEL / candidates)
    names = [str(each) for each in range(candidates)]
    found = judge.confirmed({name: around(1.5, 0.01, blocks) for name in names}, dict.fromkeys(names, MARGIN), LEVEL)
    assert {each.verdict for each in found.values()} == {SLOWER}


def test_a_confirmation_tells_slower_faster_and_neither():
    numbers = {
        "slower": around(1.06, 0.02),
        "faster": around(0.93, 0.02),
        "same": around(1.0, 0.02),
        "inside": around(1.02, 0.02),
        "wide": around(1.05, 0.5),
    }
    found = {
        name: each.verdict for name, each in judge.confirmed(numbers, dict.fromkeys(numbers, MARGIN), LEVEL).items()
    }
    assert found == {
        "slower": SLOWER, "faster": FASTER, "same": EQUIVALENT, "inside": NOT_SLOWER, "wide": INCONCLUSIVE,
    }  # fmt: skip


def test_the_margin_of_each_case_counts():
    numbers = {"strict": around(1.06, 0.02), "lenient": around(1.06, 0.02)}
    found = judge.confirmed(numbers, {"strict": 0.02, "lenient": 0.10}, LEVEL)
    assert [found[name].verdict for name in numbers] == [SLOWER, EQUIVALENT]


def test_one_case_of_many_needs_more_than_one_alone():
    """Holm: p = 2^-9 passes alone at 0.5 %, not among a hundred."""
    numbers = around(1.5, 0.01, 9)
    alone = judge.confirmed({"0": numbers}, {"0": MARGIN}, LEVEL)
    names = {str(each): around(1.0, 0.01, 9) for each in range(1, 100)}
    among = judge.confirmed({"0": numbers, **names}, dict.fromkeys(["0", *names], MARGIN), LEVEL)
    assert alone["0"].verdict == SLOWER
    assert among["0"].verdict == INCONCLUSIVE


def test_margins_widen_to_what_the_controls_show():
    quiet, restless, noisy = around(1.001, 0.01, 6), around(1.06, 0.01, 6), around(1.04, 0.1, 6)
    assert judge.widened(MARGIN, []) == MARGIN
    assert judge.widened(MARGIN, [quiet]) == MARGIN
    assert judge.widened(MARGIN, [quiet, restless]) == pytest.approx(0.06)
    assert judge.widened(MARGIN, [[-each for each in restless]]) == pytest.approx(0.06)
    assert location(noisy).value > MARGIN > location(noisy).low
    assert judge.widened(MARGIN, [noisy]) == MARGIN
    five_of_six = [0.01, 0.05, 0.06, 0.07, 0.08, 0.09]
    assert location(five_of_six).low > MARGIN
    assert judge.widened(MARGIN, [five_of_six]) == MARGIN


def test_the_least_effect_is_none_where_nothing_could_be_found():
    assert judge.least_found(around(1.0, 0.01), MARGIN, 6, LEVEL / 24) is None
    assert 1.02 < judge.least_found(around(1.0, 0.02), MARGIN, 16, LEVEL) < 1.05


def test_a_lower_level_needs_more_evidence():
    numbers = {"0": around(1.05, 0.01, 8)}
    assert judge.confirmed(numbers, {"0": MARGIN}, LEVEL)["0"].verdict == SLOWER
    shared = judge.confirmed(numbers, {"0": MARGIN}, LEVEL / 4)["0"]
    assert (shared.verdict, shared.reason.partition(";")[0]) == (INCONCLUSIVE, "8 blocks cannot confirm anything")
    assert judge.confirmed({"0": around(1.05, 0.01, 12)}, {"0": MARGIN}, LEVEL / 4)["0"].verdict == SLOWER


def test_the_parts_of_the_level_add_up_to_it():
    assert sum(judge.TWICE) == pytest.approx(LEVEL) == sum(judge.ONCE)
    assert judge.levels(1) == judge.TWICE
    assert judge.levels(4) == judge.Levels(LEVEL / 4, 0.0)


OUTLIER = [-0.01, *around(1.05, 0.004, 11)]
"""One bad block of twelve: 2^-10 at best, so that they cannot confirm one case of six."""


def test_a_second_look_decides_what_one_block_spoiled():
    numbers = {str(each): around(1.0, 0.004, 12) for each in range(5)} | {"slower": OUTLIER}
    margins, planned = dict.fromkeys(numbers, MARGIN), dict.fromkeys(numbers, 12)
    assert judge.left_open(numbers, margins) == ["slower"]
    assert judge.looked(numbers, margins, planned)["slower"].verdict == INCONCLUSIVE
    numbers["slower"] = [*OUTLIER, *around(1.05, 0.004, 28)]
    found = judge.looked(numbers, margins, planned)
    assert found["slower"].verdict == SLOWER
    assert "in 40 fresh pairs" in found["slower"].reason
    assert {found[str(each)].verdict for each in range(5)} == {EQUIVALENT}


def test_a_second_look_has_its_own_small_part_of_the_level_for_all_cases_together():
    """p lies between what the second and what the first look allow one of a hundred cases."""
    series = (around(1.02 + shift / 20000, 0.03, 40) for shift in range(1000))
    numbers = next(of for of in series if judge.p_greater(of, math.log1p(MARGIN)) < judge.TWICE.first / 100)
    assert judge.p_greater(numbers, math.log1p(MARGIN)) > judge.TWICE.second / 100
    named = {str(each): around(1.0, 0.004, 20) for each in range(99)} | {"one": numbers}
    margins, planned = dict.fromkeys(named, MARGIN), dict.fromkeys(named, 20)
    assert judge.looked(named, margins, planned)["one"].verdict != SLOWER
    assert judge.looked(named, margins, planned | {"one": 40})["one"].verdict == SLOWER
    assert judge.looked({"one": numbers}, margins, planned)["one"].verdict == SLOWER


def test_without_a_part_of_the_level_nothing_is_looked_at_again():
    numbers = {"slower": OUTLIER, "wide": around(1.05, 0.5, 40)} | {str(n): around(1.0, 0.004, 12) for n in range(4)}
    margins = dict.fromkeys(numbers, MARGIN)
    assert judge.left_open(numbers, margins) == ["slower"]
    assert judge.left_open(numbers, margins, judge.ONCE) == []


def test_both_looks_together_err_no_more_often_than_the_level():
    """True ratios are the margin itself, the largest that must not be called slower; most are looked at twice."""
    rng, runs, planned, alarms, again = np.random.default_rng(5), 4000, {"0": 12, "1": 16}, 0, 0
    margins = dict.fromkeys(planned, MARGIN)
    for _ in range(runs):
        whole = {name: (math.log1p(MARGIN) + 0.1 * rng.standard_t(4, 40)).tolist() for name in planned}
        numbers = {name: of[: planned[name]] for name, of in whole.items()}
        open_ = judge.left_open(numbers, margins)
        found = judge.looked(numbers | {name: whole[name] for name in open_}, margins, planned)
        alarms += SLOWER in {each.verdict for each in found.values()}
        again += len(open_)
    assert again > 1.5 * runs
    assert 0.4 * LEVEL * runs < alarms < 1.5 * LEVEL * runs
