"""How often ``bisect`` names the right commit: repositories with a made history, and simulated ones.

``make bisects`` runs it, adds a line for each real search to docs/calibration/history/bisects.jsonl and prints both
tables; ``--simulated`` makes the simulated searches alone.
"""

import argparse
import contextlib
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from rooflinear.bench.history.simulated_searches import History  # noqa: E402
from rooflinear.bench.history.simulated_searches import searched as simulated_search  # noqa: E402
from tests.bench.made_history import KERNEL, LARGER, STARTS, make_history  # noqa: E402

KEPT = ROOT / "docs" / "calibration" / "history" / "bisects.jsonl"
COMMITS = 64
SPREADS = (0.006, 0.012, 0.02)
SIMULATED = 200


class Kind(NamedTuple):
    """What changed among the commits, by how much, in which number, and how many searches are made."""

    shares: tuple[float, ...]
    times: int
    measure: str = "time"
    kernel: str = KERNEL


KINDS = {
    "one of +5 %": Kind((0.05,), 20),
    "+5 % and +8 %": Kind((0.05, 0.08), 10),
    "nothing": Kind((), 20),
    "+10 % of 10 MB": Kind((0.1,), 3, "memory", LARGER),
    "a first call of +20 %": Kind((0.2,), 3, "first-call", STARTS),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", help=f"default: all of {', '.join(KINDS)}")
    parser.add_argument("--times", type=int, help="searches of each kind")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--commits", type=int, default=COMMITS)
    parser.add_argument("--output", type=Path, default=KEPT)
    parser.add_argument("--beside", default="", metavar="TEXT", help="what else this machine does meanwhile")
    parser.add_argument("--simulated", type=int, metavar="N", help="N simulated searches of each kind, and no others")
    typed = parser.parse_args()
    if typed.simulated:
        print(simulated(typed.simulated))
        return
    typed.output.parent.mkdir(parents=True, exist_ok=True)
    for kind in typed.kinds or KINDS:
        for seed in range(typed.first, typed.first + (typed.times or KINDS[kind].times)):
            line = searched(kind, seed, typed.commits) | ({"beside": typed.beside} if typed.beside else {})
            with typed.output.open("a") as file:
                file.write(json.dumps(line) + "\n")
            print(json.dumps({key: line[key] for key in ("kind", "seed", "wanted", "named", "answer", "seconds")}))
    print(simulated(SIMULATED))
    print(table([json.loads(line) for line in typed.output.read_text().splitlines()]))


def searched(kind: str, seed: int, commits: int) -> dict:
    """One search of the command itself, and what it should have found."""
    rng, (planted, _, measure, kernel) = random.Random(f"{kind} {seed}"), KINDS[kind]
    places = sorted(rng.sample(range(1, commits + 1), len(planted)))
    shares = rng.sample(planted, len(planted))
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder) / "made"
        top.mkdir()
        hashes = make_history(top, commits, dict(zip(places, shares, strict=True)), seed, kernel=kernel)
        command = ["bisect", hashes[0], hashes[-1], "--suite", "kernels", "--m", "1000", "--seed", str(seed), "--json"]
        command += ["--measure", measure]
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "rooflinear.bench", *command], cwd=top, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, check=False,
        )  # fmt: skip
        seconds = time.monotonic() - begun
        found = json.loads(done.stdout) if done.stdout else {}
    named = [hashes.index(change["commit"]["name"]) for change in found.get("changes", []) if is_named(change)]
    return {
        "kind": kind,
        "seed": seed,
        "wanted": places,
        "shares": shares,
        "named": named,
        "answer": answer(places, named, found.get("verdict", "")),
        "verdict": found.get("verdict"),
        "reason": found.get("reason"),
        "undecided": found.get("undecided", {}),
        "ratios": [
            [case[key] for key in ("ratio", "low", "high")]
            for change in found.get("changes", [])
            for case in change["cases"]
        ],
        "comparisons": len(found.get("steps", [])),
        "blocks": sum(len(each) for step in found.get("steps", []) for each in step["outcome"]["numbers"].values()),
        "seconds": round(seconds, 1),
        "machine": (found.get("machine") or {}).get("cpu", ""),
        "started_at": found.get("started_at", ""),
    }  # fmt: skip


def is_named(change: dict) -> bool:
    return len(change["suspects"]) == 1 and any(case["confirmed"] for case in change["cases"])


def answer(wanted: list[int], named: list[int], verdict: str) -> str:
    """``right``, ``wrong`` if a commit is named that changed nothing, else what is missing."""
    if set(named) - set(wanted):
        return "wrong"
    if named == wanted and (wanted or verdict == "unchanged"):
        return "right"
    return "in part" if named else "inconclusive" if verdict in ("inconclusive", "unfinished") else verdict or "failed"


def simulated(searches: int) -> str:
    """Markdown: simulated searches that name all commits and no other, and blocks, by kind and spread of blocks."""
    heads = [f"right at a spread of {spread:.1%}" for spread in SPREADS]
    rows = [f"| changed among the commits | {' | '.join(heads)} | wrong | blocks, median |", "| --- " * 6 + "|"]
    timed = {kind: each.shares for kind, each in KINDS.items() if each.measure == "time"}
    for kind, shares in timed.items():
        answers = {spread: [simulated_answer(kind, shares, spread, n) for n in range(searches)] for spread in SPREADS}
        right = [sum(told == "right" for told, _ in of) for of in answers.values()]
        wrong = sum(told == "wrong" for of in answers.values() for told, _ in of)
        blocks = " / ".join(f"{median(blocks for _, blocks in of):.0f}" for of in answers.values())
        rows.append(f"| {' | '.join(map(str, [kind, *right, wrong, blocks]))} |")
    return "\n".join(rows)


def simulated_answer(kind: str, shares: tuple[float, ...], spread: float, seed: int) -> tuple[str, int]:
    rng = random.Random(f"{kind} {seed}")
    places = rng.sample(range(1, COMMITS + 1), len(shares))
    history = History(COMMITS, dict(zip(places, map(math.log1p, shares), strict=True)), spread)
    found, blocks = simulated_search(history, seed)
    named = [each.above for each in found.changes if each.confirmed and each.above - each.below == 1]
    verdict = "unchanged" if not found.changes and not found.undecided else "inconclusive"
    return answer(sorted(places), named, verdict), blocks


def table(lines: list[dict]) -> str:
    """Markdown, a row for each kind."""
    counted = ("searches", "right", "in part", "inconclusive", "wrong", "other", "comparisons, median")
    rows = [f"| changed among the commits | {' | '.join(counted)} | seconds, median (range) |"]
    rows.append("| --- " * 9 + "|")
    for kind, beside in dict.fromkeys((line["kind"], line.get("beside", "")) for line in lines):
        own = [line for line in lines if (line["kind"], line.get("beside", "")) == (kind, beside)]
        counts = [sum(line["answer"] == name for line in own) for name in ("right", "in part", "inconclusive", "wrong")]
        seconds = [line["seconds"] for line in own]
        named = f"{kind}, beside {beside}" if beside else kind
        cells = [named, len(own), *counts, len(own) - sum(counts), median(line["comparisons"] for line in own)]
        cells.append(f"{median(seconds):.0f} ({min(seconds):.0f} to {max(seconds):.0f})")
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
