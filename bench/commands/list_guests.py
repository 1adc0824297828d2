"""``rooflinear list --pytest …``: the benchmarks of a suite of another tool, and why one cannot be measured."""

import json
import shlex
from pathlib import Path

from ..guests import sides
from ..guests.messages import Listed
from ..guests.session import Session, Suite
from ..processes import scratch
from . import guest_sides, guests
from .requests import ListRequest, refuse_ignored


def show(request: ListRequest) -> int:
    """Prints the benchmarks of the working tree's suite, read by the interpreter of ``--python``."""
    refuse_ignored(request.given, ("suite", "build", "extra"), "a suite of another tool is listed as it is")
    wanted = guest_sides.wanted_of(request, request.given, in_repository=False)
    with scratch.folder() as folder:
        suite, place = sides.open_here(wanted, folder)
        session = Session(suite, place, 0)
        try:
            with guests.reading(shlex.join(suite.arguments)):
                found = session.list()
        finally:
            session.end()
    print(_as_json(suite, found) if request.json else _as_text(found))
    return 0


def _as_json(suite: Suite, found: Listed) -> str:
    benchmarks = [{"id": each.id, "refused": each.refused} for each in found.benchmarks]
    told = {"schema_version": 1, "suite": {"kind": suite.kind, "arguments": list(suite.arguments)}}
    return json.dumps({**told, "benchmarks": benchmarks, "failed": found.failed, "notes": found.notes}, indent=1)


def _as_text(found: Listed) -> str:
    measured = [each.id for each in found.benchmarks if not each.refused]
    refused = [f"{each.id}: {each.refused}" for each in found.benchmarks if each.refused]
    lines = [f"{len(measured)} benchmark{'s' * (len(measured) != 1)}", *(f"  {name}" for name in measured)]
    lines += [f"{len(refused)} not measured", *(f"  {told}" for told in refused)] if refused else []
    lines += [f"cannot be read: {Path(file)}: {reason}" for file, reason in found.failed.items()]
    return "\n".join([*lines, *(f"note: {each}" for each in found.notes)])
