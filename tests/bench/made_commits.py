"""Commits without a repository: what a case takes at each of them is known, and noise is drawn."""

import contextlib
import math
import random
from functools import partial

from rooflinear.bench.errors import BuildFailed, Lost
from rooflinear.bench.gate.margins import least_difference
from rooflinear.bench.gate.paired_rounds import Reading
from rooflinear.bench.gate.plan import Outcome, Planned
from rooflinear.bench.gate.records import MEASURES, MEMORY, MISSING, TIME, CaseResult, labelled
from rooflinear.bench.history.history_records import Anchor, History
from rooflinear.bench.history.measuring import Meter
from rooflinear.bench.history.pairs import Pair
from rooflinear.bench.history.records import Commit
from rooflinear.bench.progress import Plain
from rooflinear.bench.records import Case

SPREAD = 0.005


def case(name):
    return Case("made", "double", name, {"m": 10}, {}, "float64", 1, "cpu")


def label(name):
    return case(name).label


def chain(count):
    return [Commit(f"c{n:02}", f"Change {n}", "A. Author", f"2026-01-01T{n % 24:02}:00:00+00:00") for n in range(count)]


class Silent(Plain):
    def note(self, line):
        pass

    def now(self, what, seconds_left):
        pass


class Commits:
    """``changes`` of a case are shares by the number of the commit that brings them; 0 is a change without effect.

    A commit in ``broken`` cannot be built; ``lacks`` names the cases that a commit has not. A copy of the base differs
    from it by ``control``. ``dropped`` of the four rounds of each block are disturbed. By memory, only cases named
    ``large…`` change; base takes ``memory`` bytes.
    """

    def __init__(
        self, count, broken=(), lacks=None, control=1.0, dropped=0, spread=SPREAD, measures=(TIME,), **changes
    ):
        self.measures, self.memory = measures, 1e6
        self.chain, self.broken, self.lacks = chain(count), broken, lacks or {}
        self.changes, self.control, self.dropped, self.spread = changes, control, dropped, spread
        self.opened, self.played, self.suites = [], [], []

    def opener(self, suite_of):
        self.suites.append(suite_of)
        return self.open

    @contextlib.contextmanager
    def open(self, base, head):
        for each in (base, head):
            if each in self.broken:
                raise BuildFailed(f"{each}: its build failed:\n  no compiler")
        self.opened.append((base, head))
        names = [name for name in self.changes if not {base, head} & {*self.lacks.get(name, ())}]
        gone = [name for name in self.changes if name not in names]
        measured = [
            Planned(
                case(name), 0.02, unchanged=self.code(name, base) == self.code(name, head), measure=measure,
                least=least_difference(measure),
            )
            for name in names
            for measure in self.measures
        ]  # fmt: skip
        settled = [
            CaseResult(case=case(name), verdict=MISSING, reason="head does not have it", margin=0.02) for name in gone
        ]
        codes = {labelled(case(name), each): self.code(name, head) for name in names for each in self.measures}
        yield Pair(measured, settled, dict.fromkeys(MEASURES, partial(Blocks, self, base, head)), "made", (), codes)

    def number(self, name):
        return next(place for place, each in enumerate(self.chain) if each.name == name)

    def code(self, name, commit):
        return f"{name} {sum(each <= self.number(commit) for each in self.changes[name])}"

    def log(self, name, commit):
        return sum(math.log1p(share) for at, share in self.changes[name].items() if at <= self.number(commit))

    def meter(self, *patterns, blocks=8):
        return Meter(self.opener, Silent(), patterns, blocks, seed=1)

    def begun(self, asked=None, anchor=None, **more):
        names = [each.name for each in self.chain]
        anchors = [Anchor(anchor or names[0], names[-1])]
        return History(commits=self.chain, asked=names if asked is None else asked, anchors=anchors, **more)


class Blocks:
    def __init__(self, commits, base, head, seed):
        self.commits, self.base, self.head, self.random = commits, base, head, random.Random(seed)

    def play(self, planned, thorough, told):
        self.commits.played.append((self.base, self.head, [each.case.implementation for each in planned]))
        return {each.case: self.one(each) for each in planned if told(each)}

    def one(self, planned):
        name = planned.case.implementation
        if name.startswith("wrong"):
            return Outcome(lost={"head": Lost("wrong", "outside the bound")})
        is_memory = planned.measure == MEMORY
        same = is_memory and not name.startswith("large")
        ratio = 0.0 if same else self.commits.log(name, self.head) - self.commits.log(name, self.base)
        noise = [self.random.gauss(0, self.commits.spread) for _ in range(2)]
        copy = math.log(self.commits.control) + noise[1] if planned.copied else None
        base = self.commits.memory if is_memory else 100.0
        unit = "B" if is_memory else "ns"
        return Outcome(Reading(ratio + noise[0], copy, base, base, 4, self.commits.dropped, unit=unit))

    def close(self):
        pass
