"""Bisections as records, made by searches over simulated commits."""

import math

import numpy as np

from rooflinear.bench.history.bisect import concluded
from rooflinear.bench.history.records import Bisection, Commit, Played
from rooflinear.bench.history.search import Search
from rooflinear.bench.history.simulated_searches import History, SimulatedSteps

LAST = 64


def name(number):
    """The hash of a commit."""
    return f"{number:04x}" * 10


def bisection(*places, share=0.05, lost=(), late=False, seed=1, last=LAST, **more):
    """A search over ``last`` commits of which those at ``places`` are slower by ``share``."""
    history = History(last, dict.fromkeys(places, math.log1p(share)), spread=0.005, lost=lost)
    simulated, played = SimulatedSteps(history, np.random.default_rng(seed)), []

    def play(step):
        outcome = simulated.play(step)
        played.append(Played(step=step, outcome=outcome, seconds=1.0))
        return outcome

    answer = Search(last, play, is_late=lambda: late and len(played) > 3).run()
    commits = [
        Commit(name(n), f"Change <{n}>", "A. Author", f"2026-01-{n % 28 + 1:02}T00:00:00Z") for n in range(last + 1)
    ]
    begun = Bisection(
        good="v1", bad="main", commits=commits, suite="made", started_at="2026-01-01T00:00:00+00:00", **more
    )
    return concluded(begun, answer, played, finished=not late)
