"""Expected outputs, and verdicts on outputs: in a process that never imports an implementation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import parts
from ..contract import Bound, Operation, Tolerance
from ..processes.reference_messages import Judge, Judged
from ..records import Numbers, Verdict
from . import problem, verify
from .problem import Problem
from .vault import Kept, pieces
from .written import Stored, Unreadable, arrays, opened

REMEMBERED_BYTES = 2**16
"""Outputs up to this size are remembered, so that equal outputs for the same problem are compared only once."""


@dataclass(frozen=True)
class Limit:
    """The allowed errors of one array. ``what`` names them: a bound, or a tolerance."""

    worst_case: Kept
    statistical: Kept
    what: str

    def flat(self, start: int, stop: int) -> Bound:
        return Bound(self.worst_case.flat(start, stop), self.statistical.flat(start, stop))


@dataclass(frozen=True)
class Held:
    """Of one problem: the arrays of the oracle's output (``parts`` of a tuple, or 0), their limits by algorithm, and
    inputs at the places that a seed draws."""

    expected: list[Kept]
    parts: int
    limits: dict[str, list[Limit]]
    sampled: dict[str, NDArray[Any]]
    generated: bool


class Judges:
    """Keeps the expected outputs of problems, by folder, and compares workers' outputs with them."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}

    def hold(self, name: str, made: Problem, seed: int, *, generated: bool) -> None:
        staying = problem.in_place(made.inputs)
        sampled = {key: problem.sampled(value, seed).copy() for key, value in made.inputs.items() if key not in staying}
        arrays = parts.of(made.expected)
        bounds = {name: [bound] if isinstance(bound, Bound) else list(bound) for name, bound in made.bounds.items()}
        forms = [form for each in bounds.values() for bound in each for form in bound]
        kept = iter(_kept([*arrays, *forms]))
        expected = list(islice(kept, len(arrays)))
        limits = {name: [Limit(next(kept), next(kept), _what(bound)) for bound in of] for name, of in bounds.items()}
        self._held[name] = Held(expected, parts.count(made.expected), limits, sampled, generated)

    def forget(self, folder: str) -> None:
        for name in [each for each in self._held if each == folder or each.startswith(f"{folder}/")]:
            del self._held[name]

    def algorithms(self, name: str) -> set[str]:
        """The algorithms for which a problem has bounds."""
        return set(self._held[name].limits)

    def unknown(self, names: list[str]) -> bool:
        return any(name and name not in self._held for name in names)

    def judge(self, request: Judge, operations: Mapping[str, Operation]) -> Judged:
        try:
            with opened(request.path) as file:
                found = arrays(file)
                outputs = [_taken(found, number) for number in self._numbers_of_arrays(request.of)]
                verdicts = self._verdicts(request, outputs, operations)
                if request.inputs and verdicts[0].status == "ok":
                    verdicts[0] = self._unchanged(verdicts[0], self._held[request.of[0]], found)
                return Judged(verdicts, _numbers(outputs[0], self._held.get(request.of[0]), request.numbers))
        except Unreadable as error:
            return Judged([Verdict("wrong", f"the file of its outputs {error}")])

    def _numbers_of_arrays(self, of: list[str]) -> list[int]:
        """The number of arrays of an output, the same for all outputs of a task."""
        known = {name: len(self._held[name].expected) for name in of if name}
        return [known.get(name) or next(iter(known.values()), 1) for name in of]

    def _verdicts(
        self, request: Judge, outputs: list[list[Stored]], operations: Mapping[str, Operation]
    ) -> list[Verdict]:
        equal = operations[request.exact].exact_equal if request.exact else None
        remembered: dict[tuple[str, bytes], Verdict] = {}
        verdicts = []
        for name, output in zip(request.of, outputs, strict=True):
            few = sum(each.nbytes for each in output) <= REMEMBERED_BYTES
            key = (name, b"".join(map(_bits, output)) if few else b"")
            if not name:
                verdict = Verdict("ok", "")
            elif few and key in remembered:
                verdict = remembered[key]
            elif request.exact:
                verdict = _exact(output, self._held[name], equal, request.dtype)
            else:
                verdict = _bounded(output, self._held[name], request.algorithm, request.dtype)
            if few:
                remembered[key] = verdict
            verdicts.append(verdict)
        return verdicts

    def _unchanged(self, verdict: Verdict, held: Held, found: Iterator[Stored]) -> Verdict:
        inputs = _taken(found, len(held.sampled))
        for (name, before), after in zip(held.sampled.items(), inputs, strict=True):
            equal_nan = before.dtype.kind == "f"
            if after.shape != before.shape or not np.array_equal(after.whole(), before, equal_nan=equal_nan):
                return Verdict("wrong", f"changes its input {name}")
        return verdict


def _taken(found: Iterator[Stored], number: int) -> list[Stored]:
    arrays = list(islice(found, number))
    if len(arrays) < number:
        raise Unreadable("has too few of them")
    return arrays


def _what(bound: Bound) -> str:
    return "tolerance" if isinstance(bound, Tolerance) else "bound"


def _bits(array: Stored) -> bytes:
    return f"{array.dtype.str} {array.shape} ".encode() + array.whole().tobytes()


def _kept(given: list[NDArray[Any]]) -> list[Kept]:
    """Equal arrays are stored once."""
    kept: list[Kept] = []
    for index, array in enumerate(given):
        same = next((place for place in range(index) if _same(given[place], array)), None)
        kept.append(Kept(array) if same is None else kept[same])
    return kept


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and np.array_equal(one, other)


def _bounded(output: list[Stored], held: Held, algorithm: str, dtype: str) -> Verdict:
    each = zip(output, held.expected, held.limits[algorithm], strict=True)
    return verify.of_parts([_part(*part, dtype, generated=held.generated) for part in each], held.parts)


def _part(output: Stored, expected: Kept, limit: Limit, dtype: str, *, generated: bool) -> Verdict:
    if mismatch := verify.shape_or_dtype(output, expected, dtype):
        return Verdict("wrong", mismatch)
    found = (
        verify.piece(output.flat(*each), expected.flat(*each), limit.flat(*each), dtype, generated=generated)
        for each in pieces(output.size)
    )
    return verify.in_all(found, output.size, limit.what)


def _exact(output: list[Stored], held: Held, equal: Any, dtype: str) -> Verdict:
    whole, expected = (parts.like([each.whole() for each in arrays], held.parts) for arrays in (output, held.expected))
    try:
        return verify.compare_exact(whole, expected, equal, dtype)
    except Exception as error:
        return Verdict("wrong", f"exact_equal failed on its output: {type(error).__name__}: {error}")


def _numbers(output: list[Stored], held: Held | None, most: int) -> Numbers | list[Numbers] | None:
    if not most or held is None or any(each.size > most for each in output):
        return None
    return problem.in_numbers(parts.like([each.whole() for each in output], held.parts))
