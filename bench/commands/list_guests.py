"""``rooflinear list --pytest …``: the benchmarks of a suite of another tool, and why one cannot be measured."""

import json
import shlex
import sys
from pathlib import Path

from ..errors import Lost, UsageError
from ..guests.messages import Listed
from ..guests.session import Place, Session, Suite
from ..processes import scratch
from . import guests
from .requests import ListRequest, refuse_ignored


def show(request: ListRequest) -> int:
    """Prints the benchmarks of the working tree's suite, read by the interpreter of ``--python``."""
    refuse_ignored(request.given, ("suite", "build", "extra"), "a suite of another tool is listed as it is")
    wanted = guests.wanted_of(request, request.given, in_repository=False)
    suite = Suite(wanted.kind, (*map(str, wanted.paths), *wanted.options))
    with scratch.folder() as folder:
        own = folder / "own"
        imports = tuple(path for path in (wanted.project / "src", wanted.project) if path.is_dir())
        found = _listed(suite, Place(wanted.python, wanted.project, own, imports))
    print(_as_json(suite, found) if request.json else _as_text(found), file=sys.stdout)
    return 0


def _listed(suite: Suite, place: Place) -> Listed:
    session = Session(suite, place, 0)
    try:
        return session.list()
    except Lost as lost:
        raise UsageError(f"{shlex.join(suite.arguments)}: the suite cannot be read: {lost.reason}") from lost
    finally:
        session.end()


def _as_json(suite: Suite, found: Listed) -> str:
    benchmarks = [{"id": each.id, "refused": each.refused} for each in found.benchmarks]
    told = {"schema_version": 1, "suite": {"kind": suite.kind, "arguments": list(suite.arguments)}}
    return json.dumps({**told, "benchmarks": benchmarks, "failed": found.failed, "notes": found.notes}, indent=1)


def _as_text(found: Listed) -> str:
    measured = [each.id for each in found.benchmarks if not each.refused]
    refused = [f"{each.id}: {each.refused}" for each in found.benchmarks if each.refused]
    lines = [f"{len(measured)} benchmarks", *(f"  {name}" for name in measured)]
    lines += [f"{len(refused)} not measured", *(f"  {told}" for told in refused)] if refused else []
    lines += [f"cannot be read: {Path(file)}: {reason}" for file, reason in found.failed.items()]
    return "\n".join([*lines, *(f"note: {each}" for each in found.notes)])
