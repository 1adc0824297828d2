"""Opens two commits side by side, of a suite of kernels or of a suite of another tool."""

import contextlib
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

from ..errors import UsageError
from ..gate import codes, git, guest_plan, revisions
from ..gate.blocks import Blocks
from ..gate.gate import Blocks as GateBlocks
from ..gate.guest_blocks import GuestBlocks, Guests
from ..gate.margins import Margins
from ..gate.plan import Plan, plan
from ..gate.records import Measure, labelled
from ..gate.revisions import Revision
from ..guests.sides import BASE, HEAD, SUITE
from ..history.pairs import Opener, Pair
from ..processes import scratch
from ..suites import suite
from . import guest_sides, guests
from .compare import DUELS, options_of
from .options import measures_of, seed_of
from .requests import BisectRequest

Players = Mapping[Measure, Callable[[int], GateBlocks]]
"""What makes the players of each measure's blocks, from a seed."""


def repository(request: BisectRequest) -> Path:
    """The top of the repository that the suite is in. Raises `UsageError`."""
    if request.is_guest:
        wanted = guest_sides.wanted_of(request, request.given, in_repository=True)
        return git.root_of(wanted.project)
    return git.root_of(suite.found(request.suite))


def opener(request: BisectRequest, accepted: Margins, bad: str) -> Opener:
    """Opens pairs of commits. The cases, and the suite of another tool, are those of the commit ``bad``."""
    return _guests(request, accepted, bad) if request.is_guest else _kernels(request, accepted, bad)


def _kernels(request: BisectRequest, accepted: Margins, bad: str) -> Opener:
    folder, root = suite.find(request.suite), repository(request)
    below = folder.resolve().relative_to(root)
    python = revisions.interpreters(None, None)[BASE]
    measures = measures_of(request.measure)

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
            plans: dict[Measure, Plan] = {
                each: plan(old, new, chosen, accepted, (), judge_all=False, measure=each) for each in measures
            }
            blocks: Players = {each: partial(Blocks, old, new, chosen, **DUELS[each]) for each in measures}
            yield _pair(plans, blocks, new.suite.name, codes=_codes(new, plans.values()))

    return opened


def _guests(request: BisectRequest, accepted: Margins, bad: str) -> Opener:
    timeout, memory = guests.limits(request)
    measures = guests.measures_of_suite(request.measure)

    @contextlib.contextmanager
    def opened(base: str, head: str) -> Iterator[Pair]:
        with scratch.folder() as place:
            sides, _ = guest_sides.open_sides(request, {BASE: base, HEAD: head, SUITE: bad}, place)
            told, unchanged = guests.listings(sides)
            found: dict[Measure, guest_plan.GuestPlan] = {
                each: guest_plan.plan(told, unchanged, accepted, (), seed_of(request.seed), measure=each)
                for each in measures
            }
            planned = next(iter(found.values()))
            playing = Guests(sides.suite, sides.places, planned.ids, planned.files, timeout, memory)
            blocks: Players = {each: partial(GuestBlocks, playing, measure=each) for each in measures}
            named = shlex.join(sides.suite.arguments)
            warnings = [*sides.notes, *guests.notes_of(told)]
            digest = codes.of_packages(sides.places[HEAD].roots, sides.versions[HEAD])
            cases = planned.ids if sides.places[HEAD].roots else ()
            of_cases = {labelled(case, each): digest for case in cases for each in measures}
            plans: dict[Measure, Plan] = {each: of.plan for each, of in found.items()}
            yield _pair(plans, blocks, named, warnings, of_cases)

    return opened


def _pair(
    plans: Mapping[Measure, Plan],
    blocks: Players,
    name: str,
    warnings: Sequence[str] = (),
    codes: Mapping[str, str] = MappingProxyType({}),
) -> Pair:
    """The cases by all measures."""
    measured = [each for planned in plans.values() for each in planned.measured]
    settled = [each for planned in plans.values() for each in planned.settled]
    return Pair(measured, settled, blocks, name, warnings, codes)


def _codes(head: Revision, plans: Iterable[Plan]) -> dict[str, str]:
    """Digests of the code of head's cases."""
    assert head.suite is not None
    cases = [each for planned in plans for each in (*planned.measured, *planned.settled)]
    stems = {each.case.implementation for each in cases} & head.suite.implementations.keys()
    digests = {stem: codes.of_implementation(head, stem) for stem in stems}
    return {each.label: digests[each.case.implementation] for each in cases if each.case.implementation in digests}
