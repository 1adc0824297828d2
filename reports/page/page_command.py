"""The command that measures what a run measured; the page adds the case."""

import shlex
from pathlib import PurePath

from ...bench.records import Run

BUILT_IN = "kernels"

OPTIONS = {"data": "--data", "target": "--target", "condition": "--condition", "seed": "--seed"}


def command(run: Run) -> str:
    """``rooflinear run`` with the suite and data of this run; empty for what another tool measured."""
    if not run.options.get("suite"):
        return ""
    words = ["rooflinear", "run", "--preset", run.preset]
    if PurePath(run.options["suite"]).name != BUILT_IN:
        words += ["--suite", str(run.options["suite"])]
    for name, option in OPTIONS.items():
        if run.options.get(name):
            words += [option, str(run.options[name])]
    if run.options.get("timeout_s"):
        words += ["--timeout", f"{run.options['timeout_s']:g}s"]
    return shlex.join(words)
