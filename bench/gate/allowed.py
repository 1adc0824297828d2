"""``--allow-missing``: which cases may be on one side only, for revisions and for files of results alike."""

import fnmatch
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..records import Case
from .records import ABSENT, TIME, CaseResult, CaseVerdict, Measure


class Named(NamedTuple):
    """A case, and its full name in the file of another tool, if it is from one."""

    case: Case
    name: str = ""


def fits(pattern: str, named: Named) -> bool:
    """Whether a pattern is of a case's label, its implementation or its full name."""
    names = (named.case.label, named.case.implementation, named.name)
    return any(name and fnmatch.fnmatch(name, pattern) for name in names)


def one_sided(
    named: Named, verdict: CaseVerdict, reason: str, margin: float, allowed: Sequence[str], measure: Measure = TIME
) -> CaseResult:
    """The result of a case that cannot be compared: a failure, unless a pattern allows it."""
    if any(fits(pattern, named) for pattern in allowed):
        verdict, reason = ABSENT, f"{reason}, which --allow-missing allows"
    else:
        reason += "; if this is on purpose: --allow-missing PATTERN"
    return CaseResult(case=named.case, measure=measure, verdict=verdict, reason=reason, margin=margin)


def unmatched(allowed: Sequence[str], cases: Iterable[Named]) -> list[str]:
    """A warning for each pattern that matches no case: misspelt, or obsolete."""
    known = list(cases)
    unused = [pattern for pattern in allowed if not any(fits(pattern, each) for each in known)]
    return [f"--allow-missing '{pattern}' matches no case of this comparison" for pattern in unused]
