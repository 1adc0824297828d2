"""The search over commits, by outcomes without noise, and by simulated ones."""

import math
import random

import pytest

from rooflinear.bench.history.search import LATE, Search
from rooflinear.bench.history.simulated_searches import CASE, History, searched
from rooflinear.bench.history.steps import Effect, Outcome

MARGIN = 0.02


class Commits:
    """Plays steps over ratios to the commit before, by case and commit; a block differs from the next by 0.01 %."""

    def __init__(self, last, lost=(), faults=(), same=(), **changes):
        self.last, self.changes = last, changes
        self.lost, self.faults, self.same = dict(lost), dict(faults), set(same)
        self.steps = []

    def play(self, step):
        self.steps.append(step)
        if step.head in self.faults:
            return Outcome(fault=self.faults[step.head])
        names = list(step.blocks) or list(self.changes)
        lost = {name: self.lost[name, step.head] for name in names if (name, step.head) in self.lost}
        numbers = {name: self.numbers(name, step, step.blocks.get(name) or 40) for name in names if name not in lost}
        if step.kind == "ends":
            return Outcome(numbers, lost=lost, effects={name: e for name in numbers if (e := effect(numbers[name]))})
        same = [name for name in names if step.head in self.same and step.kind != "parent"]
        return Outcome({name: each for name, each in numbers.items() if name not in same}, same, lost)

    def numbers(self, name, step, blocks):
        ratio = sum(math.log(r) for commit, r in self.changes[name].items() if step.base < commit <= step.head)
        return [ratio + 1e-4 * (block - blocks / 2) / blocks for block in range(blocks)]

    def search(self, **how):
        return Search(self.last, self.play, **how).run()


def effect(numbers):
    middle = sum(numbers) / len(numbers)
    if abs(middle) <= math.log1p(MARGIN):
        return None
    return Effect(1 if middle > 0 else -1, abs(middle), MARGIN, tuple(numbers))


def named(answer):
    return [(each.above, sorted(each.confirmed)) for each in answer.changes if each.above - each.below == 1]


@pytest.mark.parametrize("commit", [1, 2, 17, 63, 64])
def test_one_commit_is_found_wherever_it_is(commit):
    assert named(Commits(64, a={commit: 1.05}).search()) == [(commit, ["a"])]


def test_it_halves():
    commits = Commits(64, a={17: 1.05})
    commits.search()
    assert [step.kind for step in commits.steps] == ["ends", *["look"] * 6, "parent", "ends"]
    assert [(step.base, step.head) for step in commits.steps if step.kind == "parent"] == [(16, 17)]


class Blurred(Commits):
    """Comparisons of the ends cannot tell of a case as often as ``blurred`` says."""

    def __init__(self, last, blurred, **changes):
        super().__init__(last, **changes)
        self.blurred = dict(blurred)

    def play(self, step):
        outcome = super().play(step)
        names = [name for name in outcome.effects if self.blurred.get(name)]
        for name in names:
            self.blurred[name] -= 1
        left = {name: each for name, each in outcome.effects.items() if name not in names}
        return Outcome(outcome.numbers, effects=left, undecided=dict.fromkeys(names, "too wide"))


def test_ends_that_cannot_be_told_apart_are_compared_once_more():
    commits = Blurred(64, {"a": 1}, a={17: 1.05}, b={40: 1.05})
    answer = commits.search()
    assert named(answer) == [(17, ["a"]), (40, ["b"])]
    assert not answer.undecided
    assert [list(step.blocks) for step in commits.steps[:2]] == [[], ["a"]]


def test_ends_that_cannot_be_told_apart_twice_are_undecided():
    commits = Blurred(64, {"a": 2}, a={17: 1.05}, b={40: 1.05})
    answer = commits.search()
    assert named(answer) == [(40, ["b"])]
    assert answer.undecided == {"a": "too wide"}


def test_ends_are_compared_once_where_time_is_up():
    commits = Blurred(64, {"a": 1}, a={17: 1.05})
    assert commits.search(is_late=lambda: True).undecided == {"a": "too wide"}
    assert len(commits.steps) == 1


def test_a_commit_that_makes_a_case_faster_is_found():
    answer = Commits(64, a={40: 1 / 1.1}).search()
    assert named(answer) == [(40, ["a"])]
    assert answer.changes[0].effects["a"].direction == -1


def test_several_changes_of_a_case_are_told_apart():
    assert named(Commits(64, a={10: 1.05, 11: 1.08, 50: 1.03}).search()) == [(10, ["a"]), (11, ["a"]), (50, ["a"])]


def test_cases_that_changed_in_different_commits_go_separate_ways():
    commits = Commits(64, a={10: 1.05}, b={10: 1.2}, c={50: 1.05}, d={})
    assert named(commits.search()) == [(10, ["a", "b"]), (50, ["c"])]
    together = [step for step in commits.steps if step.kind == "look" and step.head == 32]
    assert next(sorted(step.blocks) for step in together) == ["a", "b", "c"]


def test_nothing_changed():
    commits = Commits(64, a={}, b={3: 1.01})
    answer = commits.search()
    assert not answer.changes
    assert not answer.undecided
    assert [step.kind for step in commits.steps] == ["ends"]


def test_a_commit_that_cannot_be_judged_is_passed_over():
    commits = Commits(64, faults={32: "its build failed", 24: "its build failed"}, a={17: 1.05})
    assert named(commits.search()) == [(17, ["a"])]


def test_where_the_culprit_cannot_be_judged_all_suspects_are_told():
    commits = Commits(64, faults={17: "its build failed"}, lost={("a", 18): "wrong"}, a={17: 1.05})
    (change,) = commits.search().changes
    assert (change.below, change.above) == (16, 19)
    assert change.between == {17: "its build failed", 18: "wrong"}
    assert change.confirmed == ["a"]


def test_a_case_that_lacks_in_a_commit_does_not_stop_the_others():
    commits = Commits(64, lost={("a", 17): "missing"}, a={17: 1.05}, b={17: 1.05})
    found = {tuple(each.effects): (each.below, each.above) for each in commits.search().changes}
    assert found == {("b",): (16, 17), ("a",): (16, 18)}


def test_a_change_in_many_small_parts_is_not_blamed_on_one_commit():
    answer = Commits(64, a=dict.fromkeys(range(1, 65), 1.001)).search()
    assert not any(each.confirmed for each in answer.changes)
    assert "came in parts" in answer.undecided["a"]


def test_code_that_does_not_differ_is_not_measured():
    commits = Commits(64, same=range(1, 32), a={40: 1.05})
    assert named(commits.search()) == [(40, ["a"])]


def test_a_ratio_on_the_threshold_leads_to_a_change_on_either_side():
    commits = Commits(4, a={1: 1 + MARGIN, 3: 1.03})
    assert (3, ["a"]) in named(commits.search())
    assert [step.kind for step in commits.steps if step.head == 2][:2] == ["look", "look"]


def test_a_small_change_before_a_large_one_is_found():
    commits = Commits(64, a={10: 1.05, 40: 4.0})
    assert named(commits.search()) == [(10, ["a"]), (40, ["a"])]


def test_a_large_change_takes_few_blocks():
    commits = Commits(64, a={40: 4.0})
    commits.search()
    assert max(max(step.blocks.values(), default=0) for step in commits.steps) <= 20


def test_many_changes_are_all_found():
    places = range(4, 64, 6)
    assert named(Commits(64, a=dict.fromkeys(places, 1.03)).search()) == [(place, ["a"]) for place in places]


def test_the_search_ends_when_time_is_up():
    answer = Commits(64, a={17: 1.05}).search(is_late=lambda: True)
    (change,) = answer.changes
    assert (change.below, change.above, change.reasons) == (0, 64, {"a": LATE})
    assert answer.undecided == {"a": LATE}


def test_time_may_be_up_between_two_steps():
    commits = Commits(64, a={17: 1.05})
    answer = commits.search(is_late=lambda: len(commits.steps) > 3)
    (change,) = answer.changes
    assert change.below < 17 <= change.above
    assert change.above - change.below == 8
    assert not change.confirmed


def test_the_chance_of_an_error_is_that_of_the_last_comparisons():
    assert Commits(64, a={}).search().level == 0
    assert Commits(64, a={17: 1.05, 40: 1.05}).search().level == pytest.approx(0.0025 + 0.005 / 6)
    assert Commits(64, a={17: 1.05}).search().level == pytest.approx(0.0025)


def test_every_step_is_told():
    told = []
    Commits(64, a={17: 1.05}).search(told=lambda commit, judged, cases: told.append((commit, judged)))
    assert told[:2] == [(32, "changed"), (16, "unchanged")]
    assert told[-1] == (17, "changed")


def random_history(seed, shares, **more):
    rng = random.Random(seed)
    places = rng.sample(range(1, 65), len(shares))
    return History(64, dict(zip(places, map(math.log1p, shares), strict=True)), **more)


def outcomes(shares, times, **more):
    """How many simulated searches name all commits, and how many name one that changed nothing."""
    right = wrong = 0
    for seed in range(times):
        history = random_history(seed, shares, **more)
        answer, _ = searched(history, seed)
        found = [each.above for each in answer.changes if each.confirmed and each.above - each.below == 1]
        right += found == sorted(history.changes)
        wrong += bool(set(found) - set(history.changes))
    return right, wrong


@pytest.mark.parametrize("shares", [(0.05,), (0.05, 0.08), (-0.05,)])
def test_simulated_searches_name_the_commits(shares):
    right, wrong = outcomes(shares, 100)
    assert right >= 95
    assert wrong == 0


def test_simulated_searches_find_nothing_where_nothing_is():
    assert outcomes((), 300) == (300, 0)


def test_commits_that_cannot_be_built_cost_no_right_answer():
    right, wrong = outcomes((0.08,), 50, lost=(32, 16, 48, 33))
    assert right >= 42
    assert wrong == 0


def test_a_noisy_machine_makes_searches_undecided_not_wrong():
    _, wrong = outcomes((0.03,), 200, spread=0.04, tail=3)
    assert wrong == 0


def test_a_simulated_search_is_repeatable():
    first, second = (searched(random_history(3, (0.05,)), 3) for _ in range(2))
    assert first == second
    assert CASE in first[0].changes[0].effects
