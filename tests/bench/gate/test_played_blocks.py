"""Blocks of base and head with fakes: what is read of a pair of workers, and how a side is lost."""

import math
from collections import Counter

import pytest

from rooflinear.bench.errors import CannotFinish, SuiteFault
from rooflinear.bench.gate.blocks import Blocks
from rooflinear.bench.gate.plan import Planned
from rooflinear.bench.gate.records import Side
from rooflinear.bench.gate.revisions import Revision
from rooflinear.bench.processes.parent import Died
from rooflinear.bench.processes.protocol import Failed
from rooflinear.bench.processes.worker_messages import Delivered, Started
from rooflinear.bench.records import Case, Exit
from rooflinear.bench.sweep import Options

from ..fakes import MS, Machine, suite

SECOND = 1000 * MS
BOTH = {"base", "head"}


def planned(stem="numpy", m=10, **more):
    case = Case("made", "double", stem, {"m": m}, {}, "float64", 1, "cpu")
    return Planned(case, 0.02, **more)


class Pair:
    """Base and head on a machine, whose workers go by the name of their side."""

    def __init__(self, base=MS, head=MS, stems=("numpy",), sources=None):
        self.machine = Machine(base=base, head=head)
        self.machine.name = lambda slot: slot.python
        sides = (Revision(Side(label=name), suite(*stems), name, {}, sources or {}) for name in ("base", "head"))
        options = Options(suite="made", timeout_s=1.0)
        self.blocks = Blocks(*sides, options, 0, factories=self.machine.factories, cores=lambda threads: [0])
        self.told = []

    def play(self, *cases, thorough=True):
        return list(self.blocks.play(cases, thorough, lambda each: self.told.append(each.case) or True).values())


def dies(_):
    raise Died("killed by SIGSEGV", Exit("SIGSEGV", None, []))


def test_a_block_reads_the_ratio_of_both_sides():
    pair = Pair(base=MS, head=2 * MS)
    (outcome,) = pair.play(planned())
    assert outcome.lost == {}
    assert outcome.reading.head == pytest.approx(math.log(2))
    assert (outcome.reading.base_ns, outcome.reading.head_ns) == pytest.approx((MS, 2 * MS))
    assert (outcome.reading.copy, outcome.reading.dropped) == (None, 0)
    assert not pair.machine.living()


def test_a_copy_of_base_is_a_third_worker():
    pair = Pair(base=MS, head=2 * MS)
    (outcome,) = pair.play(planned(copied=True))
    assert (outcome.reading.head, outcome.reading.copy) == pytest.approx((math.log(2), 0.0))
    assert Counter(each.stem for each in pair.machine.workers) == {"base": 2, "head": 1}


def test_every_block_and_implementation_has_fresh_workers_and_sizes_share_them():
    pair = Pair(stems=("numpy", "other"))
    cases = [planned("numpy"), planned("numpy", 20), planned("other")]
    for block in range(2):
        assert all(each.reading for each in pair.play(*cases, thorough=not block))
        assert len(pair.machine.workers) == 4 * (block + 1)
    assert {m for m, _ in pair.machine.problems.made} == {10, 20}
    assert len(pair.machine.problems.made) == 4


def test_only_a_thorough_block_is_verified_after_the_timing():
    pair = Pair()
    pair.play(planned(), thorough=False)
    assert pair.machine.counted("head")["Trial"] == 0
    pair.play(planned(), thorough=True)
    assert pair.machine.counted("head")["Trial"] > 0


@pytest.mark.parametrize(
    ("step", "answer", "status"),
    [
        ("Start", lambda _: Failed("missing", "no torch"), "missing"),
        ("Start", lambda _: Failed("missing", "no _core", unexported=True), "missing"),
        ("Pin", dies, "crashed"),
        ("Prepare", lambda _: Failed("unsupported", "too odd"), "unsupported"),
        ("WarmUp", dies, "crashed"),
        ("Slice", dies, "crashed"),
        ("Reload", dies, "crashed"),
        ("Trial", dies, "crashed"),
        ("Deliver", lambda _: Delivered("changes its input x"), "wrong"),
    ],
)
@pytest.mark.parametrize("side", sorted(BOTH))
def test_a_side_is_lost_as_its_worker_says(side, step, answer, status):
    pair = Pair()
    pair.machine.answers[side, step] = answer
    (outcome,) = pair.play(planned())
    assert outcome.reading is None
    assert {name: lost.status for name, lost in outcome.lost.items()} == {side: status}
    assert outcome.lost[side].unexported == ("_core" in outcome.lost[side].reason)
    assert not pair.machine.living()


def test_a_wrong_side_is_lost():
    pair = Pair()
    pair.machine.wrong = {"head"}
    (outcome,) = pair.play(planned())
    assert {side: lost.status for side, lost in outcome.lost.items()} == {"head": "wrong"}


def test_what_took_too_long_is_not_tried_at_larger_sizes():
    pair = Pair(head=10 * SECOND)
    small, large = pair.play(planned(m=10), planned(m=20))
    assert {side: lost.status for side, lost in small.lost.items()} == {"head": "timeout"}
    assert {lost.reason for lost in large.lost.values()} == {
        "an equal or smaller size already exceeded the time limit (--timeout)"
    }
    assert large.lost.keys() == BOTH
    assert pair.machine.counted("head")["Prepare"] == 1


def test_a_fault_of_heads_operations_breaks_the_case_on_both_sides():
    pair = Pair()

    def fault(task):
        if task.sizes["m"] == 20:
            raise SuiteFault("operations.py failed")

    pair.machine.fault = fault
    fine, broken = pair.play(planned(m=10), planned(m=20))
    assert fine.reading is not None
    told = {side: (lost.status, lost.reason) for side, lost in broken.lost.items()}
    assert told == dict.fromkeys(BOTH, ("crashed", "operations.py failed"))


def test_what_an_oracle_that_died_had_made_is_made_again():
    pair = Pair()
    pair.play(planned())
    pair.play(planned(), thorough=False)
    assert len(pair.machine.problems.made) == 2
    pair.machine.problems.births += 1
    pair.play(planned(), thorough=False)
    assert len(pair.machine.problems.made) == 4


def test_a_file_that_changed_while_it_was_compared_ends_the_comparison():
    pair = Pair(sources={"numpy.py": "abc"})
    pair.machine.answers["head", "Start"] = lambda _: Started(5, "1.0", {}, 0, {"numpy.py": "another"})
    with pytest.raises(CannotFinish, match="changed during the comparison; compare again"):
        pair.play(planned())
    assert not pair.machine.living()


def test_an_interruption_ends_all_workers():
    pair = Pair()

    def interrupt(_):
        raise KeyboardInterrupt

    pair.machine.answers["head", "Slice"] = interrupt
    with pytest.raises(KeyboardInterrupt):
        pair.play(planned())
    pair.blocks.close()
    assert not pair.machine.living()
    assert not pair.machine.problems.opened
    assert not pair.machine.pool.open
