"""One contest: every contender of one task prepared, timed in interleaved rounds, verified again."""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import protocol
from .measure import calibrate
from .protocol import Verdict
from .records import Case, Result, Sample
from .slot import Lost, Slot

WARM_UP_NS = 60_000_000
WARM_UP_SLICE_NS = 2_000_000
SLICE_NS = 5_000_000
LONG_CALL_NS = 40_000_000
"""Calls from here on get fewer samples where time is short."""
LOAD_SECONDS = 60.0
CLOCK_GAP_NS = SLICE_NS // 2
"""What an answer may take besides; a clock that loses more than half of a slice is seen."""
CLOCK_GAP_SHARE = 0.45
CLOCK_TRIES = 10
THREADS_EXCESS = 1.1


def play_rounds(contenders: Sequence[Any], rounds: int, first_round: int, rng: random.Random) -> list[Any]:
    """Times every contender once a round, in an order drawn anew, and returns those that lasted.

    What drifts, drifts for all alike: neighbours in time differ by chance only.
    One whose calls are long sits out the later rounds.
    """
    lasting = list(contenders)
    for round_ in range(first_round, first_round + rounds):
        rng.shuffle(lasting)
        for contender in list(lasting):
            if not contender.plays(round_ - first_round, rounds):
                continue
            try:
                contender.time_slice(round_)
            except Lost as lost:
                contender.lose(lost)
                lasting.remove(contender)
    return lasting


@dataclass(frozen=True)
class Stage:
    """What a contest gives its contenders: the task and the folders of its problems.

    ``costs`` are flops and bytes by algorithm, ``footprint_bytes`` those of inputs and output, ``reads`` what the
    meter read in the rounds: (round, ns per byte).
    """

    task: protocol.Task
    main: str
    fresh: str
    exact_task: protocol.Task
    exact: str
    inputs_sha256: str
    data: str
    generated: bool
    timeout_s: float
    in_place: bool = False
    long_call_ns: float = LONG_CALL_NS
    slice_ns: int = SLICE_NS
    clock_ns: Callable[[], int] = time.perf_counter_ns
    costs: dict[str, tuple[float, float]] = field(default_factory=dict)
    footprint_bytes: float | None = None
    reads: list[tuple[int, float]] = field(default_factory=list)

    @property
    def first_call_seconds(self) -> float:
        """A first call may compile, and the worker loads before it."""
        return self.timeout_s + min(30.0, 15.0 + 2 * self.timeout_s)


@dataclass
class Contender:
    """One case on its way to a `Result`. Every way that ends before `finish` ends not ok."""

    case: Case
    slot: Slot
    block: int
    stage: Stage
    emit: Callable[[Result], None]
    samples: list[Sample] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    call_ns: float = 0.0
    _elapsed_ns: list[int] = field(default_factory=list)

    def prepare(self) -> bool:
        """First call and first comparison; False where the case has ended."""
        try:
            self.slot.start()
            self._pass_exact_test()
            stage = self.stage
            request = protocol.Prepare(stage.task, stage.main, stage.generated, stage.in_place)
            reply = self.slot.ask(request, self.stage.first_call_seconds, protocol.Prepared)
            self._note_prepared(reply)
            self._require_ok(reply.verdict)
        except Lost as lost:
            return self.lose(lost)
        return True

    def plays(self, index: int, rounds: int) -> bool:
        """Whether it takes part in round ``index`` of ``rounds``: fewer where a call is long, at least one."""
        most = max(1, round(rounds * min(1.0, self.stage.long_call_ns / max(self.call_ns, 1.0))))
        return len(self.samples) <= index < most

    def warm_up(self, first_round: int) -> bool:
        """Steady state and the number of calls in a slice; False where the case has ended."""
        try:
            if not self._is_long(first_round):
                self._warm_up()
            if self.call_ns > self.stage.timeout_s * 1e9:
                raise Lost("timeout", f"a call takes {self.call_ns / 1e9:.3g} s, over the limit (--timeout)")
        except Lost as lost:
            return self.lose(lost)
        return True

    def _is_long(self, first_round: int) -> bool:
        """Where a first call was long, the next is timed at once: if it is long too, it counts as a sample."""
        self.call_ns = self.facts["first_call_ns"]
        if self.call_ns < self.stage.long_call_ns:
            return False
        self.time_slice(first_round)
        self.call_ns = self.samples[0].wall_ns
        if self.call_ns >= self.stage.long_call_ns:
            self.facts["steady"] = None
            return True
        self.samples.clear()
        self._elapsed_ns.clear()
        return False

    def _warm_up(self) -> None:
        seconds = self.stage.timeout_s * 3 + WARM_UP_NS / 1e9 + 5
        reply = self.slot.ask(protocol.WarmUp(WARM_UP_NS, WARM_UP_SLICE_NS), seconds, protocol.Warmed)
        self.call_ns, self.facts["steady"] = reply.call_ns, reply.steady

    def time_slice(self, round_: int) -> None:
        """One sample. Raises `Lost`."""
        calls = calibrate(self.call_ns, self.stage.slice_ns)
        seconds = self.stage.timeout_s * 3 + 20 * calls * self.call_ns / 1e9 + 5
        started = self.stage.clock_ns()
        reply = self.slot.ask(protocol.Slice(round_, calls), seconds, protocol.Sliced)
        self._elapsed_ns.append(self.stage.clock_ns() - started)
        self.samples.append(reply.sample)

    def finish(self) -> bool:
        """The second comparison, on fresh inputs, and the result."""
        try:
            self._require_true_clock()
            request = protocol.Finish(self.stage.fresh)
            reply = self.slot.ask(request, 8 * self.stage.timeout_s + LOAD_SECONDS, protocol.Checked)
            self._require_ok(reply.verdict)
            self.facts["peak_bytes"] = reply.peak_bytes
        except Lost as lost:
            return self.lose(lost)
        if busy := self._uses_more_than_its_threads():
            self.facts["warning"] = busy
        self.emit(self._result("ok", "", samples=self.samples))
        return True

    def release(self) -> None:
        """Lets the worker forget its inputs; a worker that cannot is started anew next time."""
        if not self.slot.alive:
            return
        try:
            self.slot.ask(protocol.Release(), LOAD_SECONDS, protocol.Done)
        except Lost:
            self.slot.stop()

    def lose(self, lost: Lost) -> bool:
        """Ends the case with the status it was lost with, and without a time."""
        if lost.status == "timeout":
            self.facts["cap_ns"] = int(self.stage.timeout_s * 1e9)
        for name in ("steady", "first_call_ns", "compiled_ns", "transfer_in_ns", "transfer_out_ns"):
            self.facts.pop(name, None)
        if lost.verdict:
            self._note_verdict(lost.verdict)
        self.emit(self._result(lost.status, lost.reason, exit=lost.exit))
        return False

    def _pass_exact_test(self) -> None:
        key = (self.case.operation, self.case.dtype)
        if self.stage.exact and key not in self.slot.exact:
            self.slot.exact[key] = self._exact_test()
        if lost := self.slot.exact.get(key):
            raise lost

    def _exact_test(self) -> Lost | None:
        request = protocol.Exact(self.stage.exact_task, self.stage.exact)
        try:
            reply = self.slot.ask(request, self.stage.first_call_seconds, protocol.Checked)
            self._require_ok(reply.verdict)
        except Lost as lost:
            if lost.status == "unsupported":
                return None
            return Lost(lost.status, f"exact test: {lost.reason}", lost.exit)
        return None

    def _note_prepared(self, reply: protocol.Prepared) -> None:
        self._note_verdict(reply.verdict)
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

    def _require_true_clock(self) -> None:
        """The parent's clock, which no kernel can reach, must roughly agree with the worker's.

        A busy machine delays an answer now and then; only a clock that is
        wrong disagrees in every slice, those taken here to be sure included.
        """
        if not self.samples:
            return
        honest = len(self.samples)
        while not self._clock_agrees():
            if len(self.samples) >= honest + CLOCK_TRIES:
                raise Lost("wrong", "its clock disagrees with the harness's: a slice took longer than it says")
            self.time_slice(self.samples[-1].round + 1)
        del self.samples[honest:]

    def _uses_more_than_its_threads(self) -> str:
        used = statistics.median([each.cpu_ns / max(each.wall_ns, 1) for each in self.samples] or [0.0])
        threads = self.case.threads
        return f"kept {used:.1f} cores busy on {threads} threads" if used > THREADS_EXCESS * threads else ""

    def _clock_agrees(self) -> bool:
        pairs = zip(self._elapsed_ns, self.samples, strict=True)
        return any(
            sample.wall_ns <= elapsed + CLOCK_GAP_NS
            and elapsed - sample.wall_ns <= max(CLOCK_GAP_NS, CLOCK_GAP_SHARE * elapsed)
            for elapsed, sample in pairs
        )

    def _result(self, status: Any, reason: str, **more: Any) -> Result:
        started = self.slot.started
        return Result(
            case=self.case,
            algorithm=self.slot.implementation.algorithm,
            source_sha256=self.slot.implementation.source_sha256,
            inputs_sha256=self.stage.inputs_sha256,
            data=self.stage.data,
            status=status,
            reason=reason,
            import_ns=self.slot.import_ns,
            pools=started.pools if started else {},
            block=self.block,
            costs=self.stage.costs,
            footprint_bytes=self.stage.footprint_bytes,
            reads=list(self.stage.reads),
            **self.facts,
            **more,
        )
