"""How far planted times are from planted limits, and what took less time than its limit."""

import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooflinear.bench.records import Ceilings, Roof
from rooflinear.reports import text
from rooflinear.reports.tables import frames
from rooflinear.reports.tables.limits import ARITHMETIC, CALL, FAR_SLOWER, MEMORY, fault_text

from .. import synthetic
from ..synthetic import CACHE_BYTES, CACHED_NS_PER_BYTE, PEAKS, case, costs, ok

CALL_NS = 40.0
SLOW = Ceilings(roofs={"2": Roof([(2**13, 1e9), (2**28, 1e9)], PEAKS, CALL_NS)})
"""Reads a byte in 1 ns, whatever holds it."""

MOVED, COST = costs(1000, 10)
FLOPS = COST["costs"]["direct"][0]
MEMORY_LIMIT_NS = MOVED * 0.01


def timed(call_ns, read_ns_per_byte=0.01, of=None, **changes):
    """A case of five rounds, the memory read beside each."""
    reads = [(number, read_ns_per_byte) for number in range(5)]
    return ok(of or case(), [call_ns] * 5, **{**COST, "reads": reads, **changes})


def rows(results, **changes):
    return frames.tables(Path("run"), synthetic.run(["numpy"], {}, **changes), results).cases


def row(*arguments, run=None, **changes):
    [found] = rows([timed(*arguments, **changes)], **(run or {})).to_dict("records")
    return found


def test_a_case_that_memory_bounds_is_over_its_limit_by_the_ratio_of_both():
    found = row(3 * MEMORY_LIMIT_NS)
    assert found["limit_ns"] == pytest.approx(MEMORY_LIMIT_NS)
    assert found["over_limit"] == pytest.approx(3, rel=1e-3)
    assert (found["bound_by"], found["above_ceiling"]) == (MEMORY, False)


def test_a_case_that_arithmetic_bounds_is_over_the_peak():
    found = row(2 * FLOPS / PEAKS["float64"] * 1e9, read_ns_per_byte=1e-9)
    assert found["over_limit"] == pytest.approx(2, rel=1e-2)
    assert found["bound_by"] == ARITHMETIC


def test_the_problem_s_limit_is_that_of_its_cheapest_algorithm():
    cheap = {"direct": (FLOPS, MOVED), "other": (1.0, MOVED / 4)}
    found = row(MEMORY_LIMIT_NS, costs=cheap)
    assert found["over_limit"] == pytest.approx(1, rel=1e-3)
    assert found["over_problem"] == pytest.approx(4, rel=1e-3)


def test_flops_and_bytes_are_told_without_reads():
    found = row(1000, reads=[])
    assert (found["flops"], found["bytes"], found["footprint_bytes"]) == (FLOPS, MOVED, COST["footprint_bytes"])
    assert found["limit_ns"] != found["limit_ns"]


def test_flops_and_bytes_are_told_without_ceilings():
    found = row(1000, run={"ceilings": Ceilings()})
    assert (found["flops"], found["bytes"]) == (FLOPS, MOVED)
    assert found["over_limit"] != found["over_limit"]


def test_flops_and_bytes_are_those_of_the_case_s_own_algorithm():
    found = row(1e6, algorithm="gram")
    assert (found["flops"], found["bytes"]) == COST["costs"]["gram"]


def test_less_time_than_the_limit_is_a_fault():
    found = row(0.5 * MEMORY_LIMIT_NS)
    assert found["above_ceiling"] is True
    assert found["over_limit"] == pytest.approx(0.5, rel=1e-2)


def test_an_interval_that_reaches_the_limit_is_no_fault():
    reads = [(number, 0.01) for number in range(5)]
    shaky = ok(case(), [MEMORY_LIMIT_NS * each for each in (0.8, 0.9, 0.95, 1.05, 0.85)], **COST, reads=reads)
    [found] = rows([shaky]).to_dict("records")
    assert (found["above_ceiling"], found["over_limit"], found["over_limit_low"]) == (False, 1, 1)
    assert found["over_limit_high"] > 1


@pytest.mark.parametrize(("share", "over", "fault"), [(0.01, 0.01, True), (0.9, 1, False), (3, 3, False)])
def test_a_time_without_an_interval_is_a_fault_only_far_below_its_limit(share, over, fault):
    reads = [(number, 0.01) for number in range(5)]
    [found] = rows([ok(case(), [share * MEMORY_LIMIT_NS], **COST, reads=reads)]).to_dict("records")
    assert (found["above_ceiling"], found["over_limit"]) == (fault, pytest.approx(over, rel=0.05))
    assert math.isnan(found["over_limit_low"])
    assert math.isnan(found["over_limit_high"])


def test_a_reading_that_was_disturbed_is_no_limit():
    reads = [(number, 0.01 if number else 5.0) for number in range(20)]
    assert row(3 * MEMORY_LIMIT_NS, reads=reads)["limit_ns"] == pytest.approx(MEMORY_LIMIT_NS)


def test_no_limit_is_less_than_a_call():
    tiny = {"costs": {"direct": (2.0, 80.0)}, "footprint_bytes": 80.0}
    found = row(500, read_ns_per_byte=0.1, run={"ceilings": SLOW}, **tiny)
    assert (found["limit_ns"], found["bound_by"]) == (CALL_NS, CALL)
    assert found["over_limit"] == pytest.approx(500 / CALL_NS, rel=1e-2)
    assert found["above_ceiling"] is False


def test_a_call_adds_nothing_to_a_limit_that_is_more():
    found = row(2 * MOVED, read_ns_per_byte=1.0, run={"ceilings": SLOW})
    assert (found["limit_ns"], found["bound_by"]) == (pytest.approx(MOVED), MEMORY)


def beside(rows_here, read_ns, threads=2, name="numpy"):
    """A contest of another size, beside which a byte took so long to read."""
    _, cost = costs(rows_here, 10)
    of = case(name, sizes={"m": rows_here, "n": 10}, threads=threads)
    return timed(1e9, read_ns, of, **cost)


DISTURBED_NS = 2000.0
"""A byte, where a thread wakes late and 4 KiB take 8 ms."""


@pytest.mark.parametrize(
    ("others", "limit"),
    [
        ([], 1.0),
        ([beside(2000, 0.3)], 0.3),
        ([beside(2000, 0.3), beside(4000, 0.2)], 0.2),
        ([beside(2000, DISTURBED_NS)], 1.0),
        ([beside(500, 0.3)], 1.0),
        ([beside(2000, 0.3, threads=1)], 1.0),
    ],
    ids=["the ceilings", "a larger one", "the fastest", "disturbed too", "a smaller one", "other threads"],
)
def test_where_all_readings_of_a_contest_were_disturbed_its_neighbours_are_its_limit(others, limit):
    results = [timed(1e6, DISTURBED_NS, case("python")), *others]
    found = rows(results, ceilings=SLOW).to_dict("records")[0]
    assert found["limit_ns"] == pytest.approx(limit * MOVED)


def test_a_cache_of_which_others_take_a_part_is_the_limit_while_they_do():
    slower = 0.9 * FAR_SLOWER
    assert row(5 * MOVED, read_ns_per_byte=slower, run={"ceilings": SLOW})["limit_ns"] == pytest.approx(slower * MOVED)


@pytest.mark.parametrize(("m", "own"), [(400_000, False), (600_000, True)], ids=["in the last cache", "beyond"])
def test_a_memory_that_others_use_is_the_limit_while_they_do_however_slow(m, own):
    here = beside(m, 3.0)
    assert (here.footprint_bytes > CACHE_BYTES) is own
    [found, _] = rows([here, beside(2 * m, 1.2)], ceilings=SLOW).to_dict("records")
    assert found["limit_ns"] == pytest.approx((3.0 if own else 1.0) * found["bytes"])


def test_plain_python_beside_a_thread_that_woke_late_has_not_reached_the_limit():
    """It was told as 45,846 % of its limit: 1.6 KB had been read at 1.2 MB/s in all rounds."""
    r2 = {"costs": {"direct": (700.0, 1608.0)}, "footprint_bytes": 1608.0}
    found = row(21_000, read_ns_per_byte=800.0, of=case("python", operation="r2", sizes={"m": 100}), **r2)
    assert found["limit_ns"] == pytest.approx(1608 * CACHED_NS_PER_BYTE)
    assert found["over_limit"] > 1000
    assert found["above_ceiling"] is False


def test_faults_are_told_worst_first_and_the_rest_counted():
    results = [timed(share * MEMORY_LIMIT_NS, of=case(f"cheat_{share}")) for share in (0.9, 0.3, 0.5, 0.7, 2.0)]
    told = fault_text(rows(results))
    assert told.startswith("4 cases took less time than this machine's limit allows")
    assert told.index("cheat_0.3") < told.index("cheat_0.5") < told.index("cheat_0.7")
    assert told.endswith("and 1 more")
    assert "'rooflinear machine --fresh'" in told
    assert "cheat_2.0" not in told


def test_a_disturbed_time_is_no_fault():
    lost = timed(0.5 * MEMORY_LIMIT_NS, warning="disturbed: other programs are busy")
    samples = [msgspec.structs.replace(each, flags={"steal_ticks": 1}) for each in lost.samples]
    cases = rows([msgspec.structs.replace(lost, samples=samples)])
    assert cases["disturbed"].all()
    assert fault_text(cases) == ""


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.001, 50), st.floats(0.005, 0.5), st.integers(1, 6)), min_size=1, max_size=8),
    st.sampled_from([0.0, CALL_NS]),
)
def test_nothing_is_beyond_its_limit_that_is_no_fault(planted, call_ns):
    results = []
    for place, (share, scatter, rounds) in enumerate(planted):
        times = [share * MEMORY_LIMIT_NS * (1 + scatter * (-1) ** number) for number in range(rounds)]
        reads = [(number, 0.01) for number in range(rounds)]
        results.append(ok(case(f"one_{place}"), times, **COST, reads=reads))
    roof = Roof(synthetic.ceilings().roofs["2"].read, PEAKS, call_ns)
    cases = rows(results, ceilings=Ceilings(roofs={"2": roof}))
    beyond = (cases[["over_limit", "over_limit_low", "over_limit_high", "over_problem"]] < 1).any(axis=1)
    assert (beyond <= cases["above_ceiling"]).all()
    assert (cases["above_ceiling"] <= (cases["over_limit"] < 1)).all()


def test_no_fault_is_no_text():
    assert fault_text(rows([timed(2 * MEMORY_LIMIT_NS), timed(1000, of=case("torch"), reads=[])])) == ""


def test_markdown_warns_of_faults():
    def written(call_ns):
        return text.markdown(frames.tables(Path("run"), synthetic.run(["numpy"], {}), [timed(call_ns)])).decode()

    assert "**Warning:** 1 case took less time" in written(0.5 * MEMORY_LIMIT_NS)
    assert "**Warning:**" not in written(2 * MEMORY_LIMIT_NS)


def test_no_case_of_the_realistic_run_is_above_a_ceiling(tables):
    assert tables.cases["over_limit"].notna().any()
    assert fault_text(tables.cases) == ""
