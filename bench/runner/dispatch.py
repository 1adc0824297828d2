"""Measures an empty call of each array library, each in a worker of its own."""

import sys
import warnings

from ..errors import Lost
from ..machine import ceilings
from ..machine.roofs import LONGEST_EMPTY_CALL_NS
from ..records import Ceilings, Machine
from ..suites.suite import Implementation, Suite, unavailable
from .slot import Slot

DEVICE = "cpu"


def with_dispatch(described: Machine, made: Ceilings, loaded: Suite) -> Ceilings:
    """The ceilings with ns of an empty call of each array library of the suite; missing ones are measured and stored.

    A library that is not installed, or not for this device, is left out; a failure is a warning.
    """
    absent = [name for name in libraries(loaded) if name not in made.dispatch_ns]
    if not absent:
        return made
    print(f"measuring an empty call of {', '.join(absent)} (once; stored)", file=sys.stderr)
    measured = {name: taken for name in absent if (taken := _empty_call_ns(loaded, libraries(loaded)[name]))}
    return ceilings.learn_calls(described, made, measured)


def libraries(loaded: Suite) -> dict[str, Implementation]:
    """Each array library that can run here, with one of its implementations: the one with its name if there is one."""
    able = [each for each in loaded.implementations.values() if each.device in ("", DEVICE) and not unavailable(each)]
    return {each.library: each for each in sorted(able, key=lambda each: each.stem == each.library)}


def _empty_call_ns(loaded: Suite, implementation: Implementation) -> float:
    """0 if it could not be measured."""
    slot = Slot(loaded, implementation, threads=1, device=DEVICE)
    try:
        taken = slot.start().dispatch_ns
        if taken > LONGEST_EMPTY_CALL_NS:
            why = f"took {taken / 1e6:.0f} ms: the machine was busy; not stored"
            warnings.warn(f"an empty call of {implementation.library} {why}", stacklevel=2)
        return taken
    except Lost as lost:
        if lost.status != "unsupported":
            warnings.warn(f"an empty call of {implementation.library} was not measured: {lost}", stacklevel=2)
        return 0.0
    finally:
        slot.stop()
