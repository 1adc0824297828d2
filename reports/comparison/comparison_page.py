"""A comparison as one self-contained page: a forest plot of ratios, and the measurements behind each verdict."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...bench.gate.records import FIRST_CALL, MEMORY, TIME, CaseResult, Comparison, Measure, Side, Stage
from ...bench.records import Case, Machine
from ..rendering import FOLDER, policy, render, styles
from ..units import amount_text, bytes_text, known
from .comparison_advice import action, changed_cases, looked_at, restless, standing, why
from .comparison_text import (
    OF_NUMBERS,
    change,
    controls,
    counted,
    is_number,
    markdown,
    numbers,
    ordered,
    replays,
    sides,
    then,
    verdict_told,
)

WIDTH, STRIP_HEIGHT = 1000, 120
WIDEST = 4.0
MOST_LINKED = 20
"""The most cases that the first lines link to."""

TICKS = (
    0.01,
    0.02,
    0.05,
    0.1,
    0.25,
    1 / 3,
    0.5,
    2 / 3,
    0.8,
    0.85,
    0.9,
    0.95,
    0.98,
    1.0,
    1.02,
    1.05,
    1.1,
    1.15,
    1.2,
    1.25,
    1.5,
    2.0,
    3.0,
    4.0,
    10.0,
    20.0,
    50.0,
    100.0,
)
APART = 70
"""Least distance of two labels on an axis, in the drawing's units."""

MARKS = {
    "slower": "▲", "faster": "▼", "inconclusive": "?", "equivalent": "=", "not slower": "≤",
    "missing": "−", "appeared": "+", "changed": "≠", "broken": "✕", "not compared": "·",
    "recurs": "↻", "did not recur": "○",
}  # fmt: skip


WHAT: dict[Measure, str] = {MEMORY: "Memory of a call", FIRST_CALL: "First call"}


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis of ratios, ``low`` to ``high``, over so many units of a drawing."""

    low: float
    high: float
    length: float = WIDTH

    def at(self, ratio: float) -> float:
        share = (math.log(ratio) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return round(self.length * min(1.0, max(0.0, share)), 1)

    @property
    def ticks(self) -> list[dict[str, Any]]:
        """Labelled ratios: always 1, and others if there is room."""
        shown: list[float] = [1.0]
        for tick in sorted(TICKS, key=lambda each: abs(math.log(each))):
            if self.low <= tick <= self.high and all(abs(self.at(tick) - self.at(each)) > APART for each in shown):
                shown.append(tick)
        return [{"x": self.at(tick), "label": _tick(tick)} for tick in sorted(shown)]


def html(found: Comparison) -> bytes:
    """The page. It is complete without the script, which filters cases and copies the comment."""
    style = styles("page/page.css", "comparison/comparison.css")
    script = (FOLDER / "comparison/comparison.js").read_text()
    shown = ordered(changed_cases(found))
    by_host = _by_host(found)
    of_hosts = [own for each in shown for _, own in by_host[each.case, each.measure]]
    axis = axis_of([*shown, *of_hosts, *(each.result for each in found.controls)], found.margin)
    return render(
        "comparison/comparison.html",
        style=style,
        script=script,
        policy=policy(style, script),
        found=found,
        headline=action(found),
        why=why(found, listed=True),
        standing=standing(found),
        restless=restless(found),
        looked=ordered(looked_at(found))[:MOST_LINKED],
        places={each.label: place for place, each in enumerate(shown)},
        markdown=markdown(found),
        sides=sides(found),
        controls_told=controls(found),
        replays=replays(found),
        counts=counted(shown),
        unchanged=[each for each in found.controls if each.kind == "unchanged"],
        marks=MARKS,
        of_numbers=OF_NUMBERS if any(map(is_number, shown)) else "",
        axis=axis,
        cases=[_row(each, axis, by_host[each.case, each.measure]) for each in shown],
        hosts=[(each, _machine(each.comparison.machine if each.comparison else None)) for each in found.hosts],
        controls=[(each, _row(each.result, axis)) for each in found.controls],
        operations=sorted({each.case.operation for each in shown}),
        implementations=sorted({each.case.implementation for each in shown} - {""}),
        facts=_facts(found),
        differing=differing(found.base, found.head),
    ).encode()


def axis_of(cases: Iterable[CaseResult], margin: float) -> Axis:
    """Wide enough for every interval, at most a factor of four either way."""
    told = [each for result in cases for each in (result, result.then) if each is not None]
    ends = [end for each in told for end in (each.ratio, each.low, each.high) if end is not None and known(end)]
    reach = max([abs(math.log(end)) for end in ends if end > 0] + [2 * math.log1p(margin)])
    widest = min(WIDEST, math.exp(1.08 * reach))
    return Axis(1 / widest, widest)


def differing(base: Side, head: Side) -> list[tuple[str, str, str]]:
    """Versions that differ between the sides: name, base's, head's."""
    names = sorted({*base.versions, *head.versions})
    pairs = [(name, base.versions.get(name, "none"), head.versions.get(name, "none")) for name in names]
    return [each for each in pairs if each[1] != each[2]]


def _by_host(found: Comparison) -> dict[tuple[Case, Measure], list[tuple[str, CaseResult]]]:
    """What each host of a fleet found by itself, by case and measure."""
    told: dict[tuple[Case, Measure], list[tuple[str, CaseResult]]] = defaultdict(list)
    for host in found.hosts:
        for each in host.comparison.cases if host.comparison else []:
            told[each.case, each.measure].append((host.name, each))
    return told


def _row(result: CaseResult, axis: Axis, hosts: Sequence[tuple[str, CaseResult]] = ()) -> dict[str, Any]:
    drawn = result.ratio is not None and known(result.ratio)
    return {
        "result": result,
        "verdict": verdict_told(result),
        "then": then(result),
        "numbers": numbers(result) or change(result),
        "point": axis.at(result.ratio) if drawn and result.ratio else None,
        "bar": _bar(result.low, result.high, axis),
        "earlier": _bar(result.then.low, result.then.high, axis) if result.then else None,
        "band": (axis.at(1 / (1 + result.margin)), axis.at(1 + result.margin)),
        "hosts": [(name, _row(own, axis)) for name, own in hosts],
        "stages": [
            _stage(name, stage, result.margin, result.measure)
            for name, stage in (("Screen", result.screen), ("Confirmation", result.confirm))
            if stage
        ],
    }


def _bar(low: float | None, high: float | None, axis: Axis) -> tuple[float, float] | None:
    ends = [end for end in (low, high) if end is not None and known(end)]
    return (axis.at(ends[0]), axis.at(ends[1])) if len(ends) == 2 else None


def _stage(name: str, stage: Stage, margin: float, measure: Measure) -> dict[str, Any]:
    """A strip of block ratios in order of time; higher is slower."""
    reach = max([abs(math.log(ratio)) for ratio in stage.ratios if ratio > 0] + [1.5 * math.log1p(margin)])
    axis = Axis(math.exp(-1.1 * reach), math.exp(1.1 * reach), STRIP_HEIGHT)
    step = WIDTH / (len(stage.ratios) + 1)
    return {
        "name": name,
        "stage": stage,
        "points": [(round(step * (place + 1), 1), _up(axis, ratio), ratio) for place, ratio in enumerate(stage.ratios)],
        "one": _up(axis, 1.0),
        "estimate": _up(axis, stage.ratio),
        "margins": (_up(axis, 1 + margin), _up(axis, 1 / (1 + margin))),
        "what": WHAT[measure] if measure != TIME else "One call" if stage.unit == "ns" else "Number",
        "base": amount_text(stage.base_ns, stage.unit),
        "head": amount_text(stage.head_ns, stage.unit),
        "labels": [(_up(axis, ratio), _tick(ratio)) for ratio in (1 + margin, 1.0, 1 / (1 + margin))],
    }


def _up(axis: Axis, ratio: float) -> float:
    return round(axis.length - axis.at(ratio), 1)


def _tick(ratio: float) -> str:
    return f"{ratio:.3f}".rstrip("0").rstrip(".")


def _facts(found: Comparison) -> dict[str, str]:
    where = f"each of {len(found.hosts)} hosts" if found.hosts else "one machine"
    facts = {
        "Replays": f"{found.replays.file} · seed {found.replays.seed}" if found.replays else "",
        "Base": _side(found.base),
        "Head": _side(found.head),
        "Suite": found.suite,
        "Method": f"paired, in turns on {where}" if found.method == "paired" else "unpaired, from files",
        "Took": f"{found.seconds:.0f} s" if found.seconds else "",
        "When": found.started_at.replace("T", " ").replace("+00:00", " UTC"),
        "Seed": str(found.seed),
    }
    return {name: text for name, text in (facts | _machine(found.machine)).items() if text}


def _machine(machine: Machine | None) -> dict[str, str]:
    if machine is None:
        return {}
    return {
        "Machine": machine.name,
        "Processor": machine.cpu,
        "Cores": str(machine.cores_available),
        "Memory": bytes_text(machine.memory_bytes) if machine.memory_bytes else "",
        "System": machine.system,
        "Python": machine.python,
    }


def _side(side: Side) -> str:
    parts = [side.label, side.commit or "", "with changes" if side.dirty else "", side.python or ""]
    return " · ".join(part for part in parts if part)
