"""A colour for each library and a marker for each of its implementations, the same in every figure and on the page.

The colours of each theme have a contrast of at least 4.5 with its paper, so
that names may be written in them. Beyond them, and beyond the markers, pairs
that nobody has are used: 132 implementations differ before a pair repeats.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

LIGHT = (
    "#0B62A8", "#B8430A", "#0A7350", "#A83279", "#8A6000", "#00748C",
    "#5B4BA8", "#5F6B00", "#5A5F66", "#7B4B33", "#B3263A", "#33415C",
)  # fmt: skip
DARK = (
    "#6CB0F5", "#F5905A", "#3CC795", "#F08CC4", "#EDB940", "#4CC9DE",
    "#AFA3FA", "#B9C74A", "#B8BDC5", "#D3A387", "#FF8A95", "#9FB3D9",
)  # fmt: skip

PLACES = (
    "numpy", "torch", "jax", "numba", "tensorflow", "dask", "scipy", "sklearn", "python", "cupy", "triton",
)  # fmt: skip
"""Libraries whose colour is the same in every run: the number of a colour is the library's place."""

MARKERS = (
    ("circle", "o"),
    ("square", "s"),
    ("triangle-up", "^"),
    ("diamond", "D"),
    ("triangle-down", "v"),
    ("cross", "P"),
    ("triangle-right", ">"),
    ("star", "*"),
    ("saltire", "X"),
    ("triangle-left", "<"),
    ("pentagon", "p"),
)


class Look(NamedTuple):
    """How one implementation is drawn: number of its colour, Vega shape, Matplotlib marker."""

    number: int
    shape: str
    marker: str

    @property
    def colour(self) -> str:
        return LIGHT[self.number]


def looks(implementations: Sequence[str], libraries: Mapping[str, str] | None = None) -> dict[str, Look]:
    """The look of each implementation: one colour per library, and no colour and marker together twice.

    Without its library, an implementation is a library of its own.
    """
    owners = {name: (libraries or {}).get(name) or name for name in implementations}
    numbers = _numbers(list(owners.values()))
    counted: Counter[str] = Counter()
    made: dict[str, tuple[int, int]] = {}
    beyond = []
    for name, owner in owners.items():
        if owner in numbers and counted[owner] < len(MARKERS):
            made[name] = (numbers[owner], counted[owner])
            counted[owner] += 1
        else:
            beyond.append(name)
    pairs = list(product(range(len(LIGHT)), range(len(MARKERS))))
    free = [pair for pair in pairs if pair not in made.values()] or pairs
    free.sort(key=lambda pair: pair[0] in numbers.values())
    made |= {name: free[place % len(free)] for place, name in enumerate(beyond)}
    return {name: Look(made[name][0], *MARKERS[made[name][1]]) for name in implementations}


def _numbers(libraries: Sequence[str]) -> dict[str, int]:
    """The colour of each library, as long as there are colours."""
    known = {name: PLACES.index(name) for name in libraries if name in PLACES}
    free = [number for number in reversed(range(len(LIGHT))) if number not in known.values()]
    others = [name for name in dict.fromkeys(libraries) if name not in known]
    return known | dict(zip(others, free, strict=False))
