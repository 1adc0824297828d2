"""The word that a verdict begins with."""

import pytest

from rooflinear.bench.history.records import verdict_word

TIME, MEMORY = "double/a m=10 float64", "double/a m=10 float64 memory"


@pytest.mark.parametrize(
    ("verdict", "cases", "word"),
    [
        ("slower", [TIME], "slower"),
        ("slower", [MEMORY], "larger"),
        ("faster", [MEMORY, MEMORY], "smaller"),
        ("slower", [MEMORY, TIME], "slower"),
        ("unchanged", [MEMORY], "unchanged"),
        ("slower", [], "slower"),
    ],
)
def test_memory_becomes_larger_and_not_slower(verdict, cases, word):
    assert verdict_word(verdict, cases) == word
