"""What a duel makes of its rounds."""

import math
import random
from collections import Counter

import pytest

from rooflinear.bench.gate.paired_rounds import BASE, COPY, HEAD, balanced, is_disturbed, log_ratio, read
from rooflinear.bench.records import Sample

MS = 1_000_000


@pytest.mark.parametrize("sides", [[BASE, HEAD], [BASE, HEAD, COPY]])
def test_each_side_begins_equally_often(sides):
    orders = list(balanced(sides, 30, random.Random(0)))
    assert set(Counter(order[0] for order in orders).values()) == {30 // len(sides)}
    assert all(sorted(order) == sorted(sides) for order in orders)


@pytest.mark.parametrize("rounds", [2, 4, 5])
def test_no_side_begins_more_often_over_many_blocks_of_few_rounds(rounds):
    rng = random.Random(0)
    began = Counter(order[0] for _ in range(600) for order in balanced([BASE, HEAD, COPY], rounds, rng))
    assert all(count == pytest.approx(200 * rounds, rel=0.1) for count in began.values())


@pytest.mark.parametrize("rounds", [25, 24, 6])
def test_whoever_follows_itself_gains_nothing_by_an_odd_round(rounds):
    """Who began is slower, as past the last cache; of an odd number of rounds one median calls a side slower."""
    began = [BASE if number % 2 == 0 else HEAD for number in range(rounds)]
    base = {number: 1.0 + (0.035 if began[number] == BASE else 0.0) for number in range(rounds)}
    head = {number: 1.0 + (0.035 if began[number] == HEAD else 0.0) for number in range(rounds)}
    assert log_ratio(head, base, began) == pytest.approx(0.0, abs=1e-12)


def test_rounds_left_out_do_not_shift_who_began():
    began = [BASE, HEAD, BASE, HEAD, BASE]
    base, head = {1: 0.0, 2: 0.1, 4: 0.1}, {1: 0.3, 2: 0.1, 4: 0.1}
    assert log_ratio(head, base, began) == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("cpu_ns", "flags", "disturbed"),
    [
        pytest.param(MS, {}, False, id="nothing seen"),
        pytest.param(MS, {"involuntary_switches": 40}, False, id="its own threads in turns"),
        pytest.param(MS * 995 // 1000, {"involuntary_switches": 1}, False, id="a glance"),
        pytest.param(MS * 97 // 100, {"involuntary_switches": 1}, True, id="another program"),
        pytest.param(MS // 2, {}, False, id="it waited of its own will"),
        pytest.param(MS, {"steal_ticks": 1}, True, id="another guest"),
    ],
)
def test_a_slice_is_disturbed_by_others_only(cpu_ns, flags, disturbed):
    assert is_disturbed(Sample(0, 0, MS, cpu_ns, 10, flags)) is disturbed


def timed(rounds, call_ns):
    """Two slices of each of these rounds."""
    return [Sample(number, 0, 10 * call_ns, 10 * call_ns, 10, {}) for number in rounds for _ in range(2)]


def test_a_round_whose_turns_the_parents_clock_did_not_confirm_is_dropped_on_both_sides():
    began = [BASE, HEAD] * 3
    found = read({BASE: timed((0, 1, 2, 4, 5), 1000), HEAD: timed((0, 1, 2, 3, 4), 2000)}, began)
    assert found.head == pytest.approx(math.log(2))
    assert (found.rounds, found.dropped) == (6, 2)


def test_sides_that_have_no_round_in_common_have_no_reading():
    assert read({BASE: timed((0, 1), 1000), HEAD: timed((2, 3), 1000)}, [BASE, HEAD] * 2) is None
