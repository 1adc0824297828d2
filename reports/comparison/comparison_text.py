"""A comparison as plain lines, Markdown, GitHub annotations and JUnit XML."""

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from ...bench.gate.records import (
    ABSENT,
    APPEARED,
    BROKEN,
    CHANGED,
    EQUIVALENT,
    FASTER,
    GONE,
    INCONCLUSIVE,
    MISSING,
    NOT_SLOWER,
    RECURS,
    SLOWER,
    CaseResult,
    Comparison,
    Side,
)
from ..markdown import code, escaped
from ..units import amount_text, known
from .comparison_advice import action, changed_cases, restless, standing, why

ORDER = (BROKEN, MISSING, APPEARED, CHANGED, SLOWER, INCONCLUSIVE, FASTER, NOT_SLOWER, EQUIVALENT, ABSENT)
"""Verdicts in order of urgency."""

TELLING = ORDER[:7]
SAID = (*ORDER[:4], RECURS, *ORDER[4:6], GONE, *ORDER[6:])
"""Verdicts and recurrences in order of urgency."""

HEADLINES = {
    "slower": "Slower",
    "incomplete": "Cannot be compared",
    "inconclusive": "Inconclusive",
    "not slower": "Not slower",
}
WIDTH = 100
LONGEST = 500
SHOWN, NAMED = 50, 3
LARGEST = 1e8
"""Two numbers have no ratio where one of them is 0, or only one is negative: theirs is beyond this one."""

OVER = "head/base"
"""The name of a ratio; above 1 is slower."""
OF_NUMBERS = "Of a number that is not a time, slower means larger and faster smaller."
FAILING, ERRORS, SKIPPED = (SLOWER,), (BROKEN, MISSING, APPEARED, CHANGED), (INCONCLUSIVE, ABSENT)


def ordered(cases: Iterable[CaseResult]) -> list[CaseResult]:
    """Cases in order of urgency; within a verdict the largest ratio first."""
    return sorted(cases, key=lambda each: (ORDER.index(each.verdict), -(each.ratio or 0)))


def headline(found: Comparison) -> str:
    """The verdict in one sentence."""
    return f"{HEADLINES[found.verdict]}: {found.reason or found.verdict}"


def sides(found: Comparison) -> str:
    """``main (1a2b3c4d) against working tree (5e6f7a8b, changed)``, head first."""
    return f"{_side(found.head)} against {_side(found.base)}"


def replays(found: Comparison) -> str:
    """Which comparison is replayed, and when and where it measured; '' if none is."""
    if found.replays is None:
        return ""
    when = found.replays.started_at.replace("T", " ").replace("+00:00", " UTC")
    where = found.replays.machine.name if found.replays.machine else ""
    measured = " ".join(filter(None, [when, where and f"on {where}"]))
    confirmed = f"{len(found.cases)} confirmed case{'s' if len(found.cases) != 1 else ''}"
    return f"replays the {confirmed} of {found.replays.file}{f', measured {measured}' if measured else ''}"


def verdict_told(result: CaseResult) -> str:
    """Of a replayed case whether it recurs, else its verdict."""
    return result.recurrence or result.verdict


def then(result: CaseResult) -> str:
    """``slower, head/base 1.116 (1.104 – 1.127) in 12 blocks``; '' if nothing is replayed."""
    if result.then is None:
        return ""
    ratio = _interval(result.then.ratio, result.then.low, result.then.high)
    told = f"{OVER} {ratio} in {_blocks(result.then.blocks)}" if ratio else ""
    return ", ".join(filter(None, [result.then.verdict, told]))


def ratios_told(found: Comparison) -> str:
    """What a ratio is of."""
    times = "Ratios are time of head divided by time of base: above 1 is slower."
    return f"{times} {OF_NUMBERS}" if any(map(is_number, found.cases)) else times


def counts(found: Comparison) -> str:
    """``3 slower, 20 equivalent``."""
    return ", ".join(f"{count} {verdict}" for verdict, count in counted(found.cases)) or "no case"


def counted(cases: Iterable[CaseResult]) -> list[tuple[str, int]]:
    """How many cases have each verdict, or recur, in order of urgency."""
    found = Counter(map(verdict_told, cases))
    return [(verdict, found[verdict]) for verdict in SAID if found[verdict]]


def controls(found: Comparison) -> str:
    """What the controls showed."""
    fired = sum(each.fired for each in found.controls)
    if not found.controls:
        return "no controls" if found.method == "paired" else ""
    count = len(found.controls)
    return f"{count} control{'s' if count > 1 else ''} (the same code on both sides), {fired or 'none'} called slower"


def terminal(found: Comparison) -> str:
    """The important cases, as lines for a log."""
    telling = [each for each in ordered(found.cases) if _is_telling(each)]
    lines = [headline(found), f"  {sides(found)}", *(f"  {text}" for text in [replays(found)] if text), ""]
    lines += [line for each in telling[:SHOWN] for line in _terminal_case(each)]
    if len(telling) > SHOWN:
        lines.append(f"  … and {len(telling) - SHOWN} more (--json, --html FILE)")
    rest = [each for each in found.cases if not _is_telling(each)]
    lines += [line for group in untold(rest) for line in _terminal_group(*group)]
    lines += [counts(found), *filter(None, [controls(found)]), *(f"note: {text}" for text in found.warnings)]
    return "\n".join(_plain(line) for line in lines)


def markdown(found: Comparison) -> str:
    """A summary for a pull request: the important cases in a table, the others folded."""
    own = changed_cases(found)
    telling = [each for each in ordered(own) if _is_telling(each)]
    rest = [each for each in ordered(own) if not _is_telling(each)]
    of = "; ".join(filter(None, [sides(found), replays(found)]))
    parts = [
        f"## rooflinear: {_escaped(headline(found))}",
        f"**{_escaped(action(found))}.** {_escaped(why(found))} {_escaped(standing(found))}",
        "\n".join(f"- {_escaped(text)}" for text in restless(found)),
        f"{_escaped(of)}. {ratios_told(found)}",
        _table(telling),
        f"{_escaped(counts(found))}. {_escaped(controls(found))}".strip(),
        _folded("The other cases", _table(rest)),
        _folded("Controls", _table([each.result for each in found.controls])),
        "\n".join(f"- {_escaped(text)}" for text in found.warnings),
        f"To repeat it: {code(shlex.join(found.command))}" if found.command else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def annotations(found: Comparison) -> list[str]:
    """GitHub workflow commands, worst first: errors fail the check, warnings do not."""
    lines = [f"::{'notice' if found.exit_status == 0 else 'error'} title=rooflinear::{_command_text(headline(found))}"]
    for each in ordered(found.cases):
        if each.verdict in (*ERRORS, SLOWER, INCONCLUSIVE):
            level = "warning" if each.verdict == INCONCLUSIVE else "error"
            file = f"file={_property(f'{each.case.suite}/{each.case.implementation}.py')}," if each.case.suite else ""
            title = _property(f"{verdict_told(each)}: {each.case.name}")
            told = _command_text(f"{each.label}: {_told(each)}")
            lines.append(f"::{level} {file}title={title}::{told}")
    return lines


def junit(found: Comparison) -> str:
    """One test case per case: slower is a failure, not comparable an error, inconclusive or not compared is skipped.

    If the comparison failed but none of its cases did, an additional test case is the error.
    """
    shown = ordered(found.cases)
    empty = found.verdict == "incomplete" and not any(each.verdict in ERRORS for each in shown)
    totals = {
        "tests": len(shown) + empty,
        "failures": sum(each.verdict in FAILING for each in shown),
        "errors": sum(each.verdict in ERRORS for each in shown) + empty,
        "skipped": sum(each.verdict in SKIPPED for each in shown),
    }
    root = ElementTree.Element("testsuites", {name: str(count) for name, count in totals.items()})
    of = {"name": f"rooflinear compare: {_xml(sides(found))}", "time": f"{found.seconds:.1f}"}
    suite = ElementTree.SubElement(root, "testsuite", {**of, **root.attrib})
    for each in shown:
        _junit_case(suite, each)
    if empty:
        name = {"name": "anything was compared", "classname": "rooflinear"}
        element = ElementTree.SubElement(suite, "testcase", name)
        ElementTree.SubElement(element, "error", {"message": _xml(headline(found))})
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def untold(cases: Iterable[CaseResult]) -> list[tuple[str, list[CaseResult]]]:
    """The cases that were not compared, grouped by reason."""
    groups: dict[str, list[CaseResult]] = {}
    for each in cases:
        if each.verdict == ABSENT:
            groups.setdefault(each.reason, []).append(each)
    return list(groups.items())


def _is_telling(result: CaseResult) -> bool:
    return result.verdict in TELLING or result.then is not None


def numbers(result: CaseResult) -> str:
    """``1.053 (1.049 – 1.058)``; empty where nothing was timed, and where two numbers have no ratio."""
    if (
        result.ratio is None
        or not known(result.ratio)
        or (is_number(result) and not 1 / LARGEST < result.ratio < LARGEST)
    ):
        return ""
    return _interval(result.ratio, result.low, result.high)


def _interval(ratio: float | None, low: float | None, high: float | None) -> str:
    ends = f" ({_ratio(low)} – {_ratio(high)})" if known(low) and known(high) else ""
    return f"{ratio:.3f}{ends}" if known(ratio) else ""


def _blocks(count: int) -> str:
    return "1 block" if count == 1 else f"{count} blocks"


def change(result: CaseResult) -> str:
    """``1.20 ms → 1.30 ms``, or two numbers in the unit of the benchmark; empty where nothing was measured."""
    stage = result.confirm or result.screen
    return f"{amount_text(stage.base_ns, stage.unit)} → {amount_text(stage.head_ns, stage.unit)}" if stage else ""


def is_number(result: CaseResult) -> bool:
    """Whether the case is not a time, but another number that its benchmark tracks."""
    stage = result.confirm or result.screen
    return stage is not None and stage.unit != "ns"


def _terminal_case(result: CaseResult) -> list[str]:
    lines = [f"  {verdict_told(result):12} {result.label}"]
    now = f"now {result.verdict}, " if result.then else ""
    if known(result.ratio):
        told = f"{now}{_measured(result)} in {_blocks(result.blocks)}, margin {result.margin:.1%}"
        least = f", detectable from {result.least_effect:.3f}" if known(result.least_effect) else ""
        lines.append(f"{'':15}{told}{least}")
    if result.then:
        lines.append(f"{'':15}then {then(result)}")
    return [*lines, f"{'':15}{result.reason}"] if result.reason else lines


def _measured(result: CaseResult) -> str:
    """``head/base 1.053 (1.049 – 1.058)``, after what it is of where that is not a time."""
    ratio = f"{OVER} {numbers(result)}" if numbers(result) else ""
    return ", ".join(filter(None, [change(result) if is_number(result) else "", ratio]))


def _terminal_group(reason: str, cases: Sequence[CaseResult]) -> list[str]:
    named = ", ".join(each.label for each in cases[:NAMED])
    more = f" and {len(cases) - NAMED} more" if len(cases) > NAMED else ""
    return [f"  {ABSENT:12} {named}{more}", f"{'':15}{reason}"]


def _told(result: CaseResult) -> str:
    """Numbers and reason in one line."""
    earlier = f"then {then(result)}" if result.then else ""
    return "; ".join(filter(None, [_measured(result), earlier, result.reason]))


def _junit_case(suite: ElementTree.Element, result: CaseResult) -> None:
    of = ".".join(filter(None, (result.case.operation, result.case.implementation)))
    name = {"name": _xml(result.label), "classname": _xml(of)}
    stage = result.confirm or result.screen
    time_ns = stage.head_ns if stage and not is_number(result) else 0
    element = ElementTree.SubElement(suite, "testcase", {**name, "time": f"{time_ns / 1e9:.9f}"})
    kinds = {"failure": FAILING, "error": ERRORS, "skipped": SKIPPED}
    kind = next((tag for tag, verdicts in kinds.items() if result.verdict in verdicts), "")
    told = _xml(f"{verdict_told(result)}: {_told(result)}")
    if kind:
        ElementTree.SubElement(element, kind, {"message": told})
    else:
        ElementTree.SubElement(element, "system-out").text = told


def _table(cases: Sequence[CaseResult]) -> str:
    if not cases:
        return ""
    head = ["case", "verdict", f"{OVER} (90 % interval)", "margin", "blocks", "detectable from"]
    head += ["base → head", *(["then"] if any(each.then for each in cases) else []), "reason"]
    rows = [[_escaped(cell) for cell in _row(each)] for each in cases]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def _row(result: CaseResult) -> list[str]:
    least = _ratio(result.least_effect) if known(result.least_effect) else ""
    blocks = str(result.blocks or "")
    return [
        result.label, verdict_told(result), numbers(result), f"{result.margin:.1%}", blocks, least, change(result),
        *([then(result)] if result.then else []), result.reason,
    ]  # fmt: skip


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{content}\n\n</details>" if content else ""


def _side(side: Side) -> str:
    marks = [side.commit[:8]] if side.commit and not side.commit.startswith(side.label) else []
    marks += ["with changes"] if side.dirty else []
    return side.label + (f" ({', '.join(marks)})" if marks else "")


def _ratio(value: float | None) -> str:
    return f"{value:.3f}" if known(value) else "?"


def _plain(line: str) -> str:
    """Without control characters: a kernel's error message must not control the terminal."""
    return re.sub(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]", " ", line)[:LONGEST]


def _escaped(text: str) -> str:
    """Without markup and without mentions of users, for a pull request."""
    return escaped(_plain(text)).replace("@", "&#64;")


def _command_text(text: str) -> str:
    return text[:LONGEST].replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _command_text(text).replace(":", "%3A").replace(",", "%2C")


def _xml(text: str) -> str:
    """XML 1.0 has no characters for these."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)[: 10 * LONGEST]
