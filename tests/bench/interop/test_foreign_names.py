"""Two benchmarks of a file never become one case, whatever they are called."""

import itertools
import os
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooflinear.bench.errors import UsageError
from rooflinear.bench.interop import asv, asv_beside, pyperf, pytest_benchmark
from rooflinear.bench.interop.names import case_of_label, distinct_labels, without_addresses
from rooflinear.bench.records import Benchmark, Case

from . import foreign_files as files

EXAMPLES = int(os.environ.get("ROOFLINEAR_EXAMPLES", "200"))
"""10,000 take two minutes."""


def read(content):
    reader = asv if "result_columns" in content else pytest_benchmark if "machine_info" in content else pyperf
    return reader.read(Path("file.json"), content)[1]


def cases(content):
    return [each.case for each in read(content)]


def labels(content):
    return [each.label for each in cases(content)]


def test_the_same_method_of_two_classes_is_two_benchmarks():
    found = read(files.asv({"io.A.time_read": 1e-3, "io.B.time_read": 2e-3}))
    assert [each.case.label for each in found] == ["io.A.time_read", "io.B.time_read"]
    assert [each.benchmark for each in found] == [Benchmark("io.A.time_read"), Benchmark("io.B.time_read")]


def test_parameters_that_hold_an_equals_sign_or_differ_by_quotes_stay_apart():
    parameters = [["Normal(mu=0, sigma=1)", "Laplace(mu=0, sigma=1)"], ["'1'", "1", "True"]]
    found = read(files.asv({"d.time_draw": ([1e-3] * 6, parameters)}))
    assert [each.benchmark.parameters for each in found] == [list(each) for each in itertools.product(*parameters)]
    assert found[1].case.parameters == {"param1": "Normal(mu=0, sigma=1)", "param2": "1"}
    assert len({each.case.label for each in found}) == 6


def test_tests_of_one_name_in_two_files_or_classes_are_two():
    names = ["a.py::test_sum", "b.py::test_sum", "a.py::TestA::test_sum", "a.py::TestB::test_sum"]
    assert labels(files.pytest_benchmark(*map(files.measured, names))) == names


def in_group(name, kind, group="read"):
    return files.measured(name + f"[{kind}]", group=group, param=kind, params={"kind": kind})


def test_contenders_of_the_function_that_names_the_group_are_called_by_their_parameters_alone():
    """Whatever else is in the group, so that a benchmark added later renames none."""
    found = [in_group("a.py::test_read", kind) for kind in ("plain", "reactive")]
    wanted = ["read/kind=plain", "read/kind=reactive"]
    assert labels(files.pytest_benchmark(*found)) == wanted
    other = in_group("a.py::test_get", "plain")
    assert labels(files.pytest_benchmark(*found, other)) == [*wanted, "read/a.py::test_get kind=plain"]


def test_two_functions_of_one_name_stay_apart_in_a_group():
    found = [in_group(f"{file}.py::test_read", "plain") for file in "ab"]
    assert len(set(labels(files.pytest_benchmark(*found)))) == 2


def test_a_contender_without_parameters_keeps_its_name():
    alone = files.measured("a.py::test_write", group="write")
    assert labels(files.pytest_benchmark(alone)) == ["write/a.py::test_write"]


def test_ids_with_blanks_stay_whole_without_params():
    found = [files.measured(f"t.py::test[{name}]", param=name) for name in ("a short one", "a long one")]
    content = files.pytest_benchmark(*found, files.measured("t.py::test[a long one, too]"))
    assert [(each.operation, each.parameters) for each in cases(content)] == [
        ("t.py::test", {"id": "a short one"}),
        ("t.py::test", {"id": "a long one"}),
        ("t.py::test[a long one, too]", {}),
    ]


def test_a_number_and_its_text_are_two_parameters():
    found = [files.measured(f"t.py::test[1_{i}]", param=f"1_{i}", params={"x": x}) for i, x in enumerate(["1", 1])]
    assert [each.parameters for each in cases(files.pytest_benchmark(*found))] == [{"x": "'1'"}, {"x": "1"}]


def test_names_that_differ_behind_a_slash_or_a_blank_are_two():
    names = ["read/a b", "read/a c", "read/a", "read", "read/a n=1", "read/a n=1 float64 b"]
    assert labels(files.pyperf(dict.fromkeys(names, 1e-3))) == names


@pytest.mark.parametrize(
    "label",
    [
        "gradient/numpy", "gradient/numpy m=1", "gradient/numpy m=1 n float64", "gradient/numpy m=1  n=2 float64",
        "gradient/numpy m=1 m=2 float64", "gradient/numpy m=1 float64 fast", "a gradient/numpy m=1 float64",
        "gradient/numpy.x m=1 float64", "gradient/numpy m=1 float16", "gradient/numpy m== float64", "1/2 m=1 float64",
    ],
)  # fmt: skip
def test_text_is_ours_only_as_a_whole(label):
    assert case_of_label(label) is None
    assert labels(files.pyperf({label: 1e-3})) == [label]


@pytest.mark.parametrize("more", ["", " threads=2 cuda"])
def test_a_label_of_ours_is_read_as_its_case(more):
    found = case_of_label(f"gradient/numpy m=1000 n=10 eps=0.1 k=0 float32{more}")
    place = (2, "cuda") if more else (0, "cpu")
    assert found == Case("", "gradient", "numpy", {"m": 1000, "n": 10}, {"eps": "0.1", "k": "0"}, "float32", *place)


def test_our_suite_in_a_file_of_asv_is_read_as_its_cases():
    parameters = [["'numba'", "'numpy'"], ["'m=100 n=2'"]]
    names = ["quick.Gradient.time_gradient", "quick.GradientDescent.time_gradient_descent"]
    found = read(files.asv({name: ([1e-3] * 2, parameters) for name in names}))
    assert [each.case.label for each in found] == [
        f"{operation}/{name} m=100 n=2 float64"
        for operation in ("gradient", "gradient_descent")
        for name in ("numba", "numpy")
    ]
    assert {each.benchmark for each in found} == {None}


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("quick.Gradient.time_predict", ["'numpy'", "'m=100 n=2'"]),
        ("slow.Gradient.time_gradient", ["'numpy'", "'m=100 n=2'"]),
        ("quick.Gradient.time_gradient", ["'numpy'", "'m=100 n=2 fast'"]),
        ("quick.Gradient.time_gradient", ["'numpy'", "'m=100 m=200'"]),
        ("quick.Gradient.time_gradient", ["'numpy'", "m=100"]),
        ("quick.Gradient.time_gradient", ["'numpy'", "'m=100'", "1"]),
        ("quick.Gradient.time_gradient", ["'a b'", "'m=100'"]),
    ],
)
def test_what_is_like_our_suite_but_not_wholly_is_not_ours(name, parameters):
    (found,) = read(files.asv({name: ([1e-3], [[each] for each in parameters])}))
    assert found.benchmark == Benchmark(name, parameters)


@pytest.mark.parametrize("first", ["a/b x=1 y=2 float64", "the same"])
def test_two_that_would_meet_are_refused_with_both_names(first):
    second = "a/b y=2 x=1 float64" if "=" in first else first
    one = {"runs": [{"values": [1e-3], "metadata": {"name": first}}]}
    other = {"metadata": {"name": second}, "runs": [{"values": [2e-3]}]}
    with pytest.raises(UsageError, match="would be one case") as caught:
        read(files.pyperf({"a": one, "b": other}))
    assert f"'{first}' and '{second}'" in str(caught.value)


def test_a_test_that_ran_twice_is_refused():
    with pytest.raises(UsageError, match=r"'t.py::test' and 't.py::test' would be one case"):
        read(files.pytest_benchmark(files.measured("t.py::test", 1e-3), files.measured("t.py::test", 2e-3)))


def test_what_an_address_alone_tells_apart_is_numbered_as_asv_does():
    texts = ["<function f at 0x7f01>", "<A at 0xAB>", "<A at 0xCD>", "<A> (0)", "([<g at 0x1>], 2)"]
    assert without_addresses(texts) == ["<function f>", "<A> (1)", "<A> (2)", "<A> (0)", "([<g>], 2)"]


def test_labels_for_other_tools_are_distinct():
    words = [{"p": "1 q=2"}, {"p": "1", "q": "2"}]
    made = [Case("", "read", "", {}, each, "", threads, "cpu") for each in words for threads in (0, 1)]
    assert len(set(distinct_labels(made).values())) == 4
    assert distinct_labels(made[:1]) == {made[0]: "read p=1 q=2"}


WORDS = st.sampled_from(
    [
        "a", "b", "A.time_read", "time_read", "a/b", "n=1", "n=01", "1", "'1'", "01", "True", "10", "x=1", "y=2", "[",
        "]", "-", "::", "=", "(0)", "<f>", "float64", "id", "benchmark", "", " ", "  ", "a b", "a/b n=1 float64",
        "x=1 y=2", "y=2 x=1", "<f at 0x1>", "<f at 0x2>", "<f> (0)", "t.py::test", "t.py::test[a]", "'a'", "'n=1'",
        "UNSERIALIZABLE[<f at 0x1>]", "UNSERIALIZABLE[<f at 0x2>]", "quick.A.time_a",
    ]
)  # fmt: skip
NAMES = st.lists(WORDS | st.text(max_size=8), min_size=1, max_size=3).map("".join)
PROPERTY = settings(max_examples=EXAMPLES, deadline=None)


def held(content, count):
    """As many cases as benchmarks, all different, also as a table shows them; or a refusal of two that are named."""
    try:
        results = read(content)
    except UsageError as error:
        if "would be one case" in str(error):
            return
        raise
    found = {each.case for each in results}
    shown = {(case.operation, case.implementation, case.words) for case in found}
    named = {(each.benchmark.name, *each.benchmark.parameters) if each.benchmark else each.case for each in results}
    assert [len(found), len(shown), len(named)] == [count] * 3
    assert all(each.status == "ok" or each.reason for each in results)


@PROPERTY
@given(names=st.lists(NAMES.filter(bool), min_size=1, max_size=6, unique=True))
def test_benchmarks_of_pyperf_stay_apart(names):
    held(files.pyperf(dict.fromkeys(names, 1e-3)), len(names))


@PROPERTY
@given(
    benchmarks=st.dictionaries(
        NAMES, st.lists(st.lists(NAMES, min_size=1, max_size=3, unique=True), max_size=2), min_size=1, max_size=4
    ),
    names=st.lists(NAMES, max_size=2),
)
def test_benchmarks_of_asv_stay_apart(benchmarks, names):
    counts = {name: len(list(itertools.product(*lists))) for name, lists in benchmarks.items()}
    told = {name: {"type": "time", "param_names": names} for name in benchmarks}
    with mock.patch.object(asv_beside, "_read", lambda path: told if path.name == asv_beside.LIST else {}):
        held(files.asv({name: ([1e-3] * counts[name], benchmarks[name]) for name in benchmarks}), sum(counts.values()))


VALUES = st.one_of(NAMES, st.integers(), st.floats(), st.booleans(), st.none(), st.lists(NAMES, max_size=2))
TESTS = st.tuples(
    NAMES.filter(bool), st.none() | NAMES, st.none() | st.dictionaries(NAMES, VALUES, max_size=3), st.none() | WORDS
)


@PROPERTY
@given(tests=st.lists(TESTS, min_size=1, max_size=6))
def test_benchmarks_of_pytest_stay_apart(tests):
    made = [
        files.measured(name if param is None else f"{name}[{param}]", param=param, params=params, group=group)
        for name, param, params, group in tests
    ]
    distinct = {each["fullname"]: each for each in made}
    held(files.pytest_benchmark(*distinct.values()), len(distinct))
