"""What is asked of a run: the view, the sizes and the implementations that an answer is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...bench.errors import UsageError, unknown
from .frames import Tables
from .required import needs
from .run_command import size_command
from .views import View, usual_operation, views


@dataclass(frozen=True)
class Question:
    """What is asked of a run. None: the run's own choice; ``calls`` None: one call after the first.

    ``without`` names implementations and packages, ``imports`` says that the import is paid too.
    """

    sizes: Mapping[str, int]
    operation: str | None = None
    calls: int | None = None
    dtype: str | None = None
    threads: int | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    without: Sequence[str] = ()
    imports: bool = False


def left_out(tables: Tables, without: Sequence[str]) -> set[str]:
    """The implementations that are named, or that need a package that is."""
    required = {name: needs(tables.run, name) for name in tables.implementations}
    known = dict.fromkeys([*required, *(package for each in required.values() for package in each)])
    for name in without:
        if name not in known:
            raise unknown("implementation or package", name, known)
    return {name for name, packages in required.items() if {name, *packages} & set(without)}


def chosen_view(tables: Tables, question: Question) -> View:
    """What is asked about, as the page chooses where nothing is said: most threads, the first of all else."""
    operation = question.operation or usual_operation(tables)
    left = [view for view in views(tables) if view.operation == operation]
    if not left:
        raise unknown("operation", operation, tables.operations)
    for name, wanted in question.parameters.items():
        left = _with_parameter(left, name, wanted)
    left = [view for view in left if view.parameters == left[0].parameters]
    dtypes = dict.fromkeys(view.dtype for view in left)
    if question.dtype is not None and question.dtype not in dtypes:
        raise unknown(f"dtype of {operation}", question.dtype, dtypes)
    left = [view for view in left if view.dtype == (question.dtype or left[0].dtype)]
    counts = sorted({view.threads for view in left})
    if question.threads is not None and question.threads not in counts:
        told = ", ".join(map(str, counts))
        raise UsageError(f"--threads {question.threads}: {operation} was measured on {told}; give one of these")
    return next(view for view in left if view.threads == (question.threads or counts[-1]))


def _with_parameter(left: Sequence[View], name: str, wanted: str) -> list[View]:
    found = [view for view in left if f"{name}={wanted}" in view.parameters.split(" ")]
    if not found:
        there = "; ".join(dict.fromkeys(view.parameters or "no parameter" for view in left))
        raise UsageError(
            f"--parameter {name}={wanted}: {left[0].operation} was measured with {there}; give one of these"
        )
    return found


def measured_range(tables: Tables, view: View) -> tuple[dict[str, int], dict[str, int]]:
    """The least and the most of each size with an undisturbed time. Raises `UsageError` if there is none."""
    cases = view.of(tables.cases)
    timed = cases.loc[cases["time_ns"].notna()]
    if timed.empty:
        raise UsageError(f"{tables.folder}: has no time of {view.title}; 'rooflinear report' says why")
    columns = {name: timed[tables.size_columns[name]] for name in view.size_names}
    ends = [{name: int(end(column)) for name, column in columns.items()} for end in (min, max)]
    return ends[0], ends[1]


def chosen_sizes(
    tables: Tables, view: View, asked: Mapping[str, int], least: Mapping[str, int], most: Mapping[str, int]
) -> dict[str, int]:
    """All sizes of the view, in its order; one that has a single value need not be given."""
    for name in asked:
        if name not in view.size_names:
            known = ", ".join(view.size_names) or "none"
            raise UsageError(f"size {name}: {view.operation} does not depend on it; its sizes: {known}")
    sizes = {name: asked.get(name, least[name]) for name in view.size_names}
    lacking = [name for name in view.size_names if name not in asked and least[name] != most[name]]
    told = ", ".join(f"{name} = {_ends(least[name], most[name])}" for name in view.size_names)
    if lacking:
        raise UsageError(f"size {lacking[0]}: missing; give --size {lacking[0]}=N; measured: {told}")
    for name, value in sizes.items():
        if not least[name] <= value <= most[name]:
            command = size_command(tables.run, view, sizes, [])
            remedy = f", or measure it: {command}" if command else ""
            what = f"{name} = {value:,} is outside what was measured for {view.title}"
            raise UsageError(f"{what}: {told}; choose a size within{remedy}")
    return sizes


def _ends(least: int, most: int) -> str:
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
