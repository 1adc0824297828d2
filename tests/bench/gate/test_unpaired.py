"""Comparing files: false alarms under drift, what is found, what is refused."""

import math
from itertools import product
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rooflinear.bench import interop, store
from rooflinear.bench.errors import UsageError
from rooflinear.bench.gate import unpaired
from rooflinear.bench.gate.margins import Margins
from rooflinear.bench.gate.unpaired import compare_files
from rooflinear.bench.records import Case, Machine, Result, Run, Sample

from ..interop.test_interop import ASV, PYPERF, PYTEST

MARGINS = Margins(0.02)


def a_run(**machine):
    facts = {"name": "a", "system": "Linux", "cpu": "a CPU", "cores_available": 2, "memory_bytes": 2**34, **machine}
    return Run(
        command=[], options={}, machine=Machine(**facts), versions={}, environment={}, suite="kernels", operations={},
        implementations={}, started_at="2026-11-24T00:00:00+00:00",
    )  # fmt: skip


def cases(count):
    names = ("numpy", "numba", "torch")
    return [
        Case("kernels", "gradient", names[i % 3], {"m": 100 + i // 3}, {}, "float64", 1, "cpu") for i in range(count)
    ]


def results(rng, of, drift=0.0, effects=None, blocks=3, process=0.01):
    found = []
    for case, block in product(of, range(blocks)):
        level = math.log(1e5) + drift + rng.normal(0, process) + math.log((effects or {}).get(case.key, 1.0))
        times = np.exp(level + rng.normal(0, 0.005, 6))
        samples = [Sample(r, r, round(1000 * t), 0, 1000) for r, t in enumerate(times)]
        found.append(Result(case=case, status="ok", samples=samples, block=block, inputs_sha256="x"))
    return found


def written(folder, run, found):
    store.write_run(folder, run)
    file = store.ResultFile(folder)
    for each in found:
        file.append(each)
    file.close()
    return folder


@pytest.fixture
def compared(tmp_path):
    def compare(base, head, base_run=None, head_run=None, **options):
        old = written(tmp_path / "old", base_run or a_run(), base)
        new = written(tmp_path / "new", head_run or a_run(), head)
        return compare_files(old, new, MARGINS, **options)

    return compare


def verdicts(found):
    return {each.case.key: each.verdict for each in found.cases}


@pytest.mark.parametrize("drift", [0.0, 0.1, -0.1])
@pytest.mark.parametrize("blocks", [1, 3])
def test_drift_that_all_cases_share_is_no_regression(monkeypatch, drift, blocks):
    alarms, files = 0, {}
    monkeypatch.setattr(interop, "read", lambda path: (a_run(), files[path.name]))
    for seed in range(20):
        rng = np.random.default_rng(seed)
        of = cases(24)
        files |= {"old": results(rng, of, blocks=blocks), "new": results(rng, of, drift, blocks=blocks)}
        alarms += "slower" in verdicts(compare_files(Path("old"), Path("new"), MARGINS)).values()
    assert alarms == 0


def test_a_large_slowdown_of_one_case_is_found(compared):
    rng, of = np.random.default_rng(1), cases(24)
    found = compared(results(rng, of), results(rng, of, effects={of[5].key: 1.3}))
    assert [key for key, verdict in verdicts(found).items() if verdict == "slower"] == [of[5].key]
    assert found.exit_status == 1


def test_it_says_that_drift_cannot_be_excluded(compared):
    rng, of = np.random.default_rng(1), cases(9)
    found = compared(results(rng, of), results(rng, of, drift=0.07))
    assert found.method == "unpaired"
    assert any("cannot be excluded" in text for text in found.warnings)
    assert any(f"the files: +{drift}" in text for text in found.warnings for drift in (6, 7, 8))


def test_the_same_file_is_equivalent_to_itself(compared):
    same = results(np.random.default_rng(1), cases(12))
    found = compared(same, same)
    assert set(verdicts(found).values()) <= {"equivalent", "not slower"}
    assert all(each.ratio == 1 for each in found.cases)
    assert found.exit_status == 0


def test_a_missing_case_is_an_error_unless_allowed(compared):
    rng, of = np.random.default_rng(1), cases(12)
    base, head = results(rng, of), results(rng, of[1:])
    found = compared(base, head)
    assert verdicts(found)[of[0].key] == "missing"
    assert found.exit_status == 4


def test_a_missing_case_may_be_allowed(compared):
    rng, of = np.random.default_rng(1), cases(12)
    found = compared(results(rng, of), results(rng, of[1:]), allow_missing=["gradient/numpy m=100 *"])
    assert verdicts(found)[of[0].key] == "not compared"
    assert found.exit_status != 4


def test_a_case_that_went_wrong_is_broken(compared):
    rng, of = np.random.default_rng(1), cases(12)
    head = results(rng, of)
    head[0] = msgspec.structs.replace(head[0], status="wrong", reason="outside the bound", samples=[])
    found = compared(results(rng, of), head)
    assert verdicts(found)[of[0].key] == "broken"
    assert found.exit_status == 4


def test_different_machines_are_refused_unless_told(compared, tmp_path):
    rng, of = np.random.default_rng(1), cases(24)
    base, head = results(rng, of), results(rng, of, drift=math.log(3), effects={of[1].key: 1.5})
    with pytest.raises(UsageError, match="--allow-other-machine"):
        compared(base, head, head_run=a_run(name="b"))
    for folder in ("old", "new"):
        (tmp_path / folder / "cases.jsonl").unlink()
    found = compared(base, head, head_run=a_run(name="b"), allow_other_machine=True)
    assert [key for key, verdict in verdicts(found).items() if verdict == "slower"] == [of[1].key]
    assert "numpy" not in {each.case.implementation for each in found.cases}
    assert all(each.ratio < 1.6 for each in found.cases)


def test_a_reference_that_is_not_there_is_said(compared):
    same = results(np.random.default_rng(1), cases(12))
    with pytest.raises(UsageError, match="--reference"):
        compared(same, same, head_run=a_run(name="b"), allow_other_machine=True, reference="nobody")


@pytest.mark.parametrize("base", [ASV, PYTEST, PYPERF], ids=lambda path: path.stem)
@pytest.mark.parametrize("head", [ASV, PYTEST, PYPERF], ids=lambda path: path.stem)
def test_any_two_kinds_of_file_can_be_compared(base, head, monkeypatch):
    """Cases that one file alone has are missing or have appeared; those of both have a ratio."""
    monkeypatch.setattr(unpaired, "another_machine", lambda one, other: "")
    found = compare_files(base, head, MARGINS)
    labels = [{each.case.label for each in interop.read(path)[1]} for path in (base, head)]
    timed = {each.case.label for each in found.cases if each.ratio}
    assert timed <= labels[0] & labels[1]
    assert {each.case.label for each in found.cases} == labels[0] | labels[1]
    shared = base == head or {base, head} == {ASV, PYTEST}
    assert bool(timed) == shared
