"""Warm-up, calibration and slices, on clocks that advance only when told to."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest

from rooflinear.bench.lent.counters import Guard
from rooflinear.bench.lent.memory import SMALL_PAGES, PeakMemory
from rooflinear.bench.libraries.host import common_environment
from rooflinear.bench.machine import cores
from rooflinear.bench.timing.kernel import Clock, Kernel, calls_to_fill
from rooflinear.bench.worker import measure
from rooflinear.bench.worker.measure import is_steady, settle_in, time_slice, warm_up

MS = 1_000_000
WINDOW = measure.STEADY_WINDOW


class FakeTime:
    """A clock that stands still but for `pass_`; CPU time passes half as fast."""

    def __init__(self):
        self.ns = 0
        self.clock = Clock(wall=lambda: self.ns, cpu=lambda: self.ns // 2, now=lambda: 10**18 + self.ns)

    def pass_(self, ns):
        self.ns += round(ns)

    def kernel(self, *durations_ns):
        """A kernel whose calls take these times, the last one ever after; `calls` counts them."""
        self.calls, remaining = 0, iter(durations_ns)
        last = durations_ns[-1]

        def function():
            self.calls += 1
            self.pass_(next(remaining, last))
            return self.calls

        return Kernel(function, (), None, self.clock)


def traces(noise, shape=(3000, WINDOW)):
    return (1000 * np.exp(np.random.default_rng(7).normal(0, noise, shape))).tolist()


def share_unsteady(found):
    return sum(not is_steady(trace) for trace in found) / len(found)


@pytest.mark.parametrize("noise", [0.002, 0.01, 0.02, 0.05, 0.2])
def test_flat_noise_is_called_unsteady_less_than_three_times_in_a_hundred(noise):
    assert share_unsteady(traces(noise)) < 0.03


def test_heavy_tailed_noise_is_called_unsteady_less_than_three_times_in_a_hundred():
    tails = np.random.default_rng(8).standard_t(2, (3000, WINDOW))
    assert share_unsteady((1000 * np.exp(0.02 * np.abs(tails))).tolist()) < 0.03


def test_equal_times_are_steady():
    assert is_steady([5.0] * WINDOW)


@pytest.mark.parametrize("slope", [0.01, -0.01])
def test_a_trend_is_not_steady(slope):
    drift = np.exp(slope * np.arange(WINDOW))
    assert share_unsteady([(drift * trace).tolist() for trace in traces(0.005, (500, WINDOW))]) > 0.95


@pytest.mark.parametrize("at", [3, 5, 7])
@pytest.mark.parametrize("factor", [1.1, 1 / 1.1])
def test_a_step_is_not_steady(at, factor):
    step = np.where(np.arange(WINDOW) < at, 1, factor)
    assert share_unsteady([(step * trace).tolist() for trace in traces(0.02, (500, WINDOW))]) > 0.9


def test_a_compiler_that_is_still_at_work_is_not_steady():
    warming = 1 + np.exp(-np.arange(WINDOW) / 3)
    assert share_unsteady([(warming * trace).tolist() for trace in traces(0.01, (500, WINDOW))]) > 0.95


def test_what_came_before_the_last_ten_slices_does_not_matter():
    assert is_steady([9000.0, 8000, 7000, 1100, *traces(0.001)[0]])


@pytest.mark.parametrize("places", [[0], [4], [9], [0, 9], [2, 6]])
def test_outliers_alone_do_not_make_a_trace_unsteady(places):
    spikes = np.ones(WINDOW)
    spikes[places] = 10
    assert share_unsteady([(spikes * trace).tolist() for trace in traces(0.01, (500, WINDOW))]) < 0.05


def test_a_change_below_two_percent_is_steady():
    assert is_steady([1002.0, 1001, 1000, 1002, 1001, 1017, 1016, 1015, 1017, 1016])


def test_the_critical_value_of_kendalls_s_is_the_one_percent_one():
    def probability(s):
        return 2 * sum(inversions(WINDOW)[: (WINDOW * (WINDOW - 1) // 2 - s) // 2 + 1]) / math.factorial(WINDOW)

    assert probability(measure.CRITICAL_KENDALL_S) == pytest.approx(0.0091, abs=5e-5)
    assert probability(measure.CRITICAL_KENDALL_S - 2) > 0.01


def inversions(length):
    """How many permutations have 0, 1, 2, … inversions."""
    counts = [1]
    for n in range(2, length + 1):
        counts = [sum(counts[max(0, k - n + 1) : k + 1]) for k in range(len(counts) + n - 1)]
    return counts


def test_warm_up_stops_when_steady():
    time = FakeTime()
    found = warm_up(time.kernel(MS), budget_ns=1000 * MS, slice_ns=MS)
    assert (found.call_ns, found.steady) == (MS, True)
    assert time.calls == WINDOW


def test_warm_up_outlasts_a_compiler():
    time = FakeTime()
    compiling = [MS * (1 + 20 * 0.7**call) for call in range(60)]
    found = warm_up(time.kernel(*compiling, MS), budget_ns=10_000 * MS, slice_ns=MS)
    assert found.steady is True
    assert found.call_ns == pytest.approx(MS, rel=0.03)


def test_warm_up_marks_what_never_settles():
    time = FakeTime()
    growing = [MS * 1.05**call for call in range(200)]
    assert warm_up(time.kernel(*growing), budget_ns=100 * MS, slice_ns=MS).steady is False


def test_warm_up_says_nothing_of_calls_too_long_to_judge():
    time = FakeTime()
    found = warm_up(time.kernel(60 * MS), budget_ns=80 * MS, slice_ns=2 * MS)
    assert (found.call_ns, found.steady) == (60 * MS, None)


def test_warm_up_ends_within_one_slice_of_its_budget():
    time = FakeTime()
    warm_up(time.kernel(*[MS * 1.01**call for call in range(500)]), budget_ns=50 * MS, slice_ns=2 * MS)
    assert 50 * MS <= time.ns <= 55 * MS


def test_warm_up_grows_calls_until_they_fill_a_slice():
    time = FakeTime()
    found = warm_up(time.kernel(100), budget_ns=1000 * MS, slice_ns=2 * MS)
    assert found.steady is True
    assert time.calls >= WINDOW * 2 * MS // 100


@pytest.mark.parametrize(
    ("call_ns", "calls"), [(1000, 10_000), (9 * MS, 1), (70 * MS, 1), (0, 10_000_000), (3 * MS, 3)]
)
def test_calibrate_fills_a_slice_with_at_least_one_call(call_ns, calls):
    assert calls_to_fill(call_ns, 10 * MS) == calls


def sliced(kernel, round_=0, calls=1):
    return time_slice(kernel, round_, calls, Guard())


def test_a_slice_counts_its_calls():
    time = FakeTime()
    output, sample = sliced(time.kernel(100), round_=3, calls=40)
    assert time.calls == output == sample.calls
    assert (sample.round, sample.wall_ns, sample.cpu_ns) == (3, 100 * output, 50 * output)


@pytest.mark.parametrize(
    ("calls", "fewest", "most"), [(1, 1, 1), (2, 1, 3), (5, 4, 6), (40, 36, 44), (2000, 1800, 2200)]
)
def test_no_kernel_can_tell_which_call_of_a_slice_is_its_last(calls, fewest, most):
    made = {sliced(FakeTime().kernel(1), calls=calls)[1].calls for _ in range(200)}
    assert fewest <= min(made) <= max(made) <= most
    assert len(made) == most - fewest + 1 if calls < 100 else len(made) > 50


def test_one_instruction_makes_every_call():
    """Neither a line number nor the place in the code tells a single call from one of many, or from the last."""
    seen = set()

    def function():
        frame = sys._getframe(1)
        seen.add((frame.f_code, frame.f_lineno, frame.f_lasti))

    kernel = Kernel(function, (), None, FakeTime().clock)
    kernel.once()
    kernel.many(5)
    sliced(kernel, calls=7)
    settle_in(kernel, 2, 0, 1.0)
    assert len(seen) == 1


def test_no_two_outputs_live_at_once():
    living, most = [0], [0]

    class Output:
        def __init__(self):
            living[0] += 1
            most[0] = max(most[0], living[0])

        def __del__(self):
            living[0] -= 1

    for synchronise in (None, lambda output: output):
        Kernel(Output, (), synchronise, FakeTime().clock).many(5)
    assert most == [1]


def test_a_slice_says_when_it_started():
    time = FakeTime()
    time.pass_(77)
    assert sliced(time.kernel(1))[1].started_ns == 10**18 + 77


def test_every_call_is_waited_for_inside_the_clock():
    time = FakeTime()

    def synchronise(output):
        time.pass_(5)
        return output

    kernel = Kernel(lambda: time.pass_(2), (), synchronise, time.clock)
    sample = sliced(kernel, calls=10)[1]
    assert sample.wall_ns == 7 * sample.calls
    assert kernel.once()[1] == 7


def settled(time, *durations_ns, calls=40, untimed_ns=MS, expected_ns=math.inf):
    """How many untimed calls were made, and what they took."""
    spent_ns = settle_in(time.kernel(*durations_ns), calls, untimed_ns, expected_ns)
    assert spent_ns == time.ns
    return time.calls, spent_ns


def test_steady_calls_are_timed_after_the_untimed_stretch():
    assert settled(FakeTime(), MS / 40) == (40, MS)


def test_untimed_calls_go_on_until_two_batches_agree():
    cold = [MS / 40 * (1 + 0.6 * 0.97**call) for call in range(200)]
    calls, _ = settled(FakeTime(), *cold, MS / 40)
    assert 40 < calls < 120


def test_untimed_calls_end_where_they_never_agree():
    restless = [MS / 40 * (1 + (call // 10) % 2) for call in range(1000)]
    assert settled(FakeTime(), *restless)[1] == pytest.approx(measure.LONGEST_SETTLING * MS, rel=0.2)


def test_untimed_calls_outlast_threads_that_woke_up_on_one_core():
    calls, spent_ns = settled(FakeTime(), *[MS / 10] * 60, MS / 40, expected_ns=MS / 40)
    assert calls > 60
    assert spent_ns < measure.LONGEST_WAKING * MS


def test_untimed_calls_do_not_wait_for_ever_for_a_speed_of_before():
    assert settled(FakeTime(), MS / 10, expected_ns=MS / 40)[1] == measure.LONGEST_WAKING * MS


@pytest.mark.parametrize(("calls", "untimed_ns", "made"), [(1, MS, 1), (1, 0, 0), (40, 0, 1)])
def test_a_single_long_call_warms_up_once_and_none_where_none_was_asked_for(calls, untimed_ns, made):
    assert settled(FakeTime(), 9 * MS, calls=calls, untimed_ns=untimed_ns)[0] == made


@pytest.fixture
def without_proc(monkeypatch):
    def absent(path, *_):
        raise FileNotFoundError(path)

    monkeypatch.setattr("builtins.open", absent)


@pytest.mark.usefixtures("without_proc")
def test_peak_memory_is_unknown_where_the_system_tells_nothing():
    with PeakMemory() as peak:
        pass
    assert peak.bytes is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")
def test_peak_memory_sees_what_was_freed_again():
    with PeakMemory() as peak:
        np.ones(50 * 2**20, np.uint8)
    assert peak.bytes == pytest.approx(50 * 2**20, rel=0.1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")
@pytest.mark.parametrize("kib", [800, 8000])
def test_memory_is_read_to_some_pages_with_small_ones(kib):
    """In a process of its own: the allocator reads its settings when it starts.

    Linux counts pages in batches, so one thread's rise may be off by two, 256 KiB (docs/numbers.md). A huge page
    has 2048 KiB.
    """
    code = (
        "import numpy as np\nfrom rooflinear.bench.lent.memory import PeakMemory\n"
        f"for _ in range(4):\n    with PeakMemory() as peak:\n        np.ones(128 * {kib})\n    print(peak.bytes)"
    )
    environment = {**os.environ, **common_environment(1), **SMALL_PAGES}
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert [int(line) / 1024 for line in told.stdout.split()[1:]] == pytest.approx([kib] * 3, abs=256 + 40)


def test_cores_are_counted_where_affinity_is_unknown(monkeypatch):
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert cores.available_cores() == 1
