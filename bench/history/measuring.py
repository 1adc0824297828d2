"""Measures commits against an anchor, and neighbours with one another, by pairs that an opener opens."""

import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import msgspec

from .. import store
from ..errors import BuildFailed, UsageError
from ..gate.judge import DROPPED_SHARE
from ..gate.paired_rounds import Reading
from ..gate.plan import Planned
from ..gate.records import CaseResult
from ..progress import Plain
from ..records import Case, Machine
from .history_records import Anchor, Compared, Measured
from .nominations import Nomination
from .pairs import Opener, Pair, fits, none_fits
from .player import first_line, is_same
from .readings import read_blocks
from .records import Commit
from .steps import Name

LACKS = "it does not have this case"


@dataclass
class Meter:
    """``opener`` opens pairs with the cases, and the suite, of a commit. ``patterns`` choose cases by their labels."""

    opener: Callable[[str], Opener]
    watcher: Plain
    patterns: Sequence[str] = ()
    blocks: int = 8
    seed: int = 0
    machine: Machine | None = None
    suite: str = ""
    warnings: list[str] = field(default_factory=list[str])

    def measure(self, commit: Commit, anchor: Anchor, known: Sequence[Measured], strict: bool = False) -> Measured:
        """A commit against an anchor. Cases whose code is that of the anchor or of a ``known`` line refer to it.

        A commit that cannot be opened is a fault of its line; where ``strict``, the error is raised.
        """
        begun = Measured(commit=commit, anchor=anchor.name, machine=self.machine, started_at=store.now())
        started, seed = time.monotonic(), self._seed(anchor.name, commit.name)
        try:
            with self._opened(anchor.name, commit.name, anchor.suite_of) as pair:
                made = self._measured(begun, pair, known, seed)
        except (BuildFailed, UsageError) as error:
            if strict:
                raise
            made = msgspec.structs.replace(begun, fault=first_line(error))
        return msgspec.structs.replace(made, seconds=round(time.monotonic() - started, 1), seed=seed)

    def compare(self, nominations: Sequence[Nomination], candidates: int, call: int, suite_of: str) -> Compared:
        """The two neighbours of these nominations side by side, in blocks planned for so many ``candidates``."""
        before, after, started = nominations[0].before, nominations[0].after, time.monotonic()
        margins = {each.case: each.margin for each in nominations}
        made = Compared(
            call=call, before=before, after=after, margins=margins, machine=self.machine, started_at=store.now(),
        )  # fmt: skip
        counts = {each.case: each.blocks(candidates) for each in nominations}
        seed = self._seed(before, after)
        try:
            with self._opened(before, after, suite_of) as pair:
                made = _compared(made, pair, counts, seed, self.watcher)
        except (BuildFailed, UsageError) as error:
            cases = [_unknown(each.case) for each in nominations]
            made = msgspec.structs.replace(made, cases=cases, fault=first_line(error))
        return msgspec.structs.replace(made, seconds=round(time.monotonic() - started, 1))

    @contextmanager
    def _opened(self, base: str, head: str, suite_of: str) -> Iterator[Pair]:
        with self.opener(suite_of)(base, head) as pair:
            self.suite = pair.suite or self.suite
            self.warnings += [each for each in pair.warnings if each not in self.warnings]
            yield pair

    def _measured(self, begun: Measured, pair: Pair, known: Sequence[Measured], seed: int) -> Measured:
        planned = {each.label: replace(each, copied=False) for each in pair.measured if fits(each, self.patterns)}
        settled = {each.label: each for each in pair.settled if fits(each, self.patterns)}
        if not planned and not settled:
            raise none_fits(self.patterns)
        names = [*planned, *settled]
        same = self._same(begun, names, planned, settled, pair.codes, known)
        lost = {name: each.reason or LACKS for name, each in settled.items() if name not in same}
        playing = {name: each for name, each in planned.items() if name not in same}
        readings, broken = read_blocks(pair.blocks, playing, dict.fromkeys(playing, self.blocks), seed, self.watcher)
        margins = {name: (planned.get(name) or settled[name]).margin for name in names}
        margins |= {name: max(margins[name], planned[name].floor(of)) for name, of in readings.items()}
        return msgspec.structs.replace(
            begun, numbers={name: [each.head for each in of] for name, of in readings.items()}, same_as=same,
            lost=lost | broken, codes={name: pair.codes[name] for name in names if name in pair.codes},
            disturbed=[name for name, of in readings.items() if _is_disturbed(of)], margins=margins,
        )  # fmt: skip

    @staticmethod
    def _same(
        begun: Measured,
        names: Sequence[Name],
        planned: Mapping[Name, Planned],
        settled: Mapping[Name, CaseResult],
        codes: Mapping[Name, str],
        known: Sequence[Measured],
    ) -> dict[Name, str]:
        """The commit that has the same code, by case: the anchor, or one that was measured against it."""
        held = {
            (name, code): line.commit.name
            for line in known
            if line.anchor == begun.anchor
            for name, code in line.codes.items()
            if name in line.numbers
        }
        found = {name: held[(name, codes[name])] for name in names if (name, codes.get(name, "")) in held}
        return found | {name: begun.anchor for name in names if is_same(planned.get(name), settled.get(name))}

    def _seed(self, base: str, head: str) -> int:
        """Of the two commits, so that it does not depend on the order of measuring."""
        return self.seed + 2 * zlib.crc32(f"{base} {head}".encode())


def _compared(made: Compared, pair: Pair, counts: Mapping[Name, int], seed: int, watcher: Plain) -> Compared:
    """One of the cases is also played against a copy of the earlier commit, as a control."""
    found = {each.label: each for each in pair.measured if each.label in counts}
    settled = {each.label: each for each in pair.settled if each.label in counts}
    control = next(iter(found), None)
    playing = {name: replace(each, unchanged=False, copied=name == control) for name, each in found.items()}
    readings, lost = read_blocks(pair.blocks, playing, counts, seed, watcher)
    known = [found.get(name) or settled[name] for name in counts if name in found or name in settled]
    cases = [each.case for each in known]
    cases += [_unknown(name) for name in counts if name not in found and name not in settled]
    reasons = {name: each.reason or LACKS for name, each in settled.items()}
    return msgspec.structs.replace(
        made, cases=cases, measures=[each.measure for each in known], readings=readings, lost=reasons | lost
    )


def _is_disturbed(readings: Sequence[Reading]) -> bool:
    return sum(each.dropped for each in readings) > DROPPED_SHARE * sum(each.rounds for each in readings)


def _unknown(name: Name) -> Case:
    """A case of which only the label is known: its label is the name."""
    return Case("", name, "", {}, {}, "", 0, "")
