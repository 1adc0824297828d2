"""Several machines that compared the same sides: when they agree, what they say together, and what counts."""

import math

import numpy as np
import pytest

from rooflinear.bench.gate import judge
from rooflinear.bench.gate.records import CaseResult, Comparison, Control, OfHost, Side, Stage, verdict_of
from rooflinear.bench.gate.statistics import location
from rooflinear.bench.gate.together import agree, combined, families, groups
from rooflinear.bench.records import Case

MARGIN = 0.02


def case(name):
    return Case("made", "double", name, {"m": 10}, {}, "float64", 1, "cpu")


def stage(ratio, spread, blocks, dropped=0):
    rng = np.random.default_rng(blocks)
    noise = rng.permutation(np.linspace(-1.5, 1.5, blocks)) * spread
    logs = (math.log(ratio) + noise).tolist()
    found = location(logs)
    return Stage(
        ratios=[math.exp(each) for each in logs], ratio=math.exp(found.value), low=math.exp(found.low),
        high=math.exp(found.high), spread=spread, p=1.0, level=0.005, base_ns=100.0, head_ns=100.0 * ratio,
        rounds=32 * blocks, dropped=dropped,
    )  # fmt: skip


def timed(name, verdict, ratio, *, spread=0.003, blocks=0, dropped=0, **more):
    """A case that was screened, and confirmed in so many blocks if that is not 0."""
    screen = stage(ratio, spread, 6, dropped)
    confirm = stage(ratio, spread, blocks, dropped) if blocks else None
    shown = confirm or screen
    return CaseResult(
        case=case(name), verdict=verdict, margin=MARGIN, ratio=shown.ratio, low=shown.low, high=shown.high,
        blocks=len(shown.ratios), screen=screen, confirm=confirm, reason=f"{verdict} here", **more,
    )  # fmt: skip


def host(name, *cases, fired=(), warnings=()):
    controls = [Control(kind="copy", result=each, fired=each in fired) for each in fired]
    verdict, reason = verdict_of(list(cases), controls)
    side = Side(label="main")
    found = Comparison(
        verdict=verdict, reason=reason, base=side, head=side, margin=MARGIN, cases=list(cases), controls=controls,
        warnings=list(warnings),
    )  # fmt: skip
    return OfHost(name=name, comparison=found)


def only(*hosts):
    found = combined(hosts)
    (one,) = found.cases
    return found, one


def test_the_level_is_shared_by_hosts_and_what_they_say_together():
    assert [families(count) for count in (1, 2, 5)] == [1, 4, 10]
    assert 2 * judge.FAMILY_LEVEL / families(2) + judge.FAMILY_LEVEL / 2 == pytest.approx(judge.FAMILY_LEVEL)


def test_what_no_host_confirms_alone_is_confirmed_together():
    found, one = only(*(host(name, timed("k", "inconclusive", 1.03, spread=0.012, blocks=12)) for name in "abc"))
    assert (found.verdict, one.verdict, one.blocks) == ("slower", "slower", 36)
    assert one.reason == "on a, b and c together: 1.030 on a, 1.030 on b, 1.030 on c"
    assert one.low > 1.02
    assert one.confirm.p <= one.confirm.level == judge.FAMILY_LEVEL / 2
    assert [each.name for each in found.hosts] == ["a", "b", "c"]
    assert found.exit_status == 1


def test_together_holm_counts_the_cases():
    hosts = [host(name, *(timed(f"k{n}", "inconclusive", 1.03, blocks=12) for n in range(8))) for name in "ab"]
    assert {each.confirm.level for each in combined(hosts).cases} == {judge.FAMILY_LEVEL / 2 / 8}


def test_equal_code_stays_equivalent_together():
    found, one = only(host("a", timed("k", "equivalent", 1.001)), host("b", timed("k", "equivalent", 0.999)))
    assert (found.verdict, one.verdict, one.confirm, one.blocks) == ("not slower", "equivalent", None, 12)


def test_a_screen_confirms_nothing():
    """Here b's screen settled the case: its numbers count in the interval, and nothing is confirmed together."""
    a = host("a", timed("k", "inconclusive", 1.03, spread=0.02, blocks=12))
    _, one = only(a, host("b", timed("k", "not slower", 1.028, spread=0.001)))
    assert (one.verdict, one.confirm, one.blocks) == ("not slower", None, 18)


def test_hosts_that_disagree_are_judged_each_by_itself_and_the_worst_counts():
    found, one = only(host("a", timed("k", "slower", 1.08, blocks=12)), host("b", timed("k", "equivalent", 0.99)))
    assert (found.verdict, found.exit_status, one.verdict) == ("slower", 1, "slower")
    assert one.reason == "hosts disagree: 1.080 on a, 0.990 on b; slower on a: slower here"
    assert one.ratio == pytest.approx(1.08, rel=1e-3)


@pytest.mark.parametrize(("ratio", "spread", "wanted"), [(1.05, 0.003, False), (1.05, 0.08, True), (1.015, 1e-4, True)])
def test_hosts_disagree_if_intervals_lie_apart_and_ratios_by_more_than_the_margin(ratio, spread, wanted):
    hosts = [
        host("a", timed("k", "equivalent", 1.0, spread=spread)),
        host("b", timed("k", "slower", ratio, spread=spread)),
    ]
    (group,) = groups([(each.name, each.comparison) for each in hosts], set()).values()
    assert agree(group.counting) == wanted
    assert (combined(hosts).cases[0].reason.startswith("hosts disagree")) != wanted


def test_what_one_host_confirms_counts_where_others_agree_but_are_too_noisy():
    a = host("a", timed("k", "slower", 1.05, spread=0.002, blocks=12))
    _, one = only(a, host("b", timed("k", "inconclusive", 1.01, spread=0.15)))
    assert one.verdict == "slower"
    assert one.reason == "on a; on a and b together not confirmed: 1.050 on a, 1.010 on b"


def test_a_lost_host_costs_its_blocks_alone():
    found = combined([host("a", timed("k", "equivalent", 1.0)), OfHost(name="b", lost="its Dask worker has ended")])
    (one,) = found.cases
    assert (found.verdict, one.verdict) == ("not slower", "equivalent")
    assert "b is lost, and its blocks with it: its Dask worker has ended" in found.warnings
    assert "a by its own blocks: not slower, no case is slower by more than its margin" in found.warnings


def test_a_host_whose_control_fired_does_not_count():
    slower = timed("copy", "slower", 1.1, blocks=12)
    found, one = only(
        host("a", timed("k", "equivalent", 1.0)), host("b", timed("k", "inconclusive", 1.2, blocks=12), fired=[slower])
    )
    assert (found.verdict, one.verdict, found.controls) == ("not slower", "equivalent", [])
    assert one.reason.endswith("b does not count: inconclusive here")
    assert "b: a control was called slower, so its blocks do not count" in found.warnings


def test_where_every_control_fired_nothing_is_decided():
    slower = timed("copy", "slower", 1.1, blocks=12)
    found, _ = only(*(host(name, timed("k", "inconclusive", 1.2, blocks=12), fired=[slower]) for name in "ab"))
    assert found.verdict == "inconclusive"
    assert len(found.controls) == 2


def test_a_disturbed_host_does_not_count():
    _, one = only(
        host("a", timed("k", "equivalent", 1.0)), host("b", timed("k", "inconclusive", 1.3, spread=0.1, dropped=100))
    )
    assert (one.verdict, one.reason) == (
        "equivalent",
        "equivalent on a: equivalent here; b does not count: inconclusive here",
    )


def test_a_case_that_is_broken_on_one_host_is_broken():
    broken = CaseResult(case=case("k"), verdict="broken", reason="head: crashed", margin=MARGIN)
    found, one = only(host("a", timed("k", "equivalent", 1.0)), host("b", broken))
    assert (found.exit_status, one.verdict, one.reason) == (4, "broken", "broken on b: head: crashed")


def test_a_case_that_one_host_cannot_run_is_judged_by_the_others():
    absent = CaseResult(
        case=case("k"), verdict="not compared", reason="neither side can run it", margin=MARGIN, tried=True
    )
    found, one = only(host("a", absent), host("b", timed("k", "equivalent", 1.0)))
    assert (found.exit_status, one.verdict, one.reason) == (0, "equivalent", "equivalent on b: equivalent here")
    assert only(host("a", absent), host("b", absent))[1].reason == "neither side can run it"


def test_code_that_is_the_same_on_both_sides_is_never_judged_together():
    same = [host(name, timed("k", "inconclusive", 1.1, blocks=12, unchanged=True)) for name in "ab"]
    assert only(*same)[1].verdict == "inconclusive"
