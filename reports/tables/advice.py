"""What to use at a size, for a number of calls: every implementation's cost there, ranked by the tables' own rules.

The cost is the time of one call; of N calls it is the first call, or import and first call, and N - 1 calls more. A
first call that was read in fewer than three processes has no interval, and then neither has the cost: it is told, and
ranks nothing, unless all that is paid once is within `growth.NOISE` of the costs compared.

The lead over another is a paired speed-up where both were measured there (`speedups.ratio`), else the ratio of two
estimates that share no rounds (`estimates.unpaired_ratio`); `speedups.verdict_of` judges it. ``level`` are those next
to the cheapest that it is not clearly ahead of.
"""

import html
import math
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

import msgspec

from ...bench.errors import UsageError
from . import estimates
from .asked import Question, chosen_sizes, chosen_view, left_out, measured_range
from .at_size import SizedTime, at_size
from .estimates import NOTHING, Estimate
from .frames import Tables
from .growth import NOISE
from .required import needs
from .run_command import size_command
from .speedups import AHEAD, ALONE, NOBODY, break_even, choose_baseline, ratio, verdict_of
from .views import View

MEASURED_TOO = 5
"""How many of the cheapest the command that measures a size measures, besides the baseline."""


class Interval(msgspec.Struct, frozen=True):
    """A number, the ends of its interval (null if there is none), and what the interval describes."""

    value: float | None
    low: float | None
    high: float | None
    interval: str


class Advised(msgspec.Struct, frozen=True, kw_only=True):
    """One implementation at the size. ``total_ns`` is the cost, ``behind`` that cost divided by the cheapest one.

    ``source``: measured, interpolated or modelled. ``verdict`` says whether the cheapest is ahead of it. ``needs`` are
    packages; ``reason`` why it has no rank.
    """

    implementation: str
    algorithm: str
    source: str
    time_ns: Interval
    first_call_ns: Interval
    import_ns: Interval
    total_ns: Interval
    behind: Interval
    verdict: str
    needs: list[str]
    reason: str = ""


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What ``rooflinear advise`` prints: the question as understood, the answer, all that it rests on.

    ``use`` is the cheapest, ``level`` those it is not clearly ahead of, ``verdict`` that on its lead. ``measured_from``
    and ``measured_to`` bound the answers that the run can give. ``no_new_package`` needs no package beyond those of
    ``baseline``. ``pays_off`` is after how many calls the first call of ``use`` has paid for itself against it.
    """

    schema_version: int = 1
    run: str
    machine: str
    operation: str
    parameters: str
    dtype: str
    threads: int
    device: str
    sizes: dict[str, int]
    calls: int | None
    imports: bool
    without: list[str]
    measured_from: dict[str, int]
    measured_to: dict[str, int]
    text: str = ""
    verdict: str
    use: str | None
    level: list[str]
    baseline: str | None
    no_new_package: str | None
    pays_off: float | None
    ranked: list[Advised]
    unranked: list[Advised]
    command: str

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.text)}</p>"


class ComparedCost(NamedTuple):
    """What is compared: the cost, and the part of it that is paid once."""

    at: SizedTime
    total: Estimate
    once: float


def advise(tables: Tables, question: Question) -> Advice:
    """The answer of a run. Raises `UsageError` for what it did not measure, and outside the sizes that it measured."""
    view = chosen_view(tables, question)
    least, most = measured_range(tables, view)
    sizes = chosen_sizes(tables, view, question.sizes, least, most)
    unwanted = left_out(tables, question.without)
    found = [each for each in at_size(tables, view, sizes) if each.implementation not in unwanted]
    if question.without and not any(each.time.value == each.time.value for each in found):
        raise UsageError(f"--without {','.join(question.without)}: leaves no implementation with a time; name fewer")
    costs = [_cost(each, question) for each in found]
    ranked = sorted((cost for cost in costs if _ranks(cost)), key=lambda cost: cost.total.value)
    baseline = _baseline(tables, costs)
    return Advice(
        run=tables.folder.name,
        machine=tables.run.machine.name,
        **{name: getattr(view, name) for name in ("operation", "parameters", "dtype", "threads", "device")},
        sizes=sizes,
        calls=question.calls,
        imports=question.imports,
        without=list(question.without),
        measured_from=least,
        measured_to=most,
        verdict=_verdict(ranked),
        use=ranked[0].at.implementation if ranked else None,
        level=[each.at.implementation for each in takewhile(lambda one: not _is_behind(one, ranked[0]), ranked[1:])],
        baseline=baseline,
        no_new_package=_plain(tables, ranked, baseline),
        pays_off=_pays_off(ranked, baseline),
        ranked=[_advised(tables, cost, ranked[0]) for cost in ranked],
        unranked=[_advised(tables, cost, None) for cost in costs if not _ranks(cost)],
        command=_command(tables, view, sizes, ranked, baseline),
    )


def lead(base: ComparedCost, other: ComparedCost) -> Estimate:
    """Cost of ``base`` ÷ cost of ``other``."""
    value = base.total.value / other.total.value
    if max(each.once / each.total.value for each in (base, other)) > NOISE:
        return estimates.unpaired_ratio(base.total, other.total)
    if base.at.timed is None or other.at.timed is None:
        return _around(value, estimates.unpaired_ratio(base.at.time, other.at.time))
    return _around(value, ratio(base.at.timed, other.at.timed).estimate)


def _around(value: float, found: Estimate) -> Estimate:
    """The ratio of the costs with the relative interval of that of the calls, which hardly differs from it."""
    return Estimate(value, found.low * value / found.value, found.high * value / found.value, found.interval)


def _cost(at: SizedTime, question: Question) -> ComparedCost:
    """A first call that was not recorded counts as one call more."""
    if question.calls is None or math.isnan(at.time.value):
        return ComparedCost(at, at.time, 0.0)
    start = at.time if math.isnan(at.first_call.value) else at.first_call
    if question.imports and not math.isnan(at.imported.value):
        start = estimates.total(start, 1, at.imported)
    total = estimates.total(start, question.calls - 1, at.time)
    if math.isnan(total.low) and start.value <= NOISE * total.value:
        exact = Estimate(start.value, start.value, start.value, at.time.interval)
        total = estimates.total(exact, question.calls - 1, at.time)
    return ComparedCost(at, total, start.value)


def _ranks(cost: ComparedCost) -> bool:
    return not math.isnan(cost.total.value) and not cost.at.disturbed


def _is_behind(other: ComparedCost, cheapest: ComparedCost) -> bool:
    return verdict_of(lead(other, cheapest)) == AHEAD


def _verdict(ranked: Sequence[ComparedCost]) -> str:
    if len(ranked) < 2:
        return ALONE if ranked else NOBODY
    return verdict_of(lead(ranked[1], ranked[0]))


def _advised(tables: Tables, cost: ComparedCost, cheapest: ComparedCost | None) -> Advised:
    at = cost.at
    behind = NOTHING if cheapest is None else lead(cost, cheapest)
    itself = cost is cheapest
    return Advised(
        implementation=at.implementation,
        algorithm=at.algorithm,
        source=at.source,
        time_ns=_told(at.time),
        first_call_ns=_told(at.first_call),
        import_ns=_told(at.imported),
        total_ns=_told(cost.total),
        behind=_told(Estimate(1.0, 1.0, 1.0, behind.interval) if itself else behind),
        verdict="" if itself or cheapest is None else verdict_of(behind),
        needs=list(needs(tables.run, at.implementation)),
        reason=at.reason,
    )


def _told(found: Estimate) -> Interval:
    value, low, high = (float(each) if math.isfinite(each) else None for each in found[:3])
    ends = (low, high) if low is not None and high is not None else (None, None)
    return Interval(value, *ends, found.interval)


def _baseline(tables: Tables, costs: Sequence[ComparedCost]) -> str | None:
    """The run's baseline, if it has a rank here."""
    chosen = choose_baseline(tables)
    return chosen if any(_ranks(cost) and cost.at.implementation == chosen for cost in costs) else None


def _plain(tables: Tables, ranked: Sequence[ComparedCost], baseline: str | None) -> str | None:
    """The cheapest that needs no package beyond those of the baseline; None if nothing else does."""
    if baseline is None:
        return None
    there = set(needs(tables.run, baseline))
    names = [cost.at.implementation for cost in ranked]
    plain = [name for name in names if set(needs(tables.run, name)) <= there]
    return plain[0] if len(plain) < len(names) else None


def _pays_off(ranked: Sequence[ComparedCost], baseline: str | None) -> float | None:
    base = next((cost for cost in ranked if cost.at.implementation == baseline), None)
    if base is None or base is ranked[0]:
        return None
    best = ranked[0].at
    calls = break_even(base.at.time.value, best.time.value, best.first_call.value)
    return None if math.isnan(calls) else calls


def _command(
    tables: Tables, view: View, sizes: Mapping[str, int], ranked: Sequence[ComparedCost], baseline: str | None
) -> str:
    names = [cost.at.implementation for cost in ranked[:MEASURED_TOO]]
    return size_command(tables.run, view, sizes, dict.fromkeys([*names, *([baseline] if baseline else [])]))
