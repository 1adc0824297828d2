"""How often a comparison by several machines errs, over simulated noise. ``python -m tests.audit.fleet_errors [RUNS]``.

Prints a table in Markdown: comparisons that call a case slower, with the upper 95 % limit of their share; cases that
are called slower; cases on which the machines disagree.
"""

import sys

from rooflinear.bench.calibration.simulated_fleets import fleet_runs
from rooflinear.bench.calibration.trials import upper

CASES = 8
FLEETS = [
    (("quiet", "quiet"), (0.0, 0.0)),
    (("quiet", "heavy tails"), (0.0, 0.0)),
    (("drifting", "bursts", "two speeds"), (0.0, 0.0, 0.0)),
    (("quiet", "quiet"), (0.02, 0.02)),
    (("quiet", "heavy tails"), (0.05, 0.05)),
    (("drifting", "bursts", "two speeds"), (0.05, 0.05, 0.05)),
    (("quiet", "quiet"), (0.05, 0.0)),
]
FEWER = 20
"""With a slowdown nearly every run shows it, and one in so many is enough."""


def main(runs: int) -> None:
    heads = (
        "noise of the hosts",
        "true slowdown on each",
        f"runs of {CASES} cases",
        "with a case called slower",
        "limit",
    )
    print("| " + " | ".join((*heads, "cases called slower", "hosts disagree")) + " |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for names, effects in FLEETS:
        count = runs if max(effects) <= 0.02 else max(1, runs // FEWER)
        found = fleet_runs(names, effects, CASES, count, seed=2)
        alarms = sum(any(each.verdict == "slower" for each in run.cases) for run in found)
        cases = [each for run in found for each in run.cases]
        slower = sum(each.verdict == "slower" for each in cases) / len(cases)
        apart = sum(each.reason.startswith("hosts disagree") for each in cases) / len(cases)
        effect = ", ".join(f"{each:.0%}" for each in effects)
        limit = f"{upper(alarms, count):.2%}"
        print(
            f"| {', '.join(names)} | {effect} | {count} | {alarms} | {limit} | {slower:.1%} | {apart:.1%} |", flush=True
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
