"""Blocks of another tool's suite with sessions that are made up: order, deaths, and what only one side lists."""

from pathlib import Path

import pytest

from rooflinear.bench.errors import CannotFinish, Lost
from rooflinear.bench.gate.guest_blocks import DEATHS_ALLOWED, GuestBlocks, Guests
from rooflinear.bench.gate.plan import Planned
from rooflinear.bench.gate.tracks import Track, results
from rooflinear.bench.guests.messages import Ended, Finished
from rooflinear.bench.guests.session import Suite
from rooflinear.bench.records import Case

from .fake_sessions import Bench, Machine, place


def case(name):
    return Case("made", name, "pkg", {}, {}, "", 1, "cpu")


def planned(name, **more):
    return Planned(case(name), 0.02, **more)


class Inline:
    def __init__(self, workers):
        self.workers, self.open = workers, True

    def map(self, function, *arguments):
        return list(map(function, *arguments))

    def shutdown(self):
        self.open = False


class Blocks:
    """Blocks over the sides of a machine; a case's id is its operation."""

    def __init__(self, machine, files=None, places=None, kind="pytest"):
        names = dict.fromkeys(name for side in machine.sides.values() for name in side)
        ids = {case(name): name for name in names}
        files = {case(name): (files or {}).get(name, "test_a.py") for name in names}
        places = places or {side: place(side) for side in ("base", "head", "copy")}
        guests = Guests(Suite(kind, ()), places, ids, files, 60.0)
        self.machine, self.told = machine, []
        self.until = None
        self.blocks = GuestBlocks(guests, 1, machine.start, lambda count: [0][:count], Inline)

    def play(self, *cases, thorough=True):
        found = self.blocks.play(cases, thorough, self._tell)
        return {each.operation: outcome for each, outcome in found.items()}

    def _tell(self, each):
        if self.until is not None and len(self.told) >= self.until:
            return False
        self.told.append(each.case.operation)
        return True


def both(*names, **benchmarks):
    sides = {side: {name: Bench() for name in names} for side in ("base", "head")}
    for name, (base, head) in benchmarks.items():
        sides["base"][name], sides["head"][name] = base, head
    return Machine(**sides)


def lost(outcome):
    return {side: (each.status, each.reason) for side, each in outcome.lost.items()}


def dies(step="time", status="crashed", reason="killed by SIGSEGV"):
    return Bench(at={step: Lost(status, reason)})


def test_a_block_plays_all_benchmarks_in_one_pair_of_sessions():
    blocks = Blocks(both("a", "b", "c"))
    found = blocks.play(planned("a"), planned("b"), planned("c"))
    assert found.keys() == {"a", "b", "c"}
    assert all(each.reading and not each.lost for each in found.values())
    assert [each.side for each in blocks.machine.started] == ["base", "head"]
    assert all(each.ended for each in blocks.machine.started)


def test_both_sides_of_a_block_have_one_seed_and_the_next_block_another():
    blocks = Blocks(both("a"))
    for _ in range(2):
        blocks.play(planned("a"))
    base, head, later, _ = (each.seed for each in blocks.machine.started)
    assert base == head != later


def test_both_sides_have_one_order_that_differs_from_block_to_block():
    names = [f"n{number}" for number in range(8)]
    blocks = Blocks(both(*names))
    for _ in range(2):
        blocks.play(*map(planned, names))
    first, second = ([order for _, order in blocks.machine.orders[place : place + 2]] for place in (0, 2))
    assert first[0] == first[1] != second[0]
    assert sorted(first[0]) == sorted(second[0]) == names


def test_benchmarks_of_a_file_follow_each_other_and_changed_ones_come_first():
    files = {"a": "x.py", "b": "y.py", "c": "x.py", "d": "y.py", "e": "x.py"}
    blocks = Blocks(both(*files), files)
    for _ in range(5):
        blocks.told.clear()
        blocks.play(
            planned("a"), planned("b"), planned("c"), planned("d", unchanged=True), planned("e", unchanged=True)
        )
        assert set(blocks.told[:3]) == {"a", "b", "c"}
        assert set(blocks.told[3:]) == {"d", "e"}
        assert "".join(blocks.told[:3]) in ("acb", "cab", "bac", "bca")


def test_benchmarks_of_a_script_keep_the_scripts_order():
    names = [f"{file}{number}" for file in "ab" for number in range(5)]
    blocks = Blocks(both(*names), {name: f"{name[0]}.py" for name in names}, kind="pyperf")
    blocks.play(*map(planned, reversed(names)))
    for _, order in blocks.machine.orders:
        groups = [[name for name in order if name[0] == file] for file in "ab"]
        assert groups == [sorted(each) for each in groups]
        assert order in ([*groups[0], *groups[1]], [*groups[1], *groups[0]])


def test_sessions_start_apart_and_are_timed_on_one_core():
    blocks = Blocks(both("a"))
    blocks.play(planned("a"))
    assert [each.pinned[-1] for each in blocks.machine.started] == [[0], [0]]


def test_the_copy_of_base_plays_only_what_is_copied():
    blocks = Blocks(both("a", "b"))
    found = blocks.play(planned("a", copied=True), planned("b"))
    orders = dict(blocks.machine.orders)
    assert (orders["copy"], sorted(orders["base"])) == (["a"], ["a", "b"])
    assert found["a"].reading.copy is not None
    assert found["b"].reading.copy is None


def test_a_death_restarts_both_sides_with_the_rest():
    blocks = Blocks(both("a", "c", b=(Bench(), dies())))
    found = blocks.play(planned("a"), planned("b"), planned("c"))
    assert found["a"].reading
    assert found["c"].reading
    assert lost(found["b"]) == {"head": ("crashed", "killed by SIGSEGV")}
    assert len(blocks.machine.started) == (2 if blocks.told[-1] == "b" else 4)
    assert sorted(blocks.told) == ["a", "b", "c"]
    assert all(each.ended for each in blocks.machine.started)


def test_what_comes_after_too_many_deaths_is_not_reached():
    names = [f"n{number}" for number in range(DEATHS_ALLOWED + 2)]
    blocks = Blocks(both(**{name: (Bench(), dies()) for name in names}))
    found = blocks.play(*map(planned, names))
    died = [each for each in found.values() if lost(each) == {"head": ("crashed", "killed by SIGSEGV")}]
    rest = [each for each in found.values() if each not in died]
    assert (len(died), len(rest)) == (DEATHS_ALLOWED, 2)
    told = ("crashed", f"not reached: {DEATHS_ALLOWED} processes of this block ended before it")
    assert all(lost(each) == {"base": told, "head": told} for each in rest)
    assert len(blocks.machine.started) == 2 * DEATHS_ALLOWED


@pytest.mark.parametrize("side", ["base", "head"])
def test_a_benchmark_that_one_side_does_not_collect_again_is_told(side):
    blocks = Blocks(both("a", "b"))
    del blocks.machine.sides[side]["b"]
    found = blocks.play(planned("a"), planned("b"))
    told = ("crashed", "it was not collected again: its name differs from process to process")
    assert lost(found["b"]) == {"base": told, "head": told}
    assert found["a"].reading
    assert [order for _, order in blocks.machine.orders] == [["a"], ["a"]]


def test_a_copy_that_fails_is_base_that_fails():
    blocks = Blocks(both("a"))
    start = blocks.machine.start

    def failing(suite, place, seed, limit):
        session = start(suite, place, seed, limit)
        if session.side == "copy":
            session.benchmarks = {"a": dies()}
        return session

    blocks.blocks._start_session = failing
    found = blocks.play(planned("a", copied=True))
    assert lost(found["a"]) == {"base": ("crashed", "killed by SIGSEGV")}


def judged(outcome):
    track = Track(planned("a"), "head", 0.02, lost=outcome.lost)
    (result,), _ = results([track])
    return result.verdict, result.reason


@pytest.mark.parametrize("statuses", [("wrong", "wrong"), ("wrong", "crashed"), ("crashed", "crashed")])
def test_what_fails_on_both_sides_is_told_and_not_judged(statuses):
    base, head = (Bench(at={"next": Ended("a", status, "no data")}) for status in statuses)
    found = Blocks(both(a=(base, head))).play(planned("a"))
    assert judged(found["a"]) == ("not compared", "neither side can run it: skipped: it fails on both sides: no data")


def test_the_words_of_both_sides_are_told_where_they_differ_by_more_than_an_address():
    for words, told in (
        (("no <T at 0x7f01>", "no <T at 0x7f02>"), "no <T>"),
        (("no port", "no data"), "base: no port; head: no data"),
    ):
        base, head = (Bench(at={"next": Ended("a", "wrong", each)}) for each in words)
        found = Blocks(both(a=(base, head))).play(planned("a"))
        assert judged(found["a"])[1] == f"neither side can run it: skipped: it fails on both sides: {told}"


@pytest.mark.parametrize("ends", [("skipped", "wrong"), ("wrong", "skipped")])
def test_what_fails_where_the_other_side_skips_it_is_broken(ends):
    base, head = (Bench(at={"next": Ended("a", status, status)}) for status in ends)
    found = Blocks(both(a=(base, head))).play(planned("a"))
    assert judged(found["a"])[0] == "broken"


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [(("timeout", "timeout"), "not compared"), (("timeout", "crashed"), "not compared")],
)
def test_what_hangs_on_both_sides_is_not_judged(statuses, verdict):
    found = Blocks(both(a=tuple(dies("next", status, "no answer") for status in statuses))).play(planned("a"))
    assert judged(found["a"])[0] == verdict


def test_what_hangs_on_one_side_is_broken_and_the_rest_goes_on():
    blocks = Blocks(both("b", a=(Bench(), dies("next", "timeout", "no answer within 60 s"))))
    found = blocks.play(planned("a"), planned("b"))
    assert judged(found["a"]) == ("broken", "head: timeout: no answer within 60 s")
    assert found["b"].reading


def test_a_side_that_cannot_be_listed_loses_all_its_benchmarks():
    blocks = Blocks(both("a", "b"))
    blocks.machine.listing = {"head": Lost("crashed", "no module pkg")}
    found = blocks.play(planned("a"), planned("b"))
    assert [lost(each) for each in found.values()] == [{"head": ("crashed", "no module pkg")}] * 2
    assert all(each.ended for each in blocks.machine.started)


def test_sides_that_cannot_be_listed_are_told_and_not_judged():
    blocks = Blocks(both("a"))
    blocks.machine.listing = {side: Lost("crashed", "no module pkg") for side in ("base", "head")}
    assert judged(blocks.play(planned("a"))["a"])[0] == "not compared"


def test_what_is_not_told_any_more_is_left_out():
    blocks = Blocks(both("a", "b", "c"))
    blocks.until = 1
    found = blocks.play(planned("a"), planned("b"), planned("c"))
    assert list(found) == blocks.told
    assert all(each.ended for each in blocks.machine.started)


def test_after_the_last_benchmark_each_side_proves_what_it_imported():
    places = {side: place(side, roots=(Path(f"/{side}/site"),)) for side in ("base", "head", "copy")}
    blocks = Blocks(both("a"), places=places)
    blocks.machine.finish = {side: Finished({"pkg": (f"/{side}/site/pkg.py", "x")}) for side in ("base", "head")}
    assert blocks.play(planned("a"))["a"].reading
    blocks.machine.finish["head"] = Finished({"pkg": ("/base/site/pkg.py", "x")})
    with pytest.raises(CannotFinish, match=r"head: pkg was imported from /base/site/pkg\.py, not from /head/site"):
        blocks.play(planned("a"))
    assert all(each.ended for each in blocks.machine.started)


def test_a_death_after_the_last_benchmark_changes_nothing():
    blocks = Blocks(both("a"))
    blocks.machine.finish = {"head": Lost("crashed", "killed by SIGSEGV")}
    assert blocks.play(planned("a"))["a"].reading


def test_an_interruption_ends_every_session_even_one_that_had_just_started():
    blocks = Blocks(both("a"))
    start = blocks.machine.start

    def interrupted(suite, place, seed, limit):
        if place.suite.name == "head":
            raise KeyboardInterrupt
        return start(suite, place, seed, limit)

    blocks.blocks._start_session = interrupted
    with pytest.raises(KeyboardInterrupt):
        blocks.play(planned("a"))
    assert [each.ended for each in blocks.machine.started] == [True]
