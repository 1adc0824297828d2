"""Problems that no worker has seen: how many are drawn, and which of them contenders share."""

import pytest

from rooflinear.bench.processes.reference_messages import Drawn
from rooflinear.bench.records import Task
from rooflinear.bench.runner.unseen import Stock, batch_size

TASK = Task("double", {"m": 4}, {}, "float64")


class Reference:
    """Draws, and knows what the first and the last should give."""

    def __init__(self):
        self.drawn = 0

    def draw(self, task, beside, folder, copies):
        self.drawn += 1
        return Drawn(copies, [0, copies - 1])


def test_a_batch_is_shared_and_those_drawn_again_are_not():
    reference = Reference()
    stock = Stock(reference, TASK, "main", 1000)
    assert stock.shared() is stock.shared()
    assert [each.place.folder for each in (*stock.shared()[:1], *stock.another(1))] == ["main-unseen", "main-again"]
    assert reference.drawn == 2


@pytest.mark.parametrize(
    ("problem_bytes", "size"), [(0, 24), (1000, 24), (2**20, 8), (2**22, 2), (2**23, 1), (2**25, 0)]
)
def test_a_batch_holds_as_many_problems_as_lie_in_a_cache(problem_bytes, size):
    assert batch_size(problem_bytes) == size
