"""A case on its way to a result: whatever is lost before the end never ends ok, and never has a time."""

import random
from types import SimpleNamespace

import pytest

from rooflinear.bench.errors import Lost
from rooflinear.bench.processes import protocol
from rooflinear.bench.records import Case, Exit, Sample, Verdict
from rooflinear.bench.runner import contender
from rooflinear.bench.runner.contender import Contender
from rooflinear.bench.runner.rounds import play_rounds
from rooflinear.bench.runner.terms import SLICES, Terms
from rooflinear.bench.runner.unseen import Stock
from rooflinear.bench.timing.guard import Scheduled

MS = 1_000_000
ROUND = 8
"""The first one; those before belong to a run that was resumed."""

OK = Verdict("ok", "", 0.1, 1e-17, 1e-16)
BAD = Verdict("wrong", "error 1 exceeds the bound 0.1", 10.0, 1.0, 0.1)
STARTED = protocol.Started(5, "1.0", {"openblas": 1}, 100)


class FakeSlot:
    """Answers as a worker would, or as ``answers`` says: a reply, a function of slot and request, or `Lost`.

    Verdicts too: ``Judge`` says what the n-th outputs to be judged are, `ok` where it says nothing.
    """

    def __init__(self, **answers):
        self.answers = HONEST | answers
        self.asked, self.now_ns, self.stopped = [], 0, False
        self.exact, self.compiled_ns, self.started, self.alive, self.import_ns = {}, {}, STARTED, True, 5
        self.implementation = SimpleNamespace(algorithm="direct", source_sha256="abc", compiles=True)
        self.judged, self.behind, self.waited_ns, self.cpu_ns = 0, "", 0, 0

    def start(self):
        return self.ask(SimpleNamespace(), 0, protocol.Started, "Start")

    def ask(self, request, _seconds, kind, name=""):
        name = name or type(request).__name__
        self.asked.append(name)
        answer = self.answers[name]
        answer = answer(self, request) if callable(answer) else answer
        if isinstance(answer, Lost):
            raise answer
        assert isinstance(answer, kind)
        return answer

    def stop(self):
        self.stopped = True

    def left_behind(self):
        return self.behind

    def scheduled(self):
        return Scheduled(self.waited_ns, self.cpu_ns)

    def outputs(self):
        return "outputs"

    def judge(self, request):
        self.judged += 1
        return protocol.Judged([self.answers["Judge"].get(self.judged, OK)] * len(request.of))

    def draw(self, task, beside, folder, copies):
        return protocol.Drawn(copies, [0])


def turn(slot, request, call_ns, told=1.0, overhead_ns=0, cores=1, flags=None, waited_ns=0, computed_ns=0):
    """An answer to a `protocol.Slice`: untimed calls and slices of calls that take so long."""
    slot.waited_ns += waited_ns
    slot.cpu_ns += computed_ns
    wall_ns = round(request.calls * call_ns)
    untimed_ns = min(request.untimed_ns, wall_ns)
    slot.now_ns += untimed_ns + request.slices * wall_ns + overhead_ns
    told_ns = round(told * wall_ns)
    sample = Sample(request.round, slot.now_ns, told_ns, cores * told_ns, request.calls, flags or {})
    return protocol.Sliced([sample] * request.slices, round(told * untimed_ns))


def tried(slot, request, call_ns=MS):
    """An answer to a `protocol.Trial`: every call takes as long."""
    counts = [len(each.order) for each in request.plays]
    return protocol.Tried([protocol.Played([call_ns] * count, list(range(count)), 0, 4096) for count in counts])


def slices(**said):
    """Slices of calls of 1 ms each, of which ``told`` is told, and what the pipe takes besides."""
    return lambda slot, request: turn(slot, request, MS, **said)


HONEST = {
    "Start": STARTED,
    "Exact": protocol.Called(11),
    "Prepare": protocol.Prepared(7 * MS, 2, 3, 11),
    "WarmUp": protocol.Warmed(MS, True),
    "Slice": slices(),
    "Reload": protocol.Done(),
    "Deliver": protocol.Delivered(),
    "Trial": tried,
    "Judge": {},
    "Release": protocol.Done(),
}


EXACT, PREPARED, LAST, TRIED = 1, 2, 3, 4
"""The order in which outputs are judged where none is drawn to be judged in between."""


@pytest.fixture(autouse=True)
def no_turn_is_drawn_to_be_judged(monkeypatch):
    monkeypatch.setattr(contender, "DRAW", lambda: 1.0)


def played(slot=None, **answers):
    """The results of one contender that goes the way the runner takes it, and its slot."""
    slot, emitted = slot or FakeSlot(**answers), []
    case = Case("smoothing", "smooth", "numpy", {"length": 9}, {}, "float64", 1, "cpu")
    task = protocol.Task("smooth", {"length": 9}, {}, "float64")
    terms = Terms(
        task,
        "main",
        "fresh",
        task,
        "exact",
        "f00",
        "gaussian",
        timeout_s=1,
        judging=slot,
        stock=Stock(slot, task, "main", 1000),
        clock_ns=lambda: slot.now_ns,
        watched=lambda: [4711],
    )
    contender = Contender(case, slot, 0, terms, emitted.append)
    if contender.prepare() and contender.warm_up(ROUND):
        for each in play_rounds([contender], 4, ROUND, random.Random(0)):
            each.finish()
    contender.release()
    return emitted, slot


def ended(**answers):
    """The one result of a case on whose way an answer was another."""
    (result,), _ = played(**answers)
    return result


def test_a_case_that_passes_everything_is_ok():
    (result,), slot = played()
    assert (result.status, result.reason, result.steady) == ("ok", "", True)
    assert (result.first_call_ns, result.compiled_ns, result.peak_bytes) == (7 * MS, 11, 4096)
    expected = [(ROUND + number, 1) for number in range(4) for _ in range(SLICES)]
    assert [(sample.round, sample.calls) for sample in result.samples] == expected
    turns = 4 * ["Reload", "Slice"]
    assert slot.asked == ["Start", "Exact", "Prepare", "WarmUp", *turns, "Deliver", "Trial", "Release"]
    assert slot.judged == TRIED


@pytest.mark.parametrize("status", ["crashed", "timeout", "wrong", "unsupported", "missing"])
@pytest.mark.parametrize("step", ["Start", "Prepare", "WarmUp", "Slice", "Deliver", "Trial"])
def test_a_case_lost_on_its_way_ends_with_that_status_and_without_a_time(step, status):
    result = ended(**{step: Lost(status, "why", Exit("SIGSEGV", None, []))})
    assert (result.status, result.exit) == (status, Exit("SIGSEGV", None, []))
    called_too_long = (step, status) == ("Prepare", "timeout")
    assert result.reason.startswith("its first call exceeds the limit" if called_too_long else "why")
    assert (result.samples, result.first_call_ns, result.steady) == ([], None, None)


@pytest.mark.parametrize("status", ["crashed", "timeout", "wrong"])
def test_a_case_lost_in_the_exact_test_says_so(status):
    result = ended(Exact=Lost(status, "why"))
    assert (result.status, result.reason, result.samples) == (status, "exact test: why", [])


def test_a_case_that_does_not_support_the_exact_test_goes_on():
    assert ended(Exact=Lost("unsupported", "too odd")).status == "ok"


@pytest.mark.parametrize("step", [EXACT, PREPARED, LAST, TRIED])
def test_a_wrong_verdict_ends_a_case_wrong_with_its_numbers(step):
    result = ended(Judge={step: BAD})
    assert (result.status, result.samples) == ("wrong", [])
    assert result.reason.endswith("error 1 exceeds the bound 0.1")
    assert step == EXACT or (result.error_over_bound, result.error, result.bound) == (10, 1, 0.1)


@pytest.mark.parametrize("step", [EXACT, PREPARED, LAST, TRIED])
def test_a_verdict_that_compared_nothing_ends_a_case_wrong(step):
    assert ended(Judge={step: Verdict()}).status == "wrong"


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        ("Exact", protocol.Called(11, "changes its input X")),
        ("Prepare", protocol.Prepared(7, 2, 3, 11, "changes its input X")),
        ("Deliver", protocol.Delivered("changes its input X")),
        ("Trial", lambda slot, request: protocol.Tried(tried(slot, request).plays, "changes its input X")),
    ],
)
def test_what_a_worker_itself_finds_wrong_ends_a_case(step, reply):
    result = ended(**{step: reply})
    assert (result.status, result.samples) == ("wrong", [])
    assert result.reason.endswith("changes its input X")


def test_what_an_implementation_left_behind_ends_a_case_wrong():
    slot = FakeSlot()
    slot.behind = "left a process behind"
    ((result,), _) = played(slot)
    assert (result.status, result.reason, result.samples) == ("wrong", "left a process behind", [])


def test_outputs_of_turns_are_judged_as_they_are_drawn(monkeypatch):
    monkeypatch.setattr(contender, "DRAW", iter([0.9, 0.1, 0.9, 0.0]).__next__)
    _, slot = played()
    drawn = ["Reload", "Slice", "Deliver"]
    assert slot.asked[4:14] == ["Reload", "Slice", *drawn, "Reload", "Slice", *drawn]


def test_a_wrong_output_of_a_turn_ends_a_case_at_once(monkeypatch):
    monkeypatch.setattr(contender, "DRAW", lambda: 0.0)
    (result,), slot = played(Judge={LAST: BAD})
    assert (result.status, result.samples, slot.asked.count("Slice")) == ("wrong", [], 1)


def test_a_case_lost_in_its_last_slice_keeps_no_earlier_one():
    def dies(slot, request):
        return slices()(slot, request) if request.round < ROUND + 3 else Lost("crashed", "killed by SIGKILL")

    result = ended(Slice=dies)
    assert (result.status, result.samples) == ("crashed", [])


def test_a_call_over_the_limit_is_a_timeout_with_its_cap():
    result = ended(WarmUp=protocol.Warmed(1.5e9, None))
    assert (result.status, result.cap_ns, result.samples) == ("timeout", 10**9, [])


def test_a_clock_that_agrees_in_few_turns_and_tells_far_less_in_the_others_is_wrong():
    def now_and_then(slot, request):
        return slices(told=1.0 if request.round == ROUND else 0.2)(slot, request)

    result = ended(Slice=now_and_then)
    assert (result.status, result.samples) == ("wrong", [])
    assert "its clock disagrees with the harness's in most turns" in result.reason


@pytest.mark.parametrize("told", [0.4, 0.0, 2.0])
def test_a_worker_whose_clock_disagrees_with_the_parents_is_wrong(told):
    result = ended(Slice=slices(told=told))
    assert (result.status, result.samples) == ("wrong", [])
    assert "its clock disagrees" in result.reason


def test_answers_delayed_now_and_then_are_no_disagreement():
    def delayed(slot, request):
        return slices(overhead_ns=50 * MS if request.round == ROUND + 1 else 0)(slot, request)

    assert ended(Slice=delayed).status == "ok"


LATE = 20 * MS
"""More than a turn of the fake worker takes."""


def test_answers_that_waited_for_a_core_in_every_turn_are_no_disagreement():
    assert ended(Slice=slices(overhead_ns=LATE, waited_ns=LATE)).status == "ok"
    assert ended(Slice=slices(overhead_ns=LATE)).status == "wrong"


def test_a_worker_that_computed_more_than_it_told_did_not_wait():
    assert ended(Slice=slices(overhead_ns=LATE, waited_ns=LATE, computed_ns=LATE)).status == "wrong"


def test_turns_whose_answers_came_too_late_are_not_kept():
    def delayed_at_first(slot, request):
        return slices(overhead_ns=50 * MS if request.round < ROUND + 4 else 0)(slot, request)

    (result,), slot = played(Slice=delayed_at_first)
    assert (result.status, sorted({sample.round for sample in result.samples})) == ("ok", [12, 13, 14])
    assert slot.asked.count("Slice") == 2 * 4 + 3


def test_a_turn_whose_answer_came_too_late_is_played_again_in_its_round():
    late = iter([True])

    def delayed_once(slot, request):
        return slices(overhead_ns=50 * MS if request.round == ROUND + 1 and next(late, False) else 0)(slot, request)

    (result,), slot = played(Slice=delayed_once)
    assert sorted({sample.round for sample in result.samples}) == [8, 9, 10, 11]
    assert slot.asked.count("Slice") == 5


def test_turns_of_a_wrong_clock_are_not_kept_where_most_are_right():
    def now_and_then(slot, request):
        return slices(told=0.1 if request.round == ROUND + 1 else 1.0)(slot, request)

    result = ended(Slice=now_and_then)
    assert (result.status, sorted({sample.round for sample in result.samples})) == ("ok", [8, 10, 11])


def test_the_larger_error_of_both_comparisons_is_kept():
    worse = Verdict("ok", "", 0.7, 7e-17, 1e-16)
    for step in (PREPARED, LAST, TRIED):
        assert ended(Judge={step: worse}).error_over_bound == 0.7


def test_a_worker_that_cannot_forget_is_ended():
    assert played(Release=Lost("timeout", "no answer"))[1].stopped


@pytest.mark.parametrize("verdict", [OK, BAD])
def test_the_exact_test_is_made_once_for_all_sizes(verdict):
    slot = FakeSlot(Judge={EXACT: verdict})
    first, _ = played(slot)
    second, _ = played(slot)
    assert slot.asked.count("Exact") == 1
    assert [each.status for each in first + second] == [verdict.status] * 2


def test_more_cores_than_threads_are_a_warning():
    assert ended(Slice=slices(cores=2)).warning == "kept 2.0 cores busy on 1 threads"
    assert ended(Slice=slices(cores=1)).warning == ""


def long_slices(call_ms):
    """Slices of calls that long, after a first call of 100 ms."""

    return {
        "Prepare": protocol.Prepared(100 * MS, 2, 3),
        "Slice": lambda slot, request: turn(slot, request, call_ms * MS),
    }


@pytest.mark.parametrize(("call_ms", "rounds"), [(50, 3), (80, 3), (900, 1)])
def test_long_calls_get_fewer_samples_and_no_warm_up(call_ms, rounds):
    (result,), slot = played(**long_slices(call_ms))
    assert (result.status, result.steady) == ("ok", None)
    assert [(each.round - ROUND, each.calls) for each in result.samples] == [(index, 1) for index in range(rounds)]
    assert "WarmUp" not in slot.asked


def test_a_long_first_call_alone_is_a_compiler_and_its_slice_is_not_kept():
    (result,), slot = played(**long_slices(1))
    assert (result.status, result.steady) == ("ok", True)
    assert sorted({each.round - ROUND for each in result.samples}) == [0, 1, 2, 3]
    assert slot.asked.count("Slice") == 5


def test_slices_that_come_out_short_are_counted_anew():
    """Calls were counted while somebody held the machine."""
    (result,), slot = played(
        WarmUp=protocol.Warmed(60 * MS, True),
        Slice=lambda slot, request: turn(slot, request, 1000),
        Trial=lambda slot, request: tried(slot, request, 1000),
    )
    assert {each.calls for each in result.samples} == {1250}
    assert slot.asked.count("Slice") == 5


def test_inputs_are_placed_anew_as_often_as_it_takes_little():
    def slow(slot, request):
        slot.now_ns += 100 * MS
        return protocol.Done()

    assert played(Reload=slow)[1].asked.count("Reload") == 1


def test_a_case_whose_slices_were_disturbed_says_by_whom():
    flags = {"waited_ns": MS // 10, "neighbour_ns": MS}
    result = ended(Slice=slices(flags=flags))
    assert result.status == "ok"
    assert result.warning == "disturbed: its threads waited for a core in most slices"


def test_a_neighbour_s_pid_goes_with_every_turn():
    watched = []

    def noted(slot, request):
        watched.append(request.watch)
        return turn(slot, request, MS)

    played(Slice=noted)
    assert watched == [[4711]] * 4


def test_a_long_call_over_the_limit_is_a_timeout():
    result = ended(**long_slices(1500))
    assert (result.status, result.cap_ns, result.samples) == ("timeout", 10**9, [])
