"""Benchmarks of pytest-codspeed, with it and without it."""

import pytest

from ..guests.played import MADE, place, played

pytestmark = [pytest.mark.slow, pytest.mark.needs("pytest_benchmark")]


def test_a_whole_test_that_only_codspeed_would_time_is_told(tmp_path):
    at = place(tmp_path)
    names = ("benchmark", "codspeed_benchmark")
    marked = "".join(f"@pytest.mark.{name}\ndef test_{name}():\n    pass\n\n" for name in names)
    (at.suite / "test_a.py").write_text(f"import pytest\n\n{marked}\ndef test_plain():\n    pass\n")
    refused = {each.id: each.refused for each in played(at).listed.benchmarks}
    told = "a test that is marked as a benchmark as a whole, which takes pytest-codspeed: it is not installed"
    assert refused == {
        **{f"test_a.py::test_{name}": told for name in names},
        "test_a.py::test_plain": "a test without a benchmark fixture",
    }


CODSPEED_SUITE = """
import gc
import pytest

@pytest.mark.codspeed_benchmark
def test_whole():
    assert sum(range(10)) == 45

@pytest.mark.benchmark
@pytest.mark.parametrize("n", [1, 2])
def test_marked(n, tmp_path):
    assert tmp_path.exists()
    range(n)

@pytest.mark.benchmark
def test_whole_fails():
    assert False, "no"

def test_fixture(benchmark):
    found = []
    benchmark(found.append, 1)
    assert len(found) == MADE

def test_collection(benchmark):
    seen = []
    benchmark(lambda: seen.append(gc.isenabled()))
    assert seen == [False] * (MADE - 1) + [True]

def test_own_fixture(codspeed_benchmark):
    assert codspeed_benchmark(int) == 0

def test_pedantic(benchmark):
    made = []
    assert benchmark.pedantic(int, setup=lambda: made.append(1), rounds=3) == 0
    assert len(made) == MADE

def test_decorated(benchmark):
    @benchmark
    def result():
        return 3

def test_twice(benchmark):
    benchmark(int)
    benchmark(int)

def test_twice_pedantic(benchmark):
    benchmark.pedantic(int)
    benchmark.pedantic(int)

def test_plain():
    pass
"""


def test_codspeeds_fixture_and_whole_tests_by_marker(codspeed_python, tmp_path):
    at = place(tmp_path, python=codspeed_python)
    (at.suite / "test_a.py").write_text(f"MADE = {MADE}\n{CODSPEED_SUITE}")
    (at.suite / "pytest.ini").write_text("[pytest]\naddopts = --codspeed --codspeed-mode walltime\n")
    found = played(at)
    good = ["whole", "marked[1]", "marked[2]", "fixture", "collection", "own_fixture", "pedantic", "decorated"]
    bad = {"test_whole_fails": ("wrong", "AssertionError: no")}
    for name in ("test_twice", "test_twice_pedantic"):
        status, reason = found.ends.pop(name)
        assert status == "crashed"
        assert "only be used once" in reason
    assert {name: (status, reason[:18]) for name, (status, reason) in found.ends.items()} == {
        **{f"test_{name}": ("ok", "") for name in good},
        **bad,
    }
    assert {each.id: each.refused for each in found.listed.benchmarks if each.refused} == {
        "test_a.py::test_plain": "a test without a benchmark fixture"
    }
