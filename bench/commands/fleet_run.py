"""``rooflinear fleet run``: one run on every machine of a Dask cluster, each in its own environment."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from .. import store
from ..errors import CannotFinish, UsageError
from ..fleet import parcels, sources
from ..fleet.cluster import Host, connected
from ..fleet.orders import Answer, Order
from ..fleet.playing import Lost
from ..processes import scratch
from ..suites import suite
from .exit_status import INTERRUPTED
from .fleet import fleet_of, none_finished, play, sent_of
from .requests import FleetRunRequest, RunRequest
from .run_record import commit_of, folder_named

PRECEDENCE = (2, 5, 4, 1, 3, 0)
"""Exit statuses, the first that holds."""


def run(request: FleetRunRequest) -> int:
    """A run on every machine, their folders below ``results`` here, and one report of all."""
    _refuse_files(request)
    store.refuse_folder(request.results)
    folder = suite.find(request.suite)
    suite.tell(suite.load(folder).remarks)
    with scratch.folder() as place, connected(request.scheduler) as client:
        fleet = fleet_of(client, request)
        parcel, sent = sources.of_suite(folder, place)
        order = Order(command="run", request=sent_of(request, RunRequest, suite=sent))
        finished: dict[str, tuple[int, Path | None]] = {}
        failed: dict[str, tuple[int, str]] = {}

        def keep(host: Host, answer: Answer) -> str:
            kept = _kept_run(host, answer, request.results, folder if sent else None)
            if kept is None:
                failed[host.name] = answer.status, answer.told
                return f"failed with status {answer.status}: {answer.told}"
            finished[host.name] = answer.status, kept
            return str(kept)

        def lose(host: Host, why: Lost) -> None:
            failed[host.name] = CannotFinish.exit_status, why

        try:
            play(client, [(host, order) for host in fleet], parcel, keep, lose)
        except KeyboardInterrupt:
            return _interrupted(finished)
    return _concluded(finished, failed)


def _refuse_files(request: FleetRunRequest) -> None:
    """Raises `UsageError` for a file of data that is only known to be here."""
    for option, given in (("--data", request.data), ("--target", request.target)):
        is_file = given is not None and given != "diabetes" and (option == "--data" or given.endswith(".npy"))
        if is_file and given is not None and not Path(given).is_absolute():
            told = "each host reads it from its own disk; give an absolute path that is the same on all"
            raise UsageError(f"{option} {given}: {told}")


def _kept_run(host: Host, answer: Answer, results: Path, own: Path | None) -> Path | None:
    """The folder of a run that came back, or None. ``own`` is the suite's folder here, if it was sent from here."""
    with scratch.folder() as place:
        parcels.unpack(answer.parcel, place) if answer.parcel else None
        found = next((path.parent for path in place.glob(f"*/{store.RUN}")), None)
        if found is None:
            return None
        record = store.read_run(found)
        record = msgspec.structs.replace(record, command=["rooflinear", *sys.argv[1:]])
        if own is not None:
            commit, dirty = commit_of(own)
            record = msgspec.structs.replace(
                record, commit=commit, dirty=dirty, options={**record.options, "suite": str(own)}
            )
        store.write_run(found, record)
        begun, commit = found.name.partition("-")[0], (record.commit or "nocommit")[:8]
        kept = folder_named(results, f"{begun}-{record.machine.name}-{commit}-{host.name}")
        for each in found.iterdir():
            store.replace_file(kept / each.name, each.read_bytes())
        return kept


def _concluded(finished: Mapping[str, tuple[int, Path | None]], failed: Mapping[str, tuple[int, str]]) -> int:
    folders = [folder for _, folder in finished.values() if folder is not None]
    if not folders:
        raise none_finished({name: why for name, (_, why) in failed.items()}, [status for status, _ in failed.values()])
    from ...reports.report import write_reports

    print(f"report: {write_reports(sorted(folders), ['html'], _page(folders))[0]}")
    statuses = {status for status, _ in finished.values()}
    return next((each for each in PRECEDENCE if each in statuses), max(statuses))


def _page(folders: Sequence[Path]) -> Path | None:
    """A page beside the folders of several runs; that of a single run is in its folder."""
    if len(folders) == 1:
        return None
    stamp = min(folder.name for folder in folders).partition("-")[0]
    return folders[0].parent / f"{stamp}-fleet.html"


def _interrupted(finished: Mapping[str, Any]) -> int:
    kept = f"runs of {', '.join(finished)} are stored" if finished else "no run is stored"
    print(f"interrupted; {kept}; the hosts end what they play", file=sys.stderr)
    return INTERRUPTED
