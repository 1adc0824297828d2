"""What a verification found, as an object: a row for each case, with its error and what it was compared with."""

from collections.abc import Sequence

import pandas as pd

from ...reports.notebook import verification_answer
from ..commands.cases import count_text
from ..records import Result, words


class VerificationResults:
    """The results of ``verify``. ``status`` is the command's: 1 if an answer is wrong, 3 if one was not waited for."""

    def __init__(self, results: Sequence[Result], status: int):
        self.results = list(results)
        self.status = status

    @property
    def ok(self) -> bool:
        """Whether every answer that could be computed here is right."""
        return self.status == 0

    @property
    def cases(self) -> pd.DataFrame:
        """A row for each case: its status, the reason if it is not ok, its error as a share of what is allowed."""
        return pd.DataFrame([_row(each) for each in self.results])

    def __repr__(self) -> str:
        return f"<rooflinear.VerificationResults: {count_text(self.results)}>"

    def _repr_html_(self) -> str:
        return verification_answer.html(self.results)


def _row(result: Result) -> dict[str, object]:
    case = result.case
    return {
        "operation": case.operation,
        "implementation": case.implementation,
        "sizes": words(case.sizes),
        "parameters": words(case.parameters),
        "dtype": case.dtype,
        "status": result.status,
        "reason": result.reason,
        "error_over_bound": result.error_over_bound,
        "error": result.error,
        "bound": result.bound,
    }
