"""The first call of one case in one block: one number for each fresh process, compilation included, import not."""

import math

from .duel import Duel
from .paired_rounds import BASE, COPY, HEAD, Reading


class FirstCallDuel(Duel):
    """Both sides of a case, one after the other in random order, each in a process that has called nothing before."""

    def play(self, cores: list[int], thorough: bool) -> Reading | None:
        """Makes and verifies a first call on each side; None if a side was lost."""
        del thorough
        for side in self._shuffled():
            contender = self._contenders[side]
            contender.slot.exact[(contender.case.operation, contender.case.dtype)] = None  # its call would come first
            if not (self._pin(contender, cores) and contender.prepare()):
                return None
        took = {side: max(each.first_call_ns, 1.0) for side, each in self._contenders.items()}
        ratios = {side: math.log(each / took[BASE]) for side, each in took.items()}
        return Reading(ratios[HEAD], ratios.get(COPY), took[BASE], took[HEAD], 1, 0)
