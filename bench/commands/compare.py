"""What ``rooflinear compare`` does, free of how it is typed."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from .. import progress, store
from ..errors import UsageError, unknown
from ..gate import git, margins, records, revisions
from ..gate.allowed import Named, unmatched
from ..gate.blocks import Blocks
from ..gate.duel import Duel
from ..gate.first_call_duel import FirstCallDuel
from ..gate.margins import Margins
from ..gate.measures import Only, asked, play
from ..gate.memory_duel import MemoryDuel
from ..gate.packages import installed_instead
from ..gate.plan import Plan, plan
from ..gate.records import BROKEN, FIRST_CALL, MEMORY, TIME, CaseResult, Comparison, Control, Measure
from ..gate.revisions import Revision
from ..lent.memory import SMALL_PAGES
from ..machine import machine
from ..processes import scratch
from ..suites import suite
from ..suites.suite import Suite
from ..sweep import Options, contests
from . import compare_output
from .options import build, listed, measures_of, time_budget_seconds
from .requests import (
    NO_GUEST,
    OF_GUESTS_ONLY,
    CaseRequest,
    CompareRequest,
    recorded,
    refuse_ignored,
    refuse_others,
)

OF_FILES = {
    "base", "head", "margin", "margins", "allow_missing", "allow_other_machine", "reference",
    "html", "markdown", "junit", "output", "json",
}  # fmt: skip
"""What a comparison of two files of results uses; the rest says what to measure."""

DUELS: Mapping[Measure, dict[str, Any]] = {
    TIME: {"duel": Duel},
    MEMORY: {"duel": MemoryDuel, "variables": SMALL_PAGES},
    FIRST_CALL: {"duel": FirstCallDuel, "alone": True},
}
"""How the blocks of each measure are played."""

OF_FILES_ONLY = ("allow_other_machine", "reference")


def compare(request: CompareRequest) -> int:
    """Compares revisions or files, shows the outcome in every form asked for, returns the exit status."""
    compare_output.refuse_unwritable(request)
    found = stamped(partial(_found, request))
    compare_output.show(found, request)
    return found.exit_status


def stamped(measure: Callable[[], Comparison]) -> Comparison:
    """What ``measure`` finds, and on which machine, when and by which command."""
    started, begun, here = store.now(), time.monotonic(), machine.describe()
    found = measure()
    return msgspec.structs.replace(
        found,
        command=["rooflinear", *sys.argv[1:]],
        machine=here,
        warnings=[*found.warnings, *here.warnings],
        started_at=started,
        seconds=round(time.monotonic() - begun, 1),
    )


def _found(request: CompareRequest) -> Comparison:
    if request.confirm is not None:
        from . import confirm

        return confirm.replay(request, measured)
    if request.base is None:
        raise UsageError("BASE is missing; give a git revision, a run folder or a file of results")
    if _are_files(request):
        return _files(request)
    return measured(request)


def measured(request: CompareRequest, only: Only | None = None) -> Comparison:
    """Both sides side by side, by kernels or by a suite of another tool. ``only``: see `paired`."""
    if request.is_guest:
        from . import guests

        found = guests.compare(request, only)
    else:
        refuse_ignored(request.given, OF_GUESTS_ONLY, NO_GUEST)
        found = _revisions(request, only)
    return msgspec.structs.replace(found, options={**found.options, "request": recorded(request)})


def paired(
    base: Revision,
    head: Revision,
    chosen: Options,
    accepted: Margins,
    allowed: list[str],
    judge_all: bool = False,
    only: Only | None = None,
    measures: Sequence[Measure] = (TIME,),
    families: int = 1,
) -> Comparison:
    """The paired gate over two revisions whose suites load. ``judge_all``: see `plan`; ``families``: see `play`.

    ``only``: these cases alone, each with its margin, are measured, by these measures, and all of them are confirmed.
    """
    plans: dict[Measure, Plan] = {
        measure: plan(base, head, chosen, accepted, allowed, judge_all, cases, measure)
        for measure, cases in asked(measures, only).items()
    }
    first = next(iter(plans.values()))
    if not first.measured and not first.settled and only is None:
        raise UsageError("no case is left; the chosen implementations do not have the chosen operations")
    watcher = progress.watcher()
    if first.remark:
        watcher.note(first.remark)
    players: dict[Measure, Callable[[int], Blocks]] = {
        measure: partial(Blocks, base, head, chosen, **DUELS[measure]) for measure in plans
    }
    try:
        found = play(
            plans,
            players,
            watcher,
            seed=chosen.seed,
            time_budget_s=chosen.time_budget_s,
            confirm_all=only is not None,
            families=families,
        )
    finally:
        watcher.close()
    return _concluded(base, head, found.cases, found.controls, accepted, chosen, found.warnings)


def _remarks(base: Revision, head: Revision) -> list[str]:
    """What may be a slip in both suites, and with a side's name what is in one."""
    old, new = (each.suite.remarks if each.suite else () for each in (base, head))
    both = [each for each in new if each in old]
    alone = [(base, each) for each in old if each not in both] + [(head, each) for each in new if each not in both]
    return [*both, *(f"{revision.side.label}: {remark}" for revision, remark in alone)]


def _are_files(request: CompareRequest) -> bool:
    from ..interop import is_file_of_results

    given = [request.base, request.head]
    are = [each is not None and is_file_of_results(Path(each)) for each in given]
    for each, is_file in zip(given, are, strict=True):
        if not is_file:
            _refuse_folder(each)
    if any(are) and not all(are):
        odd = given[are.index(False)]
        told = "HEAD is missing" if odd is None else f"'{odd}' is not"
        raise UsageError(f"{given[are.index(True)]} is a file of results, but {told}; give two files, or two revisions")
    return all(are)


def _refuse_folder(given: str | None) -> None:
    """A folder of results in place of one of them: what in it can be given is said."""
    from ..gate.folders import newest_in

    if given is None or not Path(given).is_dir() or git.is_revision(Path.cwd(), given):
        return
    if newest := newest_in(Path(given)):
        raise UsageError(f"{given}: contains several results; give one of them, such as {newest}")


def _files(request: CompareRequest) -> Comparison:
    from ..gate.unpaired import compare_files

    assert request.base is not None
    assert request.head is not None
    _refuse_unused(request)
    accepted = margins.read(request.margin, request.margins)
    return compare_files(
        Path(request.base),
        Path(request.head),
        margins=accepted,
        allow_missing=listed("--allow-missing", request.allow_missing),
        allow_other_machine=request.allow_other_machine,
        reference=request.reference,
    )


def _refuse_unused(request: CompareRequest) -> None:
    """Raises `UsageError` for what a comparison of two files would ignore."""
    refuse_others(request.given, OF_FILES, "nothing is measured when files are compared")
    if not request.allow_other_machine:
        refuse_ignored(request.given, ("reference",), "--reference needs --allow-other-machine")


def _revisions(request: CompareRequest, only: Only | None) -> Comparison:
    allowed = listed("--allow-missing", request.allow_missing)
    found = _played(request, allowed, only)
    unused = unmatched(allowed, (Named(each.case) for each in found.cases))
    return msgspec.structs.replace(found, warnings=[*found.warnings, *unused])


def _played(request: CompareRequest, allowed: list[str], only: Only | None) -> Comparison:
    why = "BASE and HEAD are not files of results, so both are measured on this machine"
    refuse_ignored(request.given, OF_FILES_ONLY, why)
    measures = measures_of(request.measure)
    folder = suite.found(request.suite)
    root = git.root_of(folder)
    below = folder.resolve().relative_to(root)
    pythons = revisions.interpreters(request.base_python, request.head_python)
    accepted = margins.read(request.margin, request.margins)
    named = {"base": request.base, "head": request.head}
    with scratch.folder() as place:
        base, head = (
            revisions.open_revision(root, below, named[side], place / side, python) for side, python in pythons.items()
        )
        suite.tell(_remarks(base, head))
        if base.suite is None or head.suite is None:
            return _unloadable(base, head, accepted, request)
        chosen = options_of(base.suite, head.suite, request)
        found = paired(base, head, chosen, accepted, allowed, only=only, measures=measures, families=request.families)
        unseen = [f"{name} is not compared: git ignores it" for name in revisions.ignored(root, below, head)]
        others = [told for side in (base, head) for told in _not_of_revision(side)]
        return msgspec.structs.replace(found, warnings=[*found.warnings, *unseen, *others])


def _not_of_revision(side: Revision) -> list[str]:
    who = f"{side.side.label} ran"
    return [f"{who} {name} as installed for {side.python}, not as in the revision" for name in installed_instead(side)]


def options_of(base: Suite, head: Suite, request: CaseRequest) -> Options:
    """What was typed, checked against both sides; one pinned thread unless another count is typed."""
    chosen = build(head, msgspec.structs.replace(request, threads=request.threads or ("1",)))
    for kind, names in (("operation", chosen.operations), ("implementation", chosen.implementations)):
        known = {**getattr(base, f"{kind}s"), **getattr(head, f"{kind}s")}
        for name in names:
            if name not in known:
                raise unknown(kind, name, known)
    return msgspec.structs.replace(chosen, time_budget_s=time_budget_seconds(request.time_budget))


def _unloadable(base: Revision, head: Revision, accepted: Margins, request: CompareRequest) -> Comparison:
    """Said of every case that the other side has; of the sides alone where neither loads."""
    faults = [f"{revision.side.label}: {revision.fault}" for revision in (base, head) if revision.fault]
    loaded = base.suite or head.suite
    if loaded is None:
        told = f"both sides: {base.fault}" if base.fault == head.fault else "; ".join(faults)
        return _neither(base, head, accepted, f"nothing was compared: {told}")
    chosen = options_of(loaded, loaded, request)

    cases = [
        CaseResult(case=case, verdict=BROKEN, reason=faults[0], margin=accepted.of(case))
        for contest in contests(loaded, chosen)
        for case in contest.cases
    ]
    return _concluded(base, head, cases, [], accepted, chosen, faults)


def _neither(base: Revision, head: Revision, accepted: Margins, reason: str) -> Comparison:
    margin = accepted.default
    return Comparison(verdict="incomplete", reason=reason, base=base.side, head=head.side, margin=margin)


def _concluded(
    base: Revision,
    head: Revision,
    cases: list[CaseResult],
    controls: list[Control],
    accepted: Margins,
    chosen: Options,
    warnings: list[str],
) -> Comparison:
    verdict, reason = records.verdict_of(cases, controls)
    loaded = head.suite or base.suite
    return Comparison(
        verdict=verdict,
        reason=reason,
        base=base.side,
        head=head.side,
        margin=accepted.default,
        controls=controls,
        cases=cases,
        warnings=warnings,
        suite=loaded.name if loaded else "",
        options=msgspec.to_builtins(chosen),
        seed=chosen.seed,
    )
