"""A case on its way to a result: whatever is lost before the end never ends ok, and never has a time."""

import pytest

from rooflinear.bench.errors import Lost
from rooflinear.bench.processes.worker_messages import Called, Delivered, Prepared, Tried, Warmed
from rooflinear.bench.records import Exit, Verdict
from rooflinear.bench.runner import contender, turns
from rooflinear.bench.runner.terms import SLICES

from .fake_slot import BAD, EXACT, LAST, MS, OK, PREPARED, ROUND, TRIED, FakeSlot, ended, played, slices, tried, turn


@pytest.fixture(autouse=True)
def no_turn_is_drawn_to_be_judged(monkeypatch):
    monkeypatch.setattr(contender, "DRAW", lambda: 1.0)


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
        ("Exact", Called(11, "changes its input X")),
        ("Prepare", Prepared(7, 2, 3, 11, "changes its input X")),
        ("Deliver", Delivered("changes its input X")),
        ("Trial", lambda slot, request: Tried(tried(slot, request).plays, "changes its input X")),
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


def test_what_a_lost_case_had_too_little_of_is_kept():
    short = Lost("skipped", "inputs and oracle need more memory", lack="memory")
    assert ended(Prepare=short).lack == "memory"
    assert ended(Prepare=Lost("crashed", "killed by SIGKILL")).lack is None


def test_a_call_over_the_limit_is_a_timeout_with_its_cap():
    result = ended(WarmUp=Warmed(1.5e9, None))
    assert (result.status, result.cap_ns, result.samples) == ("timeout", 10**9, [])


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


@pytest.mark.parametrize("cores", [1, 1.4])
def test_more_cores_than_threads_are_a_warning(cores):
    told = f"kept {cores:.1f} cores busy on 1 threads" if cores > 1.1 else ""
    assert ended(Slice=slices(cores=cores)).warning == told


def test_a_clock_that_says_more_cores_were_busy_than_there_are_is_wrong(monkeypatch):
    monkeypatch.setattr(turns, "first_cores", lambda threads: [3][:threads])
    result = ended(Slice=slices(cores=2))
    assert (result.status, result.samples) == ("wrong", [])
    assert result.reason == "its clock disagrees with the harness's: 2.0 busy cores, it has 1"


def test_where_cores_cannot_be_chosen_more_busy_cores_are_a_warning(monkeypatch):
    monkeypatch.setattr(turns, "first_cores", lambda _: [])
    assert ended(Slice=slices(cores=2)).warning == "kept 2.0 cores busy on 1 threads"


def long_slices(call_ms):
    """Slices of calls that long, after a first call of 100 ms."""

    return {
        "Prepare": Prepared(100 * MS, 2, 3),
        "Slice": lambda slot, request: turn(slot, request, call_ms * MS),
    }


@pytest.mark.parametrize(("call_ms", "rounds"), [(50, 3), (80, 3), (900, 1)])
def test_long_calls_get_fewer_samples_and_no_warm_up(call_ms, rounds):
    (result,), slot = played(**long_slices(call_ms))
    assert (result.status, result.steady) == ("ok", None)
    assert [(each.round - ROUND, each.calls) for each in result.samples] == [(index, 1) for index in range(rounds)]
    assert "WarmUp" not in slot.asked


def test_a_disturbed_round_of_long_calls_is_made_up_for():
    disturbing = {"waited_ns": 10 * MS, "neighbour_ns": MS}

    def once(slot, request):
        return turn(slot, request, 50 * MS, flags=disturbing if request.round == ROUND + 1 else {})

    (result,), _ = played(**{**long_slices(50), "Slice": once})
    assert sorted({each.round - ROUND for each in result.samples}) == [0, 1, 2, 3]


def test_a_long_first_call_alone_is_a_compiler_and_its_slice_is_not_kept():
    (result,), slot = played(**long_slices(1))
    assert (result.status, result.steady) == ("ok", True)
    assert sorted({each.round - ROUND for each in result.samples}) == [0, 1, 2, 3]
    assert slot.asked.count("Slice") == 5


def test_a_case_whose_slices_were_disturbed_says_by_whom():
    flags = {"waited_ns": MS // 10, "neighbour_ns": MS}
    result = ended(Slice=slices(flags=flags))
    assert result.status == "ok"
    assert result.disturbed_by == "its threads waited for a core in most slices"
    assert result.warning == f"disturbed: {result.disturbed_by}"


def test_a_case_whose_slices_were_quiet_was_disturbed_by_nobody():
    result = ended()
    assert (result.status, result.disturbed_by, result.warning) == ("ok", "", "")


def test_a_long_call_over_the_limit_is_a_timeout():
    result = ended(**long_slices(1500))
    assert (result.status, result.cap_ns, result.samples) == ("timeout", 10**9, [])
