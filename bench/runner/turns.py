"""Turns of a contender, each timed by two clocks: the worker's and the parent's."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..errors import Lost
from ..machine.cores import first_cores
from ..processes.protocol import Done
from ..processes.worker_messages import Reload, Slice, Sliced
from ..records import Sample
from ..timing.guard import Scheduled
from ..timing.kernel import MAXIMUM_CALLS, calls_to_fill
from .slot import Slot
from .terms import FEWEST_LONG, LOAD_SECONDS, SLICE_NS, SLICES, Terms

RELOAD_SHARE = 0.06
"""Of the time that turns take: what placing the inputs in memory anew may take."""

AGREEING_NS, AGREEING_SHARE = 1_500_000, 0.1
"""What an answer may take besides where both clocks agree. In 653 of 685 turns on a shared machine it took less."""
DELAYED_NS, DELAYED_SHARE = SLICES * SLICE_NS // 2, 0.45
"""The same on a machine so busy that they agree in no turn."""
BETWEEN_SHARE = 0.3
"""Of a slice: what reading counters after it may take."""
CLOCK_TRIES = 10
CLOCK_FACTOR = 2.0
"""Turns in which both clocks agree may tell so many times the time of those in which they do not."""
CORES_EXCESS = 1.5
"""Times the cores that a worker is kept to: if more seem busy, its clock is wrong."""
COUNTED_NS = 4_000_000
"""Between two ticks, mostly 250 a second: what Linux adds at once to the CPU time of a thread that does not ask."""
FEWEST_LIES, LIE_FACTOR = 2, 4.0
"""Noise makes calls longer: if so many turns tell calls so many times shorter than the others, the clock is wrong."""


@dataclass(frozen=True)
class Turn:
    """What a turn took by the parent's clock and by the worker's, and why its answer may have come late."""

    elapsed_ns: int
    told_ns: int
    scheduled: Scheduled
    samples: list[Sample]

    def clocks_agree(self, threads: int) -> bool:
        return self._agree(threads, AGREEING_NS, AGREEING_SHARE)

    def clocks_agree_roughly(self, threads: int) -> bool:
        return self._agree(threads, DELAYED_NS, DELAYED_SHARE)

    def _agree(self, threads: int, gap_ns: int, share: float) -> bool:
        """Whether both say the same but for ``gap_ns`` or a share, less what the answer waited for a core.

        It counts as waiting only where the worker's CPU time fits what it told: no part of it computed meanwhile.
        """
        if self.told_ns > self.elapsed_ns + gap_ns:
            return False
        computed_ns = self.elapsed_ns - self.scheduled.waited_ns
        most_ns = self.told_ns + max(gap_ns, share * computed_ns)
        if self.scheduled.cpu_ns - (threads - 1) * self.told_ns > most_ns:
            return self.elapsed_ns <= self.told_ns + max(gap_ns, share * self.elapsed_ns)
        return computed_ns <= most_ns


@dataclass
class Turns:
    """Of one contender: asks its worker for them, and keeps those that were played."""

    slot: Slot
    terms: Terms
    threads: int
    played: list[Turn] = field(default_factory=list)
    _placed_ns: int = 0
    _turned_ns: int = 0

    def place_anew(self) -> None:
        """Puts the inputs elsewhere in memory, as often as that takes little beside the turns."""
        if self.terms.in_place or self._placed_ns > RELOAD_SHARE * self._turned_ns:
            return
        started = self.terms.clock_ns()
        self.slot.ask(Reload(), LOAD_SECONDS, Done)
        self._placed_ns += self.terms.clock_ns() - started

    def play(self, round_: int, call_ns: float) -> list[Sample]:
        """One more, of as many calls as fill its slices: its samples. Raises `Lost`."""
        terms = self.terms
        calls = calls_to_fill(call_ns, terms.slice_ns)
        slices = max(1, min(terms.slices, round(terms.slices * terms.slice_ns / max(call_ns, 1.0))))
        untimed_ns = terms.untimed_ns if call_ns < terms.long_call_ns else 0
        request = Slice(round_, calls, slices, untimed_ns, list(terms.watched()))
        seconds = terms.timeout_s * 3 + 20 * (slices + 1) * calls * call_ns / 1e9 + 5
        before, started = self.slot.scheduled(), terms.clock_ns()
        reply = self.slot.ask(request, seconds, Sliced)
        elapsed_ns = terms.clock_ns() - started
        between_ns = min(reply.between_ns, round(BETWEEN_SHARE * terms.slice_ns * (1 + len(reply.samples))))
        told_ns = reply.untimed_ns + between_ns + sum(each.wall_ns for each in reply.samples)
        self.played.append(Turn(elapsed_ns, told_ns, self.slot.scheduled().since(before), reply.samples))
        self._turned_ns += elapsed_ns
        return reply.samples

    def drop_last(self) -> None:
        self.played.pop()

    def clear(self) -> None:
        self.played.clear()

    def came_out_short(self, samples: Sequence[Sample], call_ns: float) -> bool:
        """Whether slices took less than half of what ``call_ns`` predicts: another program ran when it was measured."""
        longest = max(each.wall_ns for each in samples)
        predicted = max(self.terms.slice_ns, samples[0].calls * call_ns)
        return longest < predicted / 2 and samples[0].calls < MAXIMUM_CALLS

    def last_clocks_agree(self) -> bool:
        return self.played[-1].clocks_agree(self.threads)

    def true_samples(self, play_another: Callable[[], None]) -> list[Sample]:
        """Those to keep. The parent's clock, which no kernel can reach, must agree with the worker's.

        Only samples of turns in which it does are kept; where it does in fewer than three, those in which it does
        roughly. In others a busy machine delayed the answer, or the worker's clock is wrong. It is wrong where both
        disagree in all turns, those taken here to be sure included, or in most of them and these tell far less time
        than the rest, or in a few that tell hardly any: then it raises `Lost`.
        """
        fewest = min(FEWEST_LONG, len(self.played))
        agreeing, others = self._divided(fewest)
        for _ in range(CLOCK_TRIES):
            if len(agreeing) >= fewest:
                break
            play_another()
            agreeing, others = self._divided(fewest)
        if not agreeing:
            raise Lost("wrong", "its clock disagrees with the harness's: a slice took longer than it says")
        samples, doubted = ([sample for each in side for sample in each.samples] for side in (agreeing, others))
        if len(others) > len(agreeing) and median_call_ns(samples) > CLOCK_FACTOR * median_call_ns(doubted):
            raise Lost("wrong", "its clock disagrees with the harness's in most turns: they took longer than it says")
        if len(others) >= FEWEST_LIES and _fast_call_ns(samples) > LIE_FACTOR * median_call_ns(doubted):
            raise Lost("wrong", "its clock disagrees with the harness's in some turns: they took longer than it says")
        return samples

    def _divided(self, fewest: int) -> tuple[list[Turn], list[Turn]]:
        """Those in which both clocks agree, roughly if they are too few, and the others."""
        strictly = sum(each.clocks_agree(self.threads) for each in self.played)
        agrees = Turn.clocks_agree if strictly >= fewest else Turn.clocks_agree_roughly
        sides: dict[bool, list[Turn]] = {True: [], False: []}
        for each in self.played:
            sides[agrees(each, self.threads)].append(each)
        return sides[True], sides[False]


def _fast_call_ns(samples: Sequence[Sample]) -> float:
    """The time per call that three quarters of the slices exceed."""
    return sorted(each.wall_ns / each.calls for each in samples)[len(samples) // 4]


def median_call_ns(samples: Sequence[Sample]) -> float:
    """What a call took in the middle of some slices; 0 without any."""
    return statistics.median(each.wall_ns / each.calls for each in samples) if samples else 0.0


def cores_kept_busy(samples: Sequence[Sample], threads: int) -> float:
    """CPU time over wall time in the middle of some slices of so many threads; 0 without any.

    Linux knows to the ns what the calling thread used, and adds up what others used at ticks. So a slice of 1 ms in
    which 15 others compute counts 1 ms, or 61 ms: one tick of theirs is left out.
    """
    late_ns = (threads - 1) * COUNTED_NS
    return statistics.median(
        [max(each.cpu_ns - late_ns, min(each.cpu_ns, each.wall_ns)) / max(each.wall_ns, 1) for each in samples] or [0.0]
    )


def require_possible_times(samples: Sequence[Sample], threads: int) -> None:
    """No more cores busy than a worker of so many threads has: delays on a busy machine cannot show that.

    Raises `Lost`. Where workers are not kept to cores, nothing is known.
    """
    cores = len(first_cores(threads))
    used = cores_kept_busy(samples, max(cores, threads))
    if cores and used > CORES_EXCESS * cores:
        raise Lost("wrong", f"its clock disagrees with the harness's: {used:.1f} busy cores, it has {cores}")
