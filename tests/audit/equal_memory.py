"""How often ``compare --measure memory`` calls equal code larger or smaller: kernels against themselves with a remark.

``python tests/audit/equal_memory.py --runs 20`` adds a line for each run to docs/calibration/history/memory.jsonl and
prints the counts of all.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "docs" / "calibration" / "history" / "memory.jsonl"
CHANGED = ("numpy", "numpy_gram")
CASES = ("--operation", "predict,gradient", "--m", "1000,100000", "--n", "10", "--dtype", "float64")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--output", type=Path, default=KEPT)
    parser.add_argument("--beside", default="", metavar="TEXT", help="what else this machine does meanwhile")
    typed = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        top = remarked(Path(folder) / "remarked")
        for seed in range(typed.first, typed.first + typed.runs):
            line = compared(top, seed) | ({"beside": typed.beside} if typed.beside else {})
            with typed.output.open("a") as file:
                file.write(json.dumps(line) + "\n")
            print(json.dumps(line))
    print(counted([json.loads(line) for line in typed.output.read_text().splitlines()]))


def remarked(top: Path) -> Path:
    """A clone whose last commit adds a remark to the kernels that are compared."""
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", ROOT.as_uri(), top], check=True)
    for stem in CHANGED:
        path = top / "kernels" / f"{stem}.py"
        path.write_text(f"{path.read_text()}\n# A remark.\n")
    who = ["-c", "user.name=audit", "-c", "user.email=audit@example.org"]
    subprocess.run(["git", *who, "commit", "--quiet", "--all", "--message", "A remark"], cwd=top, check=True)
    return top


def compared(top: Path, seed: int) -> dict:
    """One comparison of the command itself."""
    command = ["compare", "HEAD~1", "HEAD", "--suite", "kernels", "--implementation", ",".join(CHANGED), *CASES]
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "rooflinear.bench", *command, "--measure", "memory", "--seed", str(seed), "--json"],
        cwd=top, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, check=False,
    )  # fmt: skip
    seconds, found = time.monotonic() - begun, json.loads(done.stdout)
    return {
        "seed": seed,
        "status": done.returncode,
        "verdict": found["verdict"],
        "cases": Counter(each["verdict"] for each in found["cases"]),
        "ratios": sorted(round(each["ratio"], 5) for each in found["cases"] if each["ratio"]),
        "seconds": round(seconds, 1),
        "machine": (found.get("machine") or {}).get("cpu", ""),
        "started_at": found.get("started_at", ""),
    }


def counted(lines: list[dict]) -> str:
    cases: Counter[str] = sum((Counter(line["cases"]) for line in lines), Counter())
    told = ", ".join(f"{count} {verdict}" for verdict, count in cases.most_common())
    failed = sum(line["status"] != 0 for line in lines)
    return f"{len(lines)} runs of equal code, {failed} with a status other than 0; cases: {told}"


if __name__ == "__main__":
    main()
