"""``rooflinear fleet compare``: blocks of the gate on several machines at once, judged on each and on all together."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from .. import store
from ..errors import CannotFinish, UsageError
from ..fleet import parcels, sources
from ..fleet.cluster import Host, connected
from ..fleet.orders import COMPARISON, MARGINS, SUITE, Answer, Order
from ..fleet.playing import Lost
from ..gate import git, margins
from ..gate.git import WORKING_TREE
from ..gate.records import Comparison, OfHost, Side
from ..gate.together import combined, families
from ..guests.sides import release_of
from ..processes import scratch
from ..suites import suite
from . import compare_output, guest_sides, guests, options
from .confirm import STAGES
from .fleet import fleet_of, none_finished, play, sent_of
from .requests import (
    NO_GUEST,
    OF_GUESTS_ONLY,
    CompareRequest,
    FleetCompareRequest,
    recorded,
    refuse_ignored,
)


def compare(request: FleetCompareRequest) -> int:
    """Two revisions compared on every machine at once, judged on each and on all together."""
    compare_output.refuse_unwritable(request)
    _refuse_no_revision(request)
    margins.read(request.margin, request.margins)
    root, named = _suite_of(request)
    base = git.resolve(root, request.base or "")
    head = None if request.head is None else git.resolve(root, request.head)
    begun, started = time.monotonic(), store.now()
    with scratch.folder() as place, connected(request.scheduler) as client:
        fleet = fleet_of(client, request)
        sources.of_revisions(root, base, head, place)
        if request.margins is not None:
            (place / MARGINS).write_bytes(request.margins.read_bytes())
        sent = sent_of(
            request, CompareRequest, base=base, head=head, margins=MARGINS if request.margins else None,
            families=families(len(fleet)), **named,
        )  # fmt: skip
        found = _compared(client, fleet, sent, parcels.packed(place), request)
    found = msgspec.structs.replace(
        found, command=["rooflinear", *sys.argv[1:]], started_at=started, seconds=round(time.monotonic() - begun, 1),
        base=_labelled(found.base, request.base), head=_labelled(found.head, request.head),
        options={**found.options, "request": recorded(request)},
    )  # fmt: skip
    compare_output.show(found, request)
    return found.exit_status


def _suite_of(request: FleetCompareRequest) -> tuple[Path, dict[str, Any]]:
    """The repository that a suite is in, and what a machine is told of where the suite lies."""
    if request.is_guest:
        guests.refuse_unusable(request, {"scheduler", "by"})
        refuse_ignored(request.given, ("extra",), "revisions use what each host has installed; install it there")
        here = msgspec.structs.replace(request, python=None)  # --python is an interpreter of the hosts
        wanted = guest_sides.wanted_of(here, request.given, in_repository=True)
        paths = zip(wanted.paths, wanted.selected, strict=True)
        sent = tuple(str(Path(SUITE) / wanted.below / path) + selected for path, selected in paths)
        return git.root_of(wanted.project), {wanted.kind: sent[0] if wanted.kind == "asv" else sent}
    refuse_ignored(request.given, OF_GUESTS_ONLY, NO_GUEST)
    folder = suite.found(request.suite)
    root = git.root_of(folder)
    return root, {"suite": str(Path(SUITE) / folder.resolve().relative_to(root))}


def _compared(
    client: Any, fleet: Sequence[Host], sent: dict[str, Any], parcel: bytes, request: FleetCompareRequest
) -> Comparison:
    """What all machines say. Each has a seed of its own: data, order of cases and turns differ."""
    seed = options.seed_of(request.seed)
    orders = [
        (host, Order(command="compare", request={**sent, "seed": str(seed + STAGES * place)}))
        for place, host in enumerate(fleet)
    ]
    found: dict[str, OfHost] = {}
    statuses: list[int] = []

    def keep(host: Host, answer: Answer) -> str:
        comparison = _kept_comparison(answer)
        statuses.append(answer.status)
        lost = "" if comparison else answer.told or f"ended with status {answer.status}"
        found[host.name] = OfHost(name=host.name, lost=lost, comparison=comparison)
        return f"{comparison.verdict}, {comparison.reason}" if comparison else f"is lost: {lost}"

    def lose(host: Host, why: Lost) -> None:
        statuses.append(CannotFinish.exit_status)
        found[host.name] = OfHost(name=host.name, lost=why)

    play(client, orders, parcel, keep, lose)
    told = [found[host.name] for host in fleet]
    if all(each.comparison is None for each in told):
        raise none_finished({each.name: each.lost for each in told}, statuses)
    return combined(told)


def _refuse_no_revision(request: FleetCompareRequest) -> None:
    if request.base is None:
        raise UsageError("BASE is missing; give a git revision")
    for given in filter(None, (request.base, request.head)):
        if release_of(given):
            raise UsageError(
                f"{given}: is a release; a fleet measures revisions; use 'rooflinear compare' for releases"
            )
        if Path(given).exists() and not git.is_revision(Path.cwd(), given):
            raise UsageError(f"{given}: is a file; a fleet measures revisions; use 'rooflinear compare' for files")


def _kept_comparison(answer: Answer) -> Comparison | None:
    if not answer.parcel:
        return None
    with scratch.folder() as place:
        parcels.unpack(answer.parcel, place)
        content = (place / COMPARISON).read_bytes()
    return msgspec.json.decode(content, type=Comparison)


def _labelled(side: Side, typed: str | None) -> Side:
    """Named as it was typed here; the machines have their own paths and versions, which are theirs to say."""
    return msgspec.structs.replace(side, label=typed or WORKING_TREE, python=None, versions={})
