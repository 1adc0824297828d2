# pyright: strict
"""How much slower counts: ``--margin``, ``--margins FILE``, or what this kind of case is known to allow."""

import fnmatch
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ..errors import UsageError
from ..records import Case
from .records import MEASURES, MEMORY, TIME, Measure

PINNED, LARGE, THREADED = 0.02, 0.03, 0.05
"""One pinned thread, inputs larger than the caches, several threads."""

OF_MEMORY, OF_MEMORY_BYTES = 0.05, 2.0**19
"""Memory of a call: both must be exceeded."""

OF_FIRST_CALLS = 0.1


@dataclass(frozen=True)
class Margins:
    """``stated`` holds for the times of all cases; ``patterns`` of a case's label (the last match counts) override it.

    Only a pattern that ends in the name of another measure, such as ``* memory``, is one of that measure's margins.
    """

    stated: float | None = None
    patterns: dict[str, float] = field(default_factory=dict[str, float])

    def of(self, case: Case, large: bool = False, measure: Measure = TIME) -> float:
        for pattern, margin in reversed(self.patterns.items()):
            if _measure_of(pattern) == measure and fnmatch.fnmatch(case.label, pattern.removesuffix(f" {measure}")):
                return margin
        if measure != TIME:
            return OF_MEMORY if measure == MEMORY else OF_FIRST_CALLS
        if self.stated is not None:
            return self.stated
        return THREADED if case.threads > 1 else LARGE if large else PINNED

    @property
    def default(self) -> float:
        return PINNED if self.stated is None else self.stated


def _measure_of(pattern: str) -> Measure:
    found: list[Measure] = [each for each in MEASURES if pattern.endswith(f" {each}")]
    return found[0] if found else TIME


def least_difference(measure: Measure) -> float:
    """The smallest difference that counts beside a share, in the unit of the measure."""
    return OF_MEMORY_BYTES if measure == MEMORY else 0.0


def read(margin: str | None, file: Path | None) -> Margins:
    """The options as typed. The file maps patterns to margins: ``{"predict/numba *": "3%"}``."""
    stated = None if margin is None else share("--margin", margin)
    return Margins(stated, {} if file is None else _read_file(file))


def share(what: str, text: object) -> float:
    """``2%``, ``2 %`` or ``0.02`` as a share. Raises `UsageError` outside (0, 1]."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(%?)\s*", str(text))
    value = float(match[1]) / (100 if match[2] else 1) if match else math.nan
    if not 0 < value <= 1:
        raise UsageError(f"{what} '{text}': must be more than 0 and at most 100 %, such as 2% or 0.02")
    return value


def _read_file(path: Path) -> dict[str, float]:
    remedy = 'write it as {"predict/numba *": "3%"}'
    try:
        found: Any = json.loads(path.read_text())
    except OSError as error:
        raise UsageError(f"--margins {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"--margins {path}: not JSON: {error}; {remedy}") from error
    if not isinstance(found, dict):
        raise UsageError(f"--margins {path}: must map patterns of cases to margins; {remedy}")
    stated = cast(dict[Any, Any], found)
    return {str(pattern): share(f"--margins {path}: {pattern}", value) for pattern, value in stated.items()}
