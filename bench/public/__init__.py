"""rooflinear from Python: suites run in processes of their own, and results come back as objects.

Names are loaded when they are first used: every child process imports this package, and none of them needs more of it.
"""

TYPE_CHECKING = False  # what `typing` calls so; importing that would cost every child process milliseconds
if TYPE_CHECKING:
    from rooflinear.bench.api.calls import compare, load, report, run, verify
    from rooflinear.bench.api.comparison_results import ComparisonResults
    from rooflinear.bench.api.function_suite import Suite
    from rooflinear.bench.api.run_results import RunResults
    from rooflinear.bench.api.verification import VerificationResults
    from rooflinear.bench.errors import CannotFinish, RooflinearError, UsageError

_PLACES = {
    "run": "api.calls",
    "verify": "api.calls",
    "compare": "api.calls",
    "report": "api.calls",
    "load": "api.calls",
    "Suite": "api.function_suite",
    "RunResults": "api.run_results",
    "VerificationResults": "api.verification",
    "ComparisonResults": "api.comparison_results",
    "RooflinearError": "errors",
    "UsageError": "errors",
    "CannotFinish": "errors",
}
"""The module below `rooflinear.bench` that each name is from."""

__all__ = [
    "CannotFinish",
    "ComparisonResults",
    "RooflinearError",
    "RunResults",
    "Suite",
    "UsageError",
    "VerificationResults",
    "compare",
    "load",
    "report",
    "run",
    "verify",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'rooflinear' has no attribute '{name}'")
    from importlib import import_module

    found = getattr(import_module(f"rooflinear.bench.{_PLACES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
