"""The cases of a run or a verification: those that are planned, and what became of them."""

from collections import Counter

from ..errors import UsageError
from ..records import Result
from ..suites.suite import Suite
from ..sweep import Contest, Options, contests


def planned_contests(loaded: Suite, chosen: Options) -> list[Contest]:
    """Raises `UsageError` where no case is left."""
    planned = contests(loaded, chosen)
    if not planned:
        remarks = "".join(f"\n{remark}" for remark in loaded.remarks)
        raise UsageError(f"no case is left; the chosen implementations do not have the chosen operations{remarks}")
    return planned


def count_text(results: list[Result]) -> str:
    """How many cases ended with which status; one that is not ok in any block counts as not ok."""
    worst = {result.case: result.status for result in sorted(results, key=lambda each: each.status != "ok")}
    counts = Counter(worst.values())
    return f"{len(worst)} cases: " + ", ".join(f"{count} {status}" for status, count in counts.most_common())
