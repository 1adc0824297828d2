"""Which commits a call of ``history`` asks for, of which chain, and against which anchor."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..gate import git
from ..guests.sides import release_of
from ..guests.trees import project_of
from ..history import commits as chains
from ..history.chained import overlap
from ..history.growing import OVERLAP
from ..history.history_records import Anchor, History, Measured
from ..history.records import Commit
from ..suites import suite
from .options import listed, whole_number
from .pairs import repository
from .requests import NO_GUEST, BisectRequest, HistoryRequest


@dataclass(frozen=True)
class Chosen:
    """``commits`` is the whole chain, ``names`` what this call asks for, ``asked`` that and what earlier ones did.

    ``overlapping`` are to be measured against the newest of ``anchors`` and the one before it.
    """

    commits: list[Commit]
    names: list[str]
    asked: list[str]
    anchors: list[Anchor]
    overlapping: list[str]
    web: str


def chosen(
    request: HistoryRequest, typed: HistoryRequest, found: History | None, lines: Sequence[Measured] = ()
) -> Chosen:
    """What a call asks for. Raises `UsageError` for commits that no chain joins."""
    chain = _chain(request, typed, found)
    names = _names(request, typed, chain)
    before = set(found.asked) if found else set[str]()
    asked = [each.name for each in chain if each.name in before or each.name in names]
    anchors, overlapping = _anchors(request, typed, chain, found, lines)
    return Chosen(chain, names, asked, anchors, overlapping, _web(typed))


def as_bisect(request: HistoryRequest) -> BisectRequest:
    """What both commands are told of a suite, as the opener of pairs takes it."""
    shared = set(BisectRequest.__struct_fields__) & set(HistoryRequest.__struct_fields__) - {
        "blocks",
        "results",
        "json",
    }
    return BisectRequest(good="", **{name: getattr(request, name) for name in shared})


def suite_name(request: HistoryRequest) -> str:
    """The suite as part of a folder's name: that of its folder, or of the project whose benchmarks are run."""
    first = [*request.pytest, *([request.asv] if request.asv else []), *request.pyperf][:1]
    folder = project_of(Path(first[0].partition("::")[0])).resolve() if first else suite.find(request.suite)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", folder.name)


def _ends(text: str) -> tuple[str, str]:
    first, dots, last = text.partition("..")
    if not dots or not first or last.startswith("."):
        raise UsageError(f"'{text}': write it as A..B, such as v1.2..main")
    return first, last or "HEAD"


def _chain(request: HistoryRequest, typed: HistoryRequest, found: History | None) -> list[Commit]:
    """From the earliest commit of the history and of what is typed to the latest."""
    typed_ends = _ends(request.range) if request.range else (request.add, request.add) if request.add else None
    known = (found.commits[0].name, found.commits[-1].name) if found else None
    if typed_ends is None:
        assert found is not None
        return found.commits
    if any(release_of(each) for each in typed_ends):
        return _releases(typed, [*typed_ends, *(known or ())])
    root = repository(as_bisect(typed))
    ends = [git.resolve(root, str(each)) for each in typed_ends]
    if known is None:
        return chains.chain(root, *map(str, typed_ends))
    named = {each.name for each in found.commits} if found else set()
    if set(ends) <= named:
        return found.commits if found else []
    first = known[0] if ends[0] in named or _is_before(root, known[0], ends[0]) else ends[0]
    last = known[1] if ends[1] in named or _is_before(root, ends[1], known[1]) else ends[1]
    whole = chains.chain(root, first, last)
    _refuse_forks({each.name for each in whole}, [*known, *ends])
    return whole


def _refuse_forks(names: set[str], needed: Iterable[str]) -> None:
    for each in needed:
        if each not in names:
            told = "is on another line of first parents than the history; begin a new one (--results FOLDER)"
            raise UsageError(f"{Commit(each).short} {told}")


def _is_before(root: Path, one: str, other: str) -> bool:
    try:
        git.git(root, "merge-base", "--is-ancestor", one, other)
    except git.Refused:
        return False
    return True


def _releases(typed: HistoryRequest, names: Sequence[str | None]) -> list[Commit]:
    if not typed.is_guest:
        raise UsageError(f"releases are measured by a suite of another tool; {NO_GUEST}")
    found = [release_of(each) for each in names]
    if not all(found):
        raise UsageError("one end is a release and the other is not; give two releases or two revisions")
    ordered = sorted((each for each in found if each), key=chains.version_of)
    return chains.releases(ordered[0], ordered[-1])


def _names(request: HistoryRequest, typed: HistoryRequest, chain: Sequence[Commit]) -> list[str]:
    """The commits that this call asks for, in the order of the chain."""
    places = {each.name: place for place, each in enumerate(chain)}
    if request.add:
        return [_named(request.add, typed, places, "--add")]
    if request.range is None:
        return []
    first, last = (_named(each, typed, places, "A..B") for each in _ends(request.range))
    within = [each.name for each in chain[places[first] : places[last] + 1]]
    if request.commits:
        wanted = {_named(each, typed, places, "--commits") for each in listed("--commits", request.commits)}
        outside = [each for each in wanted if each not in within]
        if outside:
            raise UsageError(f"--commits: {Commit(outside[0]).short} is not one of {request.range}")
        return [each for each in within if each in wanted]
    every = 1 if request.every is None else whole_number("--every", request.every)
    return [each for place, each in enumerate(within) if place % every == 0 or each == last]


def _named(text: str, typed: HistoryRequest, places: dict[str, int], what: str) -> str:
    """The name of a commit of the chain. Raises `UsageError` for another."""
    name = text if release_of(text) else git.resolve(repository(as_bisect(typed)), text)
    if name not in places:
        raise UsageError(f"{what}: {text} is not one of the commits, along first parents, that are looked at")
    return name


def _anchors(
    request: HistoryRequest,
    typed: HistoryRequest,
    chain: Sequence[Commit],
    found: History | None,
    lines: Sequence[Measured],
) -> tuple[list[Anchor], list[str]]:
    """The anchors, a new one behind those before it, and the commits that are measured against two."""
    places = {each.name: place for place, each in enumerate(chain)}
    name = _named(request.anchor, typed, places, "--anchor") if request.anchor else chain[0].name
    if found is None:
        return [Anchor(name, chain[-1].name)], []
    if not request.anchor or name == found.anchors[-1].name:
        return found.anchors, []
    known = {each.commit.name: each for each in lines if each.anchor == found.anchors[-1].name}
    joining = [each.name for each in overlap(chain, known, OVERLAP)]
    if len(joining) < OVERLAP:
        told = f"needs {OVERLAP} measured commits that differ from one another; there are {len(joining)}"
        raise UsageError(f"--anchor {request.anchor}: {told}")
    return [*found.anchors, Anchor(name, chain[-1].name)], joining


def _web(typed: HistoryRequest) -> str:
    """Where the repository's commits are shown, ``https://…/commit/``; '' if its remote is no web address."""
    if typed.is_guest and typed.range and release_of(_ends(typed.range)[0]):
        return ""
    try:
        address = git.git(repository(as_bisect(typed)), "remote", "get-url", "origin")
    except git.Refused:
        return ""
    found = re.fullmatch(r"(https?)://(?:[^@/]*@)?([^?#\s]+?)(?:\.git)?/?", address)
    if not found:
        return ""
    commit = "commits" if found[2].startswith("bitbucket.org/") else "commit"
    return f"{found[1]}://{found[2]}/{commit}/"
