"""A history that grows: measures what is asked, compares what is nominated, and keeps each as soon as it is done."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from .. import store
from . import histories
from .chained import Chained
from .history_records import CHANGES, MEASURED, Anchor, Compared, History, Measured
from .measuring import Meter
from .nominations import Key, Nomination, planned_of
from .records import Commit, FoundChange
from .searching import Searching

OVERLAP = 3
"""Commits that are measured against a new anchor and the one before it."""


class Growing:
    """The lines of a folder, and what is done to add to them.

    ``is_late`` is asked before each commit and each comparison; where it is true, the rest is left for another call.
    """

    def __init__(self, folder: Path, begun: History, meter: Meter, is_late: Callable[[], bool] = lambda: False):
        self._folder, self.begun, self._meter, self._is_late = folder, begun, meter, is_late
        self.lines: list[Measured] = store.read_lines(folder / MEASURED, Measured)
        self.compared: list[Compared] = store.read_lines(folder / CHANGES, Compared)
        self.fresh: list[str] = []
        self.late = self._judged = False
        self._bisected: dict[Key, Sequence[FoundChange]] = {
            (each.before.name, each.commit.name, each.case): each.bisected for each in begun.changes if each.bisected
        }

    def measure(self, chosen: Sequence[str], overlapping: Sequence[str] = ()) -> None:
        """Measures what is asked and not measured yet. ``chosen`` are tried again where they had a fault.

        ``overlapping`` are measured against the newest anchor although they were against an earlier one. The newest
        commit comes first: where nothing was measured before and it cannot be opened, the error is raised.
        """
        anchor, commits = self.begun.anchors[-1], {each.name: each for each in self.begun.commits}
        due = [commits[name] for name in self._due(chosen, anchor, overlapping)]
        with_file = store.ResultFile(self._folder, MEASURED)
        try:
            for number, commit in enumerate([*due[-1:], *due[:-1]]):
                if self._pauses():
                    return
                self._meter.watcher.note(f"{number + 1} of {len(due)}: {commit.short} {commit.subject}".rstrip())
                line = self._meter.measure(commit, anchor, self.lines, strict=not self._is_open())
                with_file.append(line)
                self.lines.append(line)
                self.fresh.append(commit.name)
                if line.fault:
                    self._meter.watcher.note(f"  {commit.short}: {line.fault}")
        finally:
            with_file.close()

    def _due(self, chosen: Sequence[str], anchor: Anchor, overlapping: Sequence[str]) -> list[str]:
        done = {each.commit.name for each in self.lines if not (each.fault and each.commit.name in chosen)}
        against = {each.commit.name for each in self.lines if each.anchor == anchor.name}
        first = self.begun.anchors[0].name
        wanted = {name for name in self.begun.asked if name not in done and name not in (anchor.name, first)}
        wanted |= {name for name in overlapping if name not in against and name != anchor.name}
        return [each.name for each in self.begun.commits if each.name in wanted]

    def _is_open(self) -> bool:
        """Whether any commit could be opened before."""
        return any(not each.fault for each in self.lines)

    def judge(self) -> None:
        """Compares the neighbours of all new nominations, in blocks planned for all of them together."""
        if self.late:
            return
        call = self.begun.call + 1
        due = self._nominated(call)
        pairs: dict[tuple[str, str], list[Nomination]] = {}
        known = {
            (each.before, each.after, case.label)
            for each in self.compared
            if each.call == call
            for case in planned_of(each)
        }
        for each in due:
            if each.key not in known:
                pairs.setdefault((each.before, each.after), []).append(each)
        with_file = store.ResultFile(self._folder, CHANGES)
        try:
            for (before, after), of_pair in pairs.items():
                if self._pauses():
                    return
                told = f"comparing {Commit(after).short} with {Commit(before).short}: {_cases(of_pair)}"
                self._meter.watcher.note(told)
                line = self._meter.compare(of_pair, len(due), call, self.begun.anchors[-1].suite_of)
                with_file.append(line)
                self.compared.append(line)
        finally:
            with_file.close()
        if any(each.call == call for each in self.compared):
            self.begun, self._judged = msgspec.structs.replace(self.begun, call=call), True

    def bisect(self) -> None:
        """Searches each confirmed change between commits that were not measured for the commit that made it."""
        changes = [
            each for each in self.concluded().changes if each.is_confirmed and each.between and not each.bisected
        ]
        pairs = dict.fromkeys((each.before.name, each.commit.name) for each in changes)
        for before, after in pairs:
            if self.late:
                return
            cases = [each.case for each in changes if (each.before.name, each.commit.name) == (before, after)]
            for case, found in self._searched(before, after, cases).items():
                self._bisected[(before, after, case)] = found

    def _searched(self, before: str, after: str, cases: Sequence[str]) -> dict[str, list[FoundChange]]:
        names = [each.name for each in self.begun.commits]
        commits = self.begun.commits[names.index(before) : names.index(after) + 1]
        folder = self._folder / f"bisect-{_plain(commits[0])}-{_plain(commits[-1])}"
        opener = self._meter.opener(self.begun.anchors[-1].suite_of)
        searching = Searching(opener, self._meter.watcher, self._meter.seed, self._pauses)
        found, _ = searching.between(folder, commits, cases)
        return {case: [each for each in found if any(of.case == case for of in each.cases)] for case in cases}

    def concluded(self) -> History:
        """What is known so far."""
        return histories.concluded(
            self.begun, self.lines, self.compared, fresh=self.fresh, judged=self._judged, finished=not self.late,
            bisected=self._bisected,
        )  # fmt: skip

    def _nominated(self, call: int) -> list[Nomination]:
        chained = Chained(self.begun.commits, self.lines, self.begun.anchors)
        return histories.due(self.begun.commits, chained, self.compared, call)

    def _pauses(self) -> bool:
        self.late = self.late or self._is_late()
        return self.late


def _cases(nominations: Sequence[Nomination]) -> str:
    return nominations[0].case if len(nominations) == 1 else f"{len(nominations)} cases"


def _plain(commit: Commit) -> str:
    return commit.short.replace("==", "-")
