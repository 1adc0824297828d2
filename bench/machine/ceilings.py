"""The ceilings of this machine: read bandwidth by working set, peak arithmetic by dtype.

limit = max(flops ÷ peak, bytes ÷ bandwidth(working set)): the roofline (Williams,
Waterman, Patterson 2009). A machine's ceilings are measured once and kept in the
user's cache for a while. What other guests leave of a memory's bandwidth changes by the
minute, so a run also reads each contest's working set in its rounds.
"""

import hashlib
import sys
import tempfile
import warnings
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from .. import store
from ..errors import CannotFinish
from ..records import Ceilings, Machine, Result, Run
from . import roofs
from .meter import largest_working_set, measure

MEASURES = 3
"""How often a thread count is measured at most, while its values contradict each other."""

KEPT = timedelta(days=30)
STAYS = "this machine's ceilings stay as they are"
NOT_STORED = "they are not stored, and the next command measures them again"


def known(described: Machine, threads: Iterable[int], anew: bool = False) -> Ceilings:
    """The stored ceilings of this machine; missing, old and contradictory ones are measured and stored.

    Warns if that fails, and if a contradiction remains.
    """
    asked, kept = list(threads), None if anew else _kept(described)
    made = kept or Ceilings(machine=described.identity, measured_at=_now().isoformat(timespec="seconds"))
    if absent := [count for count in asked if str(count) not in made.roofs]:
        print(f"measuring what this machine can do on {_counts(absent)} (stored for {KEPT.days} days)", file=sys.stderr)
        made = _measured(described, made, absent, "times without limits")
    made = _without_doubts(described, made, asked)
    if made.remark:
        warnings.warn(f"{made.remark}; {NOT_STORED}", stacklevel=2)
    if doubts := _doubts(made, asked):
        why = "; ".join(doubts.values())
        when = "when this machine's ceilings were measured; it was busy"
        warnings.warn(f"{why} {when}; when it is quiet, run 'rooflinear machine --fresh'", stacklevel=2)
    return roofs.ceiled(made)


def measured_again(run: Run, threads: Iterable[int]) -> Run:
    """Measures the ceilings again; the run gets the better values, which are stored too. Warns if that fails."""
    counts = [count for count in threads if str(count) in run.ceilings.roofs]
    if not counts:
        return run
    why = "a case took less time than its limit"
    print(f"measuring again what this machine can do on {_counts(counts)}: {why}", file=sys.stderr)
    made = _measured(run.machine, _kept(run.machine) or run.ceilings, counts, STAYS)
    better = {count: roofs.best(roof, made.roofs.get(count)) for count, roof in run.ceilings.roofs.items()}
    return msgspec.structs.replace(run, ceilings=roofs.ceiled(msgspec.structs.replace(run.ceilings, roofs=better)))


def learned(run: Run, dispatch_ns: Mapping[str, float], results: Iterable[Result]) -> Run:
    """The run, with ceilings at least as high as what was read in its rounds, and empty calls at most as long as in it.

    The stored values are improved likewise.
    """
    results = list(results)

    def taught(made: Ceilings) -> Ceilings:
        return roofs.with_calls(roofs.raised(made, results, largest_working_set()), dispatch_ns)

    if run.ceilings.roofs:
        keep(run.machine, taught(_kept(run.machine) or run.ceilings))
    return msgspec.structs.replace(run, ceilings=roofs.ceiled(taught(run.ceilings)))


def learn_calls(described: Machine, made: Ceilings, dispatch_ns: Mapping[str, float]) -> Ceilings:
    """The ceilings with these times of empty calls, which are stored too."""
    keep(described, roofs.with_calls(_kept(described) or made, dispatch_ns))
    return roofs.with_calls(made, dispatch_ns)


def keep(described: Machine, made: Ceilings) -> None:
    """Stores ceilings for the next run, but none that were measured while other programs were busy.

    Warns if the cache cannot be written: then the next run measures again.
    """
    quiet = {count: roof for count, roof in made.roofs.items() if not roof.busy}
    made, file = msgspec.structs.replace(made, roofs=quiet), _file(described)
    try:
        store.keep(file, msgspec.json.format(msgspec.json.encode(made), indent=1))
    except OSError as error:
        why = f"cannot store this machine's ceilings in {file.parent}: {error.strerror or error}"
        warnings.warn(f"{why}; they will be measured each time, unless you set XDG_CACHE_HOME", stacklevel=1)


def _measured(described: Machine, made: Ceilings, threads: Iterable[int], lost: str) -> Ceilings:
    """The ceilings with roofs of these thread counts measured now, none lower than before; see `keep`.

    If that fails, a warning names what is ``lost``.
    """
    for count in threads:
        try:
            roof = roofs.best(measure(count), made.roofs.get(str(count)))
        except CannotFinish as error:
            warnings.warn(f"{lost}: {error}", stacklevel=3)
            break
        made = msgspec.structs.replace(made, roofs={**made.roofs, str(count): roof})
        keep(described, made)
    return made


def _without_doubts(described: Machine, made: Ceilings, asked: list[int]) -> Ceilings:
    """Measures contradictory values again, a few times; the fastest of all tries counts."""
    for _ in range(1, MEASURES):
        if not (doubtful := _doubts(made, asked)):
            break
        print(f"measuring again: {'; '.join(doubtful.values())}", file=sys.stderr)
        made = _measured(described, made, doubtful, STAYS)
    return made


def _doubts(made: Ceilings, asked: list[int]) -> dict[int, str]:
    return {count: why for count, why in roofs.doubts(made).items() if count in asked}


def _now() -> datetime:
    return datetime.now(UTC)


def _counts(threads: list[int]) -> str:
    return ", ".join(map(str, threads)) + (" thread" if threads == [1] else " threads")


def _kept(described: Machine) -> Ceilings | None:
    try:
        found = msgspec.json.decode(_file(described).read_bytes(), type=Ceilings)
    except (OSError, msgspec.DecodeError):
        return None
    same = found.machine == described.identity and found.schema_version == Ceilings().schema_version
    return found if same and not _expired(found.measured_at) else None


def _expired(measured_at: str) -> bool:
    """A day that cannot be read, or lies ahead, is one to measure anew."""
    try:
        age = _now() - datetime.fromisoformat(measured_at)
    except (ValueError, TypeError):
        return True
    return not timedelta(minutes=-1) <= age <= KEPT


def _file(described: Machine) -> Path:
    name = hashlib.sha256(described.identity.encode()).hexdigest()[:16]
    return (store.cache_folder() or Path(tempfile.gettempdir(), "rooflinear")) / f"ceilings-{name}.json"
