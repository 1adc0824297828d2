"""The sides of a comparison by a suite of another tool, as they were typed: revisions, releases or interpreters."""

import glob
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import UsageError
from ..gate import git
from ..gate.records import Side
from ..guests import asv_conf, sides
from ..guests.sides import BASE, HEAD, SUITE, Opened, Release, Wanted
from ..guests.trees import project_of, relative
from ..machine import machine
from .requests import TOOLS, BisectRequest, CalibrateRequest, CompareRequest, GuestSuite, refuse_ignored

GuestRequest = CompareRequest | CalibrateRequest | BisectRequest


def wanted_of(request: GuestSuite, given: tuple[str, ...], in_repository: bool) -> Wanted:
    """The suite as typed. Raises `UsageError` where its files are not there, or options of two tools are given."""
    kinds = [kind for kind in TOOLS if getattr(request, kind)]
    if len(kinds) > 1:
        raise UsageError(f"--{kinds[0]} and --{kinds[1]}: give the suite of one tool")
    others = [name for kind, own in TOOLS.items() if kind != kinds[0] for name in own]
    refuse_ignored(given, others, f"--{kinds[0]} has no such option")
    paths, options = _arguments(kinds[0], request)
    files, selected = zip(*(_split(path) for path in paths), strict=True)
    project = project_of(Path(files[0]))
    root = git.root_of(project) if in_repository else project
    below = tuple(relative(path, project) for path in files)
    python = sys.executable if request.python is None else _interpreter("--python", request.python)
    return Wanted(
        kind=kinds[0], project=project, below=project.relative_to(root), paths=below, options=options,
        selected=selected, build=request.build, python=python, extra=request.extra,
    )  # fmt: skip


def _split(path: str) -> tuple[str, str]:
    """The file, and what of it pytest is told to run: ``::test_a``, or ''."""
    file, mark, test = path.partition("::")
    return file, mark + test


def _arguments(kind: str, request: GuestSuite) -> tuple[list[str], tuple[str, ...]]:
    """Paths of the suite, and what else its session is told."""
    if kind == "pytest":
        chosen = [("-k", request.keyword), ("-m", request.markers)]
        return list(request.pytest), tuple(word for name, value in chosen if value for word in (name, value))
    if kind == "asv":
        assert request.asv is not None
        asv_conf.check(request.bench)
        return [asv_conf.folder_of(request.asv)], tuple(f"--bench={pattern}" for pattern in request.bench)
    return _scripts(request.pyperf), ()


def _scripts(patterns: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for pattern in patterns:
        scripts = [path for path in sorted(glob.glob(pattern, recursive=True)) if Path(path).is_file()]
        if not scripts:
            what = "is a folder" if Path(pattern).is_dir() else "no such script"
            raise UsageError(f"--pyperf {pattern}: {what}; give scripts, such as 'bench/bm_*.py'")
        found |= dict.fromkeys(scripts)
    return list(found)


def _interpreter(option: str, python: str) -> str:
    found = shutil.which(python)
    if found is None:
        raise UsageError(f"{option} {python}: no such program; give an environment's python")
    return str(Path(found).absolute())


def open_sides(request: GuestRequest, typed: Mapping[str, str | None], place: Path) -> tuple[Opened, dict[str, Side]]:
    """Both sides, ready to run, and how they are named; None is the working tree.

    With revisions, ``typed`` may also name the one whose suite is run, which else is head's.
    """
    releases = {side: sides.release_of(text) for side, text in typed.items() if side != SUITE}
    if all(releases.values()):
        return _releases(request, typed, {side: each for side, each in releases.items() if each}, place)
    if any(releases.values()):
        raise UsageError("one side is a release and the other is not; give two releases or two revisions")
    return _revisions(request, typed, place)


def _releases(
    request: GuestRequest, typed: Mapping[str, str | None], releases: Mapping[str, Release], place: Path
) -> tuple[Opened, dict[str, Side]]:
    used = ("build", "base_python", "head_python")
    refuse_ignored(request.given, used, "releases are installed into environments of their own")
    opened = sides.open_releases(wanted_of(request, request.given, in_repository=False), releases, place)
    return opened, {side: _side(str(typed[side]), None, None, opened, side) for side in releases}


def _revisions(request: GuestRequest, typed: Mapping[str, str | None], place: Path) -> tuple[Opened, dict[str, Side]]:
    refuse_ignored(request.given, ("extra",), "revisions use what is installed for --python; install it there")
    wanted = wanted_of(request, request.given, in_repository=True)
    root = git.root_of(wanted.project)
    commits = {side: None if text is None else git.resolve(root, text) for side, text in typed.items()}
    pythons = _named_pythons(request)
    if pythons:
        refuse_ignored(request.given, ("build", "python"), "what these interpreters have installed is compared")

    def export(side: str, folder: Path) -> str:
        git.export(root, commits[side], folder)
        if not (folder / wanted.below).is_dir():
            raise UsageError(f"{typed[side]}: has no {wanted.below}/, the suite's project; give revisions that have it")
        git.share_history(root, commits[side], folder)
        return _again(root, commits[side], wanted.below)

    opened = sides.open_revisions(wanted, export, place, pythons, own_suite=SUITE in typed)
    dirty = git.is_dirty(root, Path())
    return opened, {
        side: _side(
            text or git.WORKING_TREE, commits[side] or git.head_of(root), dirty if text is None else False, opened, side
        )
        for side, text in typed.items()
        if side != SUITE
    }


def _again(root: Path, commit: str | None, below: Path) -> str:
    """A command that goes to the sources of a revision; ``$T`` is a folder for what is made of them."""
    made = "T=$(mktemp -d)"
    if commit is None:
        return f"{made} && cd {shlex.quote(str(root / below))}"
    inside = "" if below == Path() else f"/{shlex.quote(str(below))}"
    clone = f'git clone -q {shlex.quote(str(root))} "$T/tree" && git -C "$T/tree" checkout -q {commit}'
    return f'{made} && {clone} && cd "$T/tree"{inside}'


def _named_pythons(request: GuestRequest) -> dict[str, str] | None:
    """The interpreters of the user's choice; None if none is named."""
    if not isinstance(request, CompareRequest):
        return None
    named = {BASE: ("--base-python", request.base_python), HEAD: ("--head-python", request.head_python)}
    if not any(python for _, python in named.values()):
        return None
    return {side: _interpreter(option, python or sys.executable) for side, (option, python) in named.items()}


def _side(label: str, commit: str | None, dirty: bool | None, opened: Opened, side: str) -> Side:
    python = opened.places[side].python
    versions = opened.versions[side] or machine.versions()
    return Side(label=label, commit=commit, dirty=dirty, python=python, versions=versions)
