"""Which packages an implementation needs, by the record of its run."""

from collections.abc import Iterable

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


def libraries(run: Run, implementations: Iterable[str]) -> dict[str, str]:
    """The library that each is written with: a compiler or a collection of routines before the arrays it takes."""
    return {name: _library(run, name) for name in implementations}


def _library(run: Run, implementation: str) -> str:
    stated = str(run.implementations.get(implementation, {}).get("library", ""))
    return next((name for name in IN_NAMES if name in needs(run, implementation)), stated or implementation)
