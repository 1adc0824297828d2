"""Comparisons with every verdict, made without measuring."""

import math
import random

import msgspec

from rooflinear.bench.errors import Lost
from rooflinear.bench.gate import judge, records, recurrence, together
from rooflinear.bench.gate.paired_rounds import Reading
from rooflinear.bench.gate.plan import Planned
from rooflinear.bench.gate.tracks import Track, results
from rooflinear.bench.records import Case, Machine

HOSTILE = "<script>alert(1)</script>\"'|`@team\n::error::%0A\x00\x1b[31m&"
OLD, NEW = {"numpy": "2.4.6", "scipy": "1.17.1"}, {"numpy": "2.5.0", "scipy": "1.17.1"}
OTHER = Machine(name="bench-9", system="Linux 6", cpu="a CPU", cores_available=2)
EFFECTS = {"slower": 1.08, "faster": 0.9, "equivalent": 1.0, "inconclusive": 1.0, "broken": 1.0, "not compared": 1.0}


def case(number, implementation="numpy", operation="gradient"):
    return Case(
        "kernels", operation, implementation, {"m": 10 ** (2 + number % 4), "n": number + 1}, {}, "float64", 1, "cpu"
    )


def reading(rng, effect, spread):
    head = math.log(effect) + rng.gauss(0, spread)
    return Reading(head, rng.gauss(0, spread), 1e5, 1e5 * math.exp(head), 32, 1)


def track(rng, number, verdict, implementation, side="head"):
    spread = 0.15 if verdict == "inconclusive" else 0.005
    found = Track(Planned(case(number, implementation), 0.02, copied=side == "copy"), side, 0.02)
    if verdict == "broken":
        found.lost = {"head": Lost("wrong", "outside the bound by a factor of 12")}
    elif verdict == "not compared":
        found.lost = dict.fromkeys(("base", "head"), Lost("missing", "no module named torch"))
    else:
        found.screen = [reading(rng, EFFECTS[verdict], spread) for _ in range(judge.SCREEN_BLOCKS)]
        if verdict in ("slower", "faster", "inconclusive"):
            found.confirm = [reading(rng, EFFECTS[verdict], spread) for _ in range(32)]
    return found


def comparison(verdicts=tuple(EFFECTS), implementations=("numpy", "numba"), seed=1, hostile=False):
    """A comparison judged by the gate's own code from drawn block numbers."""
    rng = random.Random(seed)
    tracks = [
        track(rng, number, verdict, implementation)
        for implementation in implementations
        for number, verdict in enumerate(verdicts)
    ]
    tracks.append(track(rng, 90, "equivalent", implementations[0], side="copy"))
    cases, controls = results(tracks)
    if hostile:
        cases = [msgspec.structs.replace(each, reason=HOSTILE) for each in cases]
    return records.Comparison(
        verdict="slower",
        reason=HOSTILE if hostile else "2 of 12 cases are slower by more than their margin",
        base=records.Side(label="main", commit="a" * 40, versions={"numpy": "2.4.6", "scipy": "1.17.1"}),
        head=records.Side(
            label="working tree", commit="b" * 40, dirty=True, versions={"numpy": "2.5.0", "scipy": "1.17.1"}
        ),
        margin=0.02,
        controls=controls,
        cases=cases,
        warnings=[HOSTILE if hostile else "a virtual machine: neighbours may steal time"],
        suite="kernels",
        machine=Machine(name=HOSTILE if hostile else "bench-1", system="Linux 6", cpu="a CPU", cores_available=2),
        command=["rooflinear", "compare", "main"],
        started_at="2026-11-24T03:00:00+00:00",
        seconds=91.0,
    )


def fleet(hostile=False):
    """Two hosts with noise of their own, and one that is lost."""
    hosts = [
        records.OfHost(name=HOSTILE if hostile else f"node{seed}", comparison=comparison(seed=seed, hostile=hostile))
        for seed in (1, 2)
    ]
    return together.combined([*hosts, records.OfHost(name="node3", lost="its worker has ended")])


def replay(seed=1):
    """A comparison whose cases are replayed: each was slower, or faster where it is now."""
    made = comparison(verdicts=("slower", "faster", "equivalent", "inconclusive", "broken"), seed=seed)
    verdicts = {"faster": "faster"}
    claims = [
        msgspec.structs.replace(
            each, verdict=verdicts.get(each.verdict, "slower"), ratio=1.116, low=1.104, high=1.127, blocks=12
        )
        for each in made.cases
    ]
    cases = recurrence.replayed(claims, made.cases)
    verdict, reason = recurrence.verdict_of(cases, made.controls)
    earlier = records.Earlier(file="earlier.json", started_at="2026-11-23T03:00:00+00:00", machine=OTHER, seed=3)
    return msgspec.structs.replace(made, verdict=verdict, reason=reason, cases=cases, replays=earlier)
