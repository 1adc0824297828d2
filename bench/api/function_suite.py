"""A suite made of functions in a notebook or a script: written as a folder, and run like any other."""

import hashlib
import inspect
import keyword
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, overload

from ..contract import LIBRARIES
from ..errors import CannotFinish, UsageError, unknown
from ..processes import scratch
from ..suites.checks import HARNESS_NAMES
from ..suites.named import OFFERED
from . import calls, suite_text
from .run_results import RunResults
from .sources import plain
from .suite_text import FunctionImplementation, FunctionOperation
from .verification import VerificationResults

Function = TypeVar("Function", bound=Callable[..., Any])

FOLDER = "suites"
"""Below the folder of results."""


class Suite:
    """One operation of your own: inputs, a reference, and implementations that are compared with it.

    ``inputs`` takes ``rng``, a `numpy.random.Generator`, and sizes and parameters by name, and returns an array, a
    tuple in the order of the reference's parameters, or a dict. ``reference`` takes the inputs and returns the right
    answer. ``rtol`` and ``atol`` are a tolerance, as in `numpy.allclose`: numbers, or dicts of them by dtype; omit them
    for integers. ``cost`` and ``bound`` are those of `rooflinear.bench.contract.Operation`.

    Raises `UsageError` for a function that cannot be written to a file.
    """

    def __init__(
        self,
        name: str,
        *,
        sizes: tuple[str, ...] | str,
        inputs: Callable[..., Any],
        reference: Callable[..., Any],
        rtol: float | Mapping[str, float] | None = None,
        atol: float | Mapping[str, float] | None = None,
        bound: Callable[..., Any] | None = None,
        cost: Callable[..., Any] | None = None,
        parameters: Mapping[str, int | float | str] | None = None,
        formula: str = "",
        doc: str = "",
    ):
        _require_name("suite", name)
        self._operation = FunctionOperation(
            name=name,
            sizes=(sizes,) if isinstance(sizes, str) else tuple(sizes),
            inputs=inputs,
            reference=reference,
            bound=bound,
            cost=cost,
            stated={"rtol": rtol, "atol": atol, "parameters": dict(parameters or {}) or None},
            formula=formula,
            doc=doc,
        )
        _check_inputs(self._operation)
        suite_text.operations(self._operation)
        self._implementations: dict[str, FunctionImplementation] = {}

    @property
    def name(self) -> str:
        return self._operation.name

    @overload
    def implementation(self, function: Function, /) -> Function: ...

    @overload
    def implementation(
        self, function: None = None, /, *, library: str = "numpy", name: str | None = None, algorithm: str = "direct"
    ) -> Callable[[Function], Function]: ...

    def implementation(
        self,
        function: Any = None,
        /,
        *,
        library: str = "numpy",
        name: str | None = None,
        algorithm: str = "direct",
    ) -> Any:
        """Adds a function as an implementation, named as it is; one of the same name is replaced.

        ``library`` is that whose arrays it takes: ``python`` for nested lists, ``numpy``, ``torch`` and so on.
        Raises `UsageError` for a function that cannot be written to a file, with the reason.
        """
        if library not in LIBRARIES:
            raise unknown("library", library, LIBRARIES)

        def add(made: Any) -> Any:
            own = plain(made).__name__ if name is None else name
            _require_name("implementation", own)
            added = FunctionImplementation(own, made, library, algorithm, self.name)
            _check_parameters(added, self._operation)
            suite_text.implementation(added)
            self._implementations[own] = added
            return made

        return add if function is None else add(function)

    def write(self, folder: str | Path) -> Path:
        """Writes the suite into a folder, which is created, for ``--suite`` and for going on by hand.

        Raises `UsageError` where the folder has files that this suite does not have.
        """
        files, folder = self._files(), Path(folder)
        there = {path.name for path in folder.glob("*.py")} if folder.is_dir() else set[str]()
        if others := sorted(there - files.keys()):
            raise UsageError(f"{folder}: has {others[0]}, which is not of this suite; choose another folder")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CannotFinish(f"{folder}: {error.strerror}; choose a folder that you may write to") from error
        return folder

    def run(self, *, results: str | Path = "results", **options: Any) -> RunResults:
        """`rooflinear.run` of this suite, which is kept below ``results``: ``suite.run(m=[100, 1000], n=[3])``."""
        digest = hashlib.sha256(repr(sorted(self._files().items())).encode()).hexdigest()[:12]
        folder = self.write(Path(results) / FOLDER / digest / self.name)
        return calls.run(suite=folder, results=results, **options)

    def verify(self, **options: Any) -> VerificationResults:
        """`rooflinear.verify` of this suite, in the dtypes that its tolerance names; in float64 if it names none."""
        tolerances = [each for each in (self._operation.stated["rtol"], self._operation.stated["atol"]) if each]
        named = [dtype for each in tolerances if isinstance(each, Mapping) for dtype in each]
        options = {"dtype": named or "float64", **options} if tolerances else options
        with scratch.folder() as place:
            return calls.verify(suite=self.write(Path(place) / self.name), **options)

    def __repr__(self) -> str:
        names = ", ".join(self._implementations) or "no implementation yet"
        return f"<rooflinear.Suite {self.name}: {names}>"

    def _files(self) -> dict[str, str]:
        if not self._implementations:
            raise UsageError(f"suite {self.name}: has no implementation; decorate one with @suite.implementation")
        written = {f"{name}.py": suite_text.implementation(each) for name, each in self._implementations.items()}
        return {"operations.py": suite_text.operations(self._operation), **written}


def _require_name(what: str, name: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise UsageError(f"{what} '{name}': must be a name in Python that does not begin with '_'")
    if name in (*HARNESS_NAMES, "operations"):
        raise UsageError(f"{what} '{name}': the name is reserved; choose another")


def _check_inputs(operation: FunctionOperation) -> None:
    """Raises `UsageError` for an ``inputs`` that takes what nobody can give, or no ``rng``."""
    taken = inspect.signature(plain(operation.inputs)).parameters
    known = [*operation.sizes, *(operation.stated["parameters"] or {}), *OFFERED]
    for name in taken:
        if name not in known:
            raise UsageError(f"inputs {operation.inputs.__name__}: {unknown('parameter', name, known)}")
    if "rng" not in taken:
        why = "without it every check would see the same numbers"
        raise UsageError(f"inputs {operation.inputs.__name__}: must take 'rng', a numpy.random.Generator; {why}")


def _check_parameters(made: FunctionImplementation, operation: FunctionOperation) -> None:
    """Raises `UsageError` for an implementation that does not take what the reference takes."""
    expected = list(inspect.signature(plain(operation.reference)).parameters)
    try:
        inspect.signature(plain(made.function)).bind(*expected)
    except TypeError:
        told = ", ".join(expected)
        raise UsageError(f"{made.name}: must take the inputs in order, as the reference does: ({told})") from None
