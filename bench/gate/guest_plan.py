"""Which benchmarks of another tool's suite are compared, and which end before anything is timed."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ..guests.messages import Listed, Listing
from ..interop import pytest_names
from ..interop.asv import described_as
from ..interop.names import Description, cases_of
from ..records import Case
from .allowed import Named, one_sided
from .margins import Margins, least_difference
from .paired_rounds import BASE, HEAD
from .plan import Plan, Planned, only_these, with_controls
from .records import ABSENT, APPEARED, BROKEN, MISSING, TIME, CaseResult, Measure


@dataclass(frozen=True)
class GuestPlan:
    """A plan, and for every case its id in the suite and the file that holds it."""

    plan: Plan
    ids: Mapping[Case, str]
    files: Mapping[Case, str]


def plan(
    listed: Mapping[str, Listed],
    unchanged: Collection[str],
    margins: Margins,
    allowed: Sequence[str],
    seed: int,
    only: Mapping[Case, float] | None = None,
    measure: Measure = TIME,
) -> GuestPlan:
    """The benchmarks that both sides have, and why others are not compared.

    ``unchanged`` are the ids of those that run the same code on both sides. ``only``: these cases alone, each with its
    margin.
    """
    found = {side: {each.id: each for each in told.benchmarks} for side, told in listed.items()}
    union = {**found[BASE], **found[HEAD]}
    cases = dict(zip(union, named(list(union.values())), strict=True))
    settled, shared = [], []
    for name, case in cases.items():
        margin, same = margins.of(case, measure=measure), name in unchanged
        alone = [side for side in (BASE, HEAD) if name not in found[side]]
        refused = union[name].refused
        broken = {
            side: listed[side].failed[own[name].file]
            for side, own in found.items()
            if name in own and own[name].file in listed[side].failed
        }
        if broken:
            settled.append(_broken(case, broken, margin, measure))
        elif refused:
            told = CaseResult(case=case, measure=measure, verdict=ABSENT, reason=refused, margin=margin, unchanged=same)
            settled.append(told)
        elif alone:
            verdict = APPEARED if alone == [BASE] else MISSING
            reason = _why_absent(alone[0], union[name], listed[alone[0]])
            settled.append(one_sided(Named(case, name), verdict, reason, margin, allowed, measure))
        else:
            shared.append(Planned(case, margin, same, measure=measure, least=least_difference(measure)))
    ids = {case: name for name, case in cases.items()}
    files = {case: union[name].file for name, case in cases.items()}
    if only is not None:
        return GuestPlan(only_these(shared, settled, only, random.Random(seed)), ids, files)
    measured, left = with_controls(shared, random.Random(seed))
    return GuestPlan(Plan(tuple(measured), (*settled, *left)), ids, files)


def _broken(case: Case, reasons: Mapping[str, str], margin: float, measure: Measure) -> CaseResult:
    """Of a script that fails after it has reached this benchmark."""
    if len(reasons) == 2:
        reason = f"its script fails on both sides: {reasons[HEAD]}"
        return CaseResult(case=case, measure=measure, verdict=ABSENT, reason=reason, margin=margin, tried=True)
    ((side, reason),) = reasons.items()
    told = f"{side}: its script fails: {reason}"
    return CaseResult(case=case, measure=measure, verdict=BROKEN, reason=told, margin=margin)


def named(listings: Sequence[Listing]) -> list[Case]:
    """A case for each benchmark, as `interop` shows the files of its tool."""
    described = [*_of_pytest([each for each in listings if not each.name])]
    described += [described_as(each.name, each.params, each.id) for each in listings if each.name]
    cases = iter(cases_of([each for each in described if isinstance(each, Description)]))
    return [each if isinstance(each, Case) else next(cases) for each in described]


def _of_pytest(listings: Sequence[Listing]) -> list[Description | Case]:
    entries = [
        {
            "fullname": each.id,
            "name": each.id,
            "group": each.group,
            "param": each.param,
            "params": each.params,
        }
        for each in listings
    ]
    return [name.description for name in pytest_names.named_all(entries)]


def _why_absent(side: str, listing: Listing, listed: Listed) -> str:
    places = {PurePath(listing.id.partition("::")[0]), PurePath(listing.file)}
    packages = {folder / "__init__.py" for place in places for folder in place.parents}
    for file, reason in listed.failed.items():
        if PurePath(file) in places | packages:
            return f"{side} cannot read {file}: {reason}"
    return f"{side} does not have it"
