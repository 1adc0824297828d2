"""A first suite of one's own: default sizes, both dtypes, slips in names, long calls, what a status tells."""

import json
import time
from types import SimpleNamespace

import pytest

from rooflinear.bench import sweep
from rooflinear.bench.commands.exit_status import of_results
from rooflinear.bench.commands.run import _how_to_go_on
from rooflinear.bench.commands.verify import _verified_status
from rooflinear.bench.errors import UsageError
from rooflinear.bench.records import Case, Result
from rooflinear.bench.runner.budget import Budget
from rooflinear.bench.runner.terms import first_call_seconds, interpreted_call_seconds
from rooflinear.bench.suites import suite
from rooflinear.bench.sweep import Contest, Options, Task, contests

from ..made import NUMPY, OPERATIONS, ROOT, write_suite

PAIRWISE = ROOT / "examples" / "pairwise"


@pytest.fixture(scope="module")
def pairwise():
    return suite.load(PAIRWISE)


def planned(loaded, preset="verify", **chosen):
    return contests(loaded, Options(suite="", preset=preset, **chosen))


def sizes(found, operation="distances"):
    return {tuple(each.task.sizes.values()) for each in found if each.task.operation == operation}


def test_verify_takes_default_sizes_that_cost_little(pairwise):
    found = planned(pairwise)
    assert sizes(found) == {(3, 3), (3, 33), (33, 3), (33, 33), (3, 1001), (33, 1001), (1001, 3)}
    works = [sweep.cost(pairwise.operations[each.task.operation], each.task) for each in found]
    assert max(max(each.flops, each.bytes) for each in works) <= sweep.MOST_WORK["verify"]


@pytest.mark.parametrize("preset", ["quick", "standard", "full"])
def test_a_run_takes_default_sizes_that_cost_little(pairwise, preset):
    found = planned(pairwise, preset)
    works = [sweep.work(pairwise.operations[each.task.operation], each.task) for each in found]
    assert found
    assert max(works) <= sweep.MOST_WORK[preset]


def test_sizes_that_a_user_names_are_all_taken(pairwise):
    assert sizes(planned(pairwise, sizes={"points": [2000], "axes": [1000]})) == {(2000, 1000)}
    assert sizes(planned(pairwise, sizes={"points": [5, 2000]})) == {(5, 3), (5, 33), (5, 1001), (2000, 3)}


def test_an_operation_that_always_costs_much_is_taken_at_its_cheapest(tmp_path):
    text = OPERATIONS.replace('(sizes["m"], 2', '(1e12 * sizes["m"], 2')
    found = planned(suite.load(write_suite(tmp_path, operations=text)))
    assert sizes(found, "double") == {(3,)}


@pytest.mark.parametrize("chosen", [{}, {"sizes": {"points": [5], "axes": [2]}}, {"operations": ["nearest"]}])
def test_verify_takes_both_dtypes(pairwise, chosen):
    assert {each.task.dtype for each in planned(pairwise, **chosen)} == {"float64", "float32"}


def test_verify_takes_both_dtypes_of_an_operation_outside_its_preset(tmp_path):
    text = OPERATIONS + (
        "\nimport dataclasses\nfrom rooflinear.bench.contract import Grid\n"
        "OPERATIONS = (*OPERATIONS, dataclasses.replace(OPERATIONS[0], name='triple'))\n"
        "PRESETS = {'verify': (Grid(sizes={'m': (5,)}, operations=('double',), dtypes=('float64', 'float32')),)}\n"
    )
    loaded = suite.load(write_suite(tmp_path, operations=text, plain=NUMPY + "\ndef triple(x):\n    return 3 * x\n"))
    assert {each.task.dtype for each in planned(loaded, operations=["triple"])} == {"float64", "float32"}


def test_a_run_takes_one_dtype_where_none_is_named(pairwise):
    assert {each.task.dtype for each in planned(pairwise, "quick")} == {"float64"}


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("def doubel(x): pass", "a.py: no function of an operation; 'doubel': did you mean 'double'?"),
        ("def f(x): pass", "a.py: no function of an operation; operations: double, half"),
        ("", "a.py: no function of an operation; operations: double, half"),
        ("def double(x): pass\ndef hallf(x): pass", "a.py: no operation is called 'hallf': did you mean 'half'?"),
    ],
)
def test_a_function_that_may_be_misspelt_is_told(tmp_path, text, remark):
    two = OPERATIONS + "\nimport dataclasses\nOPERATIONS += (dataclasses.replace(OPERATIONS[0], name='half'),)\n"
    loaded = suite.load(write_suite(tmp_path, operations=two, a=f"LIBRARY = 'numpy'\n{text}\n"))
    assert loaded.remarks == (remark,)


@pytest.mark.parametrize(
    "text", ["def double(x): pass", "def double(x): pass\ndef _doubel(x): pass\ndef workspace(o, i): pass"]
)
def test_a_suite_without_slips_has_no_remarks(tmp_path, text):
    assert suite.load(write_suite(tmp_path, a=f"LIBRARY = 'numpy'\n{text}\n")).remarks == ()


def test_the_suites_here_have_no_remarks(pairwise):
    assert suite.load(ROOT / "kernels").remarks == pairwise.remarks == ()


def test_a_remark_is_told_by_every_command_that_takes_the_suite(rooflinear, tmp_path):
    folder = write_suite(tmp_path / "mine", a="LIBRARY = 'numpy'\ndef doubel(x): pass\n")
    warning = "warning: a.py: no function of an operation; 'doubel': did you mean 'double'?\n"
    assert warning in rooflinear("verify", "--suite", folder, "--m", "5").stderr
    assert warning in rooflinear("list", "--suite", folder).stderr


def test_a_suite_of_slips_alone_says_so(rooflinear, tmp_path):
    outcome = rooflinear(
        "verify", "--suite", write_suite(tmp_path / "mine", plain="LIBRARY = 'numpy'\ndef doubel(x): 0")
    )
    assert outcome.status == 2
    assert "no case is left" in outcome.stderr
    assert "did you mean 'double'?" in outcome.stderr


@pytest.mark.parametrize(
    ("library", "hint"), [("nunpy", "did you mean 'numpy'?"), ("R", "known: python, numpy, torch")]
)
def test_an_unknown_library_is_bad_usage(tmp_path, library, hint):
    with pytest.raises(UsageError) as caught:
        suite.load(write_suite(tmp_path, a=f"LIBRARY = '{library}'\ndef double(x): pass\n"))
    assert str(caught.value).startswith(f"{tmp_path}/a.py: unknown LIBRARY '{library}'; {hint}")


def test_the_libraries_a_suite_may_name_are_those_there_are():
    from rooflinear.bench import contract
    from rooflinear.bench.libraries.host import LIBRARIES

    assert set(contract.LIBRARIES) == set(LIBRARIES)


def test_a_suite_that_is_a_file_is_told(tmp_path):
    folder = write_suite(tmp_path)
    with pytest.raises(UsageError, match=f"operations.py: is a file; --suite needs its folder, {folder}$"):
        suite.load(folder / "operations.py")


@pytest.mark.parametrize(
    ("text", "compiles"),
    [
        ("import numpy as np, scipy.linalg, math, os", False),
        ("import numba", True),
        ("def double(x):\n    from numba import njit", True),
        ("from ._helper import f", True),
    ],
)
def test_who_may_compile_is_told_by_what_is_imported(tmp_path, text, compiles):
    files = {"a": f"LIBRARY = 'numpy'\n{text}\n", "_helper": "import jax\nf = 0\n"}
    assert suite.load(write_suite(tmp_path, **files)).implementations["a"].compiles is compiles


def test_a_framework_may_always_compile(tmp_path):
    assert suite.load(write_suite(tmp_path, a="LIBRARY = 'jax'\n")).implementations["a"].compiles


def test_what_compiles_nothing_is_waited_for_little_longer_than_its_limit():
    assert 1 < interpreted_call_seconds(1.0, 1e6) < 6 < first_call_seconds(1.0)


SLEEPS = "import time\nLIBRARY = 'numpy'\ndef double(x):\n    time.sleep(600)\n    return 2 * x\n"


def test_a_call_over_its_limit_is_ended_and_is_not_all_well(rooflinear, tmp_path):
    folder = write_suite(tmp_path / "mine", sleeps=SLEEPS)
    outcome = rooflinear("verify", "--suite", folder, "--m", "5", "--dtype", "float64", "--timeout", "300ms", "--json")
    found = {each["case"]["implementation"]: each for each in json.loads(outcome.stdout)}
    assert (outcome.status, found["plain"]["status"], found["sleeps"]["status"]) == (3, "ok", "timeout")
    assert found["sleeps"]["reason"].startswith("its first call exceeds the limit of 0.3 s (--timeout) and ")


def results(*statuses, **more):
    case = Case("s", "double", "plain", {"m": 1}, {}, "float64", 1, "cpu")
    return [Result(case=case, status=status, **more) for status in statuses]


@pytest.mark.parametrize(
    ("statuses", "of_run", "of_verify"),
    [
        (["ok"], 0, 0),
        (["ok", "unsupported"], 0, 0),
        (["unsupported", "missing"], 0, 0),
        (["skipped"], 3, 3),
        (["timeout"], 3, 3),
        (["skipped", "unsupported"], 3, 3),
        (["ok", "skipped"], 0, 0),
        (["ok", "timeout"], 0, 3),
        (["ok", "timeout", "wrong"], 1, 1),
        (["skipped", "crashed"], 1, 1),
    ],
)
def test_a_status_that_tells_whether_all_is_well(statuses, of_run, of_verify):
    assert (of_results(results(*statuses)), _verified_status(results(*statuses))) == (of_run, of_verify)


def test_a_case_that_was_predicted_to_last_too_long_is_not_all_well():
    assert _verified_status([*results("ok"), *results("skipped", predicted_ns=10**12)]) == 3


def test_an_interrupted_run_whose_cases_all_have_results_wants_its_report(tmp_path):
    (tmp_path / "cases.jsonl").write_text("{}\n")
    (result,) = results("ok")
    contest = Contest(Task("double", {"m": 1}, {}, "float64"), 1, "cpu", (result.case,), 1)
    assert _how_to_go_on(tmp_path, [contest], [result]).endswith(f"write the report with: rooflinear report {tmp_path}")
    assert _how_to_go_on(tmp_path, [contest], []).endswith(f"rooflinear run --resume {tmp_path}")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_no_time_is_told_where_nothing_says_how_long_a_call_takes(pairwise):
    options = Options(suite="", preset="verify", sizes={"points": [9, 100, 2000], "axes": [100]})
    budget, found = Budget(pairwise, options, Clock()), contests(pairwise, options)
    assert budget.told(found) is None
    for each in found[:-4]:
        for case in each.cases:
            budget.note_call(case, sweep.work(pairwise.operations[case.operation], each.task))  # 1 ns a flop
    told = budget.told(found)
    assert told is not None
    assert told > 3 * 3 * 2000 * 2000 * 100 / 1e9


def test_what_the_oracle_takes_is_part_of_the_time_told(pairwise):
    options = Options(suite="", preset="verify", sizes={"points": [100, 200], "axes": [100]}, operations=["distances"])
    budget, found = Budget(pairwise, options, Clock()), contests(pairwise, options)
    before = budget.estimate(found)
    budget.note_made(found[0].task, 7.0)
    assert budget.estimate(found[:1]) >= 7
    assert budget.estimate(found) == pytest.approx(before + 7)


def test_a_budget_bounds_the_time_told(pairwise):
    options = Options(suite="", preset="quick", time_budget_s=60, sizes={"points": [5000], "axes": [1000]})
    budget = Budget(pairwise, options, Clock())
    assert budget.told(contests(pairwise, options)) <= 60


def test_the_time_left_counts_down_and_says_when_it_was_exceeded(monkeypatch):
    from rooflinear.bench import progress

    live = progress.Live()
    live.begin(3)
    live.now("distances", 30.0)
    (task,) = live._bar.tasks
    column = progress._left_column()
    assert column.render(task).plain == "about 30 s left"
    then = time.monotonic() + 31
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: then))  # threads of the bar keep theirs
    assert column.render(task).plain == "longer than expected"
    live.now("distances", None)
    assert column.render(live._bar.tasks[0]).plain == ""
    live.close()


def test_the_example_of_pairs_is_right(rooflinear):
    outcome = rooflinear("verify", "--suite", PAIRWISE, "--size", "points=1,2,33", "--size", "axes=1,7", "--json")
    found = json.loads(outcome.stdout)
    assert {each["status"] for each in found} == {"ok", "unsupported"}
    assert {each["case"]["implementation"] for each in found if each["status"] == "ok"} == {
        "numpy", "numpy_gram", "python", "scipy",
    }  # fmt: skip
    assert max(each["error_over_bound"] or 0 for each in found) <= 1
