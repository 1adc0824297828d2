"""What files of other tools have in common: cases from names, samples from seconds, a run from what they tell."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..errors import UsageError
from ..records import Case, Machine, Result, Run, Sample

NS = 1e9
PAIR = re.compile(r"([A-Za-z_]\w*)=([^\s=]+)")
DTYPES = ("float64", "float32")

UNNAMED = "unnamed"
"""Name of a machine whose file tells none."""


def run_of(tool: str, path: Path, machine: Machine, results: Sequence[Result], **known: Any) -> Run:
    """A run that holds what a file tells; ``preset`` names the tool."""
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
        implementations={case.implementation: dict(facts) for case in cases},
        preset=tool,
        warnings=[f"read from a file of {tool}"],
        **known,
    )


def case_of(name: str, parameters: dict[str, str], threads: int = 0) -> Case:
    """A case from a benchmark's name and its parameters; words such as ``m=1000`` become sizes."""
    rest = dict(parameters)
    implementation = rest.pop("implementation", "")
    dtype = rest.pop("dtype", "float64")
    words = {key: value for text in rest.values() for key, value in PAIR.findall(text)}
    sizes = {key: int(value) for key, value in words.items() if value.isdigit()}
    kept = {key: text for key, text in rest.items() if not PAIR.search(text)}
    kept |= {key: value for key, value in words.items() if key not in sizes}
    operation = re.sub(r"^(time|test|track|bench)_", "", name)
    return Case("", operation, implementation, sizes, {**kept}, dtype, threads, "cpu")


def case_of_label(label: str) -> Case:
    """A case from ``gradient/numpy m=1000 n=10 float64``, or from any other name as it is."""
    first, *words = label.split()
    operation, slash, implementation = first.partition("/")
    matches = [match for word in words if (match := PAIR.fullmatch(word))]
    pairs = {match[1]: match[2] for match in matches}
    if not slash or not all(value.isdigit() for value in pairs.values()):
        return Case("", label, "", {}, {}, "float64", 0, "cpu")
    dtype = words[-1] if words and words[-1] in DTYPES else "float64"
    return Case("", operation, implementation, {key: int(value) for key, value in pairs.items()}, {}, dtype, 0, "cpu")


def distinct_labels(cases: Iterable[Case]) -> dict[Case, str]:
    """Labels for tools that know a case by its name alone; threads and device are added where labels would be equal."""
    labels = {case: case.label for case in cases}
    counts = Counter(labels.values())
    return {
        case: label if counts[label] == 1 else f"{label} threads={case.threads} {case.device}"
        for case, label in labels.items()
    }


def samples(seconds: Sequence[Any], calls: int = 1, first_round: int = 0) -> list[Sample]:
    """Samples from seconds of one call each, ``calls`` of them timed together; what is no time is left out."""
    times = [float(each) for each in seconds if isinstance(each, int | float) and math.isfinite(each) and each > 0]
    return [Sample(first_round + place, 0, round(each * calls * NS), 0, calls) for place, each in enumerate(times)]


def convert(value: Any, kind: Any, path: Path) -> Any:
    """A record of ours found in a file. Raises `UsageError` where it is not one."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: a rooflinear record in it is damaged: {error}") from error


def timed(case: Case, found: list[Sample], **known: Any) -> Result:
    """An ``ok`` result, or a crashed one where no time was read; other tools verify nothing."""
    if not found:
        return Result(case=case, status="crashed", reason="the file has no time for it", **known)
    return Result(case=case, status="ok", samples=found, warning="not verified", **known)
