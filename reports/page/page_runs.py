"""Several runs on one page: what they must have in common, and how they differ."""

from collections.abc import Sequence
from typing import Any

from ...bench.errors import UsageError
from ...bench.records import Run, words
from ..tables.frames import VIEW, Tables
from ..units import bytes_text

CASE = (*VIEW, "sizes", "implementation")


def check_comparable(runs: Sequence[Tables]) -> None:
    """Raises `UsageError` if two runs did not measure the same thing; the message says what differs."""
    first, *others = runs
    for other in others:
        why = _difference(first, other)
        if why:
            names = f"{first.folder} and {other.folder}"
            raise UsageError(f"{names} cannot share a page: {why}; make a page for each")


def differences(runs: Sequence[Tables]) -> list[tuple[str, list[str]]]:
    """(fact, its value in each run), for each fact that differs."""
    told = [_told(tables.run) for tables in runs]
    names = list(dict.fromkeys(name for each in told for name in each))
    rows = [(name, [each.get(name, "") for each in told]) for name in names]
    return [(name, values) for name, values in rows if len(set(values)) > 1]


def _difference(first: Tables, other: Tables) -> str:
    before, after = first.run, other.run
    if before.suite != after.suite:
        return f"their suites are '{before.suite}' and '{after.suite}'"
    if _data(before) != _data(after):
        return f"their data are '{_data(before)}' and '{_data(after)}'"
    for name in before.operations.keys() & after.operations.keys():
        if _contract(before.operations[name]) != _contract(after.operations[name]):
            return f"operation '{name}' is not the same in both"
    shared = _cases(first) & _cases(other)
    return "" if shared else "they have no case in common"


def _cases(tables: Tables) -> set[tuple[Any, ...]]:
    """Cases without their threads, because runs with other thread counts may share a page."""
    columns = [name for name in CASE if name != "threads"]
    return set(tables.cases[columns].itertuples(index=False, name=None))


def _data(run: Run) -> str:
    stated = {name: value for name in ("target", "condition") if (value := run.options.get(name)) is not None}
    return " ".join(filter(None, [run.data, words(stated)]))


def _contract(operation: dict[str, Any]) -> tuple[Any, ...]:
    """What an operation computes, without its documentation, whose wording may change."""
    return operation.get("formula"), tuple(operation.get("sizes", ())), tuple(operation.get("parameters", ()))


def _told(run: Run) -> dict[str, str]:
    machine = run.machine
    return {
        "machine": machine.name,
        "processor": machine.cpu,
        "cores": str(machine.cores_available),
        "memory": bytes_text(machine.memory_bytes),
        "Python": machine.python,
        "commit": (run.commit or "")[:12] + (" with changes" if run.dirty else ""),
        "preset": run.preset,
        "seed": str(run.seed),
        **run.versions,
        **{name: value for name, value in run.environment.items() if name.isupper()},
    }
