"""How often the gate errs on whole suites of other projects: each against itself, and against itself made slower.

``make guests`` runs it: idle, beside a busy program, with 5 % planted, and pytest-benchmark or asv on the same two
environments. Each run is a line of docs/calibration/guests/suites.jsonl. The suite of packaging is not in its source
distributions; give a folder with a checkout: ``--checkout packaging=FOLDER``.
"""

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from known_changes import fetched

KEPT = Path(__file__).resolve().parents[2] / "docs" / "calibration" / "guests" / "suites.jsonl"


@dataclass(frozen=True)
class Whole:
    """A suite and the release that it is run on; ``source``: the release whose source distribution holds it."""

    release: str
    options: tuple[str, ...]
    source: str = ""

    @property
    def project(self) -> str:
        return self.release.partition("==")[0]


SUITES = (
    Whole(
        "yarl==1.18.3",
        (
            "--pytest=tests/test_url_benchmarks.py",
            "--pytest=tests/test_quoting_benchmarks.py",
            "--with=pytest-benchmark",
        ),
        source="yarl==1.18.3",
    ),
    Whole("observ==1.0.0", ("--pytest", "bench", "-k", "not plain_vs_reactive"), source="observ==1.0.0"),
    Whole("packaging==26.0", ("--asv", "benchmarks")),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", help="default: all whose suite is at hand")
    parser.add_argument("--checkout", action="append", default=[], metavar="PROJECT=FOLDER")
    parser.add_argument("--runs", default="5", help="idle, and as many beside a busy program")
    parser.add_argument("--output", type=Path, default=KEPT)
    typed = parser.parse_args()
    checkouts = dict(each.split("=", 1) for each in typed.checkout)
    for suite in SUITES:
        if typed.projects and suite.project not in typed.projects:
            continue
        if not suite.source and suite.project not in checkouts:
            print(f"left out: {suite.project}; its suite is not on PyPI (--checkout {suite.project}=FOLDER)")
            continue
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(checkouts[suite.project]) if suite.project in checkouts else fetched(suite.source, Path(folder))
            calibrated(suite, tree.resolve(), typed.runs, typed.output.resolve())


def calibrated(suite: Whole, tree: Path, runs: str, output: Path) -> None:
    """Idle runs, another tool's and one with a planted slowdown, then as many runs beside a busy program."""
    command = [
        sys.executable,
        "-m",
        "rooflinear.bench",
        "calibrate",
        suite.release,
        *suite.options,
        "--output",
        str(output),
    ]
    for more in (["--runs", runs, "--effect", "5%", "--peers"], ["--runs", runs, "--load", "1"]):
        subprocess.run([*command, *more], cwd=tree, check=True)


if __name__ == "__main__":
    main()
