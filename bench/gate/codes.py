"""Digests of the code that a case runs: if two revisions have equal ones, what is measured of one holds for the other.

The rule is that of `plan.same_sources`, `packages.same_packages` and `proof.same_code`, which compare two sides.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from ..guests.proof import held
from .packages import reached
from .plan import is_dynamic, other_files
from .revisions import Revision


def of_implementation(revision: Revision, stem: str) -> str:
    """All that an implementation may run or read of its suite and of the repository's packages."""
    assert revision.suite is not None
    folder = revision.suite.folder
    files = other_files(folder, is_dynamic(folder))
    packages = {} if revision.export is None else reached(revision, stem)
    own = revision.suite.implementations[stem].source_sha256
    return _digest([own, files, packages, revision.side.versions, revision.python])


def of_packages(roots: Sequence[Path], versions: Mapping[str, str]) -> str:
    """All files of the packages under test, and the versions of what else is installed."""
    return _digest([held(roots), dict(versions)])


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()
