"""``rooflinear calibrate --pytest …``: how often the gate errs on a suite of another tool, here."""

import contextlib
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import msgspec

from .. import store
from ..calibration.peers import guest_trials
from ..calibration.trials import Trial, trial
from ..gate.margins import Margins
from ..guests.sides import BASE, HEAD, Opened
from ..lent.serving import PLANTED
from ..machine import machine
from ..processes import scratch
from . import guest_sides, guests
from .options import seed_of
from .requests import CalibrateRequest


@contextlib.contextmanager
def opened(
    request: CalibrateRequest, accepted: Margins
) -> Iterator[tuple[Callable[[float, int, int], Trial], Callable[[int], Iterator[Trial]]]]:
    """Opens both sides once; yields what plays a run of the gate, given effect, load and number, and other tools."""
    with scratch.folder() as place:
        sides, named = guest_sides.open_sides(request, dict.fromkeys((BASE, HEAD), request.revision), place)
        label = f"{request.revision} {shlex.join(sides.suite.arguments)}"

        def play(effect: float, load: int, number: int) -> Trial:
            seeded = msgspec.structs.replace(request, seed=str(seed_of(request.seed) + 2 * number))
            compared = _planted(sides, effect) if effect else sides
            begun, started, here = time.monotonic(), store.now(), machine.describe()
            found = guests.judged(compared, named, accepted, [], seeded, judge_all=True)
            seconds = round(time.monotonic() - begun, 1)
            found = msgspec.structs.replace(found, machine=here, started_at=started, seconds=seconds)
            made = trial(found, effect, load)
            return msgspec.structs.replace(made, judge=f"rooflinear --{sides.suite.kind}", implementations=[label])

        yield play, partial(guest_trials, sides, label)


def _planted(sides: Opened, effect: float) -> Opened:
    """All sides call the benchmark through the wrapper: one more frame of Python moves what lies in memory."""
    shares = {side: effect if side == HEAD else 0.0 for side in sides.places}
    places = {
        side: replace(place, environment={**place.environment, PLANTED: str(shares[side])})
        for side, place in sides.places.items()
    }
    return replace(sides, places=places)
