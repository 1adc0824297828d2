"""Common code for files of other tools: results from seconds, a run from their metadata."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ..errors import UsageError
from ..records import Benchmark, Case, Machine, Result, Run, Sample
from .names import Description, cases_of

NS = 1e9
LOST = 1e-6
"""The largest relative error by rounding a sample to whole ns."""

LONGEST_S = 1e9
MOST_CALLS = 10**12

UNNAMED = "unnamed"
"""Name of a machine that its file does not name."""

NOT_VERIFIED = "not verified"
"""The start of the warning of a result that is not ``verified``."""

NOBODY = Case("", "", "", {}, {}, "", 0, "")


class Entry(NamedTuple):
    """One benchmark of a file: its name there, and a result for each block, without a case.

    ``description`` is a case where the file says that it is one of ours; then
    ``benchmark`` is None.
    """

    name: str
    benchmark: Benchmark | None
    description: Description | Case
    results: Sequence[Result]


def read_as(
    tool: str, path: Path, machine: Machine, entries: Sequence[Entry], **known: Any
) -> tuple[Run, list[Result]]:
    """A run and its results. Raises `UsageError` where two benchmarks of a file cannot be told apart."""
    _refuse_doubles(path, entries)
    cases = iter(cases_of([each.description for each in entries if isinstance(each.description, Description)]))
    rounds = count()
    results = [
        msgspec.structs.replace(
            result, case=case, benchmark=each.benchmark, block=block, samples=_in_rounds_of_its_own(result, rounds)
        )
        for each in entries
        for case in [each.description if isinstance(each.description, Case) else next(cases)]
        for block, result in enumerate(each.results)
    ]
    return run_of(tool, path, machine, results, **known), results


def timed(seconds: Sequence[Any], calls: Any = 1, summary: Iterable[Any] = (), **known: Any) -> Result:
    """A result from seconds of one call, ``calls`` of them timed together; other tools verify nothing.

    It is ``ok``, or says why there is no time. ``summary`` has the quantiles
    of samples that the file does not contain.
    """
    calls = int(calls or 1)
    if not 1 <= calls <= MOST_CALLS:
        raise ValueError(f"{calls} calls in one sample")
    times = [float(each) for each in seconds if _is_time(each, calls)]
    if not times:
        return Result(case=NOBODY, status="crashed", reason="the file has no time for it", **known)
    if reason := _too_coarse([each for each in summary if _is_time(each, calls)] or times):
        return Result(case=NOBODY, status="unsupported", reason=reason, **known)
    left = len(seconds) - len(times)
    warning = NOT_VERIFIED + (f"; {left} of {len(seconds)} samples are not times and are left out" if left else "")
    found = [Sample(0, 0, *_whole_ns(each, calls)) for each in times]
    return Result(case=NOBODY, status="ok", samples=found, **{"warning": warning, "verified": False, **known})


def convert(value: Any, kind: Any, path: Path) -> Any:
    """A rooflinear record found in another tool's file. Raises `UsageError` if it is damaged."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: a rooflinear record in it is damaged: {error}") from error


def _in_rounds_of_its_own(result: Result, rounds: Iterator[int]) -> list[Sample]:
    """Benchmarks of a file were run one after the other: a round of one is not a round of another."""
    return [msgspec.structs.replace(sample, round=next(rounds)) for sample in result.samples]


def run_of(tool: str, path: Path, machine: Machine, results: Sequence[Result], **known: Any) -> Run:
    """A run with the metadata of a file; ``preset`` names the tool, which also replaces a missing implementation."""
    cases = [each.case for each in results]
    operations = {case.operation: {"sizes": list(case.sizes), "parameters": case.parameters} for case in cases}
    facts = {"library": "", "algorithm": "direct", "doc": "", "source_sha256": ""}
    return Run(
        command=[tool, path.name],
        options={},
        machine=machine,
        versions=known.pop("versions", {}),
        environment={},
        suite=cases[0].suite if cases else "",
        operations=operations,
        implementations={case.implementation or tool: dict(facts) for case in cases},
        preset=tool,
        warnings=[f"read from a file of {tool}", *known.pop("warnings", [])],
        **known,
    )


def _refuse_doubles(path: Path, entries: Sequence[Entry]) -> None:
    seen: dict[Any, str] = {}
    for each in entries:
        own = each.benchmark or each.description
        key = (own.name, *own.parameters) if isinstance(own, Benchmark) else own
        if key in seen:
            raise UsageError(
                f"{path}: '{seen[key]}' and '{each.name}' would be one case, and one would hide the other; "
                "remove or rename one"
            )
        seen[key] = each.name


def _is_time(value: Any, calls: int) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and 0 <= value * calls <= LONGEST_S


def _too_coarse(times: Sequence[float]) -> str:
    """Why these are no times; '' where they are.

    A call longer than the clock's step never takes 0. Where some did, one that
    took a single step is as short.
    """
    zeros = sum(each == 0 for each in times)
    step = min((each for each in times if each > 0), default=0.0)
    if not zeros or 2 * sum(each <= step * (1 + LOST) for each in times) <= len(times):
        return ""
    least = f" or its least step of {step:.3g} s" if step else ""
    return f"the clock is too coarse: most samples read 0{least}"


def _whole_ns(seconds: float, calls: int) -> tuple[int, int, int]:
    """``wall_ns``, ``cpu_ns`` and ``calls`` of a sample, with enough calls for whole ns."""
    times = 1
    while True:
        exact = seconds * calls * times * NS
        if abs(round(exact) - exact) <= LOST * exact or times >= MOST_CALLS:
            return round(exact), 0, calls * times
        times *= 10
