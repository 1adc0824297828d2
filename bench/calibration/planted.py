"""A suite whose kernels do a share more work, to test whether the gate finds it."""

import shutil
from dataclasses import replace
from pathlib import Path

import msgspec

from ..errors import CannotFinish, UsageError
from ..gate.revisions import Revision, load, sources
from ..suites import suite
from ..suites.suite import Implementation, Suite
from . import more_work

HELPER = "_more_work"


def plant(revision: Revision, stems: list[str], share: float, folder: Path) -> Revision:
    """A copy of a revision in which the kernels of ``stems`` do ``share`` more work; with 0 they are only wrapped."""
    assert revision.suite is not None
    try:
        shutil.copytree(revision.suite.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(more_work.__file__, folder / f"{HELPER}.py")
        for stem in stems:
            (folder / f"{stem}.py").rename(folder / f"_plain_{stem}.py")
            (folder / f"{stem}.py").write_text(_wrapper(revision.suite, revision.suite.implementations[stem], share))
    except OSError as error:
        raise CannotFinish(f"cannot write a planted suite to {folder}: {error.strerror}; set TMPDIR") from error
    label = f"{revision.side.label} + {share:.0%}"
    side = msgspec.structs.replace(revision.side, label=label)
    planted, fault = load(folder, revision.export)
    if planted is None:
        raise UsageError(fault)
    return replace(revision, side=side, suite=planted, sources=sources(folder))


def _wrapper(loaded: Suite, plain: Implementation, share: float) -> str:
    names = suite.top_level(loaded.folder / f"{plain.stem}.py")
    lines = [
        f'"""{plain.stem} with {share:.0%} more work in its calls."""',
        f"from . import _plain_{plain.stem} as plain",
        f"from .{HELPER} import more",
        f"LIBRARY = {plain.library!r}",
        f"ALGORITHM = {plain.algorithm!r}",
        *(f"{name} = plain.{name}" for name in ("unsupported", "workspace") if name in names),
        *(f"{name} = more(plain.{name}, {share})" for name in plain.operations),
    ]
    return "\n".join(lines) + "\n"
