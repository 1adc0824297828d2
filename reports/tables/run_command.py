"""The command that measures what a run measured, and the words that a view and a size add to it."""

import shlex
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from ...bench.records import Run
from .views import View

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


def size_command(run: Run, view: View, sizes: Mapping[str, int], implementations: Iterable[str]) -> str:
    """`command` of these implementations (all: none) at one size of a view; empty for what another tool measured."""
    if not (base := command(run)):
        return ""
    parameters = view.parameters.split(" ") if view.parameters else []
    names = ",".join(implementations)
    words = ["--operation", view.operation, *(["--implementation", names] if names else [])]
    words += [word for name, value in sizes.items() for word in ("--size", f"{name}={value}")]
    words += [word for each in parameters for word in ("--parameter", each)]
    words += ["--dtype", view.dtype, "--threads", str(view.threads), "--device", view.device]
    return f"{base} {shlex.join(words)}"
