"""A bisection as plain lines."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from ...bench.history.records import Bisection, ChangedCase, FoundChange, case_ways, counted, verdict_word, what_of

HEADLINES = {
    "slower": "Slower",
    "faster": "Faster",
    "unchanged": "Unchanged",
    "inconclusive": "Inconclusive",
    "nothing compared": "Nothing compared",
    "unfinished": "Unfinished",
}
MOST = 20
"""Lines of cases that are printed."""


def headline(found: Bisection) -> str:
    """The verdict in one sentence."""
    cases = [case.case for change in found.changes for case in change.cases]
    word = verdict_word(found.verdict, cases)
    return f"{HEADLINES.get(word, word.capitalize())}: {found.reason}"


def terminal(found: Bisection, folder: Path) -> str:
    """What is printed at the end."""
    searched = counted(len(found.commits) - 1, what_of(found.good))
    compared = counted(len(found.steps), "comparison")
    lines = [f"{found.good} to {found.bad}: {searched}, {compared}, {found.seconds:.0f} s", ""]
    for change in found.changes:
        lines += [*_change(change), ""]
    lines += [f"undecided: {case}: {reason}" for case, reason in list(found.undecided.items())[:MOST]]
    lines += [f"not compared: {case}: {reason}" for case, reason in list(found.not_compared.items())[:MOST]]
    lines += [f"warning: {each}" for each in found.warnings]
    lines += [headline(found), chance(found)] if found.steps else [headline(found)]
    lines += [f"page: {folder / 'bisect.html'}"]
    if found.verdict == "unfinished":
        lines += [f"to go on: rooflinear bisect --resume {shlex.quote(str(folder))}"]
    return "\n".join(lines)


def chance(found: Bisection) -> str:
    """What bounds the chance of an error."""
    what = what_of(found.good)
    return f"The chance that any {what} is named wrongly is at most {100 * found.chance_of_error:.2g} %."


def told(case: ChangedCase) -> str:
    """``slower, 1.051 (1.046 to 1.057)``: the commit over the one before it."""
    if case.ratio is None:
        return f"not compared with the one before; {ratio_text(case.from_good)} from end to end"
    slower, faster = case_ways(case.case)
    word = slower if case.ratio > 1 else faster
    sure = word if case.confirmed else "not confirmed"
    low, high = case.low, case.high
    interval = f" ({ratio_text(low)} to {ratio_text(high)})" if low is not None and high is not None else ""
    return f"{sure}, {ratio_text(case.ratio)}{interval}"


def ratio_text(ratio: float) -> str:
    """``1.051``, ``24.7``: three decimals near 1, three significant digits beyond."""
    return f"{ratio:.3f}" if 0.1 < ratio < 10 else f"{ratio:.3g}"


def _change(change: FoundChange) -> Iterator[str]:
    one = len(change.suspects) == 1
    if one:
        yield f"{change.commit.short}  {change.commit.subject}".rstrip()
        if change.commit.author:
            yield f"  {change.commit.author}, {change.commit.date[:10]}"
    else:
        yield f"one of {len(change.suspects)}, from {change.suspects[0].short} to {change.commit.short}"
        for commit in change.suspects[:-1]:
            yield f"  {commit.short} is not judged: {change.skipped.get(commit.name, '')}"
    for case in change.cases[:MOST]:
        yield f"  {case.case}: {told(case)}"
    if len(change.cases) > MOST:
        yield f"  and {len(change.cases) - MOST} more cases"
    if change.reason:
        yield f"  {change.reason}"
    for each in change.merged:
        yield "  of the branch that it merges:"
        yield from (f"    {line}" for line in _change(each))
