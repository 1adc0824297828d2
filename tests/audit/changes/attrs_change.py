"""Frozen classes with many attributes: their ``__init__`` became slower in 22.1.0, and fast again in 22.2.0."""

import attr

NAMES = [f"a{number}" for number in range(20)]
Frozen = attr.make_class("Frozen", NAMES, frozen=True)


def test_frozen_init(benchmark):
    assert benchmark(Frozen, *range(20)).a19 == 19
