"""``rooflinear calibrate --pytest …``: how often the gate errs on a suite of another tool, here."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from ..calibration.trials import Trial, trial
from ..gate.margins import Margins
from ..guests.sides import BASE, HEAD
from ..lent.serving import PLANTED
from ..machine import machine
from ..processes import scratch
from . import guests
from .options import seed_of
from .requests import CalibrateRequest


def play(request: CalibrateRequest, accepted: Margins, effect: float, load: int, number: int) -> Trial:
    """One comparison of a revision or a release with itself, with more calls on one side if an effect is planted."""
    started, here = datetime.now(UTC).isoformat(timespec="seconds"), machine.describe()
    seeded = msgspec.structs.replace(request, seed=str(seed_of(request.seed) + 2 * number))
    with scratch.folder() as place:
        opened, named = guests.open_sides(seeded, dict.fromkeys((BASE, HEAD), request.revision), place)
        if effect:
            head = opened.places[HEAD]
            slower = replace(head, environment={**head.environment, PLANTED: str(effect)})
            opened = replace(opened, places={**opened.places, HEAD: slower})
        begun = time.monotonic()  # builds are no part of the gate
        found = guests.judged(opened, named, accepted, [], seeded, judge_all=True)
    seconds = round(time.monotonic() - begun, 1)
    found = msgspec.structs.replace(found, machine=here, started_at=started, seconds=seconds)
    made = trial(found, effect, load)
    return msgspec.structs.replace(made, judge=f"rooflinear --{opened.suite.kind}", implementations=[found.suite])
