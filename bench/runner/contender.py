"""A contender: one case on its way through a contest, from its first call to its result."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import Lost
from ..processes.protocol import Done
from ..processes.reference_messages import Judge
from ..processes.worker_messages import Prepare, Prepared, Release, Warmed, WarmUp
from ..records import Case, Result, Sample, Status, Verdict
from ..timing.guard import disturbed
from ..timing.kept import undisturbed
from .exact import exact_test
from .honesty import Examination
from .judged_calls import JudgedCalls
from .slot import Slot
from .terms import FEWEST_LONG, LOAD_SECONDS, VERY_LONG_CALL_NS, Terms, interpreted_call_seconds
from .turns import Turns, cores_kept_busy, median_call_ns, require_possible_times
from .unseen import Judging

WARM_UP_NS = 30_000_000
WARM_UP_SLICE_NS = 500_000
UNTIMED_WARM_UP_NS, UNTIMED_SLICE_NS = 3_000_000, 100_000
"""Where nothing was timed: what a call takes, for those on fresh inputs to be compared with."""

JUDGED_SHARE, MOST_JUDGED = 0.2, 2
"""Of a contender's turns: whose output is judged at once, drawn anew each time; the last turn's always is."""

COMPILED_NS = 20_000_000

THREADS_EXCESS = 1.1
DRAW = random.SystemRandom().random


@dataclass(eq=False)
class Contender:
    """One case on its way to a `Result`. Every way that ends before `finish` ends not ok.

    ``reads`` is what was read beside its rounds: (round, ns per byte).
    """

    case: Case
    slot: Slot
    block: int
    terms: Terms
    emit: Callable[[Result], None]
    samples: list[Sample] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    call_ns: float = 0.0
    first_call_ns: float = 0.0
    sits_out: bool = False
    far: bool = False
    reads: Sequence[tuple[int, float]] = ()
    lost: Lost | None = None
    _judged_turns: int = 0

    def __post_init__(self) -> None:
        self._turns = Turns(self.slot, self.terms, self.case.threads)

    def prepare(self) -> bool:
        """First call and first comparison; False where the case has ended."""
        try:
            self.slot.start()
            self._pass_exact_test()
            terms, into = self.terms, self._judging.outputs()
            reply = self._first_call(Prepare(terms.task, terms.main, terms.in_place, into))
            self._note_prepared(reply)
            algorithm = self.slot.implementation.algorithm
            for verdict in self._judging.judge(Judge(into, [terms.main] * 2, algorithm, terms.task.dtype)).verdicts:
                self._require_ok(verdict)
            if reply.fault:
                raise Lost("wrong", reply.fault)
        except Lost as lost:
            return self.lose(lost)
        return True

    def _first_call(self, request: Prepare) -> Prepared:
        terms, seconds = self.terms, self.terms.first_call_seconds
        if not self.block and not self.slot.implementation.compiles:
            seconds = min(seconds, interpreted_call_seconds(terms.timeout_s, terms.footprint_bytes or 0.0))
        try:
            return self.slot.ask(request, seconds, Prepared)
        except Lost as lost:
            if lost.status == "timeout":
                rest = f"{seconds - terms.timeout_s:.3g} s for loading and comparing"
                reason = f"its first call exceeds the limit of {terms.timeout_s:g} s (--timeout) and {rest}"
                lost = Lost("timeout", reason, lost.exit)
            raise lost from None

    @property
    def compiles(self) -> bool:
        """Whether the exact test's first call was slow enough to have been compiled; then a first call at a size is."""
        return self.slot.compiled_ns.get((self.case.operation, self.case.dtype), 0) > COMPILED_NS

    def plays(self, index: int, rounds: int) -> bool:
        """Whether it takes part in round ``index`` of ``rounds``: fewer where a call is long, at least one.

        A long call gets one more round for each that was disturbed throughout, up to twice as many.
        """
        share = min(1.0, self.terms.long_call_ns / max(self.call_ns, 1.0))
        fewest = FEWEST_LONG if self.call_ns < VERY_LONG_CALL_NS else 1
        most = max(min(rounds, fewest), round(rounds * share))
        if most < rounds:
            most += min(most, len(self._disturbed_rounds()))
        return not self.sits_out and len({each.round for each in self.samples}) <= index < most

    def _disturbed_rounds(self) -> set[int]:
        """Rounds of which every slice lost time to other programs."""
        flags = list(zip(self.samples, disturbed(self.samples), strict=True))
        return {sample.round for sample, _ in flags} - {sample.round for sample, flagged in flags if not flagged}

    def warm_up(self, first_round: int) -> bool:
        """Steady state and the number of calls in a slice; False where the case has ended."""
        try:
            if not self._is_long(first_round):
                self._warm_up()
            if self.call_ns > self.terms.timeout_s * 1e9:
                raise Lost("timeout", f"a call takes {self.call_ns / 1e9:.3g} s, over the limit (--timeout)")
        except Lost as lost:
            return self.lose(lost)
        return True

    def _is_long(self, first_round: int) -> bool:
        """Where a first call was long, the next is timed at once: if it is long too, it counts as a sample."""
        self.call_ns = self.first_call_ns
        if self.call_ns < self.terms.long_call_ns:
            return False
        self._keep(self._turns.play(first_round, self.call_ns))
        self.call_ns = self.samples[0].wall_ns
        if self.call_ns >= self.terms.long_call_ns:
            self.facts["steady"] = None
            return True
        self.samples.clear()
        self._turns.clear()
        return False

    def _warm_up(self) -> None:
        seconds = self.terms.timeout_s * 3 + WARM_UP_NS / 1e9 + 5
        reply = self.slot.ask(WarmUp(WARM_UP_NS, WARM_UP_SLICE_NS), seconds, Warmed)
        self.call_ns, self.facts["steady"] = reply.call_ns, reply.steady

    def time_slice(self, round_: int) -> None:
        """One turn: its samples. Raises `Lost`."""
        if self.terms.slices > 1:
            self._turns.place_anew()
        samples = self._turns.play(round_, self.call_ns)
        if self.terms.slices > 1 and self._turns.came_out_short(samples, self.call_ns):
            self.call_ns = median_call_ns(samples)
            self._turns.drop_last()
            samples = self._turns.play(round_, self.call_ns)
        self._keep(samples)

    def _keep(self, samples: Sequence[Sample]) -> None:
        """As samples of a turn, whose output is judged if it is drawn. Raises `Lost`."""
        self.samples += samples
        if self._judged_turns < MOST_JUDGED and DRAW() < JUDGED_SHARE:
            self._judged_turns += 1
            self._calls().delivered(None)

    def was_disturbed(self, round_: int) -> bool:
        """Whether every slice of a round lost time to other programs, or its answer did: `finish` drops such a turn."""
        if self.terms.slices == 1:
            return False
        return not self._turns.last_clocks_agree() or round_ in self._disturbed_rounds()

    def finish(self) -> bool:
        """What comes after the timing: last outputs, fresh inputs, what is left behind; and the result."""
        try:
            self._keep_true_samples()
            if reason := self.slot.left_behind():
                raise Lost("wrong", reason)
            require_possible_times(self.samples, self.case.threads)
            self.facts["peak_bytes"] = self._examined()
        except Lost as lost:
            return self.lose(lost)
        self.facts["disturbed_by"] = by = self._disturbed_by()
        found = (self._uses_more_than_its_threads(), by and f"disturbed: {by}", self.facts.get("warning", ""))
        self.facts["warning"] = "; ".join(each for each in found if each)
        self.emit(self._result("ok", "", samples=self.samples))
        return True

    def _examined(self) -> int | None:
        if not self.samples:
            request = WarmUp(UNTIMED_WARM_UP_NS, UNTIMED_SLICE_NS)
            self.call_ns = self.slot.ask(request, self._examining_seconds, Warmed).call_ns
        calls = self._calls()
        calls.delivered(self.terms.seed)
        timed_ns = median_call_ns(self.samples) or self.call_ns
        in_place, threads = self.terms.in_place, self.case.threads
        found = Examination(calls, self.terms.fresh, timed_ns, self._timed_once_more, in_place, threads)
        if not self.terms.thorough:
            return found.alone()
        if calls.stock.has_many:
            return found.among_many()
        found.looked_at()
        return found.alone()

    def _calls(self) -> JudgedCalls:
        terms, algorithm = self.terms, self.slot.implementation.algorithm
        assert terms.stock is not None
        return JudgedCalls(
            self.slot, self._judging, terms.stock, terms.task, algorithm, self._examining_seconds, self._require_ok
        )

    def _timed_once_more(self) -> float:
        """ns of a call in one more turn, which counts as none of its rounds."""
        return median_call_ns(self._turns.play(self.samples[-1].round if self.samples else 0, self.call_ns))

    @property
    def _judging(self) -> Judging:
        assert self.terms.judging is not None
        return self.terms.judging

    @property
    def _examining_seconds(self) -> float:
        return 8 * self.terms.timeout_s + LOAD_SECONDS

    def release(self) -> None:
        """Lets the worker forget its inputs; a worker that cannot is started anew next time."""
        if not self.slot.alive:
            return
        try:
            self.slot.ask(Release(), LOAD_SECONDS, Done)
        except Lost:
            self.slot.stop()

    def lose(self, lost: Lost) -> bool:
        """Ends the case with the status it was lost with, and without a time."""
        self.lost = lost
        if lost.status == "timeout":
            self.facts["cap_ns"] = int(self.terms.timeout_s * 1e9)
        for name in ("steady", "first_call_ns", "compiled_ns", "transfer_in_ns", "transfer_out_ns"):
            self.facts.pop(name, None)
        if lost.verdict:
            self._note_verdict(lost.verdict)
        self.emit(self._result(lost.status, lost.reason, exit=lost.exit, lack=lost.lack))
        return False

    def _pass_exact_test(self) -> None:
        terms = self.terms
        exact_test(self.slot, self._judging, terms.exact_task, terms.exact, terms.first_call_seconds)
        if lost := self.slot.exact.get((self.case.operation, self.case.dtype)):
            raise lost

    def _note_prepared(self, reply: Prepared) -> None:
        self.first_call_ns = reply.first_call_ns
        if not self.block:  # in further blocks another first call runs beside it
            self.facts["first_call_ns"] = reply.first_call_ns
            self.facts["compiled_ns"] = reply.compiled_ns
        self.facts["transfer_in_ns"] = reply.transfer_in_ns
        self.facts["transfer_out_ns"] = reply.transfer_out_ns

    def _note_verdict(self, verdict: Verdict) -> None:
        numbers = ("error_over_bound", "error", "bound", "warning")
        self.facts.update({name: getattr(verdict, name) for name in numbers})

    def _require_ok(self, verdict: Verdict) -> None:
        if verdict.status != "ok":
            raise Lost("wrong", verdict.reason, verdict=verdict)
        if (verdict.error_over_bound or 0) >= (self.facts.get("error_over_bound") or 0):
            self._note_verdict(verdict)

    def _keep_true_samples(self) -> None:
        if self.samples:
            self.samples = self._turns.true_samples(lambda: self.time_slice(self.samples[-1].round + 1))

    def _uses_more_than_its_threads(self) -> str:
        threads = self.case.threads
        used = cores_kept_busy(self.samples, threads)
        return f"kept {used:.1f} cores busy on {threads} threads" if used > THREADS_EXCESS * threads else ""

    def _disturbed_by(self) -> str:
        """What took time from most samples; '' if most were undisturbed."""
        if not undisturbed(self.samples).mostly:
            return ""
        return self.terms.busy() or "its threads waited for a core in most slices"

    def _result(self, status: Status, reason: str, **more: Any) -> Result:
        started = self.slot.started
        return Result(
            case=self.case,
            algorithm=self.slot.implementation.algorithm,
            source_sha256=self.slot.implementation.source_sha256,
            inputs_sha256=self.terms.inputs_sha256,
            data=self.terms.data,
            status=status,
            reason=reason,
            import_ns=self.slot.import_ns,
            pools=started.pools if started else {},
            block=self.block,
            costs=self.terms.costs,
            footprint_bytes=self.terms.footprint_bytes,
            reads=list(self.reads),
            **self.facts,
            **more,
        )
