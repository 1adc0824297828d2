"""Copied into planted suites: a kernel that does a share more work in its calls. Needs nothing but the kernel.

Short calls are repeated now and then, so that the share is exact over the
calls of a slice; from `LONG_NS` on a slice holds too few of them for that, and
every call does small operations of its own array library besides.
"""

from time import perf_counter_ns

LONG_NS = 100_000
TRIES = 7
FEWEST_UNITS = 3


def more(kernel, share):
    """``kernel`` with ``share`` more work; share 0 is as long as the wrapper alone."""
    every = round(1 / share) if share else 0
    units, calls = {}, 0

    def call(*inputs):
        nonlocal calls
        size = len(inputs[0])
        if size not in units:
            units[size] = plan(kernel, inputs, share)
        extra = units[size]
        if extra:
            extra(inputs)
            return kernel(*inputs)
        calls += 1
        if calls == every:
            calls = 0
            kernel(*inputs)
        return kernel(*inputs)

    return call


def plan(kernel, inputs, share):
    """What every call does besides, or None where calls are short enough to be repeated."""
    call_ns = shortest(lambda: kernel(*inputs))
    if call_ns < LONG_NS:
        return None
    last = inputs[-1]
    unit_ns = shortest(lambda: last * 1)
    count = round(share * call_ns / unit_ns)
    if count >= FEWEST_UNITS or not share:
        return lambda inputs: [inputs[-1] * 1 for _ in range(count)]
    loop_ns = shortest(lambda: loop(1000)) / 1000
    steps = round(share * call_ns / loop_ns)
    return lambda _: loop(steps)


def loop(steps):
    """Interpreted work, for where one small operation already costs more than the share."""
    for _ in range(steps):
        pass


def shortest(call):
    times = []
    for _ in range(TRIES):
        started = perf_counter_ns()
        call()
        times.append(perf_counter_ns() - started)
    return max(1, min(times))
