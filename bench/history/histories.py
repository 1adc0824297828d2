"""From lines of measurements to what is stored and shown of a history."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from ..gate.records import FASTER, INCONCLUSIVE, SLOWER, CaseResult
from . import nominations
from .chained import Chained
from .history_records import Compared, History, HistoryVerdict, Measured, Nominee
from .nominations import Key, Nomination
from .records import Commit, FoundChange, case_ways, counted, what_of

TOO_SMALL = "smaller than half of its margin"
WAITS = "not compared yet"

State = Literal["confirmed", "not confirmed", "undecided", "small", "suspected"]
STATES: dict[str, State] = {SLOWER: "confirmed", FASTER: "confirmed", INCONCLUSIVE: "undecided"}


def concluded(
    begun: History,
    lines: Sequence[Measured],
    compared: Sequence[Compared],
    *,
    fresh: Sequence[str] = (),
    judged: bool = False,
    finished: bool = True,
    bisected: Mapping[Key, Sequence[FoundChange]] | None = None,
) -> History:
    """The record of all that was measured.

    ``fresh`` are the commits that this call has measured or was asked to add; ``judged``: it has compared what was
    nominated. Comparisons of a call that has not ended are not judged: its family is not whole.
    """
    chained = Chained(begun.commits, lines, begun.anchors)
    whole = [each for each in compared if each.call <= begun.call]
    found = nominees(begun.commits, nominations.nominated(begun.commits, chained), whole, bisected or {})
    verdict, reason = verdict_of(found, begun.call if judged else 0, lines, fresh, finished, begun.commits[-1].name)
    latest = {each.commit.name: each for each in lines}
    machines = [each.machine.name for each in (*lines, *compared) if each.machine]
    return msgspec.structs.replace(
        begun, verdict=verdict, reason=reason, series=[chained.series(case) for case in chained.cases], changes=found,
        links=chained.links(), faults={name: each.fault for name, each in latest.items() if each.fault},
        measured=len(latest), machines=list(dict.fromkeys(machines)),
        seconds=round(sum(each.seconds for each in (*lines, *compared)), 1),
    )  # fmt: skip


def due(commits: Sequence[Commit], chained: Chained, compared: Sequence[Compared], call: int) -> list[Nomination]:
    """The nominations that this call has to compare: large enough, and not decided, or lost, in an earlier call."""
    earlier = [each for each in compared if each.call != call]
    results = nominations.judged(earlier).items()
    known = {key for key, result in results if result.verdict != INCONCLUSIVE} | nominations.lost(earlier).keys()
    return [each for each in nominations.nominated(commits, chained) if not each.is_small and each.key not in known]


def nominees(
    commits: Sequence[Commit],
    nominated: Sequence[Nomination],
    compared: Sequence[Compared],
    bisected: Mapping[Key, Sequence[FoundChange]],
) -> list[Nominee]:
    """What was nominated now, and what was confirmed earlier, in the order of commits and cases."""
    place = {each.name: number for number, each in enumerate(commits)}
    results, lost = nominations.judged(compared), nominations.lost(compared)
    calls = {
        (each.before, each.after, case.label): each.call for each in compared for case in nominations.planned_of(each)
    }
    jumps = {each.key: each.jump for each in nominated}
    small = {each.key for each in nominated if each.is_small}
    earlier = [key for key, result in results.items() if result.verdict in (SLOWER, FASTER)]
    keys = [key for key in dict.fromkeys([*jumps, *earlier]) if key[0] in place and key[1] in place]
    found = [
        _nominee(key, commits, place, jumps.get(key), results.get(key), lost.get(key, ""), key in small) for key in keys
    ]
    whole = [
        msgspec.structs.replace(each, call=calls.get(key, 0), bisected=list(bisected.get(key, ())))
        for key, each in zip(keys, found, strict=True)
    ]
    kept = [each for each in whole if not any(_is_within(other, each, place) for other in whole)]
    return sorted(kept, key=lambda each: (place[each.commit.name], each.case))


def _nominee(
    key: Key,
    commits: Sequence[Commit],
    place: Mapping[str, int],
    jump: float | None,
    result: CaseResult | None,
    lost: str,
    small: bool,
) -> Nominee:
    before, after, case = key
    state: State = "suspected"
    reason = lost or WAITS
    if result is not None:
        state = STATES.get(result.verdict, "not confirmed")
        reason = result.reason.replace("by the screen", "by the series")
    elif small:
        state, reason = "small", TOO_SMALL
    elif lost:
        state = "undecided"
    ratio = math.exp(jump) if jump is not None else (result.ratio if result and result.ratio else 1.0)
    return Nominee(
        case=case, commit=commits[place[after]], before=commits[place[before]], jump=ratio, state=state, reason=reason,
        result=result, between=place[after] - place[before] - 1,
    )  # fmt: skip


def _is_within(other: Nominee, nominee: Nominee, place: Mapping[str, int]) -> bool:
    """Whether another confirmed change of the case lies in a part of a confirmed one's commits: it says more."""
    if other is nominee or other.case != nominee.case or not (other.is_confirmed and nominee.is_confirmed):
        return False
    inner, outer = ((place[each.before.name], place[each.commit.name]) for each in (other, nominee))
    return inner != outer and outer[0] <= inner[0] and inner[1] <= outer[1] and _way(other) == _way(nominee)


def _way(nominee: Nominee) -> bool:
    return bool(nominee.result and nominee.result.ratio and nominee.result.ratio > 1)


def verdict_of(
    found: Sequence[Nominee], call: int, lines: Sequence[Measured], fresh: Sequence[str], finished: bool, last: str
) -> tuple[HistoryVerdict, str]:
    """The verdict of a call, and the reason in a few words: what it has confirmed, not what earlier ones had.

    ``call`` is its number; 0 where it has compared nothing. ``last`` is the newest commit of the chain.
    """
    own = [each for each in found if (call and each.call == call) or each.commit.name in fresh]
    slower, faster = ([each for each in own if each.is_confirmed and _way(each) == way] for way in (True, False))
    measured = [each for each in lines if each.commit.name in fresh]
    if measured and not any(each.numbers or each.same_as for each in measured):
        return "nothing measured", next((each.fault for each in measured if each.fault), "no case has a time")
    newest = next((each for each in reversed(measured) if each.commit.name == last), None)
    if newest and (gone := _gone(newest, lines)):
        return "incomplete", gone
    if not lines:
        return "nothing measured" if finished else "unfinished", "no commit was measured"
    if slower:
        return "slower", f"{_commits(slower)} made a case {_ways(slower, 0)}"
    if not finished:
        return "unfinished", "--time-budget ended before all was measured"
    if any(each.state == "undecided" for each in own):
        return "undecided", next(each.reason for each in own if each.state == "undecided")
    if faster:
        return "faster", f"{_commits(faster)} made a case {_ways(faster, 1)}, and none made one {_ways(faster, 0)}"
    earlier = sum(each.is_confirmed for each in found)
    return "unchanged", f"no new change was confirmed; {earlier} earlier" if earlier else "no change was confirmed"


def _ways(found: Sequence[Nominee], way: int) -> str:
    """``slower``; ``slower or larger`` where cases of both kinds changed."""
    return " or ".join(dict.fromkeys(case_ways(each.case)[way] for each in found))


def _gone(newest: Measured, lines: Sequence[Measured]) -> str:
    """Which case the newest commit has lost that another one has, and why; ''."""
    known = {case for each in lines if each is not newest for case in (*each.numbers, *each.same_as)}
    gone = {case: why for case, why in newest.lost.items() if case in known}
    first = next(iter(gone.items()), None)
    more = f" (and {len(gone) - 1} more)" if len(gone) > 1 else ""
    return f"{newest.commit.short} has lost {first[0]}: {first[1]}{more}" if first else ""


def _commits(found: Sequence[Nominee]) -> str:
    names = {each.commit.name for each in found}
    return counted(len(names), what_of(min(names)))
