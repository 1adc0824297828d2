"""Compares releases of other projects whose changes are known, by their own benchmarks or by a few lines.

``make guests`` runs it, adds a line for each comparison to docs/calibration/guests/known-changes.jsonl and prints the
table. Suites come out of the projects' source distributions (PyPI).
"""

import argparse
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

FOLDER = Path(__file__).parent / "changes"
KEPT = Path(__file__).resolve().parents[2] / "docs" / "calibration" / "guests" / "known-changes.jsonl"


@dataclass(frozen=True)
class Change:
    """Two releases of a project. ``suite`` lies in the source distribution of ``source``, else beside this file.

    ``telling`` is the benchmark whose ratio is expected between ``least`` and ``most``, as the reporters say.
    """

    project: str
    base: str
    head: str
    telling: str
    least: float
    most: float
    suite: tuple[str, ...] = ()
    source: str = ""
    extra: tuple[str, ...] = ()


CHANGES = (
    Change(
        "yarl", "1.9.4", "1.9.6", "test_url_to_string", 1.5, 6.0,
        ("tests/test_url_benchmarks.py", "tests/test_quoting_benchmarks.py"), "1.18.3",
    ),
    Change("attrs", "21.4.0", "22.1.0", "test_frozen_init", 1.05, 5.0),
    Change("attrs", "22.1.0", "22.2.0", "test_frozen_init", 0.2, 0.97),
    Change("jsonschema", "4.17.0", "4.18.0", "test_references", 2.0, 100.0),
    Change("shapely", "2.1.0", "2.1.1", "test_polygons", 0.05, 0.8),
    Change("pydantic", "2.10.6", "2.11.0b2", "test_json_schema", 1.05, 200.0),
    Change("networkx", "3.1", "3.2", "test_betweenness", 0.2, 5.0, extra=("numpy", "scipy")),
    Change("dask", "2024.11.2", "2025.4.0", "test_slice", 1.5, 10.0, extra=("numpy",)),
    Change("xarray", "2024.11.0", "2025.1.0", "test_interp", 2.0, 200.0, extra=("dask", "numpy", "scipy")),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", help="default: all")
    parser.add_argument("--output", type=Path, default=KEPT)
    typed = parser.parse_args()
    for change in CHANGES:
        if not typed.projects or change.project in typed.projects:
            line = compared(change)
            with typed.output.open("a") as file:
                file.write(json.dumps(line) + "\n")
            print(row(line), flush=True)


def compared(change: Change) -> dict:
    """One comparison by the command itself, and what of it the table shows."""
    with tempfile.TemporaryDirectory() as folder:
        tree = fetched(change, Path(folder)) if change.source else reproducer(change, Path(folder) / "suite")
        suite = change.suite or (f"{change.project}_change.py",)
        command = ["compare", f"{change.project}=={change.base}", f"{change.project}=={change.head}"]
        command += [word for path in suite for word in ("--pytest", path)]
        command += [word for requirement in change.extra for word in ("--with", requirement)]
        output = Path(folder) / "found.json"
        full = [sys.executable, "-m", "rooflinear.bench", *command, "--output", str(output)]
        done = subprocess.run(full, cwd=tree, check=False)
        found = json.loads(output.read_text()) if output.exists() else {"cases": [], "seconds": 0}
    told = [each for each in found["cases"] if change.telling in each["case"]["operation"]]
    spreads = [each["screen"]["spread"] for each in found["cases"] if each["screen"]]
    verdicts = [each["verdict"] for each in found["cases"]]
    return {
        "command": "rooflinear " + " ".join(command),
        "status": done.returncode,
        "seconds": found["seconds"],
        "machine": (found.get("machine") or {}).get("cpu", ""),
        "started_at": found.get("started_at", ""),
        "counts": {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
        "telling": [
            {key: each[key] for key in ("verdict", "ratio", "low", "high", "blocks")}
            | {"case": each["case"]["operation"]}
            for each in told
        ],
        "expected": [change.least, change.most],
        "spread": median(spreads) if spreads else None,
        "slower": [
            [each["case"]["operation"], each["ratio"]] for each in found["cases"] if each["verdict"] == "slower"
        ],
    }


def reproducer(change: Change, folder: Path) -> Path:
    """A folder with the lines beside this file that show a change, and nothing else."""
    folder.mkdir()
    shutil.copy(FOLDER / f"{change.project}_change.py", folder)
    return folder


def fetched(change: Change, folder: Path) -> Path:
    """The unpacked source distribution that holds a suite."""
    named = f"{change.project}=={change.source}"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-binary",
        ":all:",
        "--no-deps",
        "-d",
        str(folder),
        named,
    ]
    subprocess.run(pip, check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def row(line: dict) -> str:
    """A row of the Markdown table."""
    cells = [cell(each) for each in line["telling"] if each["ratio"]]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in line["counts"].items())
    return f"| `{line['command']}` | {'; '.join(cells) or 'none'} | {counts} | {line['seconds']:.0f} |"


def cell(told: dict) -> str:
    name = told["case"].rpartition("::")[2]
    return f"{name} {told['verdict']} {told['ratio']:.3g} ({told['low']:.3g} to {told['high']:.3g})"


if __name__ == "__main__":
    main()
