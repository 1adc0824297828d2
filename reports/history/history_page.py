"""A history as one self-contained page: a line for each case, sorted by what changed, and a table behind it."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...bench.history.history_records import History, Nominee, Point, Series
from ...bench.history.records import Commit
from ..rendering import policy, render, styles
from ..units import known, time_text
from .history_text import STATES, chains, confirmed, headline, made_by, of_machines, scope, told, where

WIDTH, HEIGHT, TALL = 1000, 60, 200
WIDEST = math.log(100)
LEAST_REACH = 0.03
"""The smallest log ratio that a line's height stands for, either way."""

ARROWS = {"slower": "▲", "faster": "▼"}
UNPAIRED = (
    "These are results of another tool, measured one after the other on other days. A change in them may come from the "
    "machine; none is confirmed."
)


@dataclass(frozen=True)
class ChangeMark:
    """A confirmed change, or one that is only suspected, in the drawing of a case."""

    x: float
    kind: str


@dataclass(frozen=True)
class Trend:
    """A series in units of a drawing: ``points`` are x, estimate, low and high end; ``path`` joins the estimates."""

    points: Sequence[tuple[float, float, float, float]]
    path: str
    one: float
    band: tuple[float, float]
    marks: Sequence[ChangeMark]
    labels: Sequence[tuple[float, str]]
    said: str


@dataclass(frozen=True)
class CommitRow:
    """A row of a case's table."""

    commit: Commit
    ratio: str
    interval: str
    note: str
    is_change: bool
    verdict: str


@dataclass(frozen=True)
class CaseLine:
    """A case: its last ratio, what changed it, its drawings and its table."""

    case: str
    last: str
    verdict: str
    told: str
    small: Trend
    large: Trend
    rows: Sequence[CommitRow]


def html(found: History) -> bytes:
    """The page. It has no script."""
    style = styles("page/page.css", "comparison/comparison.css", "history/history.css", "history/history_page.css")
    states = Counter(each.state for each in found.changes)
    return render(
        "history/history_page.html",
        style=style,
        policy=policy(style),
        found=found,
        headline=headline(found),
        scope=scope(found),
        unpaired=UNPAIRED if found.method == "unpaired" else "",
        changes=[(commit, [(each, told(each), where(each)) for each in of]) for commit, of in confirmed(found)],
        others=[(word, [each for each in found.changes if each.state == state]) for state, word in STATES.items()],
        told=told,
        chips=[(word, states[state]) for state, word in {"confirmed": "confirmed", **STATES}.items() if states[state]],
        lines=lines(found),
        chains=[*chains(found), *of_machines(found)],
        facts=_facts(found),
        short={each.name: each.short for each in found.commits},
    ).encode()


def lines(found: History) -> list[CaseLine]:
    """All cases: those with confirmed changes first, the largest before the others, then by how far they moved."""
    changes: dict[str, list[Nominee]] = {}
    for each in found.changes:
        changes.setdefault(each.case, []).append(each)
    commits = {each.name: each for each in found.commits}
    shown = [each for each in found.series if each.points]
    shown.sort(key=lambda each: _rank(each, changes.get(each.case, [])))
    return [_line(each, changes.get(each.case, []), commits, found.method) for each in shown]


def _rank(series: Series, changes: Sequence[Nominee]) -> tuple[bool, bool, float, float, str]:
    sure = [abs(_log(each)) for each in changes if each.is_confirmed]
    moved = max(abs(math.log(each.ratio)) for each in series.points)
    return not sure, not changes, -max(sure, default=0.0), -moved, series.case


def _log(nominee: Nominee) -> float:
    result = nominee.result
    return math.log(result.ratio if result and result.ratio else nominee.jump)


def _line(series: Series, changes: Sequence[Nominee], commits: Mapping[str, Commit], method: str) -> CaseLine:
    last, sure = series.points[-1], [each for each in changes if each.is_confirmed]
    verdict = _verdict(sure) or ("inconclusive" if changes and method == "paired" else "")
    text = ", ".join(f"{ARROWS[_way(each)]} {_ratio(each)} at {made_by(each).short}" for each in sure[-2:])
    if not text and changes:
        text = f"{STATES[changes[-1].state]}: {changes[-1].commit.short}"
    said = f"{series.case}: {len(series.points)} commits, the last at {last.ratio:.3f}; {text or 'no change found'}"
    return CaseLine(
        series.case, _last(last, method), verdict, text, _drawing(series, changes, HEIGHT, said),
        _drawing(series, changes, TALL, said), _rows(series, changes, commits),
    )  # fmt: skip


def _verdict(sure: Sequence[Nominee]) -> str:
    ways = [_way(each) for each in sure]
    return "slower" if "slower" in ways else "faster" if ways else ""


def _way(nominee: Nominee) -> str:
    return "slower" if _log(nominee) > 0 else "faster"


def _ratio(nominee: Nominee) -> str:
    return f"{math.exp(_log(nominee)):.3f}"


def _last(point: Point, method: str) -> str:
    if method == "unpaired":
        return f"{time_text(point.value_ns)} ({point.ratio:.3f})"
    return f"{point.ratio:.3f}{_interval(point)}"


def _interval(point: Point) -> str:
    return f" ({point.low:.3f}–{point.high:.3f})" if point.low is not None and point.high is not None else ""


def _drawing(series: Series, changes: Sequence[Nominee], height: int, said: str) -> Trend:
    logs = [math.log(each.ratio) for each in series.points]
    ends = [math.log(end) for each in series.points for end in (each.low, each.high) if end and known(end)]
    low, high = min([*logs, -LEAST_REACH]), max([*logs, LEAST_REACH])
    spare = 0.12 * (high - low)
    low, high = (
        max(min([*ends, low]), low - spare, -WIDEST) - 0.004,
        min(max([*ends, high]), high + spare, WIDEST) + 0.004,
    )

    def up(log: float) -> float:
        return round(height * (1 - (min(high, max(low, log)) - low) / (high - low)), 1)

    step = WIDTH / (len(series.points) + 1)
    place = {each.commit: round(step * (number + 1), 1) for number, each in enumerate(series.points)}
    points = [(place[each.commit], up(log), up(_end(each.low, log)), up(_end(each.high, log)))
              for each, log in zip(series.points, logs, strict=True)]  # fmt: skip
    reach = math.log1p(series.margin)
    return Trend(
        points,
        _path(points),
        up(0.0),
        (up(reach), up(-reach)),
        list(_marks(changes, place)),
        _labels(low, high, up),
        said,
    )


def _end(end: float | None, log: float) -> float:
    return math.log(end) if end and known(end) else log


def _path(points: Iterable[tuple[float, float, float, float]]) -> str:
    """Steps: a level lasts until the commit that ends it."""
    words: list[str] = []
    for x, y, _, _ in points:
        words.append(f"H{x}V{y}" if words else f"M{x} {y}")
    return "".join(words)


def _marks(changes: Sequence[Nominee], place: Mapping[str, float]) -> Iterable[ChangeMark]:
    for each in changes:
        if each.commit.name in place:
            yield ChangeMark(place[each.commit.name], _way(each) if each.is_confirmed else "suspected")


def _labels(low: float, high: float, up) -> list[tuple[float, str]]:
    """The ratio 1, and the largest and the smallest that are round and far enough from it."""
    found = [(up(0.0), "1")]
    steps = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
    for ratios in ([1 + step for step in steps], [1 / (1 + step) for step in steps]):
        inside = [ratio for ratio in ratios if low <= math.log(ratio) <= high]
        if inside and abs(up(math.log(inside[-1])) - up(0.0)) > 16:
            found.append((up(math.log(inside[-1])), f"{inside[-1]:.3g}"))
    return found


def _rows(series: Series, changes: Sequence[Nominee], commits: Mapping[str, Commit]) -> list[CommitRow]:
    by_commit = {each.commit.name: each for each in changes}
    rows = [_row(each, by_commit.get(each.commit), commits) for each in series.points]
    lost = [CommitRow(commits[name], "", "", why, False, "") for name, why in series.lost.items() if name in commits]
    order = {name: place for place, name in enumerate(commits)}
    return sorted([*rows, *lost], key=lambda each: order[each.commit.name])


def _row(point: Point, change: Nominee | None, commits: Mapping[str, Commit]) -> CommitRow:
    notes = []
    if change is not None and change.is_confirmed:
        notes.append(f"changed here: {told(change)}")
    elif change is not None:
        notes.append(f"{STATES[change.state]}: {told(change)}")
    if point.same_as:
        notes.append(f"same code as {commits[point.same_as].short}" if point.same_as in commits else "same code")
    if point.disturbed:
        notes.append("disturbed by other programs")
    if point.chain:
        notes.append(f"through {point.chain} change{'s' if point.chain > 1 else ''} of the anchor")
    sure = change is not None and change.is_confirmed
    value = time_text(point.value_ns) if point.value_ns is not None else ""
    ratio = f"{value} ({point.ratio:.3f})" if value else f"{point.ratio:.4f}"
    verdict = _way(change) if change is not None and sure else ""
    return CommitRow(commits[point.commit], ratio, _interval(point).strip(" ()"), "; ".join(notes), sure, verdict)


def _facts(found: History) -> dict[str, str]:
    if found.method == "unpaired":
        return {"Folder": found.suite, "Measured on": ", ".join(found.machines), "Command": " ".join(found.command)}
    anchors = [Commit(each.name).short for each in found.anchors]
    facts = {
        "Suite": found.suite,
        "Anchor": ", then ".join(anchors),
        "Machine": ", ".join(found.machines),
        "Began": found.began_at.replace("T", " ").replace("+00:00", " UTC"),
        "Ended": found.ended_at.replace("T", " ").replace("+00:00", " UTC"),
        "Took": f"{found.seconds:.0f} s of measuring" if found.seconds else "",
        "Seed": str(found.seed),
        "Command": " ".join(found.command),
    }
    return {name: text for name, text in facts.items() if text}
