"""What is asked of a kernel after its timing, with kernels whose times are made up: no clock and no process."""

import random

import pytest

from rooflinear.bench.errors import Lost
from rooflinear.bench.processes.reference_messages import Drawn, Judged
from rooflinear.bench.processes.worker_messages import Played, Trial, Tried
from rooflinear.bench.records import Task, Verdict
from rooflinear.bench.runner import honesty
from rooflinear.bench.runner.honesty import CACHED, FASTER_TIMED, Examination
from rooflinear.bench.runner.judged_calls import JudgedCalls
from rooflinear.bench.runner.unseen import Stock

US = 1000
WORK, KEPT = 50 * US, 100
OK = Verdict("ok", "", 0.1, 1e-17, 1e-16)
TASK = Task("double", {"m": 4}, {}, "float64")


class Worker:
    """Plays calls that take what ``kernel(problem, worker)`` says, and counts how often a problem was called before.

    Also who draws and judges: outputs of the problems in ``bad`` are wrong.
    """

    def __init__(self, kernel, timed_ns=None, bad=(), waits=lambda: 0):
        self.kernel, self.bad, self.waits = kernel, bad, waits
        self.timed, self.calls, self.last = False, {}, None
        self.placed, self.drawn, self.trials, self.judged = ["main"], 0, 0, []
        self.alone, self.cached, self.rested = False, set(), False
        for _ in range(1000):  # what comes before, in a timing
            self.timed = True
            self.call("main")
        self.timed_ns = self.turn() if timed_ns is None else timed_ns

    def turn(self):
        self.timed, self.rested = True, False
        for _ in range(100):
            found = self.call("main")
        self.timed = False
        return found

    def call(self, problem):
        found = self.kernel(problem, self)
        self.calls[problem] = self.calls.get(problem, 0) + 1
        self.last = problem
        self.cached.add(problem)
        return found

    def ask(self, request, _seconds, kind):
        if isinstance(request, Trial):
            self.trials += 1
            if request.places:
                self.placed = ["main", *(self.name(each) for each in request.places)]
            self.alone = request.alone
            return Tried([self.played(each) for each in request.plays])
        return kind()

    def played(self, play):
        times, self.played_calls = [], 0
        for index in play.order:
            if play.displace:
                self.cached.clear()
            self.rested = bool(not times or play.displace or play.pause_ns or play.all_kept)
            times.append(round(self.call(self.placed[index])))
        return Played(times, list(range(len(times))), self.waits(), 4096 if play.peak else None)

    def name(self, place):
        """Whatever is drawn again lies in the same folder, and is another problem all the same."""
        return (place.folder, place.number, self.drawn if place.folder.endswith("-again") else 0)

    def outputs(self):
        return "outputs"

    def judge(self, request):
        self.judged += request.of
        return Judged([self.verdict(each) for each in request.of])

    def verdict(self, problem):
        if problem in self.bad:
            return Verdict("wrong", "error 1 exceeds the bound 0.1")
        return OK if problem else Verdict("ok", "")

    def draw(self, task, beside, folder, copies):
        self.drawn += 1
        return Drawn(copies, [0, copies - 1][:copies])


def examined(worker, problem_bytes=1000, timed_ns=None, threads=1):
    notes = []
    stock = Stock(worker, TASK, "main", problem_bytes)
    calls = JudgedCalls(worker, worker, stock, TASK, "direct", 1.0, notes.append)
    found = Examination(calls, "fresh", timed_ns or worker.timed_ns, worker.turn, threads=threads)
    calls.delivered(7)
    if stock.has_many:
        return found.among_many()
    found.looked_at()
    return found.alone()


def reason(kernel, **more):
    with pytest.raises(Lost) as caught:
        examined(Worker(kernel), **more)
    assert caught.value.status == "wrong"
    return caught.value.reason


SMALL, LARGE = 1000, 100 << 20


def honest(problem, worker):
    return WORK


def cold(problem, worker):
    """Honest, and 2.5 times as fast where the same problem was called before."""
    return WORK if problem == worker.last else 2.5 * WORK


def learnt(problem, worker):
    """Honest, and four times as fast once a processor knows the branches that a problem takes."""
    return WORK / 4 if worker.calls.get(problem, 0) > 3 else WORK


def far_from_caches(problem, worker):
    """Honest, and six times as fast where the inputs lie in a cache: a thread that waits for longer falls asleep."""
    return WORK if problem in worker.cached else 6 * WORK


def wakes(problem, worker):
    """Honest, and eight times as slow in the first calls of a play: its threads were asleep."""
    worker.played_calls = getattr(worker, "played_calls", 0) + 1
    return 8 * WORK if not worker.timed and worker.played_calls <= 8 else WORK


def caches_all(problem, worker):
    return KEPT if problem in worker.calls else WORK


def caches_the_timed(problem, worker):
    return KEPT if problem == "main" else WORK


def caches_the_last(problem, worker):
    return KEPT if problem == worker.last else WORK


def caches_the_tenth(problem, worker):
    return KEPT if worker.calls.get(problem, 0) > 10 else WORK


def caches_the_hundredth(problem, worker):
    return KEPT if worker.calls.get(problem, 0) > 100 else WORK


def skips_while_timed(problem, worker):
    return KEPT if worker.timed else WORK


def works_after_a_pause(problem, worker):
    return 100 * WORK if worker.rested else KEPT


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("kernel", [honest, cold, far_from_caches, wakes])
def test_honest_kernels_pass(kernel, size):
    assert examined(Worker(kernel), problem_bytes=size, threads=2 if kernel is wakes else 1) == 4096


def test_what_works_only_after_a_pause_is_wrong_where_a_problem_lies_alone():
    """Reading what displaces the inputs is such a pause: against those calls, others are not slow."""
    assert reason(works_after_a_pause, problem_bytes=LARGE).startswith(CACHED)


def test_a_kernel_whose_branches_are_learnt_passes():
    assert examined(Worker(learnt), timed_ns=WORK / 4) == 4096


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(
    ("kernel", "why"),
    [
        (caches_all, CACHED),
        (caches_the_timed, CACHED),
        (caches_the_last, CACHED),
        (skips_while_timed, FASTER_TIMED),
    ],
)
def test_what_is_cheaper_while_it_is_timed_is_wrong(kernel, why, size):
    if size == LARGE:
        kernel = longer(kernel)
    assert reason(kernel, problem_bytes=size).startswith(why)


def longer(kernel):
    """A call of 5 ms where it works: where a problem lies alone a single call is looked at."""
    return lambda problem, worker: 100 * kernel(problem, worker)


def very_long(kernel):
    """A call of 1.5 s where it works, and of 3 ms where it does not: few calls are made."""
    return lambda problem, worker: 30_000 * kernel(problem, worker)


def test_of_an_honest_kernel_whose_calls_are_long_three_more_are_made():
    worker = Worker(very_long(honest))
    before = sum(worker.calls.values())
    assert examined(worker) == 4096
    assert sum(worker.calls.values()) == before + 3


@pytest.mark.parametrize("kernel", [caches_all, caches_the_timed, caches_the_last, skips_while_timed])
def test_what_is_cheaper_while_it_is_timed_is_wrong_where_calls_are_long(kernel):
    assert reason(very_long(kernel)).startswith((CACHED, FASTER_TIMED))


@pytest.mark.parametrize("kernel", [caches_the_tenth, caches_the_hundredth])
def test_what_is_cached_after_some_calls_only_is_wrong(kernel):
    assert reason(kernel).startswith(CACHED)


def test_a_wrong_output_anywhere_is_wrong_and_names_the_turn():
    with pytest.raises(Lost, match=r"^stale output when other inputs follow at once: error 1"):
        examined(Worker(honest, bad={"main-unseen/0", "main-unseen/23"}))


def test_what_only_the_harness_knows_is_judged_too():
    worker = Worker(honest)
    examined(worker)
    assert {"main", "fresh", ""} < set(worker.judged)
    assert set(worker.judged) & {"main-unseen/0", "main-unseen/23"}


def test_a_large_problem_is_forgotten_before_another_is_placed():
    worker = Worker(honest)
    examined(worker, problem_bytes=LARGE)
    assert worker.alone


def test_honest_kernels_are_tried_once():
    worker = Worker(honest)
    examined(worker)
    assert (worker.trials, worker.drawn) == (1, 1)


def test_noise_spares_one_try_at_least():
    noise = random.Random(5)

    def noisy(problem, worker):
        return WORK * (10 if worker.trials % 4 and noise.random() < 0.95 else 1)

    worker = Worker(noisy, timed_ns=WORK)
    assert examined(worker) == 4096
    assert worker.trials > 1


def test_tries_in_which_threads_waited_accuse_nobody_soon():
    waits = iter([10**6] * 12)
    worker = Worker(caches_all, waits=lambda: next(waits, 0))
    with pytest.raises(Lost):
        examined(worker)
    assert worker.trials > honesty.TRIES + 1
