"""What a line about a known change says, and whether the change was found."""

import sys
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from rooflinear.bench.records import Case

CHANGE = "a file::test_a"


@pytest.fixture
def tools(monkeypatch):
    """Both modules of the script, which are imported from its folder as when it is run."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import expected_changes
    import known_changes

    yield SimpleNamespace(run=known_changes, expected=expected_changes)
    for name in ("expected_changes", "known_changes"):
        del sys.modules[name]


def case(name: str, verdict: str, ratio: float | None, reason: str = "", **parameters) -> dict:
    numbers = dict.fromkeys(("low", "high"), ratio) | {"ratio": ratio, "blocks": 6}
    screen = {"spread": 0.01} if ratio else None
    return {
        "case": msgspec.to_builtins(Case("", name, "", {}, parameters, "", 0, "cpu")),
        "verdict": verdict,
        "reason": reason,
        "screen": screen,
        **numbers,
    }


def kept(tools, cases: list[dict], *expected) -> dict:
    change = tools.expected.Change("a", "1", "2", "twice as slow (issue 1)", expected)
    return tools.run.kept(change, {"cases": cases, "seconds": 3.0})


@pytest.mark.parametrize(
    ("verdict", "ratio", "least", "most", "found"),
    [
        ("slower", 2.0, 1.5, 3.0, True),
        ("slower", 3.5, 1.5, 3.0, False),
        ("faster", 0.5, 0.4, 0.9, True),
        ("faster", 0.3, 0.4, 0.9, False),
        ("inconclusive", 2.0, 1.5, 3.0, False),
        ("broken", None, 1.5, 3.0, False),
    ],
)
def test_a_change_is_found_in_its_direction_and_range(tools, verdict, ratio, least, most, found):
    line = kept(tools, [case(CHANGE, verdict, ratio)], tools.expected.Expected("test_a", least, most))
    assert line["in_range"] is found
    assert line["telling"][0]["verdict"] == verdict


def test_every_benchmark_that_is_expected_must_be_found(tools):
    two = [tools.expected.Expected(name, 1.5, 3.0) for name in ("test_a", "test_ab")]
    line = kept(tools, [case("a file::test_ab", "slower", 2.0)], *two)
    assert not line["in_range"]
    assert [each["verdict"] for each in line["telling"]] == ["not found", "slower"]


def test_a_line_keeps_every_verdict_by_its_benchmark(tools):
    cases = [
        case("f::test_a", "slower", 2.0),
        case("f::test_b", "inconclusive", 1.01, "12 of 192 rounds were disturbed"),
        case("suite.time_c", "not slower", 1.0),
    ]
    line = kept(tools, cases, tools.expected.Expected("suite.time_c", 0.5, 0.9))
    assert line["verdicts"]["slower"] == {"f::test_a": {"ratio": 2.0, "low": 2.0, "high": 2.0, "blocks": 6}}
    assert line["verdicts"]["inconclusive"]["f::test_b"]["reason"] == "12 of 192 rounds were disturbed"
    assert line["counts"] == {"inconclusive": 1, "not slower": 1, "slower": 1}


def test_a_benchmark_is_told_apart_by_its_parameters(tools):
    cases = [case(CHANGE, "faster", 0.9, size=3), case(CHANGE, "slower", 1.4, size=50)]
    line = kept(tools, cases, tools.expected.Expected("test_a size=50", 1.02, 2.0))
    assert line["in_range"]
    assert line["verdicts"]["faster"].keys() == {"a file::test_a size=3"}


def test_a_comparison_that_could_not_finish_is_a_line_too(tools):
    line = kept(tools, [], tools.expected.Expected("test_a", 1.5, 3.0)) | {"command": "compare", "status": 5}
    assert "| test_a not found | no | status 5 |" in tools.run.row(line)


def test_each_expected_range_is_on_one_side_of_1(tools):
    ranges = [(each.least, each.most) for change in tools.expected.CHANGES for each in change.expected]
    assert all(least < most and (least > 1 or most < 1) for least, most in ranges)


def test_each_change_has_its_suite_or_its_lines(tools):
    for change in tools.expected.CHANGES:
        assert bool(change.suite) == bool(change.source)
        assert change.suite or (tools.run.FOLDER / tools.run.reproducer(change)).is_file()
