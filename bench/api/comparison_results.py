"""What a comparison found, as an object: its verdict, and a row for each case with the ratio and its interval."""

from typing import Any

import pandas as pd

from ...reports.comparison import comparison_text
from ...reports.notebook import comparison_answer
from ..gate.records import CaseResult, Comparison
from ..records import words

COLUMNS = ("measure", "verdict", "reason", "ratio", "low", "high", "margin", "blocks")


class ComparisonResults:
    """The results of ``compare``. ``comparison`` is the whole record, as ``compare --json`` prints it."""

    def __init__(self, comparison: Comparison):
        self.comparison = comparison

    @property
    def verdict(self) -> str:
        """``slower``, ``not slower``, ``inconclusive`` or ``incomplete``."""
        return self.comparison.verdict

    @property
    def reason(self) -> str:
        """Why, in one line."""
        return self.comparison.reason

    @property
    def status(self) -> int:
        """The exit status of the command: 0, 1, 3 or 4."""
        return self.comparison.exit_status

    @property
    def warnings(self) -> list[str]:
        return list(self.comparison.warnings)

    @property
    def cases(self) -> pd.DataFrame:
        """A row for each case: verdict, head's time divided by base's with its 90 % interval, and both times."""
        return pd.DataFrame([_row(each) for each in self.comparison.cases])

    def __str__(self) -> str:
        return comparison_text.terminal(self.comparison)

    def __repr__(self) -> str:
        return f"<rooflinear.ComparisonResults: {self.verdict}, {len(self.comparison.cases)} cases>"

    def _repr_html_(self) -> str:
        return comparison_answer.html(self.comparison)


def _row(result: CaseResult) -> dict[str, Any]:
    case, stage = result.case, result.confirm or result.screen
    return {
        "operation": case.operation,
        "implementation": case.implementation,
        "sizes": words(case.sizes),
        "parameters": words(case.parameters),
        "dtype": case.dtype,
        **{name: getattr(result, name) for name in COLUMNS},
        "base_ns": stage.base_ns if stage else None,
        "head_ns": stage.head_ns if stage else None,
    }
