"""Frozen classes with slots and many attributes: their ``__init__`` became slower in 22.1.0 and fast again in 22.2.0.

attrs pull request 991 says that 22.1.0 (pull request 898) is faster for 3 attributes and scales badly with more.
Classes without slots went the other way, for another reason: 22.1.0 left out a line that they do not use.
"""

import attr
import pytest

FROZEN = {
    count: attr.make_class("Frozen", [f"a{number}" for number in range(count)], frozen=True, slots=True)
    for count in (3, 50)
}


@pytest.mark.parametrize("count", FROZEN)
def test_frozen_init(benchmark, count):
    assert getattr(benchmark(FROZEN[count], *range(count)), f"a{count - 1}") == count - 1
