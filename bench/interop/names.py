"""Names of other tools' benchmarks: no two benchmarks of a file become one case.

Two files are joined by the full names and the parameters as text, `Benchmark`.
A `Case` is what pages and tables show of it; within a file it is as distinct.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from ..records import Case, Result, words

DTYPES = ("float64", "float32")
ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")
INTEGER = re.compile(r"[1-9][0-9]{0,17}")
GROWING = re.compile(rf"{INTEGER.pattern}(\.0)?")
NAME_OF_A_SIZE = re.compile(r"[^\s=|]+")
OURS = re.compile(
    r"([A-Za-z_]\w*)/([A-Za-z_]\w*)((?: [A-Za-z_]\w*=[^\s=]+)*) (\w+)(?: threads=(0|[1-9][0-9]{0,8}) (\w+))?"
)


class Description(NamedTuple):
    """What is known of a benchmark before its case is: parameters as text, by name.

    Those with a ``contender`` compete with all others of their operation; where
    it is empty, the benchmark is not ranked. ``mark`` tells it from
    another that would look alike.
    """

    operation: str
    parameters: dict[str, str]
    contender: str = ""
    mark: str = ""


def cases_of(descriptions: Sequence[Description]) -> list[Case]:
    """A case for each, all different.

    A parameter that is a positive whole number in all benchmarks of an
    operation is a size. The others of a contender become part of its name, or
    the whole of it if the contender is the function that the operation is named after.
    """
    members: dict[str, list[Description]] = defaultdict(list)
    for each in descriptions:
        members[each.operation].append(each)
    growing = {operation: _growing(group) for operation, group in members.items()}
    cases = [_case(each, growing[each.operation]) for each in descriptions]
    return _told_apart(cases, [each.mark for each in descriptions])


def case_of_label(label: str) -> Case | None:
    """A case from ``gradient/numpy m=1000 n=10 float64``; None if the text is not exactly such a label."""
    found = OURS.fullmatch(label)
    if found is None or found[4] not in DTYPES:
        return None
    pairs = [word.split("=") for word in found[3].split()]
    values = dict(pairs)
    if len(values) < len(pairs):
        return None
    sizes = {name: int(text) for name, text in values.items() if INTEGER.fullmatch(text)}
    parameters = {name: text for name, text in values.items() if name not in sizes}
    return Case("", found[1], found[2], sizes, {**parameters}, found[4], int(found[5] or 0), found[6] or "cpu")


def without_addresses(texts: Sequence[str]) -> list[str]:
    """Texts without memory addresses; texts that are then equal get a number."""
    return numbered([ADDRESS.sub("", text) for text in texts])


def numbered(texts: Sequence[str]) -> list[str]:
    """Texts; equal ones are numbered as in asv: ``<f> (0)``, ``<f> (1)``."""
    counts, taken = Counter(texts), set(texts)
    return [text if counts[text] == 1 else _free(text, taken) for text in texts]


def timed_by_case(results: Iterable[Result]) -> dict[Case, list[Result]]:
    """The results that have times, by case in order of first appearance."""
    found: dict[Case, list[Result]] = {}
    for each in results:
        if each.status == "ok" and each.samples:
            found.setdefault(each.case, []).append(each)
    return found


def distinct_labels(cases: Iterable[Case]) -> dict[Case, str]:
    """Labels for tools that know a case by its name alone, all different.

    Threads and device are added where labels would be equal, then a number.
    """
    labels = {case: case.label for case in cases}
    counts = Counter(labels.values())
    longer = {
        case: label if counts[label] == 1 else f"{label} threads={case.threads} {case.device}"
        for case, label in labels.items()
    }
    return dict(zip(longer, numbered(list(longer.values())), strict=True))


def _free(text: str, taken: set[str]) -> str:
    """The text with the first unused number."""
    number = 0
    while f"{text} ({number})" in taken:
        number += 1
    taken.add(f"{text} ({number})")
    return f"{text} ({number})"


def _growing(members: Sequence[Description]) -> list[str]:
    """Names of parameters that are whole numbers above 0 in all of these."""
    return [
        name
        for name in members[0].parameters
        if NAME_OF_A_SIZE.fullmatch(name) and all(GROWING.fullmatch(each.parameters.get(name, "")) for each in members)
    ]


def _case(description: Description, growing: Sequence[str]) -> Case:
    sizes = {name: int(description.parameters[name].removesuffix(".0")) for name in growing}
    rest = {name: text for name, text in description.parameters.items() if name not in sizes}
    if not description.contender:
        return Case("", description.operation, "", sizes, {**rest}, "", 0, "cpu")
    namesake = description.contender.rpartition("::")[2].removeprefix("test_") == description.operation
    name = words(rest) if namesake and rest else " ".join(filter(None, (description.contender, words(rest))))
    return Case("", description.operation, name, sizes, {}, "", 0, "cpu")


def _told_apart(cases: Sequence[Case], marks: Sequence[str]) -> list[Case]:
    """Cases that would look alike in a table get their mark, and a number if that is not enough."""
    seen: set[tuple[str, ...]] = set()
    found = []
    for case, mark in zip(cases, marks, strict=True):
        own, number = case, 1
        while _look(own) in seen:
            own = _marked(case, mark if number == 1 else f"{mark} ({number})")
            number += 1
        seen.add(_look(own))
        found.append(own)
    return found


def _marked(case: Case, mark: str) -> Case:
    if case.implementation:
        return msgspec.structs.replace(case, implementation=f"{case.implementation} [{mark}]")
    return msgspec.structs.replace(case, parameters={**case.parameters, "benchmark": mark})


def _look(case: Case) -> tuple[str, ...]:
    return case.operation, case.implementation, words(case.sizes), words(case.parameters)
