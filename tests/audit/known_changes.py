"""Compares releases of other projects whose changes are known, by their own benchmarks or by a few lines.

``make guests`` runs it, adds a line for each comparison to docs/calibration/guests/known-changes.jsonl and prints the
table. Suites come out of the projects' source distributions (PyPI).
"""

import argparse
import json
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median

import msgspec
from expected_changes import CHANGES, Change, Expected

from rooflinear.bench.records import Case

FOLDER = Path(__file__).parent / "changes"
KEPT = Path(__file__).resolve().parents[2] / "docs" / "calibration" / "guests" / "known-changes.jsonl"
NUMBERS = ("ratio", "low", "high", "blocks")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", help="default: all")
    parser.add_argument("--output", type=Path, default=KEPT)
    typed = parser.parse_args()
    if unknown := set(typed.projects) - {each.project for each in CHANGES}:
        parser.error(f"no change of {', '.join(sorted(unknown))} is known")
    for change in CHANGES:
        if not typed.projects or change.project in typed.projects:
            line = compared(change)
            with typed.output.open("a") as file:
                file.write(json.dumps(line) + "\n")
            print(row(line), flush=True)


def compared(change: Change) -> dict:
    """One comparison by the command itself, and what is kept of it."""
    command = ["compare", f"{change.project}=={change.base}", f"{change.project}=={change.head}"]
    command += [word for path in change.suite or [reproducer(change)] for word in (f"--{change.tool}", path)]
    command += change.options
    with tempfile.TemporaryDirectory() as folder:
        tree, output = suite_of(change, Path(folder)), Path(folder) / "found.json"
        full = [sys.executable, "-m", "rooflinear.bench", *command, "--output", str(output)]
        status = subprocess.run(full, cwd=tree, check=False).returncode
        found = json.loads(output.read_text()) if output.exists() else {}
    return {"command": "rooflinear " + shlex.join(command), "status": status} | kept(change, found)


def kept(change: Change, found: dict) -> dict:
    """What a line says of a comparison, ``found`` as ``compare --output`` writes it: every verdict by its benchmark."""
    cases = found.get("cases", [])
    verdicts = {verdict: by_name(cases, verdict) for verdict in sorted({each["verdict"] for each in cases})}
    spreads = [each["screen"]["spread"] for each in cases if each["screen"] and each["screen"]["spread"]]
    return {
        "seconds": found.get("seconds", 0),
        "machine": (found.get("machine") or {}).get("cpu", ""),
        "started_at": found.get("started_at", ""),
        "reported": change.reported,
        "counts": {verdict: len(named) for verdict, named in verdicts.items()},
        "in_range": all(in_range(each, verdicts) for each in change.expected),
        "telling": [told(each, verdicts) for each in change.expected],
        "spread": median(spreads) if spreads else None,
        "verdicts": verdicts,
        "warnings": found.get("warnings", []),
    }


def by_name(cases: Iterable[dict], verdict: str) -> dict[str, dict]:
    """Numbers of the cases with a verdict, and its reason where it has one, by the benchmark's name."""
    return {
        name_of(each["case"]): {key: each[key] for key in (*NUMBERS, "reason") if each[key]}
        for each in cases
        if each["verdict"] == verdict
    }


def name_of(case: dict) -> str:
    """A benchmark as ``compare`` prints it: ``test_a.py::test_a size=10``, with its group before it."""
    return msgspec.convert(case, Case).label


def told(expected: Expected, verdicts: dict[str, dict]) -> dict:
    """What was found of a benchmark whose ratio is expected, beside that."""
    found = ((verdict, named[name]) for verdict, named in verdicts.items() for name in named if is_(name, expected))
    verdict, numbers = next(found, ("not found", {}))
    return {
        "benchmark": expected.benchmark,
        "expected": [round(expected.least, 3), round(expected.most, 3)],
        "verdict": verdict,
        **numbers,
    }


def in_range(expected: Expected, verdicts: dict[str, dict]) -> bool:
    """Whether a benchmark has the verdict and the ratio that are expected."""
    found = told(expected, verdicts)
    return found["verdict"] == expected.verdict and expected.least <= found["ratio"] <= expected.most


def is_(name: str, expected: Expected) -> bool:
    """Whether a name is that benchmark's; pytest and pyperf write the file before it."""
    return name == expected.benchmark or name.endswith("::" + expected.benchmark)


def reproducer(change: Change) -> str:
    return f"{change.project}_change.py"


def suite_of(change: Change, folder: Path) -> Path:
    """A folder with the suite: the unpacked source distribution, or nothing but the lines that show the change."""
    if change.source:
        return fetched(f"{change.project}=={change.source}", folder)
    tree = folder / "suite"
    tree.mkdir()
    shutil.copy(FOLDER / reproducer(change), tree)
    return tree


def fetched(named: str, folder: Path) -> Path:
    """The source distribution of a release, unpacked."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps", "-d", str(folder)]
    subprocess.run([*pip, named], check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def row(line: dict) -> str:
    """A row of the Markdown table."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in line["counts"].items())
    cells = [f"`{line['command']}`", line["reported"], "; ".join(cell(each) for each in line["telling"])]
    cells += ["yes" if line["in_range"] else "no", counts or f"status {line['status']}", f"{line['seconds']:.0f}"]
    return f"| {' | '.join(cells)} |"


def cell(told: dict) -> str:
    interval = f" {told['ratio']:.3g} ({told['low']:.3g} to {told['high']:.3g})" if "low" in told else ""
    return f"{told['benchmark']} {told['verdict']}{interval}"


if __name__ == "__main__":
    main()
