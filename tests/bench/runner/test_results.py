"""What a run knows of its own cases while it goes on."""

import pytest

from rooflinear.bench.records import Sample
from rooflinear.bench.runner.results import typical_ns

LOST = {"steal_ticks": 1}


def sample(round_, call_ns, flags):
    return Sample(round_, 0, 10 * call_ns, 10 * call_ns, 10, flags)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([{}, {}, {}, {}, {}], 300),
        ([{}, {}, {}, LOST, LOST], 200),
        ([{}, LOST, LOST, LOST, LOST], 300),  # most are disturbed: all are kept
    ],
)
def test_a_typical_call_is_one_that_counts(flags, expected):
    samples = [sample(place, 100 * (place + 1), each) for place, each in enumerate(flags)]
    assert typical_ns(samples) == pytest.approx(expected)
