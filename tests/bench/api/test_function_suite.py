"""A suite made of functions is a folder like any other, and what does not fit together is refused at once."""

import numpy as np
import pytest

import rooflinear
from rooflinear.bench.api import calls
from rooflinear.bench.errors import UsageError
from rooflinear.bench.suites import suite as suites
from rooflinear.bench.suites.named import named_inputs
from rooflinear.bench.sweep import Options, contests, footprint

pytestmark = pytest.mark.usefixtures("trusted")


def make(rng, m, n):
    return rng.standard_normal((m, n))


def right(X):
    """Sums of the rows."""
    return X.astype(np.longdouble).sum(1)


def of(**changes):
    return rooflinear.Suite(
        "sums", **{"sizes": ("m", "n"), "inputs": make, "reference": right, "rtol": 1e-12, **changes}
    )


def numpy(X):
    return X.sum(1)


def slow(X):
    """Row by row.

    In lists.
    """
    return [sum(row) for row in X]


@pytest.fixture
def row_sums():
    made = of()
    made.implementation(numpy)
    made.implementation(library="python", name="loops", algorithm="rows")(slow)
    return made


def test_it_is_a_suite(row_sums, tmp_path):
    loaded = suites.load(row_sums.write(tmp_path / "sums"))
    operation = loaded.operations["sums"]
    assert (loaded.name, operation.doc, operation.tolerance) == ("sums", "Sums of the rows.", "rtol 1e-12")
    assert {(each.stem, each.library, each.algorithm, each.doc) for each in loaded.implementations.values()} == {
        ("numpy", "numpy", "direct", ""), ("loops", "python", "rows", "Row by row."),
    }  # fmt: skip
    inputs = operation.inputs(np.random.default_rng(1), {"m": 4, "n": 3}, {}, np.float32)
    assert {name: (value.dtype, value.shape) for name, value in inputs.items()} == {"X": (np.float32, (4, 3))}
    written = suites.import_stem(loaded.folder, "loops")
    assert written.sums([[1, 2], [3, 4]]) == [3, 7]
    assert np.allclose(np.float64(operation.oracle(**inputs)), inputs["X"].sum(1))


def test_without_a_cost_there_is_no_limit_but_sizes_stay_small(row_sums, tmp_path):
    loaded = suites.load(row_sums.write(tmp_path / "sums"))
    found = contests(loaded, Options(suite="", preset="quick"))
    assert [tuple(each.task.sizes.values()) for each in found] == [(100, 100)]
    assert footprint(loaded.operations["sums"], found[0].task) == 8 * 100 * 100
    chosen = contests(loaded, Options(suite="", preset="quick", sizes={"m": [1000], "n": [1000]}))
    assert len(chosen) == 1


def test_it_runs_from_a_folder_that_later_changes_leave_alone(row_sums, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(calls, "run", lambda **given: asked.append(given))
    row_sums.run(results=tmp_path, m=[3], preset="quick")
    row_sums.run(results=tmp_path)
    row_sums.implementation(name="numpy")(slow)
    row_sums.run(results=tmp_path)
    first, same, changed = (given.pop("suite") for given in asked)
    assert first == same != changed
    assert first.name == changed.name == "sums"
    assert "X.sum(1)" in (first / "numpy.py").read_text()
    assert asked[0] == {"results": tmp_path, "m": [3], "preset": "quick"}


@pytest.mark.parametrize(
    ("rtol", "dtypes"),
    [(1e-12, "float64"), ({"float64": 1e-12, "float32": 1e-5}, ["float64", "float32"]), (None, None)],
)
def test_it_is_verified_in_the_dtypes_of_its_tolerance(monkeypatch, rtol, dtypes):
    asked = []
    monkeypatch.setattr(calls, "verify", lambda **given: asked.append(given))
    made = of(rtol=rtol)
    made.implementation(numpy)
    made.verify(m=5)
    assert (asked[0].get("dtype"), asked[0]["m"]) == (dtypes, 5)
    assert not asked[0]["suite"].exists()


def test_it_is_not_written_over_other_files(row_sums, tmp_path):
    (tmp_path / "mine.py").write_text("")
    with pytest.raises(UsageError, match=r"has mine\.py, which is not of this suite"):
        row_sums.write(tmp_path)


def test_inputs_are_named_and_cast():
    def two(rng, m, dtype, steps):
        return np.ones(m), 0.5

    inputs = named_inputs(two, lambda X, half: X)
    found = inputs(None, {"m": 2}, {"steps": 3}, np.float32)
    assert [(name, value.dtype) for name, value in found.items()] == [("X", np.float32), ("half", np.float32)]
    whole = named_inputs(lambda rng, m: {"k": np.arange(m), "n": 3}, lambda k, n: k)(None, {"m": 2}, {}, np.float32)
    assert (whole["k"].dtype, whole["n"]) == (np.int64, 3)


def no_rng(m, n):
    return np.ones((m, n))


def misspelt(rng, m, k):
    return np.ones((m, k))


def two_inputs(X, y):
    return X


def uses_sums(X):
    return sums(X)


def sums(X):
    return X


def operations(X):
    return X


LIBRARY = "numpy"


def takes_a_name(X):
    return X * len(LIBRARY)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"inputs": no_rng}, "inputs no_rng: must take 'rng'"),
        ({"inputs": misspelt}, "inputs misspelt: unknown parameter 'k'; "),
        ({"inputs": lambda rng: 1}, "a lambda has no name"),
        ({"reference": np.sum}, "reference|array_function|sum"),
    ],
)
def test_a_suite_that_does_not_fit_together_is_refused(changes, told):
    with pytest.raises(UsageError, match=told):
        of(**changes)


@pytest.mark.parametrize(
    ("function", "options", "told"),
    [
        (two_inputs, {}, r"two_inputs: must take the inputs in order, as the reference does: \(X\)"),
        (numpy, {"library": "nunpy"}, "unknown library 'nunpy'; did you mean 'numpy'"),
        (numpy, {"name": "_hidden"}, "'_hidden': must be a name in Python"),
        (operations, {}, "'operations': the name is reserved"),
        (uses_sums, {}, "uses 'sums', which is the name of the suite"),
        (takes_a_name, {}, "uses 'LIBRARY', a name that the suite's file needs"),
    ],
)
def test_an_implementation_that_does_not_fit_is_refused(function, options, told):
    with pytest.raises(UsageError, match=told):
        of().implementation(**options)(function)


def test_names_of_a_suite_are_checked():
    with pytest.raises(UsageError, match="suite 'my sums': must be a name in Python"):
        rooflinear.Suite("my sums", sizes="m", inputs=make, reference=right)
    with pytest.raises(UsageError, match="suite sums: has no implementation; decorate one"):
        of().run()
