"""Opens two commits side by side, of a suite of kernels or of a suite of another tool."""

import contextlib
import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from ..errors import UsageError
from ..gate import codes, git, guest_plan, revisions
from ..gate.blocks import Blocks
from ..gate.guest_blocks import GuestBlocks, Guests
from ..gate.margins import Margins
from ..gate.plan import Plan, plan
from ..gate.revisions import Revision
from ..guests.sides import BASE, HEAD, SUITE
from ..history.pairs import Opener, Pair
from ..processes import scratch
from ..suites import suite
from . import guest_sides, guests
from .compare import options_of
from .options import seed_of
from .requests import BisectRequest


def repository(request: BisectRequest) -> Path:
    """The top of the repository that the suite is in. Raises `UsageError`."""
    if request.is_guest:
        wanted = guest_sides.wanted_of(request, request.given, in_repository=True)
        return git.root_of(wanted.project)
    folder = suite.find(request.suite)
    if not folder.is_dir():
        raise UsageError(f"suite {folder}: no such folder; --suite takes a folder with an operations.py")
    return git.root_of(folder)


def opener(request: BisectRequest, accepted: Margins, bad: str) -> Opener:
    """Opens pairs of commits. The cases, and the suite of another tool, are those of the commit ``bad``."""
    return _guests(request, accepted, bad) if request.is_guest else _kernels(request, accepted, bad)


def _kernels(request: BisectRequest, accepted: Margins, bad: str) -> Opener:
    folder, root = suite.find(request.suite), repository(request)
    below = folder.resolve().relative_to(root)
    python = revisions.interpreters(None, None)[BASE]

    def opened_in(place: Path, name: str) -> Revision:
        found = revisions.open_revision(root, below, name, place, python)
        if found.suite is None:
            raise UsageError(found.fault)
        return found

    @cache
    def presets():
        with scratch.folder() as place:
            found = opened_in(place / HEAD, bad).suite
            assert found is not None
            return found.presets

    @contextlib.contextmanager
    def opened(base: str, head: str) -> Iterator[Pair]:
        with scratch.folder() as place:
            old, new = (opened_in(place / side, name) for side, name in ((BASE, base), (HEAD, head)))
            assert old.suite is not None
            assert new.suite is not None
            new = replace(new, suite=replace(new.suite, presets=presets()))
            assert new.suite is not None
            chosen = options_of(old.suite, new.suite, request)
            planned = plan(old, new, chosen, accepted, (), judge_all=False)
            blocks = partial(Blocks, old, new, chosen)
            yield Pair(planned.measured, planned.settled, blocks, new.suite.name, codes=_codes(new, planned))

    return opened


def _guests(request: BisectRequest, accepted: Margins, bad: str) -> Opener:
    timeout, memory = guests.limits(request)

    @contextlib.contextmanager
    def opened(base: str, head: str) -> Iterator[Pair]:
        with scratch.folder() as place:
            sides, _ = guest_sides.open_sides(request, {BASE: base, HEAD: head, SUITE: bad}, place)
            told, unchanged = guests.listings(sides)
            planned = guest_plan.plan(told, unchanged, accepted, (), seed_of(request.seed))
            playing = Guests(sides.suite, sides.places, planned.ids, planned.files, timeout, memory)
            named = shlex.join(sides.suite.arguments)
            warnings = [*sides.notes, *guests.notes_of(told)]
            digest = codes.of_packages(sides.places[HEAD].roots, sides.versions[HEAD])
            of_cases = {case.label: digest for case in planned.ids} if sides.places[HEAD].roots else {}
            yield Pair(
                planned.plan.measured, planned.plan.settled, partial(GuestBlocks, playing), named, warnings, of_cases
            )

    return opened


def _codes(head: Revision, planned: Plan) -> dict[str, str]:
    """Digests of the code of head's cases."""
    assert head.suite is not None
    cases = [each.case for each in (*planned.measured, *planned.settled)]
    stems = {case.implementation for case in cases} & head.suite.implementations.keys()
    digests = {stem: codes.of_implementation(head, stem) for stem in stems}
    return {case.label: digests[case.implementation] for case in cases if case.implementation in digests}
