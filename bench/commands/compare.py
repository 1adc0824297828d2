"""What ``rooflinear compare`` does, free of how it is typed."""

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from .. import progress, store
from ..errors import CannotFinish, UsageError, unknown
from ..gate import git, margins, records, revisions
from ..gate.gate import Gate
from ..gate.margins import Margins
from ..gate.packages import installed_instead
from ..gate.plan import plan, unmatched
from ..gate.records import BROKEN, CaseResult, Comparison, Control
from ..gate.revisions import Revision
from ..gate.tracks import results
from ..inputs.maker import PREFIX, remove_abandoned
from ..machine import machine
from ..suites import suite
from ..suites.suite import Suite
from ..sweep import Options, contests
from .options import build, words

FORMS = ("html", "markdown", "junit", "output")


def compare(typed: dict[str, Any]) -> int:
    """Compares revisions or files, shows the outcome in every form asked for, returns the exit status."""
    _refuse_unwritable(typed)
    started, begun, here = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic(), machine.describe()
    found = _files(typed) if _are_files(typed) else _revisions(typed)
    found = msgspec.structs.replace(
        found,
        command=["rooflinear", *sys.argv[1:]],
        machine=here,
        warnings=[*found.warnings, *_unmatched(found, typed), *here.warnings],
        started_at=started,
        seconds=round(time.monotonic() - begun, 1),
    )
    _show(found, typed)
    return found.exit_status


def paired(
    base: Revision, head: Revision, chosen: Options, accepted: Margins, allowed: list[str], judge_all: bool = False
) -> Comparison:
    """The paired gate over two revisions whose suites load. ``judge_all``: see `plan`."""
    planned = plan(base, head, chosen, accepted, allowed, judge_all)
    if not planned.measured and not planned.settled:
        raise UsageError("no case is left; the chosen implementations do not have the chosen operations")
    watcher = progress.watcher()
    gate = Gate(base, head, planned, chosen, watcher)
    try:
        gate.play()
    finally:
        watcher.close()
    cases, controls = results(gate.tracks)
    return _concluded(base, head, [*cases, *planned.settled], controls, accepted, chosen, gate.warnings)


def _remarks(base: Revision, head: Revision) -> list[str]:
    """What may be a slip in both suites, and with a side's name what is in one."""
    old, new = (each.suite.remarks if each.suite else () for each in (base, head))
    both = [each for each in new if each in old]
    alone = [(base, each) for each in old if each not in both] + [(head, each) for each in new if each not in both]
    return [*both, *(f"{revision.side.label}: {remark}" for revision, remark in alone)]


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder for what revisions held; gone afterwards, or with the next comparison where this one is killed."""
    remove_abandoned()
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    except OSError as error:
        raise CannotFinish(f"cannot make a temporary folder: {error.strerror}; set TMPDIR") from error
    try:
        yield folder.resolve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _are_files(typed: dict[str, Any]) -> bool:
    from ..interop import is_file_of_results

    given = [typed["base"], typed["head"]]
    for each in given:
        _refuse_folder(each)
    are = [each is not None and Path(each).exists() and is_file_of_results(Path(each)) for each in given]
    if any(are) and not all(are):
        odd = given[are.index(False)]
        told = "nothing" if odd is None else f"'{odd}', which is no file of results"
        raise UsageError(
            f"{given[are.index(True)]} is a file of results, to be compared with {told}; name two of a kind"
        )
    return all(are)


def _refuse_folder(given: str | None) -> None:
    """A folder of results in place of one of them: what in it can be given is said."""
    from ..gate.folders import newest_in

    if given is None or not Path(given).is_dir() or git.is_revision(Path.cwd(), given):
        return
    if newest := newest_in(Path(given)):
        raise UsageError(f"{given}: holds several results; give one of them, such as {newest}")


def _files(typed: dict[str, Any]) -> Comparison:
    from ..gate.unpaired import compare_files

    accepted = margins.read(typed["margin"], typed["margins"])
    return compare_files(
        Path(typed["base"]),
        Path(typed["head"]),
        margins=accepted,
        allow_missing=words(typed["allow_missing"]),
        allow_other_machine=typed["allow_other_machine"],
        reference=typed["reference"],
    )


def _revisions(typed: dict[str, Any]) -> Comparison:
    folder = suite.find(typed["suite"])
    if not folder.is_dir():
        raise UsageError(f"suite {folder}: no such folder; --suite takes a folder with an operations.py")
    root = git.root_of(folder)
    below = folder.resolve().relative_to(root)
    pythons = revisions.interpreters(typed["base_python"], typed["head_python"])
    accepted = margins.read(typed["margin"], typed["margins"])
    with scratch() as place:
        base, head = (
            revisions.open_revision(root, below, typed[side], place / side, python) for side, python in pythons.items()
        )
        suite.tell(_remarks(base, head))
        if base.suite is None or head.suite is None:
            return _unloadable(base, head, accepted, typed)
        chosen = _options(base.suite, head.suite, typed)
        found = paired(base, head, chosen, accepted, words(typed["allow_missing"]))
        unseen = [f"{name} is not compared: git ignores it" for name in revisions.ignored(root, below, head)]
        others = [told for side in (base, head) for told in _not_of_revision(side)]
        return msgspec.structs.replace(found, warnings=[*found.warnings, *unseen, *others])


def _not_of_revision(side: Revision) -> list[str]:
    who = f"{side.side.label} ran"
    return [f"{who} the {name} installed for {side.python}, not the revision's" for name in installed_instead(side)]


def _unmatched(found: Comparison, typed: dict[str, Any]) -> list[str]:
    patterns = unmatched(words(typed["allow_missing"]), [each.case for each in found.cases])
    return [f"--allow-missing '{pattern}' fits no case of this comparison" for pattern in patterns]


def _options(base: Suite, head: Suite, typed: dict[str, Any]) -> Options:
    """What was typed, checked against both sides; one pinned thread unless another count is typed."""
    chosen = build(head, {**typed, "threads": typed["threads"] or ["1"]})
    for kind, names in (("operation", chosen.operations), ("implementation", chosen.implementations)):
        known = {**getattr(base, f"{kind}s"), **getattr(head, f"{kind}s")}
        for name in names:
            if name not in known:
                raise unknown(kind, name, known)
    budget = chosen.time_budget_s if typed.get("time_budget") else None
    return msgspec.structs.replace(chosen, time_budget_s=budget)


def _unloadable(base: Revision, head: Revision, accepted: Margins, typed: dict[str, Any]) -> Comparison:
    """Said of every case that the other side has; of the sides alone where neither loads."""
    faults = [f"{revision.side.label}: {revision.fault}" for revision in (base, head) if revision.fault]
    loaded = base.suite or head.suite
    if loaded is None:
        told = f"both sides: {base.fault}" if base.fault == head.fault else "; ".join(faults)
        return _neither(base, head, accepted, f"nothing was compared: {told}")
    chosen = _options(loaded, loaded, typed)

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


def _refuse_unwritable(typed: dict[str, Any]) -> None:
    """Before minutes of measuring, not after; nor is a file written over another, or over what is compared."""
    taken = {Path(typed[side]).resolve(): side.upper() for side in ("base", "head") if typed[side]}
    for option in FORMS:
        path = typed.get(option)
        if not path:
            continue
        store.refuse_unwritable(f"--{option}", path)
        if path.is_file() or not path.exists():  # a device takes several
            other = taken.setdefault(path.resolve(), f"--{option}")
            if other != f"--{option}":
                raise UsageError(f"--{option} {path}: is {other}'s file too; name another")
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        store.refuse_unwritable("GITHUB_STEP_SUMMARY", Path(summary))


def _show(found: Comparison, typed: dict[str, Any]) -> None:
    from ...reports.comparison import comparison_text as text

    if typed["json"]:
        print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    else:
        print(text.terminal(found))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        print("\n".join(text.annotations(found)), file=sys.stderr if typed["json"] else sys.stdout)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        _append(Path(summary), text.markdown(found))
    for option, make in _forms().items():
        if typed.get(option):
            store.replace_file(Path(typed[option]), make(found))


def _forms() -> dict[str, Callable[[Comparison], bytes]]:
    from ...reports.comparison import comparison_text as text
    from ...reports.comparison.comparison_page import html

    return {
        "html": html,
        "markdown": lambda found: text.markdown(found).encode(),
        "junit": lambda found: text.junit(found).encode(),
        "output": lambda found: msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n",
    }


def _append(path: Path, content: str) -> None:
    try:
        with path.open("a") as file:
            file.write(content + "\n")
    except OSError as error:
        raise CannotFinish(f"cannot write {path} (GITHUB_STEP_SUMMARY): {error.strerror}") from error
