"""Simulated runs as Markdown tables."""

from collections.abc import Sequence

from ..markdown import escaped, table
from .agreement_text import of, percent, share, width
from .simulated_runs import Simulated, VerdictCounts


def text(found: Sequence[Simulated]) -> str:
    """Whether intervals hold the truth, and whether winners are the true ones, a kind of noise after the other."""
    parts = ["## Simulated runs: do intervals contain the true value?", _covered(found)]
    return "\n\n".join([*parts, "## Simulated runs: is the winner the fastest?", _called(found)])


def _covered(found: Sequence[Simulated]) -> str:
    head = ["noise", "interval of", "kind", "intervals", "contain the true value (nominal: 95 %)", "half-width, median"]
    rows = [
        [kind.noise, one.quantity, escaped(one.kind), str(one.intervals), percent(one.covered), width(one.half_width)]
        for kind in found
        for one in kind.covered
    ]
    return table(head, rows)


def _called(found: Sequence[Simulated]) -> str:
    head = ["noise", "winner is the fastest", "called ahead", "of these truly the fastest"]
    head += ["called level", "of these the fastest is one of the two"]
    return table(head, [[each.noise, *_cells(each.called)] for each in found])


def _cells(each: VerdictCounts) -> list[str]:
    return [
        of(each.right, each.contests),
        str(each.ahead),
        f"{of(each.ahead_right, each.ahead)}, {share(each.ahead_right, each.ahead)}",
        str(each.level),
        of(each.level_named, each.level),
    ]
