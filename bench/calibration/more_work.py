"""Copied into planted suites: wraps a kernel so that its calls do a share more work. It needs only the kernel.

Short calls are repeated now and then, so that the share is exact over the
calls of a slice. From `LONG_NS` on, a slice has too few calls for that: every
call then repeats the share of its own rows, on a copy, so that the extra work
reads memory like the call itself. If the time of a call does not depend on its
rows (dispatch), small operations of the same library are added instead.
"""

from statistics import median
from time import perf_counter_ns

LONG_NS = 100_000
FEWEST_TRIES, TRIES, TRIES_NS = 9, 99, 100_000_000
CORRECTIONS, FARTHEST = 3, 4
FEWEST_UNITS = 3


def more(kernel, share):
    """``kernel`` with ``share`` more work; share 0 adds only the wrapper."""
    every = round(1 / share) if share else 0
    plans, calls = {}, 0

    def call(*inputs):
        nonlocal calls
        size = extent(inputs[0])
        if size not in plans:
            plans[size] = plan(kernel, inputs, share)
        extra = plans[size]
        if extra:
            answer = kernel(*inputs)
            extra(inputs)
            return answer
        calls += 1
        if calls == every:
            calls = 0
            kernel(*inputs)
        return kernel(*inputs)

    return call


def extent(data):
    """Identifies a size: a process may call a kernel at several."""
    try:
        return data.shape
    except AttributeError:
        return len(data), len(data[0]) if hasattr(data[0], "__len__") else 1


def plan(kernel, inputs, share):
    """The extra work of every call; None if calls are short enough to be repeated."""
    call_ns = typical(lambda: kernel(*inputs))
    if call_ns < LONG_NS or not share:
        return None
    rows = rows_that_take(share, kernel, inputs)
    if rows:
        return lambda _: kernel(*rows)
    budget_ns = share * call_ns
    last = inputs[-1]
    count = round(budget_ns / typical(lambda: last * 1))
    if count >= FEWEST_UNITS:
        return lambda inputs: [inputs[-1] * 1 for _ in range(count)]
    steps = round(budget_ns / (typical(lambda: loop(1000)) / 1000))
    return lambda _: loop(steps)


def rows_that_take(share, kernel, inputs):
    """Copies of as many rows as take the share of a call; None if rows do not determine the time of a call."""
    count = len(inputs[0])
    if any(not hasattr(each, "__len__") or len(each) != count for each in inputs[:-1]) or len(inputs[-1]) == count:
        return None
    number = count * share
    for _ in range(CORRECTIONS):
        rows = (*(each[: max(1, round(number))] * 1 for each in inputs[:-1]), inputs[-1])
        number *= share / typical_ratio(lambda rows=rows: kernel(*rows), lambda: kernel(*inputs))
        if not 1 / FARTHEST < number / (count * share) < FARTHEST:
            return None
    return (*(each[: round(number)] * 1 for each in inputs[:-1]), inputs[-1])


def loop(steps):
    """Interpreted work, for calls of which one small operation already exceeds the share."""
    for _ in range(steps):
        pass


def typical(call):
    """The median duration of some calls, ns, after one that may compile."""
    duration(call)
    return median_of(lambda: duration(call))


def typical_ratio(part, whole):
    """The median ratio of ``part`` to ``whole``, called in turn, so that each finds the cache as the other left it."""
    duration(part)
    return median_of(lambda: duration(part) / duration(whole))


def median_of(measure):
    begun, found = perf_counter_ns(), []
    while len(found) < FEWEST_TRIES or (len(found) < TRIES and perf_counter_ns() - begun < TRIES_NS):
        found.append(measure())
    return median(found)


def duration(call):
    started = perf_counter_ns()
    answer = call()
    if hasattr(answer, "block_until_ready"):
        answer.block_until_ready()
    return max(1, perf_counter_ns() - started)
