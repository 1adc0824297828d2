"""Advice in words: one paragraph to quote, and a table of the best few."""

from collections.abc import Sequence

from .tables.advice import Advice, Advised, Interval
from .tables.at_size import INTERPOLATED, MEASURED, MODELLED
from .tables.speedups import AHEAD, ALONE, UNKNOWN_LEAD, WITHIN_NOISE
from .units import digits, known, lead_text, ratio_text, time_text

MOST_ROWS = 6
"""Of the table, besides that of the baseline and of the best without a new package."""

MOST_NAMED = 3

HOW = {MEASURED: "", INTERPOLATED: "interpolated", MODELLED: "modelled"}
MARKS = {WITHIN_NOISE: "level", UNKNOWN_LEAD: "no ranking"}


def paragraph(advice: Advice) -> str:
    """What to use, by how much and how sure, what it costs to start, what is next without a new package."""
    if not advice.ranked:
        told = f"No undisturbed time is known for {advice.operation} {_where(advice)}".rstrip()
        return " ".join([f"{told}.", *_unranked(advice)])
    best = advice.ranked[0]
    told = [
        f"{f'{_use(advice, best)} {_where(advice)}'.rstrip()}: {_cost(advice, best)}{_ahead(advice)}.",
        *_unsure(advice),
        *_source(advice),
        *_start(advice, best),
        *_without_package(advice, best),
        *_unranked(advice),
    ]
    return " ".join(told)


def table(advice: Advice) -> str:
    """The cheapest few, the baseline and the cheapest without a new package, cheapest first, in columns of text."""
    shown = _shown(advice)
    heads = ["implementation", "one call", "95 % interval", "first call"]
    heads += ["import"] if advice.imports else []
    heads += [_calls(advice)] if advice.calls else []
    rows = [[*heads, "relative", ""], *([*_row(advice, each)] for each in shown)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    rest = len(advice.ranked) - len(shown)
    return "\n".join([*lines, *([f"and {rest} more, slower" if rest > 0 else ""] if rest > 0 else [])])


def after(advice: Advice) -> list[str]:
    """What stands below the paragraph: the table, where the times are from, and how to measure what was not."""
    run = f"Times of {advice.run} on {advice.machine}."
    made = [table(advice)] if advice.ranked else []
    if any(each.source != MEASURED for each in advice.ranked) or not advice.ranked:
        run += f" To measure this size:\n{advice.command}" if advice.command else ""
    return [*made, run]


def _shown(advice: Advice) -> list[Advised]:
    named = {advice.baseline, advice.no_new_package}
    return [each for place, each in enumerate(advice.ranked) if place < MOST_ROWS or each.implementation in named]


def _row(advice: Advice, each: Advised) -> list[str]:
    marks = [HOW[each.source], MARKS.get(each.verdict, ""), "" if each.algorithm == "direct" else each.algorithm]
    cells = [
        each.implementation,
        time_text(each.time_ns.value),
        _range(each.time_ns),
        time_text(each.first_call_ns.value),
    ]
    cells += [time_text(each.import_ns.value)] if advice.imports else []
    cells += [time_text(each.total_ns.value)] if advice.calls else []
    return [*cells, ratio_text(each.behind.value), ", ".join(filter(None, marks))]


def _use(advice: Advice, best: Advised) -> str:
    algorithm = "" if best.algorithm == "direct" else f" (another algorithm: {best.algorithm})"
    name = best.implementation + algorithm
    if advice.verdict == ALONE:
        return f"Only {name} has a time for {advice.operation}"
    if advice.verdict == UNKNOWN_LEAD:
        return f"{name} costs least for {advice.operation}, unranked,"
    if advice.level:
        return f"Use {joined([name, *advice.level], 'or')} for {advice.operation}, which are level within noise,"
    return f"Use {name} for {advice.operation}"


def _where(advice: Advice) -> str:
    sizes = " and ".join(f"{name} = {value:,}" for name, value in advice.sizes.items())
    threads = f"{advice.threads} thread{'' if advice.threads == 1 else 's'}" if advice.threads else ""
    device = "" if advice.device == "cpu" else advice.device
    told = ", ".join(filter(None, [advice.parameters.replace("=", " = "), advice.dtype, threads, device]))
    return " ".join(filter(None, [f"at {sizes}" if sizes else "", f"({told})" if told else ""]))


def _cost(advice: Advice, best: Advised) -> str:
    if advice.calls is None:
        return f"one call takes {_with_range(best.time_ns)}"
    paid = "import and first call" if advice.imports else "first call"
    return f"{_calls(advice)} take {_with_range(best.total_ns)}, {paid} included".replace(
        "1 call take ", "1 call takes "
    )


def _ahead(advice: Advice) -> str:
    """By how much, against the baseline and against the next."""
    told = []
    level = [advice.use, *advice.level]
    base = next((each for each in advice.ranked if each.implementation == advice.baseline), None)
    if base and base.implementation not in level:
        told.append(f"{_times(base.behind)} as fast as {base.implementation}")
    behind = [each for each in advice.ranked if each.implementation not in level]
    if behind and not advice.level and behind[0] is not base and behind[0].verdict == AHEAD:
        told.append(f"{_times(behind[0].behind, lead=True)} ahead of {behind[0].implementation}, the next")
    return "".join(f", {each}" for each in told)


def _unsure(advice: Advice) -> list[str]:
    """Why the cheapest has no rank."""
    if advice.verdict != UNKNOWN_LEAD:
        return []
    second = advice.ranked[1]
    costs = f"{second.implementation}, the next, costs {ratio_text(second.behind.value)} as much"
    lacking = [each.implementation for each in advice.ranked[:2] if not known(each.time_ns.low)]
    once = "imports and first calls" if advice.imports else "first calls"
    why = (
        f"the time of {joined(lacking)} has no interval" if lacking else f"{once} were read too few times to rank them"
    )
    return [f"{costs}, but {why}."]


def _source(advice: Advice) -> list[str]:
    sources = {each.source for each in advice.ranked}
    if sources == {MEASURED}:
        return []
    told = []
    if INTERPOLATED in sources:
        told.append("times are interpolated between measured sizes")
    modelled = [each.implementation for each in advice.ranked[: MOST_ROWS + 1] if each.source == MODELLED]
    if modelled:
        told.append(f"the times of {joined(modelled)} are from a fit, with its worst misfit as the interval")
    what = "Not every time was measured" if MEASURED in sources else "This size was not measured"
    return [f"{what}: {'; '.join(told)}."] if told else []


def _start(advice: Advice, best: Advised) -> list[str]:
    """What it costs to start, and when that has paid off."""
    if not known(best.first_call_ns.value):
        return []
    first = f"The first call of {best.implementation} takes {_with_range(best.first_call_ns)}"
    imported = f", its import {_with_range(best.import_ns)}" if advice.imports and known(best.import_ns.value) else ""
    pays = ""
    if advice.pays_off is not None and advice.calls is None:
        count = max(1, -(-advice.pays_off // 1))
        pays = f"; against {advice.baseline} it pays off after {_count(count)}"
    return [f"{first}{imported}{pays}.", *_shortest(advice, best)]


def _shortest(advice: Advice, best: Advised) -> list[str]:
    """Of several calls: which implementation would lead over more of them."""
    least = min(advice.ranked, key=lambda each: each.time_ns.value or 0.0)
    if advice.calls is None or least is best or least.implementation in advice.level:
        return []
    return [f"A later call is shortest with {least.implementation}: {time_text(least.time_ns.value)}."]


def _without_package(advice: Advice, best: Advised) -> list[str]:
    name, base = advice.no_new_package, advice.baseline
    if name is None or best.implementation == base:
        return []
    if name == best.implementation:
        return [f"It needs no package beyond those of {base}."]
    plain = next(each for each in advice.ranked if each.implementation == name)
    told = "level with it" if plain.verdict == WITHIN_NOISE else f"{ratio_text(plain.behind.value)} as much"
    return [f"Without a package beyond those of {base}, {name} is best: {_short_cost(advice, plain)}, {told}."]


def _short_cost(advice: Advice, each: Advised) -> str:
    return time_text(each.total_ns.value) + (" a call" if advice.calls is None else "")


def _unranked(advice: Advice) -> list[str]:
    disturbed = [each.implementation for each in advice.unranked if known(each.time_ns.value)]
    if not disturbed:
        return []
    was, has = ("was", "has") if len(disturbed) == 1 else ("were", "have")
    return [f"{joined(disturbed, most=MOST_NAMED)} {was} disturbed by other programs and {has} no rank."]


def _with_range(found: Interval) -> str:
    ends = _range(found)
    return time_text(found.value) + (f" ({ends})" if ends else "")


def _range(found: Interval) -> str:
    return f"{time_text(found.low)} – {time_text(found.high)}" if known(found.low) else ""


def _times(found: Interval, *, lead: bool = False) -> str:
    value = lead_text(found.value) if lead else ratio_text(found.value)
    return value + (f" ({digits(found.low)} – {digits(found.high)}×)" if known(found.low) else "")


def _calls(advice: Advice) -> str:
    return _count(advice.calls or 1)


def _count(calls: float) -> str:
    return f"{calls:,.0f} call{'' if calls == 1 else 's'}"


def joined(names: Sequence[str], word: str = "and", most: int = MOST_NAMED) -> str:
    """``a, b and c``; ``a, b and 3 more`` of more than ``most``."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} {word} {len(names) - most + 1} more"
    return f" {word} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
