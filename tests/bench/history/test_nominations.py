"""What series suggest, and what the gate says of two neighbours that were compared."""

import math
import random
from statistics import pstdev

import pytest

from rooflinear.bench.gate.judge import FAMILY_LEVEL, fewest_blocks
from rooflinear.bench.gate.paired_rounds import Reading
from rooflinear.bench.history.chained import Chained
from rooflinear.bench.history.history_records import Anchor, Compared, Measured
from rooflinear.bench.history.nominations import Nomination, judged, lost, nominated, screen_of

from ...absent import needs
from ..made_commits import SPREAD, case, chain, label

COUNT = 40


def line(number, ratio, anchor="c00", seed=0, **more):
    rng = random.Random(f"{number} {anchor} {seed}")
    numbers = [math.log(ratio) + rng.gauss(0, SPREAD) for _ in range(8)]
    commit = chain(COUNT)[number]
    return Measured(commit=commit, anchor=anchor, numbers={"a": numbers}, margins={"a": 0.02}, **more)


def suggested(lines, anchors=("c00",)):
    needs("ruptures")
    return nominated(chain(COUNT), Chained(chain(COUNT), lines, [Anchor(each, "c39") for each in anchors]))


def test_neighbours_of_a_jump_are_nominated():
    (found,) = suggested([line(n, 1.0 if n < 17 else 1.05) for n in range(1, COUNT)])
    assert found.key == ("c16", "c17", "a")
    assert found.jump == pytest.approx(math.log(1.05), abs=0.003)
    assert sum(found.screen) / 8 == pytest.approx(found.jump)
    assert 0.5 * SPREAD < pstdev(found.screen) < 2 * SPREAD
    assert not found.is_small
    assert found.blocks(1) >= fewest_blocks(FAMILY_LEVEL)
    assert found.blocks(100) >= fewest_blocks(FAMILY_LEVEL / 100) > fewest_blocks(FAMILY_LEVEL)


def test_of_commits_with_the_same_code_those_next_to_the_change_are_compared():
    same = {"a": "c05"}
    lines = [line(5, 1.0)] + [Measured(commit=chain(COUNT)[n], anchor="c00", same_as=same) for n in (6, 7, 9)]
    (found,) = suggested([*lines, line(11, 1.06), line(12, 1.06)])
    assert found.key == ("c09", "c11", "a")


def test_a_jump_below_half_of_the_margin_is_small():
    (found,) = suggested([line(n, 1.0 if n < 17 else 1.008) for n in range(1, COUNT)])
    assert found.is_small


def test_blocks_of_two_anchors_are_planned_by_the_jump():
    lines = [line(n, 1.0) for n in range(1, 20)] + [line(n, 1.06, anchor="c01") for n in range(20, COUNT)]
    (found,) = suggested([*lines, line(10, 1.0, anchor="c01")], anchors=("c00", "c01"))
    assert found.key == ("c19", "c20", "a")
    assert sum(found.screen) / 8 == pytest.approx(found.jump)


def compared(number, ratio, blocks=16, call=1, control=None, dropped=0, **more):
    rng = random.Random(f"{number} {ratio} {control}")
    readings = [
        Reading(
            math.log(ratio) + rng.gauss(0, SPREAD), None if control is None else control + rng.gauss(0, SPREAD),
            100.0, 100.0, 10, dropped,
        )
        for _ in range(blocks)
    ]  # fmt: skip
    return Compared(
        call=call, before=f"c{number - 1:02}", after=f"c{number:02}", cases=[case("a")], margins={label("a"): 0.02},
        **{"readings": {label("a"): readings}} | more,
    )  # fmt: skip


def verdicts(*lines):
    return {key[1]: result.verdict for key, result in judged(lines).items()}


def test_the_gate_says_which_neighbours_differ():
    found = verdicts(compared(3, 1.05), compared(5, 0.93), compared(7, 1.0), compared(9, 1.004))
    assert found == {"c03": "slower", "c05": "faster", "c07": "equivalent", "c09": "equivalent"}


def test_all_nominations_of_a_call_are_one_family():
    """Eight blocks reach the level of one or two alone, at most."""
    blocks = math.ceil(-math.log2(FAMILY_LEVEL))
    lines = [compared(n, 1.05, blocks) for n in range(1, 7)]
    assert verdicts(lines[0]) == {"c01": "slower"}
    assert set(verdicts(*lines).values()) == {"inconclusive"}
    apart = [compared(n, 1.05, blocks, call=n) for n in range(1, 7)]
    assert set(verdicts(*apart).values()) == {"slower"}


def test_a_control_that_differs_spoils_its_call_only():
    found = verdicts(
        compared(3, 1.05), compared(5, 1.06, control=math.log(1.04)), compared(9, 1.05, call=2, control=0.0)
    )
    assert found == {"c03": "inconclusive", "c05": "inconclusive", "c09": "slower"}


def test_disturbed_rounds_let_nothing_be_said():
    assert verdicts(compared(3, 1.05, dropped=5)) == {"c03": "inconclusive"}


def test_a_comparison_that_failed_says_why():
    lines = [compared(3, 1.05), compared(4, 1.0, readings={}, fault="no compiler")]
    lines += [compared(5, 1.0, readings={}, lost={label("a"): "head: wrong"}), compared(6, 1.0, readings={})]
    assert {key[1]: why for key, why in lost(lines).items()} == {
        "c04": "no compiler", "c05": "head: wrong", "c06": "it was not measured",
    }  # fmt: skip
    assert list(verdicts(*lines)) == ["c03"]


def test_a_jump_near_the_margin_needs_more_blocks():
    def blocks(ratio, candidates=3):
        jump, noise = math.log(ratio), [-0.006, 0.006] * 4
        screen = screen_of([0.0] * 8, [0.1 + math.sqrt(2) * each for each in noise], jump)
        assert pstdev(screen) == pytest.approx(0.006)
        return Nomination("a", "c1", "c2", jump, 0.02, screen).blocks(candidates)

    assert [blocks(ratio) for ratio in (1.1, 1.05, 1.035, 1.03, 1.022)] == [12, 12, 24, 48, 64]
    assert blocks(1.015) < 48  # within the margin nothing can be confirmed
    assert blocks(1 / 1.035) == blocks(1.035) <= blocks(1.035, candidates=12)
