"""``compare --confirm RESULT.json``: replays the confirmed cases of an earlier comparison, and says which recur."""

import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

from ..errors import UsageError
from ..gate import git, recurrence
from ..gate.git import WORKING_TREE
from ..gate.measures import Only
from ..gate.records import SCHEMA_VERSION, Comparison, Earlier, Side
from ..guests.sides import BASE, HEAD, release_of
from ..suites import suite
from .guest_sides import wanted_of
from .options import seed_of
from .requests import OF_GUESTS_ONLY, TOOLS, CompareRequest, refuse_others, restored

TYPED = {
    "base", "head", "confirm", "suite", *TOOLS, *OF_GUESTS_ONLY, "base_python", "head_python",
    "time_budget", "timeout", "memory_limit", "seed", "html", "markdown", "junit", "output", "json",
}  # fmt: skip
"""What may be typed beside ``--confirm``: where sides, suite and interpreters are, and how long it may take."""

LARGEST_SEED = 2**31
STAGES = 2
"""A comparison draws with its seed in the screen and with the next number in the confirmation."""


Measured = Callable[[CompareRequest, Only], Comparison]
"""Compares some cases alone, each with its margin."""


def replay(request: CompareRequest, measured: Measured) -> Comparison:
    """The comparison of the confirmed cases alone, with another seed, each with what was said of it then."""
    assert request.confirm is not None
    refuse_others(request.given, TYPED, "--confirm replays the cases of RESULT, with their margins")
    earlier = read(request.confirm)
    again = _request(request, earlier)
    seed = _seed(request, earlier)
    claims = recurrence.confirmed(earlier)
    if not claims:
        return _nothing(request.confirm, earlier)
    root = _root(again)
    base = _side(BASE, request.base, earlier.base, request.confirm, root)
    head = _side(HEAD, request.head, earlier.head, request.confirm, root)
    again = msgspec.structs.replace(again, base=base, head=head, seed=str(seed))
    found = measured(again, recurrence.margins_of(claims))
    why = recurrence.NOWHERE if found.cases else found.reason or recurrence.NOWHERE
    cases = recurrence.replayed(claims, found.cases, why)
    verdict, reason = recurrence.verdict_of(cases, found.controls)
    return msgspec.structs.replace(
        found,
        verdict=verdict,
        reason=reason,
        base=_labelled(found.base, earlier.base, request.base),
        head=_labelled(found.head, earlier.head, request.head),
        margin=earlier.margin,
        cases=cases,
        warnings=[*_unsure(request, earlier), *found.warnings],
        replays=_earlier(request.confirm, earlier),
    )


def read(file: Path) -> Comparison:
    """An earlier paired comparison. Raises `UsageError` for any other file."""
    what = f"--confirm {file}"
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{what}: {error.strerror}; give the file that 'compare --output FILE' wrote") from error
    try:
        version = msgspec.json.decode(content, type=dict).get("schema_version")
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise UsageError(f"{what}: written by a newer rooflinear (schema {version}); install that version")
        found = msgspec.json.decode(content, type=Comparison)
    except msgspec.DecodeError as error:
        told = "is not the JSON of a comparison; give the file that 'compare --output FILE' wrote"
        raise UsageError(f"{what}: {told} ({error})") from error
    if found.method != "paired":
        raise UsageError(f"{what}: compares two files of results; only two revisions can be replayed")
    return found


def _request(request: CompareRequest, earlier: Comparison) -> CompareRequest:
    """What the file says is measured, except what is typed now."""
    typed = earlier.options.get("request", {})
    try:
        return restored(request, typed)
    except (msgspec.ValidationError, AttributeError) as error:
        raise UsageError(f"--confirm {request.confirm}: its options cannot be read: {error}") from error


def _seed(request: CompareRequest, earlier: Comparison) -> int:
    """Another seed than the earlier comparison drew with."""
    used = range(earlier.seed - STAGES + 1, earlier.seed + STAGES)
    if request.seed is None:
        return next(seed for seed in iter(_drawn, None) if seed not in used)
    if (seed := seed_of(request.seed)) in used:
        told = f"{request.confirm} was measured with seed {earlier.seed}"
        raise UsageError(f"--seed {seed}: {told}, and a replay needs another order; leave --seed out")
    return seed


def _drawn() -> int:
    return secrets.randbelow(LARGEST_SEED)


def _root(request: CompareRequest) -> Callable[[], Path]:
    """The top of the repository that holds the suite; found only where a revision is to be looked up in it."""
    if request.is_guest:
        return lambda: git.root_of(wanted_of(request, request.given, in_repository=False).project)
    return lambda: git.root_of(suite.find(request.suite))


def _side(name: str, typed: str | None, side: Side, file: Path, root: Callable[[], Path]) -> str:
    """The revision or release of a side, as `measured` takes it. Raises `UsageError` where it is not the file's."""
    if side.dirty:
        if typed is None:
            told = f"its {name} was a {WORKING_TREE} with changes, which cannot be had again"
            raise UsageError(f"--confirm {file}: {told}; commit them and name both: --confirm {file} BASE HEAD")
        return typed
    if side.commit is None and release_of(side.label) is None:
        raise UsageError(f"--confirm {file}: its {name}, '{side.label}', is neither a commit nor a release")
    known = side.commit or side.label
    if typed is None:
        return known
    given = git.resolve(root(), typed) if side.commit else typed
    if given != known:
        told = f"the file compared {side.label}{f' ({side.commit[:8]})' if side.commit else ''}"
        raise UsageError(f"{name.upper()} '{typed}': {told}; leave it out, or compare anew without --confirm")
    return known


def _labelled(side: Side, earlier: Side, typed: str | None) -> Side:
    """Named as it was typed, now or then; the commit is beside it."""
    label = typed or (side.label[:8] if earlier.label == WORKING_TREE else earlier.label)
    return msgspec.structs.replace(side, label=label)


def _unsure(request: CompareRequest, earlier: Comparison) -> list[str]:
    if not earlier.head.dirty:
        return []
    return [f"{request.confirm} compared a {WORKING_TREE}; whether {request.head} is the same code is not known"]


def _earlier(file: Path, found: Comparison) -> Earlier:
    return Earlier(file=str(file), started_at=found.started_at, machine=found.machine, seed=found.seed)


def _nothing(file: Path, earlier: Comparison) -> Comparison:
    return Comparison(
        verdict="not slower",
        reason=f"{file} confirmed no case slower or faster: there is nothing to replay",
        base=earlier.base,
        head=earlier.head,
        margin=earlier.margin,
        suite=earlier.suite,
        options=earlier.options,
        replays=_earlier(file, earlier),
    )
