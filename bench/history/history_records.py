"""What ``history`` stores and prints.

``history.jsonl`` has a line for each measured commit, ``changes.jsonl`` one for each pair of neighbours that were
compared because a change was nominated between them, ``history.json`` what was typed and what all that says.
"""

from typing import Any, Literal

import msgspec

from ..gate.paired_rounds import Reading
from ..gate.records import CaseResult, Measure
from ..records import Case, Machine
from .records import Commit, FoundChange

SCHEMA_VERSION = 1
HISTORY = "history.json"
MEASURED = "history.jsonl"
CHANGES = "changes.jsonl"

HistoryVerdict = Literal[
    "slower", "faster", "unchanged", "undecided", "incomplete", "nothing measured", "unfinished", "unpaired"
]
"""``incomplete``: the newest commit was measured by this call, and has lost a case that another one has."""

EXIT_STATUS: dict[str, int] = {
    "nothing measured": 4, "incomplete": 4, "slower": 1, "unfinished": 3, "undecided": 3, "faster": 0, "unchanged": 0,
    "unpaired": 0,
}  # fmt: skip


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A line of ``history.jsonl``: a commit measured against an anchor, side by side in fresh processes.

    ``numbers`` are log ratios of the commit to the anchor by case, one a block. ``same_as`` names, for a case whose
    code does not differ, the commit whose numbers hold; the anchor's own name stands for a ratio of 1. ``lost`` says
    why a case has none, ``fault`` why the whole commit has none. ``codes`` are digests of each case's code.
    ``disturbed`` are cases of which other programs disturbed many rounds.
    """

    schema_version: int = SCHEMA_VERSION
    commit: Commit
    anchor: str
    numbers: dict[str, list[float]] = {}
    same_as: dict[str, str] = {}
    lost: dict[str, str] = {}
    fault: str = ""
    codes: dict[str, str] = {}
    disturbed: list[str] = []
    margins: dict[str, float] = {}
    machine: Machine | None = None
    started_at: str = ""
    seconds: float = 0.0
    seed: int = 0


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A line of ``changes.jsonl``: two neighbours compared with one another, in the cases nominated between them.

    All lines of a ``call`` are judged together. ``readings`` are those of each case by block, ``lost`` says why one has
    none; ``fault`` why the whole comparison has none. ``measures`` are those of the first cases, the time of the rest.
    """

    schema_version: int = SCHEMA_VERSION
    call: int
    before: str
    after: str
    cases: list[Case] = []
    measures: list[Measure] = []
    margins: dict[str, float] = {}
    readings: dict[str, list[Reading]] = {}
    lost: dict[str, str] = {}
    fault: str = ""
    machine: Machine | None = None
    started_at: str = ""
    seconds: float = 0.0


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A case at a commit: ratio to the first anchor, above 1 is slower, with its 90 % interval.

    ``same_as`` is the commit that was measured where this one has the same code, ``chain`` the number of anchors
    between. ``value`` has the unit ns in foreign histories, where nothing is a ratio to an anchor.
    """

    commit: str
    ratio: float
    low: float | None = None
    high: float | None = None
    blocks: int = 0
    same_as: str = ""
    chain: int = 0
    value_ns: float | None = None
    disturbed: bool = False


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """All points of a case in the order of commits; ``lost`` says by commit why there is none."""

    case: str
    margin: float
    points: list[Point]
    lost: dict[str, str] = {}


class Nominee(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a case between two neighbouring commits that the series suggests.

    ``jump`` is the ratio of the levels behind and before it. ``state`` is ``confirmed`` where the gate calls the two
    commits slower or faster than one another, ``not confirmed`` where it says that they are not, ``undecided`` where it
    cannot tell, ``small`` where the jump is too small for a comparison, ``suspected`` where none was or can be made.
    ``commit`` is the later one of the two. ``between`` are commits between both that were not measured; ``bisected`` is
    what a search among them found.
    """

    case: str
    commit: Commit
    before: Commit
    jump: float
    state: Literal["confirmed", "not confirmed", "undecided", "small", "suspected"]
    reason: str = ""
    result: CaseResult | None = None
    call: int = 0
    between: int = 0
    bisected: list[FoundChange] = []

    @property
    def is_confirmed(self) -> bool:
        return self.state == "confirmed"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What joins two anchors in a case: the ratio of the later to the earlier one, with its 90 % interval.

    ``commits`` were measured against both.
    """

    case: str
    earlier: str
    later: str
    ratio: float
    low: float | None
    high: float | None
    commits: list[str]


class Anchor(msgspec.Struct, frozen=True):
    """A commit that others are measured against, and the one whose cases and suite are used."""

    name: str
    suite_of: str


class History(msgspec.Struct, frozen=True, kw_only=True):
    """``history.json``. ``commits`` is the chain, oldest first; ``asked`` are those to be measured.

    ``call`` counts the calls that judged nominations. ``method`` is ``paired`` where every number is a ratio to an
    anchor measured beside it, ``unpaired`` for results of other tools.
    """

    schema_version: int = SCHEMA_VERSION
    verdict: HistoryVerdict = "unfinished"
    reason: str = ""
    method: Literal["paired", "unpaired"] = "paired"
    commits: list[Commit]
    asked: list[str] = []
    anchors: list[Anchor] = []
    series: list[Series] = []
    changes: list[Nominee] = []
    links: list[Link] = []
    call: int = 0
    faults: dict[str, str] = {}
    measured: int = 0
    suite: str = ""
    web: str = ""
    request: dict[str, Any] = {}
    machines: list[str] = []
    warnings: list[str] = []
    command: list[str] = []
    began_at: str = ""
    ended_at: str = ""
    seconds: float = 0.0
    seed: int = 0

    @property
    def exit_status(self) -> int:
        return EXIT_STATUS[self.verdict]
