"""What ``history`` confirms of a repository with a made history, and of simulated ones.

``make histories`` runs it, adds a line for each to docs/calibration/history/histories.jsonl and prints the table. With
``--folder``, a history that ``--time-budget`` interrupts goes on at the next start.
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

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.bench.made_history import make_history  # noqa: E402

KEPT = ROOT / "docs" / "calibration" / "history" / "histories.jsonl"
COMMITS, CHANGES, SIZES = 100, (0.03, 0.10), (500, 700, 1000, 1400, 2000, 2800, 4000, 5600, 8000, 11200, 16000, 22400)
RESULTS = "history"
KINDS = {
    "three of 3 to 10 %": {},
    "nothing": {"changes": 0},
    "three, twice the noise": {"spread": 0.024},
    "three, each commit's layout off by 0.3 %": {"layout": 0.003},
    "three of exactly 3 %": {"shares": (0.03, 0.03)},
}
"""Simulated histories of 100 commits, 12 cases, a spread of 1.2 % from block to block."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--commits", type=int, default=COMMITS)
    parser.add_argument("--touched", type=int, help="commits that touch the kernel; default: all")
    parser.add_argument("--folder", type=Path, help="where the repository is made, or was")
    parser.add_argument("--time-budget", help="that of the command")
    parser.add_argument("--simulate", type=int, help="instead: so many simulated histories of each kind")
    parser.add_argument("--beside", default="", help="what else ran meanwhile")
    parser.add_argument("--output", type=Path, default=KEPT)
    typed = parser.parse_args()
    typed.output.parent.mkdir(parents=True, exist_ok=True)
    found = [simulated(kind, typed.simulate) for kind in KINDS] if typed.simulate else measured(typed)
    with typed.output.open("a") as file:
        for line in found:
            print(json.dumps(line))
            file.write(json.dumps(line) + "\n")
    print(table([json.loads(line) for line in typed.output.read_text().splitlines()]))


def measured(typed: argparse.Namespace) -> list[dict]:
    """A line of one history, and of one commit that is added to it; none if it has to go on."""
    with contextlib.ExitStack() as stack:
        top = typed.folder or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "made"
        wanted, hashes = repository(top, typed)
        first, last = hashes[0], hashes[-2]
        budget = ["--time-budget", typed.time_budget] if typed.time_budget else []
        begun = time.monotonic()
        found = command(top, f"{first}..{last}", "--m", ",".join(map(str, SIZES)), "--suite", "kernels",
                        "--seed", str(typed.seed), *budget)  # fmt: skip
        spent = top / "spent.json"
        seconds = (json.loads(spent.read_text()) if spent.exists() else 0.0) + time.monotonic() - begun
        if found["verdict"] == "unfinished":
            spent.write_text(json.dumps(seconds))
            print(f"{found['measured']} commits measured in {seconds:.0f} s; start again to go on", file=sys.stderr)
            return []
        begun = time.monotonic()
        added = command(top, "--add", hashes[-1])
        return [line(typed, found, wanted, hashes, seconds, time.monotonic() - begun, added["exit"])]


def repository(top: Path, typed: argparse.Namespace) -> tuple[dict[int, float], list[str]]:
    """The changes by the number of their commit, and the hashes; the last commit is the one that is added later."""
    rng = random.Random(f"history {typed.seed}")
    places = sorted(rng.sample(range(1, typed.commits), 3))
    shares = [rng.uniform(*CHANGES) * rng.choice((1, -1)) for _ in places]
    touched = (
        None if typed.touched is None else set(rng.sample(range(1, typed.commits), typed.touched)) | {typed.commits}
    )
    wanted, listed = dict(zip(places, shares, strict=True)), top / "hashes.json"
    if not listed.exists():
        top.mkdir(parents=True)
        hashes = make_history(top, typed.commits, wanted, typed.seed, touched)
        (top / ".git" / "info" / "exclude").write_text("hashes.json\nspent.json\n")
        listed.write_text(json.dumps(hashes))
    return wanted, json.loads(listed.read_text())


def command(top: Path, *arguments: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "rooflinear.bench", "history", *arguments, "--results", RESULTS, "--json"], cwd=top,
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, check=False,
    )  # fmt: skip
    if not done.stdout:
        raise SystemExit(done.returncode)
    return {**json.loads(done.stdout), "exit": done.returncode}


def line(
    typed: argparse.Namespace, found: dict, wanted: dict[int, float], hashes: list[str], seconds: float, added_s: float,
    added: int,
) -> dict:  # fmt: skip
    confirmed: dict[int, list[str]] = {}
    for each in found["changes"]:
        if each["state"] == "confirmed":
            confirmed.setdefault(hashes.index(each["commit"]["name"]), []).append(each["case"])
    states = [each["state"] for each in found["changes"]]
    return {
        "kind": "measured",
        "seed": typed.seed,
        "commits": len(found["commits"]) - 1,
        "touched": typed.touched or len(found["commits"]) - 1,
        "cases": len(found["series"]),
        "wanted": {str(number): round(share, 4) for number, share in wanted.items()},
        "confirmed": {str(number): len(cases) for number, cases in confirmed.items()},
        "besides": sorted(set(confirmed) - set(wanted)),
        "states": {state: states.count(state) for state in dict.fromkeys(states)},
        "verdict": found["verdict"],
        "seconds": round(seconds, 1),
        "added_seconds": round(added_s, 1),
        "added_exit": added,
        "beside": typed.beside,
        "machine": found["machines"],
        "ended_at": found["ended_at"],
    }


def simulated(kind: str, count: int) -> dict:
    """So many simulated histories of a kind, each with changes of its own."""
    from rooflinear.bench.history.simulated_histories import Course, judged

    of = {"changes": 3, "shares": CHANGES, "spread": 0.012, "layout": 0.0, **KINDS[kind]}
    whole = found = false = compared = blocks = 0
    begun = time.monotonic()
    for seed in range(count):
        rng = random.Random(f"{kind} {seed}")
        places = [(rng.randint(1, COMMITS), rng.randrange(len(SIZES))) for _ in range(of["changes"])]
        changes = {place: math.log1p(rng.uniform(*of["shares"])) * rng.choice((1, -1)) for place in places}
        answer = judged(Course(COMMITS, len(SIZES), changes, spread=of["spread"], layout=of["layout"]), seed)
        found += len(set(answer.confirmed) & set(changes))
        false += bool(set(answer.confirmed) - set(changes))
        whole += set(answer.confirmed) == set(changes)
        compared, blocks = compared + len(answer.compared), blocks + answer.blocks
    return {
        "kind": f"simulated: {kind}", "histories": count, "changes": count * of["changes"], "found": found,
        "whole": whole, "with_others": false, "compared": compared, "blocks": blocks,
        "seconds": round(time.monotonic() - begun, 1),
    }  # fmt: skip


def table(lines: list[dict]) -> str:
    """Markdown: simulated histories, then each measured one."""
    heads = ("simulated histories", "how many", "confirmed", "all and nothing else", "with another one", "comparisons")
    rows = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    newest = {each["kind"]: each for each in lines if "histories" in each}
    for kind, each in newest.items():
        cells = [kind.removeprefix("simulated: "), each["histories"], f"{each['found']} of {each['changes']}"]
        cells += [each["whole"], each["with_others"], f"{each['compared'] / each['histories']:.1f}"]
        rows.append(f"| {' | '.join(map(str, cells))} |")
    rows += ["", "| measured | commits that touch the kernel | confirmed | besides | minutes | one commit added, s |"]
    rows.append("| --- " * 6 + "|")
    for each in lines:
        if each["kind"] == "measured":
            what = f"{each['commits']} commits, {each['cases']} cases" + (
                f", {each['beside']}" if each["beside"] else ""
            )
            right = set(each["confirmed"]) & set(each["wanted"])
            cells = [what, each["touched"], f"{len(right)} of {len(each['wanted'])}",
                     len(each["besides"]), f"{each['seconds'] / 60:.0f}", f"{each['added_seconds']:.0f}"]  # fmt: skip
            rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
