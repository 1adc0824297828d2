"""What to do after a comparison, and what made the machine restless: the first lines of its page and of a comment."""

from collections.abc import Sequence

from ...bench.gate.records import INCOMPLETE, INCONCLUSIVE, SLOWER, CaseResult, Comparison, Stage

NAMED = 3
"""The most cases that a sentence names."""

MEANINGS = {
    0: "no case is slower",
    1: "a case is slower",
    3: "not decided",
    4: "cases cannot be compared",
}


def action(found: Comparison) -> str:
    """What to do, in a few words."""
    looked = looked_at(found)
    if found.verdict == "not slower":
        return "Safe to merge"
    if found.verdict == "inconclusive":
        return "Run it again"
    if not looked:
        return "Mend what stopped the comparison, then run it again"
    return "Look at this case before you merge" if len(looked) == 1 else f"Look at these {len(looked)} cases first"


def looked_at(found: Comparison) -> list[CaseResult]:
    """The cases behind a verdict that asks for a person, or that were not decided."""
    wanted = {"slower": (SLOWER,), "incomplete": INCOMPLETE, "inconclusive": (INCONCLUSIVE,)}.get(found.verdict, ())
    return [each for each in found.cases if each.verdict in wanted]


def why(found: Comparison, listed: bool = False) -> str:
    """The reason, with the cases by name unless they are ``listed`` beside it, and the remedy."""
    looked = looked_at(found)
    named = f": {_joined(looked)}" if looked and not listed else ""
    if found.verdict == "incomplete":
        told = f"{found.reason[:1].upper()}{found.reason[1:]}{named}."
        return f"{told} Mend them, or accept with --allow-missing what may be absent." if looked else told
    if found.verdict == "inconclusive":
        return f"Because {found.reason}{named}. {_remedy(found)}"
    return f"{found.reason[:1].upper()}{found.reason[1:]}{named}."


def standing(found: Comparison) -> str:
    """The exit status with its meaning, and the margin."""
    status = found.exit_status
    margins = {each.margin for each in found.cases} | {found.margin}
    wider = f", up to {max(margins):.1%} where stated" if len(margins) > 1 and max(margins) > found.margin else ""
    return f"Exit status {status} ({MEANINGS[status]}). Margin {found.margin:.1%}{wider}: smaller changes do not count."


def restless(found: Comparison) -> list[str]:
    """What was seen of a restless machine, each with what it means for the verdict; nothing if there was nothing."""
    stages = [stage for each in (*found.cases, *(one.result for one in found.controls)) for stage in _stages(each)]
    told = [_fired(found), _dropped(stages), _spread(found)]
    return [text for text in told if text]


def _fired(found: Comparison) -> str:
    fired = [each.result for each in found.controls if each.fired]
    if not fired:
        return ""
    return (
        f"The same code was called slower in {_count(fired, 'control')} ({_joined(fired)}), "
        "so no case is called slower or faster by this run."
    )


def _dropped(stages: Sequence[Stage]) -> str:
    rounds, dropped = sum(each.rounds for each in stages), sum(each.dropped for each in stages)
    if not dropped:
        return ""
    return f"{dropped / rounds:.1%} of the rounds were disturbed by other programs; they do not count in any verdict."


def _spread(found: Comparison) -> str:
    """Only where it kept a case from being decided."""
    undecided = [(each, stage) for each in found.cases if each.verdict == INCONCLUSIVE for stage in _stages(each)[-1:]]
    spreads = [(stage.spread, each.label) for each, stage in undecided if stage.spread is not None]
    if not spreads:
        return ""
    most, label = max(spreads, key=lambda pair: pair[0])
    return (
        f"Pairs of processes differed by up to {most:.1%} (standard deviation, {label}), "
        f"so {_count(spreads, 'case')} could not be decided."
    )


def _remedy(found: Comparison) -> str:
    if found.method == "unpaired":
        return "Compare the two revisions in turns instead (rooflinear compare BASE HEAD): that removes drift."
    return "Run the same command again while the machine is quiet; rooflinear machine names what disturbs it."


def _stages(result: CaseResult) -> list[Stage]:
    return [stage for stage in (result.screen, result.confirm) if stage]


def _count(these: Sequence[object], word: str) -> str:
    return f"{len(these)} {word}{'' if len(these) == 1 else 's'}"


def _joined(cases: Sequence[CaseResult]) -> str:
    more = f" and {len(cases) - NAMED} more" if len(cases) > NAMED else ""
    return "; ".join(each.label for each in cases[:NAMED]) + more


def changed_cases(found: Comparison) -> list[CaseResult]:
    """The cases that are not controls as well: those of unchanged sources stand among the controls alone."""
    controls = {each.result.label for each in found.controls if each.kind == "unchanged"}
    return [each for each in found.cases if each.label not in controls]
