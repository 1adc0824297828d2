"""Lines of whole runs with planted errors."""

import numpy as np

from rooflinear.reports.repeatability.run_trials import CaseEstimates, ContestVerdict, RunTrial, is_headline

from .synthetic import run

BETWEEN = "between processes"
MACHINE = run([], {}).machine


def case(name="numba", time_ns=100.0, half=0.1, kind=BETWEEN, speedup=2.0, blocks=3, disturbed=False):
    """A case whose time and speed-up lie in the middle of their intervals, ``half`` a logarithm each way."""
    wide = np.exp(half)
    kind_of_speedup, ends = ("baseline", (1.0, 1.0)) if name == "numpy" else (kind, (speedup / wide, speedup * wide))
    times = (time_ns, time_ns / wide, time_ns * wide)
    return CaseEstimates(
        name, *times, kind, 1.0 if name == "numpy" else speedup, *ends, kind_of_speedup, blocks, disturbed
    )


def contest(cases, winner=None, runner_up=None, verdict="ahead", size=1000):
    """What these cases make of it, or the winner that is said."""
    ranked = sorted(cases, key=lambda each: each.time_ns)
    names = [each.implementation for each in ranked] + [None, None]
    key = ("gradient", "", "float64", 2, "cpu", f"m={size} n=10")
    return ContestVerdict(key, winner or names[0], runner_up or names[1], verdict, 1.1, is_headline(cases), list(cases))


def trial(contests, **changes):
    cases = [each for one in contests for each in one.cases]
    fields = {
        "started_at": "2026-01-02T03:04:05+00:00",
        "seconds": 480.0,
        "measuring_seconds": 460.0,
        "machine": MACHINE,
        "commit": "0123456789abcdef",
        "preset": "standard",
        "timed_share": 0.3,
        "statuses": {"ok": len(cases), "skipped": 2},
        "skipped_for_time": 1,
        "disturbed": sum(each.disturbed for each in cases),
        "contests": list(contests),
    }
    return RunTrial(**(fields | changes))


def normal_runs(told, runs=8, cases=300, error=0.05, seed=1, **changes):
    """Runs whose times and speed-ups err by ``error``, and whose intervals are those of an error of ``told``."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(runs):
        errors = np.exp(rng.normal(0, error, (3, cases)))
        contests = [
            contest(
                [
                    case("numpy", 300 * base, 1.96 * told),
                    case("numba", 100 * time, 1.96 * told, speedup=3 * ratio, **changes),
                ],
                size=size,
            )
            for size, (base, time, ratio) in enumerate(errors.T)
        ]
        made.append(trial(contests))
    return made
