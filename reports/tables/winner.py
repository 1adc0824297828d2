"""The fastest at one measured size, its time and its lead, as one record."""

import html
from typing import Any

import msgspec

from ...bench.errors import UsageError
from ...bench.records import words
from ..units import known, lead_text, speed_range, time_text
from .asked import Question, chosen_view
from .frames import Tables
from .speedups import AHEAD, ALONE, NOBODY, WITHIN_NOISE, winners
from .views import View


class Winner(msgspec.Struct, frozen=True, kw_only=True):
    """Who is fastest at one size. ``verdict``: `AHEAD`, `WITHIN_NOISE` and so on, as in `speedups`.

    ``time_ns`` is that of one call; ``lead`` is the time of the runner-up divided by it, with a 95 % interval. None:
    there is none.
    """

    operation: str
    parameters: str
    dtype: str
    threads: int
    device: str
    sizes: dict[str, int]
    verdict: str
    implementation: str | None
    time_ns: float | None
    runner_up: str | None
    lead: float | None
    lead_low: float | None
    lead_high: float | None

    @property
    def text(self) -> str:
        """The answer in a sentence."""
        where = f"{self.operation} at {words(self.sizes)}".removesuffix(" at ")
        if self.verdict == NOBODY:
            return f"Nothing has an undisturbed time for {where}."
        took = f"{self.implementation} takes {time_text(self.time_ns)} for {where}"
        if self.verdict == ALONE:
            return f"{took}, the only one with an undisturbed time."
        if self.verdict == WITHIN_NOISE:
            return f"{took}, level with {self.runner_up} within noise."
        ends = speed_range(self.lead_low, self.lead_high)
        lead = lead_text(self.lead) + (f" ({ends})" if ends else "")
        if self.verdict == AHEAD:
            return f"{took}, {lead} ahead of {self.runner_up}, the next."
        return f"{took}; {self.runner_up} takes longer, but there are {self.verdict} to rank them."

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.text)}</p>"


def winner_at(tables: Tables, question: Question) -> Winner:
    """The fastest at one of the measured sizes. Raises `UsageError` for what was not measured."""
    view = chosen_view(tables, question)
    sizes = _measured(view, question)
    rows = view.of(winners(tables)).to_dict("records")
    row = next(row for row in rows if row["sizes"] == words(sizes))
    return Winner(
        operation=view.operation,
        parameters=view.parameters,
        dtype=view.dtype,
        threads=view.threads,
        device=view.device,
        sizes=sizes,
        verdict=row["verdict"],
        implementation=_name(row["winner"]),
        time_ns=_number(row["winner_ns"]),
        runner_up=_name(row["runner_up"]),
        lead=_number(row["lead"]),
        lead_low=_number(row["lead_low"]),
        lead_high=_number(row["lead_high"]),
    )


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    return float(value) if known(value) else None


def _measured(view: View, question: Question) -> dict[str, int]:
    """The size that is asked for; one that has a single value need not be given."""
    for name in question.sizes:
        if name not in view.size_names:
            told = ", ".join(view.size_names) or "none"
            raise UsageError(f"size {name}: {view.operation} does not depend on it; its sizes: {told}")
    fitting = [size for size in view.sizes if question.sizes.items() <= size.items()]
    if len(fitting) == 1:
        return fitting[0]
    asked, there = words(question.sizes), "; ".join(words(size) for size in view.sizes)
    if fitting:
        raise UsageError(f"{len(fitting)} sizes were measured{' with ' if asked else ''}{asked}; give one of: {there}")
    raise UsageError(f"{asked}: not measured; measured: {there}. Advice is given between measured sizes too")
