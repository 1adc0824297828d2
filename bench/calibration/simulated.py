"""Simulated times of slices on noisy machines, and whole runs of the gate's judgement over them.

The readings of `blocks` are simulated here and judged by the real `judge`.
Times are log times of a call.
"""

from dataclasses import dataclass

import numpy as np

from rooflinear.bench.gate import judge

ROUNDS = 16


@dataclass(frozen=True)
class Noise:
    """The noise of a slice, in log time: of its process, of itself, of the machine."""

    layout: float = 0.004
    slice_: float = 0.02
    tail: float | None = None
    drift: float = 0.0
    mode: float = 0.0
    switching: float = 0.05
    burst: float = 0.0
    rate: float = 0.1


MACHINES = {
    "quiet": Noise(),
    "drifting": Noise(drift=0.1),
    "bursts": Noise(burst=0.5, rate=0.1),
    "two speeds": Noise(mode=0.47, switching=0.02),
    "heavy tails": Noise(layout=0.008, slice_=0.03, tail=2),
}
"""Kinds of noise seen on shared machines; block numbers spread by 0.5 to 2 % on each."""


def block_numbers(rng, cases, noise, effect):
    """One number for each of so many cases or blocks: head's log time minus base's, median of palindromic rounds."""
    shape = (cases, ROUNDS, 4)
    head = np.broadcast_to([0, 1, 1, 0], shape)
    swapped = rng.permuted(np.tile([False, True], ROUNDS // 2)[None, :].repeat(cases, 0), axis=1)
    head = np.where(swapped[..., None], 1 - head, head)
    layout = rng.normal(0, noise.layout, (2, cases))
    times = np.where(head, (layout[1] + np.log1p(effect))[:, None, None], layout[0][:, None, None])
    times = times + disturbance(rng, shape, noise)
    sides = [np.where(head == side, times, 0).sum(-1) / 2 for side in (0, 1)]
    return np.median(sides[1] - sides[0], axis=1)


def disturbance(rng, shape, noise):
    """Noise of the machine, the same for both sides: one sequence in time for each case."""
    heavy = rng.standard_t(noise.tail, shape) if noise.tail else rng.standard_normal(shape)
    found = noise.slice_ * heavy
    length = shape[1] * shape[2]
    flat = found.reshape(shape[0], length)
    if noise.drift:
        flat += noise.drift * rng.normal(0, 1, (shape[0], 1)) * np.linspace(0, 1, length)
    if noise.mode:
        flat += noise.mode * (np.cumsum(rng.random((shape[0], length)) < noise.switching, axis=1) % 2)
    if noise.burst:
        flat += noise.burst * rng.exponential(1, (shape[0], length)) * (rng.random((shape[0], length)) < noise.rate)
    return flat.reshape(shape)


def whole_runs(name, runs, cases, effect=0.0, margin=0.02, seed=1):
    """Verdicts of so many whole runs on a kind of machine, by its name."""
    rng = np.random.default_rng(seed)
    return [whole_run(rng, cases, MACHINES[name], effect, margin) for _ in range(runs)]


def whole_run(rng, cases, noise, effect=0.0, margin=0.02):
    """The verdict of every case of one run, with screen and confirmation as in `gate`."""
    drawn = block_numbers(rng, cases * judge.SCREEN_BLOCKS, noise, effect)
    screen: list[list[float]] = drawn.reshape(cases, judge.SCREEN_BLOCKS).tolist()
    open_ = [case for case in range(cases) if judge.goes_on(screen[case], margin)]
    verdicts = [judge.settled(numbers, margin) for numbers in screen]
    level, most = judge.TWICE.first / max(1, len(open_)), judge.CONFIRM_BLOCKS[-1]
    wanted = {str(case): judge.confirm_blocks(screen[case], margin, level) for case in open_}
    played = block_numbers(rng, len(open_) * most, noise, effect).reshape(len(open_), most).tolist()
    whole, margins = dict(zip(wanted, played, strict=True)), dict.fromkeys(wanted, margin)
    numbers = {name: of[: wanted[name]] for name, of in whole.items()}
    numbers |= {name: whole[name] for name in judge.left_open(numbers, margins)}
    for name, judged in judge.looked(numbers, margins, wanted).items():
        verdicts[int(name)] = judged.verdict
    return verdicts
