"""The record of a run, `run.json`, and its folder; what must not have changed where a run goes on."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from .. import store
from ..errors import CannotFinish, UsageError
from ..machine import ceilings, machine
from ..records import HOST, Run
from ..suites.suite import Suite
from ..sweep import Options
from . import options


def new_record(loaded: Suite, chosen: Options) -> Run:
    described = machine.describe()
    commit, dirty = commit_of(loaded.folder)
    return Run(
        command=["rooflinear", *sys.argv[1:]],
        options=msgspec.to_builtins(options.absolute(chosen)),
        machine=described,
        versions=machine.versions(),
        environment=machine.environment(),
        suite=loaded.name,
        operations={
            name: {
                "formula": each.formula,
                "doc": each.doc,
                "sizes": list(each.sizes),
                "parameters": dict(each.parameters),
                "tolerance": each.tolerance,
            }
            for name, each in loaded.operations.items()
        },
        implementations={
            stem: {
                "library": each.library,
                "algorithm": each.algorithm,
                "doc": each.doc,
                "source_sha256": each.source_sha256,
                "requires": [name for name in each.requires if name not in sys.stdlib_module_names],
            }
            for stem, each in loaded.implementations.items()
        },
        commit=commit,
        dirty=dirty,
        seed=chosen.seed,
        preset=chosen.preset,
        goals=list(loaded.goals) if chosen.preset == "goals" else [],
        ceilings=ceilings.known(described, chosen.threads if chosen.device == HOST else ()),
        data=chosen.data or ("gaussian" if chosen.condition is None else f"condition {chosen.condition:g}"),
        started_at=store.now(),
    )


def new_folder(results: Path, record: Run) -> Path:
    """A folder of its own below ``results``. Raises `CannotFinish` where none can be made."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return folder_named(results, f"{stamp}-{record.machine.name}-{(record.commit or 'nocommit')[:8]}")


def folder_named(results: Path, name: str) -> Path:
    """A new folder of that name below ``results``, or of the next free one."""
    for suffix in ("", *(f"-{number}" for number in range(2, 100))):
        folder = results / (name + suffix)
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            if not results.is_dir():
                raise store.cannot_write(results, error) from error
            continue
        except OSError as error:
            raise store.cannot_write(results, error) from error
        return folder
    raise CannotFinish(f"{results}: a hundred runs were started in one second; wait and try again")


def refuse_changes(record: Run, loaded: Suite) -> None:
    """Raises `UsageError` where machine, sources or versions are not those that the run began with."""
    here = machine.describe()
    if here.identity != record.machine.identity:
        raise UsageError(f"the run began on {record.machine.name} ({record.machine.cpu}); start a new run here")
    for stem, each in loaded.implementations.items():
        if record.implementations.get(stem, {}).get("source_sha256") != each.source_sha256:
            raise UsageError(f"{each.path} changed since the run began; start a new run")
    changed = {name for name, version in machine.versions().items() if record.versions.get(name) != version}
    if changed:
        raise UsageError(f"versions changed since the run began: {', '.join(sorted(changed))}; start a new run")


def warned(folder: Path, record: Run, warning: str) -> Run:
    """The record with the warning, if there is one, which also goes to stderr."""
    if not warning:
        return record
    print(f"warning: {warning}", file=sys.stderr, flush=True)
    record = msgspec.structs.replace(record, warnings=list(dict.fromkeys([*record.warnings, warning])))
    store.write_run(folder, record)
    return record


def commit_of(folder: Path) -> tuple[str | None, bool | None]:
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        return commit, bool(_git(folder, "status", "--porcelain", "--", "."))
    except (OSError, subprocess.CalledProcessError):
        return None, None


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
