"""What outputs should be, and whether they are: in a process where no implementation was ever imported."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import problem, verify
from .contract import Bound, Operation, Tolerance
from .problem import Problem
from .protocol import Judge, Judged, Verdict
from .records import Numbers
from .vault import Kept, pieces
from .written import Stored, Unreadable, arrays, opened

REMEMBERED_BYTES = 2**16
"""The same bits for the same problem need no second look, where they are few enough to be kept."""


@dataclass(frozen=True)
class Held:
    """Of one problem: the oracle's output, bounds by algorithm (``tolerances`` are those that nobody derived), and
    inputs at the places that a seed draws."""

    expected: Kept
    bounds: dict[str, tuple[Kept, Kept]]
    tolerances: frozenset[str]
    sampled: dict[str, NDArray[Any]]
    generated: bool


class Judges:
    """Holds what problems should give, by folder, and compares with it what workers wrote."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}

    def hold(self, name: str, made: Problem, seed: int, *, generated: bool) -> None:
        staying = problem.in_place(made.inputs)
        sampled = {key: problem.sampled(value, seed).copy() for key, value in made.inputs.items() if key not in staying}
        bounds = [form for bound in made.bounds.values() for form in bound]
        kept = iter(_kept([made.expected, *bounds]))
        expected = next(kept)
        by_algorithm = {algorithm: (next(kept), next(kept)) for algorithm in made.bounds}
        tolerances = frozenset(name for name, bound in made.bounds.items() if isinstance(bound, Tolerance))
        self._held[name] = Held(expected, by_algorithm, tolerances, sampled, generated)

    def forget(self, folder: str) -> None:
        for name in [each for each in self._held if each == folder or each.startswith(f"{folder}/")]:
            del self._held[name]

    def algorithms(self, name: str) -> set[str]:
        """Those that a problem has bounds for."""
        return set(self._held[name].bounds)

    def unknown(self, names: list[str]) -> bool:
        return any(name and name not in self._held for name in names)

    def judge(self, request: Judge, operations: Mapping[str, Operation]) -> Judged:
        try:
            with opened(request.path) as file:
                found = arrays(file)
                outputs = list(islice(found, len(request.of)))
                if len(outputs) < len(request.of):
                    raise Unreadable("holds too few of them")
                verdicts = self._verdicts(request, outputs, operations)
                if request.inputs and verdicts[0].status == "ok":
                    verdicts[0] = self._unchanged(verdicts[0], self._held[request.of[0]], found)
                return Judged(verdicts, _numbers(outputs[0], request.numbers))
        except Unreadable as error:
            return Judged([Verdict("wrong", f"the file of its outputs {error}")])

    def _verdicts(self, request: Judge, outputs: list[Stored], operations: Mapping[str, Operation]) -> list[Verdict]:
        equal = operations[request.exact].exact_equal if request.exact else None
        remembered: dict[tuple[str, bytes], Verdict] = {}
        verdicts = []
        for name, output in zip(request.of, outputs, strict=True):
            few = output.size * output.dtype.itemsize <= REMEMBERED_BYTES
            key = (name, f"{output.dtype.str} {output.shape} ".encode() + (output.whole().tobytes() if few else b""))
            if not name:
                verdict = Verdict("ok", "")
            elif few and key in remembered:
                verdict = remembered[key]
            elif request.exact:
                verdict = _exact(output, self._held[name], equal, request.dtype)
            else:
                verdict = _bounded(output, self._held[name], request.algorithm, request.dtype)
            remembered[key] = verdict
            verdicts.append(verdict)
        return verdicts

    def _unchanged(self, verdict: Verdict, held: Held, found: Iterator[Stored]) -> Verdict:
        inputs = list(islice(found, len(held.sampled)))
        if len(inputs) < len(held.sampled):
            raise Unreadable("holds too few inputs")
        for (name, before), after in zip(held.sampled.items(), inputs, strict=True):
            equal_nan = before.dtype.kind == "f"
            if after.shape != before.shape or not np.array_equal(after.whole(), before, equal_nan=equal_nan):
                return Verdict("wrong", f"changes its input {name}")
        return verdict


def _kept(given: list[NDArray[Any]]) -> list[Kept]:
    """Equal ones are kept once."""
    kept: list[Kept] = []
    for index, array in enumerate(given):
        same = next((place for place in range(index) if _same(given[place], array)), None)
        kept.append(Kept(array) if same is None else kept[same])
    return kept


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and np.array_equal(one, other)


def _bounded(output: Stored, held: Held, algorithm: str, dtype: str) -> Verdict:
    if mismatch := verify.shape_or_dtype(output, held.expected, dtype):
        return Verdict("wrong", mismatch)

    def forms(*piece: int) -> Bound:
        return Bound(*(each.flat(*piece) for each in held.bounds[algorithm]))

    parts = (
        verify.part(output.flat(*each), held.expected.flat(*each), forms(*each), dtype, generated=held.generated)
        for each in pieces(output.size)
    )
    return verify.in_all(parts, output.size, "tolerance" if algorithm in held.tolerances else "bound")


def _exact(output: Stored, held: Held, equal: Any, dtype: str) -> Verdict:
    try:
        return verify.compare_exact(output.whole(), held.expected.whole(), equal, dtype)
    except Exception as error:
        return Verdict("wrong", f"exact_equal failed on what it returned: {type(error).__name__}: {error}")


def _numbers(output: Stored, most: int) -> Numbers | None:
    return problem.numbers(output.whole()) if most and output.size <= most else None
