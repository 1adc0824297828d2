"""A search on real commits, kept step by step in a folder; and searches among the commits of merged branches."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ..errors import BuildFailed, UsageError
from ..gate import git
from ..progress import Plain
from . import commits
from .bisect import found_change
from .journal import Journal
from .pairs import Opener
from .player import Player, first_line
from .records import Commit, FoundChange, counted
from .search import Search
from .steps import Name

ALONE = "the merged branch alone does not show it: it came with the merge"


@dataclass
class Searching:
    """Searches among commits that ``opener`` opens. ``is_late`` is asked before each comparison but the first."""

    opener: Opener
    watcher: Plain
    seed: int
    is_late: Callable[[], bool] = lambda: False
    level: float = field(default=0.0, init=False)
    """Bounds the chance that any search has named a commit that did not change the case."""

    def between(self, folder: Path, chain: Sequence[Commit], cases: Sequence[Name]) -> tuple[list[FoundChange], str]:
        """What changed these cases from the first commit to the last, and why that cannot be told of some, or ''.

        ``folder`` keeps the steps. Raises `BuildFailed` or `UsageError` where an end cannot be opened.
        """
        folder.mkdir(exist_ok=True)
        with (
            Player(chain, self.opener, self.watcher, (), self.seed) as player,
            contextlib.closing(Journal(folder, player.play, player.skip)) as journal,
        ):
            answer = Search(len(chain) - 1, journal.play, is_late=self.is_late).run(cases)
        self.level += answer.level
        untold = {**journal.played[0].outcome.lost, **answer.undecided}
        return [found_change(each, chain) for each in answer.changes], next(iter(untold.values()), "")

    def merged(self, folder: Path, root: Path, change: FoundChange) -> FoundChange:
        """A change that a merge brought, with what changed its cases among the commits of the branches merged.

        Other changes are returned as they are.
        """
        cases = [each.case for each in change.cases if each.confirmed]
        chains = [*_branches(root, change.commit.name)] if len(change.suspects) == 1 and cases else []
        if not chains or self.is_late():
            return change
        found: list[FoundChange] = []
        untold: list[str] = []
        for number, chain in enumerate(chains):
            place = folder / f"merge-{change.commit.short}{f'-{number + 1}' if number else ''}"
            told = f"{change.commit.short} is a merge: searching {counted(len(chain) - 1, 'commit')} of its branch"
            self.watcher.note(told)
            try:
                changes, why = self.between(place, chain, cases)
            except (BuildFailed, UsageError) as error:
                changes, why = [], first_line(error)
            found += [self.merged(place, root, each) for each in changes]
            untold += [f"its branch cannot be judged: {why}"] if why else []
        reasons = [change.reason, *(untold or ([] if found else [ALONE]))]
        return msgspec.structs.replace(change, merged=found, reason="; ".join(filter(None, reasons)))


def _branches(root: Path, merge: str) -> Iterator[list[Commit]]:
    """For each branch that a commit merges: the commit that it began at, and its commits along first parents."""
    first, *others = git.git(root, "rev-list", "--parents", "-n", "1", merge).split()[1:]
    for tip in others:
        begun = git.git(root, "merge-base", first, tip)
        if begun and begun != tip:
            yield commits.chain(root, begun, tip)
