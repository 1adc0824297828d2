"""Which packages an implementation needs, by the record of its run."""

from ...bench.records import Run

IN_NAMES = ("numba", "scipy", "sklearn", "triton")
"""Packages that names of implementations contain, for runs that were stored before packages were recorded."""

NO_PACKAGE = ("", "python", "numba_cuda")
"""Array libraries that are no package by themselves."""


def needs(run: Run, implementation: str) -> tuple[str, ...]:
    """The packages without which it does not run, in alphabetical order."""
    stated = run.implementations.get(implementation, {})
    requires = stated.get("requires", set(implementation.split("_")) & set(IN_NAMES))
    return tuple(sorted({*requires, str(stated.get("library", ""))} - set(NO_PACKAGE)))
