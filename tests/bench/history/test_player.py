"""Steps on real commits without a process: which pair is opened, which cases are played, and how they are lost."""

import contextlib
import math

import pytest

from rooflinear.bench.errors import BuildFailed, Lost, UsageError
from rooflinear.bench.gate.paired_rounds import Reading
from rooflinear.bench.gate.plan import Outcome, Planned
from rooflinear.bench.gate.records import ABSENT, FASTER, INCONCLUSIVE, MEASURES, MISSING, SLOWER, CaseResult, Stage
from rooflinear.bench.history.pairs import Pair
from rooflinear.bench.history.player import Player, outcome_of
from rooflinear.bench.history.records import Commit
from rooflinear.bench.history.steps import Step
from rooflinear.bench.progress import Plain
from rooflinear.bench.records import Case

COMMITS = [Commit(name) for name in ("aaa", "bbb", "ccc")]


def case(name):
    return Case("made", "double", name, {"m": 10}, {}, "float64", 1, "cpu")


def label(name):
    return case(name).label


def planned(name, **more):
    return Planned(case(name), 0.02, **more)


def absent(name, reason="", **more):
    return CaseResult(case=case(name), verdict=ABSENT, reason=reason, margin=0.02, **more)


class Blocks:
    def __init__(self, ratio, lost, seed):
        self.ratio, self.lost, self.seed, self.played, self.closed = ratio, lost, seed, [], False

    def play(self, planned, thorough, told):
        self.played.append(([each.case.implementation for each in planned], thorough))
        return {each.case: self.one(each) for each in planned if told(each)}

    def one(self, planned):
        if planned.case.implementation in self.lost:
            return Outcome(lost={"head": Lost("wrong", "outside the bound")})
        number = math.log(self.ratio) + 1e-5 * len(self.played)
        return Outcome(Reading(number, number if planned.copied else None, 100.0, 100.0 * self.ratio, 4, 0))

    def close(self):
        self.closed = True


class Repository:
    """Opens pairs whose head is ``ratio`` times slower; a commit in ``broken`` raises."""

    def __init__(self, *measured, settled=(), ratio=1.1, lost=(), broken=None):
        self.pair = measured, settled
        self.ratio, self.lost, self.broken = ratio, lost, broken or {}
        self.opened, self.closed, self.blocks = [], [], []

    @contextlib.contextmanager
    def open(self, base, head):
        if head in self.broken:
            raise self.broken[head]
        self.opened.append((base, head))
        yield Pair(*self.pair, dict.fromkeys(MEASURES, self.make), "made", [f"warned of {head}"])
        self.closed.append((base, head))

    def make(self, seed):
        self.blocks.append(Blocks(self.ratio, self.lost, seed))
        return self.blocks[-1]

    def player(self, *patterns):
        return Player(COMMITS, self.open, Plain(), patterns, seed=7)


def step(kind="step", base=0, head=1, **blocks):
    return Step(kind, base, head, {label(name): number for name, number in blocks.items()})


def test_a_step_plays_each_case_as_often_as_it_is_asked():
    repository = Repository(planned("a", copied=True), planned("b"), planned("c"))
    with repository.player() as player:
        outcome = player.play(step(a=2, b=3))
    assert {name: len(each) for name, each in outcome.numbers.items()} == {label("a"): 2, label("b"): 3}
    assert repository.blocks[0].played == [(["a", "b"], True), (["a", "b"], False), (["b"], False)]
    assert repository.blocks[0].closed


def test_a_pair_stays_open_for_the_next_step_of_the_same_commits():
    repository = Repository(planned("a"))
    with repository.player() as player:
        for each in (step(a=1), step("again", a=1), step(head=2, a=1)):
            player.play(each)
        assert repository.opened == [("aaa", "bbb"), ("aaa", "ccc")]
        assert repository.closed == [("aaa", "bbb")]
    assert repository.closed == repository.opened
    seeds = [each.seed for each in repository.blocks]
    assert len(set(seeds)) == 3


def test_random_numbers_of_a_step_do_not_depend_on_whether_those_before_were_played():
    def seed(skipped):
        repository = Repository(planned("a"))
        with repository.player() as player:
            player.skip() if skipped else player.play(step(a=1))
            player.play(step(head=2, a=1))
        return repository.blocks[-1].seed

    assert seed(skipped=True) == seed(skipped=False)


def test_a_case_with_the_same_code_is_not_played():
    repository = Repository(planned("a", unchanged=True), settled=[absent("b", unchanged=True)])
    with repository.player() as player:
        outcome = player.play(step(a=2, b=2))
    assert sorted(outcome.same) == [label("a"), label("b")]
    assert not repository.blocks


def test_a_case_that_a_commit_lacks_or_breaks_is_lost():
    repository = Repository(planned("a"), planned("d"), settled=[absent("b", "not installed")], lost=["a"])
    with repository.player() as player:
        outcome = player.play(step(a=3, b=3, c=3, d=2))
    assert outcome.lost == {
        label("a"): "head: wrong: outside the bound",
        label("b"): "not installed",
        label("c"): "it does not have this case",
    }
    assert list(outcome.numbers) == [label("d")]
    assert repository.blocks[0].played[1] == (["d"], False)


@pytest.mark.parametrize("error", [BuildFailed("head: its build failed:\n  no compiler"), UsageError("head: no suite")])
def test_a_commit_that_cannot_be_built_is_a_fault_of_its_step(error):
    with Repository(planned("a"), broken={"bbb": error}).player() as player:
        assert player.play(step(a=1)).fault == str(error).splitlines()[0].rstrip(":")


def test_an_end_that_cannot_be_built_ends_the_search():
    player = Repository(planned("a"), broken={"ccc": BuildFailed("its build failed")}).player()
    with player, pytest.raises(BuildFailed):
        player.play(step("ends", head=2))


def test_the_ends_are_compared_by_the_gate():
    repository = Repository(planned("a"), planned("b"), settled=[absent("c", "not installed")])
    with repository.player() as player:
        outcome = player.play(step("ends", head=2))
        assert (player.suite, player.warnings) == ("made", ["warned of ccc"])
    effect = outcome.effects[label("a")]
    assert (effect.direction, effect.margin) == (1, 0.02)
    assert effect.ratio == pytest.approx(math.log(1.1), abs=1e-3)
    assert len(effect.numbers) >= 12
    assert outcome.lost == {label("c"): "not compared: not installed"}


def test_patterns_choose_among_the_ends():
    repository = Repository(planned("a"), planned("b"))
    with repository.player("*/b *") as player:
        assert list(player.play(step("ends", head=2)).effects) == [label("b")]


def test_a_pattern_that_fits_no_case_is_refused():
    with Repository(planned("a")).player("*/z *") as player, pytest.raises(UsageError, match=r"no case matches \*/z"):
        player.play(step("ends", head=2))


def test_without_patterns_too_an_end_without_cases_is_refused():
    with Repository().player() as player, pytest.raises(UsageError, match="have no case in common"):
        player.play(step("ends", head=2))


def test_a_search_that_goes_on_behind_its_ends_knows_the_suite():
    with Repository(planned("a")).player() as player:
        player.skip()
        player.play(step(a=1))
        assert player.suite == "made"


def test_ends_after_a_change_have_its_cases_only():
    repository = Repository(planned("a"), planned("b"))
    with repository.player() as player:
        assert list(player.play(step("ends", 1, 2, a=0)).effects) == [label("a")]


def test_what_a_comparison_says_to_the_search():
    stage = Stage(ratios=[1.1, 1.2], ratio=1.15, low=1.1, high=1.2, spread=0.01, p=0.0, level=0.1, base_ns=1, head_ns=1)

    def result(name, verdict, ratio=None, **more):
        screen = stage if ratio else None
        return CaseResult(case=case(name), verdict=verdict, margin=0.02, ratio=ratio, screen=screen, **more)

    outcome = outcome_of([
        result("a", SLOWER, 1.15), result("b", FASTER, 0.5), result("c", INCONCLUSIVE, 1.01, reason="too wide"),
        result("d", MISSING, reason="head does not have it"), absent("e", unchanged=True),
        result("f", INCONCLUSIVE, reason="not reached"),
    ])  # fmt: skip
    assert {name: each.direction for name, each in outcome.effects.items()} == {label("a"): 1, label("b"): -1}
    assert outcome.effects[label("b")].ratio == pytest.approx(math.log(2))
    assert outcome.undecided == {label("c"): "too wide", label("f"): "not reached"}
    assert outcome.lost == {label("d"): "missing: head does not have it"}
    assert outcome.numbers[label("a")] == [math.log(1.1), math.log(1.2)]
