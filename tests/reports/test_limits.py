"""How far planted times are from planted limits, and what took less time than its limit."""

from pathlib import Path

import pytest
import synthetic
from synthetic import PEAKS, case, costs, ok

from rooflinear.bench.records import Ceilings
from rooflinear.reports import frames, text
from rooflinear.reports.limits import ARITHMETIC, MEMORY, fault_text

MOVED, COST = costs(1000, 10)
FLOPS = COST["costs"]["direct"][0]
MEMORY_LIMIT_NS = MOVED * 0.1


def timed(call_ns, read_ns_per_byte=0.1, of=None, **changes):
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
    reads = [(number, 0.1) for number in range(5)]
    shaky = ok(case(), [MEMORY_LIMIT_NS * each for each in (0.8, 0.9, 0.95, 1.05, 0.85)], **COST, reads=reads)
    [found] = rows([shaky]).to_dict("records")
    assert (found["above_ceiling"], found["over_limit"]) == (False, 1)


def test_a_reading_that_was_disturbed_is_no_limit():
    reads = [(number, 0.1 if number else 5.0) for number in range(20)]
    assert row(3 * MEMORY_LIMIT_NS, reads=reads)["limit_ns"] == pytest.approx(MEMORY_LIMIT_NS)


def test_faults_are_told_worst_first_and_the_rest_counted():
    results = [timed(share * MEMORY_LIMIT_NS, of=case(f"cheat_{share}")) for share in (0.9, 0.3, 0.5, 0.7, 2.0)]
    told = fault_text(rows(results))
    assert told.startswith("4 cases took less time than this machine's limit allows")
    assert told.index("cheat_0.3") < told.index("cheat_0.5") < told.index("cheat_0.7")
    assert told.endswith("and 1 more")
    assert "cheat_2.0" not in told


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
