"""One colour and one marker per implementation, the same in every figure and on the page.

Hues after Okabe & Ito (jfly.uni-koeln.de/color), darkened for white paper and
lightened for dark screens. Eight colours and seven markers have no common
factor: 56 implementations differ before a pair repeats.
"""

from collections.abc import Sequence
from typing import NamedTuple

LIGHT = ("#0072B2", "#D55E00", "#00875F", "#B8568F", "#B07C00", "#3E9CCB", "#5B4BA8", "#5A5F66")
DARK = ("#4C9BE8", "#F0803C", "#2BBD8F", "#E29AC6", "#F2B93B", "#8FD3F4", "#A79BF0", "#B8BDC5")

MARKERS = (
    ("circle", "o"),
    ("square", "s"),
    ("triangle-up", "^"),
    ("diamond", "D"),
    ("triangle-down", "v"),
    ("cross", "P"),
    ("triangle-right", ">"),
)


class Look(NamedTuple):
    """How one implementation is drawn: number of its colour, Vega shape, Matplotlib marker."""

    number: int
    shape: str
    marker: str

    @property
    def colour(self) -> str:
        return LIGHT[self.number]


def looks(implementations: Sequence[str]) -> dict[str, Look]:
    """The look of each implementation, by its place in the sequence."""
    return {name: _look(place) for place, name in enumerate(implementations)}


def _look(place: int) -> Look:
    return Look(place % len(LIGHT), *MARKERS[place % len(MARKERS)])
