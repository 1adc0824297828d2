"""What a verification found, in a notebook: which answers are not ok, and how near the others come to their bound."""

from collections import Counter
from collections.abc import Sequence

from ...bench.records import Result
from ..rendering import render
from ..units import MISSING, percent_text

HEADS = ("", "cases", "ok", "largest error, of what is allowed")


def html(results: Sequence[Result]) -> str:
    """A row for each implementation, and every case that is wrong or crashed, as HTML without scripts."""
    names = dict.fromkeys((each.case.operation, each.case.implementation) for each in results)
    bad = [each for each in results if each.status in ("wrong", "crashed")]
    counts = Counter(each.status for each in results)
    return render(
        "notebook/answer.html",
        title=f"{len(results)} cases: " + ", ".join(f"{count} {status}" for status, count in counts.most_common()),
        told=[],
        heads=HEADS,
        rows=[
            _row(f"{operation}/{name}", [each for each in results if _is_of(each, operation, name)])
            for operation, name in names
        ],
        notes=[f"{each.status}: {each.case.label}: {each.reason}" for each in bad],
        text="",
    )


def _is_of(result: Result, operation: str, implementation: str) -> bool:
    return (result.case.operation, result.case.implementation) == (operation, implementation)


def _row(name: str, results: Sequence[Result]) -> list[str]:
    shares = [each.error_over_bound for each in results if each.error_over_bound is not None]
    largest = percent_text(max(shares)) if shares else MISSING
    return [name, str(len(results)), str(sum(each.status == "ok" for each in results)), largest]
