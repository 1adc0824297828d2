"""A machine's ceilings as lines of text."""

from itertools import groupby

from ...reports.units import bytes_text, flops_text, rate_text, time_text
from ..machine.roofs import bytes_per_second
from ..records import Ceilings, Machine

BAR = 16
MARGIN = 19
FUNCTION = "(function)"
"""The name of a Python function that does nothing: no call takes less time."""


def lines(described: Machine, made: Ceilings) -> list[str]:
    """Bandwidths by working set and threads, peaks by dtype and threads, empty calls of Python and of each library.

    And a remark if other programs were busy while they were measured.
    """
    remark = [f"{'remark':{MARGIN}}{made.remark}"] if made.remark else []
    return [*_bandwidths(described, made), *_peaks(made), *_empty_calls(made), *remark]


def _bandwidths(described: Machine, made: Ceilings) -> list[str]:
    if not made.roofs:
        return []
    counts = list(made.roofs)
    sizes = [size for size, _ in made.roofs[counts[0]].read]
    most = max(rate for roof in made.roofs.values() for _, rate in roof.read)
    head = "".join(f"{_threads(count):<{BAR + 12}}" for count in counts)
    found = [f"{'read bandwidth':{MARGIN}}{'':18}{head}".rstrip()]
    for holder, held in groupby(sizes, key=lambda size: _holder(described, size)):
        for place, size in enumerate(held):
            rates = [bytes_per_second(made.roofs[count], size) for count in counts]
            cells = "".join(f"{rate_text(rate):>10} {_bar(rate / most):<{BAR + 1}}" for rate in rates)
            found.append(f"{'':{MARGIN}}{bytes_text(size):>9} {'' if place else holder:7} {cells}".rstrip())
    return found


def _holder(described: Machine, size: int) -> str:
    """The smallest cache of one core that holds so many bytes."""
    data = {name: held for name, held in described.caches_bytes.items() if not name.endswith("i")}
    if not data:
        return ""
    return min((held, name) for name, held in {**data, "memory": 2**63}.items() if held >= size)[1]


def _bar(share: float) -> str:
    return "█" * max(1, round(share * BAR))


def _peaks(made: Ceilings) -> list[str]:
    return [
        f"{'' if place else 'peak arithmetic':{MARGIN}}{_threads(count):>10}   "
        + "   ".join(f"{dtype} {flops_text(rate)}" for dtype, rate in roof.flops.items())
        for place, (count, roof) in enumerate(made.roofs.items())
    ]


def _empty_calls(made: Ceilings) -> list[str]:
    functions = [roof.call_ns for roof in made.roofs.values() if roof.call_ns]
    nothing = {FUNCTION: min(functions)} if functions else {}
    ordered = sorted({**nothing, **made.dispatch_ns}.items(), key=lambda pair: pair[1])
    return [
        f"{'' if place else 'an empty call':{MARGIN}}{library:>10}   {time_text(taken)}"
        for place, (library, taken) in enumerate(ordered)
    ]


def _threads(count: str) -> str:
    return f"{count} thread" if count == "1" else f"{count} threads"
