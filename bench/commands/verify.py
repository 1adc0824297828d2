"""``rooflinear verify``: answers are checked, nothing is timed."""

from .. import progress, store
from ..records import Result
from ..runner.runner import Runner
from ..suites import suite
from ..suites.suite import Suite
from .cases import count_text, planned_contests
from .exit_status import INCONCLUSIVE, of_results
from .options import build
from .requests import VerifyRequest


def verify(request: VerifyRequest) -> int:
    """Correctness only, nothing timed or stored; prints a line a case that is not ok, or all results as JSON."""
    loaded = suite.load(suite.find(request.suite))
    chosen = build(loaded, request)
    planned = planned_contests(loaded, chosen)
    suite.tell(loaded.remarks)
    results: list[Result] = []
    watcher = progress.watcher()
    try:
        Runner(loaded, chosen, results.append, watcher, timed=False).play(planned)
    finally:
        watcher.close()
    if request.json:
        print(store.pretty(results).decode(), end="")
        return _verified_status(results)
    for result in results:
        if result.status not in ("ok", "wrong", "crashed"):
            print(f"{result.status}: {result.case.label}: {result.reason}")
    print("\n".join([*_tolerances(loaded, results), count_text(results)]))
    return _verified_status(results)


def _tolerances(loaded: Suite, results: list[Result]) -> list[str]:
    """What was judged by no derived bound."""
    judged = {each.case.operation: loaded.operations[each.case.operation].tolerance for each in results}
    text = "{}: judged by the suite's tolerance, {}; no bound was derived"
    return [text.format(name, tolerance) for name, tolerance in judged.items() if tolerance]


def _verified_status(results: list[Result]) -> int:
    """As of a run; 3 too where a single answer was not waited for."""
    unanswered = any(each.status == "timeout" or each.predicted_ns is not None for each in results)
    return of_results(results) or (INCONCLUSIVE if unanswered else 0)
