"""A history as plain lines."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...bench.history.history_records import History, Link, Nominee
from ...bench.history.records import Commit, verdict_word

MOST_CASES = 20
"""Lines of cases, or of nominations, that are printed."""

HEADS = {
    "slower": "Slower",
    "faster": "Faster",
    "unchanged": "Unchanged",
    "undecided": "Inconclusive",
    "incomplete": "Incomplete",
    "nothing measured": "Nothing measured",
    "unfinished": "Unfinished",
    "unpaired": "Unpaired",
}
STATES = {
    "undecided": "undecided",
    "not confirmed": "not confirmed",
    "small": "not compared",
    "suspected": "suspected",
}
"""Nominations that are not changes, in the order in which they are told."""


def headline(found: History) -> str:
    """The verdict in one sentence."""
    word = verdict_word(found.verdict, [each.case for each in found.changes if each.is_confirmed])
    return f"{HEADS.get(word, word.capitalize())}: {found.reason}"


def terminal(found: History, folder: Path) -> str:
    """What is printed at the end."""
    lines = [scope(found), ""]
    for commit, nominees in confirmed(found):
        lines += [*_change(commit, nominees), ""]
    for state, word in STATES.items():
        lines += _nominations([each for each in found.changes if each.state == state], word)
    lines += [f"not measured: {Commit(name).short}: {fault}" for name, fault in list(found.faults.items())[:MOST_CASES]]
    lines += chains(found)
    lines += of_machines(found)
    lines += [f"warning: {each}" for each in found.warnings]
    lines += [headline(found), f"page: {folder / 'history.html'}"]
    if found.verdict == "unfinished":
        lines += [f"to go on: rooflinear history --results {shlex.quote(str(folder))}"]
    return "\n".join(lines)


def of_machines(found: History) -> list[str]:
    """What several machines mean for a series; [] for one."""
    if found.method == "unpaired" or len(found.machines) < 2:
        return []
    named = ", ".join(found.machines)
    told = "a ratio to the anchor may differ between them; a confirmed change was compared on one"
    return [f"measured on {len(found.machines)} machines ({named}): {told}"]


def scope(found: History) -> str:
    """What was looked at, in a sentence."""
    ends = f"{found.commits[0].short} to {found.commits[-1].short}" if found.commits else "nothing"
    cases = _many(len(found.series), "case")
    if found.method == "unpaired":
        return f"From {ends}: {_many(found.measured, 'file')} of results of another tool, {cases}"
    what = "release" if found.commits and "==" in found.commits[0].name else "commit"
    anchor = f" against {Commit(found.anchors[-1].name).short}" if found.anchors else ""
    measured = f"{_many(len(found.commits), what)}, {found.measured} of them measured{anchor}"
    return f"From {ends}: {measured}, {cases}, {found.seconds:.0f} s"


def confirmed(found: History) -> list[tuple[Commit, list[Nominee]]]:
    """The confirmed changes by commit, in the order of the chain."""
    groups: dict[str, list[Nominee]] = {}
    for each in found.changes:
        if each.is_confirmed:
            groups.setdefault(made_by(each).name, []).append(each)
    return [(made_by(of[0]), of) for of in groups.values()]


def made_by(nominee: Nominee) -> Commit:
    """The commit that a search has named, if it has named one; else the later of the two that were compared."""
    found = [each.commit for each in nominee.bisected if len(each.suspects) == 1]
    return found[0] if len(found) == 1 else nominee.commit


def told(nominee: Nominee) -> str:
    """``slower, 1.051 (1.046 to 1.057)`` where the gate has compared, ``1.051 in the series`` where it has not."""
    result = nominee.result
    if result is None or result.ratio is None:
        return f"{nominee.jump:.3f} in the series"
    word = f"{verdict_word(result.verdict, [nominee.case])}, " if nominee.is_confirmed else ""
    interval = f" ({result.low:.3f} to {result.high:.3f})" if result.low is not None and result.high is not None else ""
    return f"{word}{result.ratio:.3f}{interval}"


def where(nominee: Nominee) -> str:
    """Between which commits a change lies, where they are no neighbours; ''."""
    found = [each.commit.short for each in nominee.bisected if len(each.suspects) == 1]
    if found:
        ends = f"between {nominee.before.short} and {nominee.commit.short}"
        return f"a search {ends} names {', '.join(found)}"
    if nominee.between:
        return f"one of {nominee.between + 1} commits behind {nominee.before.short}; --bisect searches among them"
    return ""


def chains(found: History) -> list[str]:
    """What the change from one anchor to the next adds to the intervals."""
    pairs = dict.fromkeys((each.earlier, each.later) for each in found.links)
    return [
        f"anchor {Commit(later).short} is joined with {Commit(earlier).short} through "
        f"{_many(max(len(each.commits) for each in of), 'commit')}; this adds up to "
        f"{max(map(half_width, of)):.2%} to the intervals behind it"
        for earlier, later in pairs
        for of in [[each for each in found.links if (each.earlier, each.later) == (earlier, later)]]
    ]


def half_width(link: Link) -> float:
    """The larger half of a link's interval, as a share."""
    ends = [each for each in (link.low, link.high) if each is not None]
    return max((abs(each / link.ratio - 1) for each in ends), default=float("inf"))


def _change(commit: Commit, nominees: Sequence[Nominee]) -> Iterator[str]:
    yield f"{commit.short}  {commit.subject}".rstrip()
    if commit.author:
        yield f"  {commit.author}, {commit.date[:10]}"
    for each in nominees[:MOST_CASES]:
        yield f"  {each.case}: {told(each)}"
    if len(nominees) > MOST_CASES:
        yield f"  and {len(nominees) - MOST_CASES} more cases"
    for line in dict.fromkeys(filter(None, map(where, nominees))):
        yield f"  {line}"


def _nominations(found: Sequence[Nominee], word: str) -> Iterator[str]:
    for each in found[:MOST_CASES]:
        yield f"{word}: {each.commit.short}: {each.case}: {told(each)}: {each.reason}"
    if len(found) > MOST_CASES:
        yield f"{word}: {len(found) - MOST_CASES} more"


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
