"""Functions as text: what they use is written with them, and what cannot be written is refused with the reason."""

import functools
import math
import sys
import types
from math import dist as distance

import numpy as np
import pytest
from numba import njit

from rooflinear.bench.api.sources import sources_of
from rooflinear.bench.errors import UsageError

HALF, NAMES, ENDLESS = 0.5, ("a", 1, (None, True)), math.inf
TABLE, LISTED = np.ones(3), [1, 2]
PARTIAL = functools.partial(math.pow, 2)


class Made:
    pass


def outer(values):
    return [inner(value) for value in values]


def inner(value, scale=HALF):
    def innermost():
        return value * scale * len(NAMES)

    return outer([]) or innermost()


def imports(x, y):
    return np.linalg.norm(x) + math.sqrt(2) + distance(x, y) + np.float64(1) + ENDLESS


@njit(cache=False)
def compiled(x):
    return x * HALF


class suite:
    """Stands for a suite: its decorator is not written."""

    @staticmethod
    def implementation(**_):
        return lambda function: function


@suite.implementation(
    library="numpy",
)
@functools.lru_cache
def decorated(x):
    return x


def executed(functions):
    """A module of the text, run where nothing of this one is known."""
    module = types.ModuleType("written")
    exec(compile(sources_of(functions).text(), "written.py", "exec"), module.__dict__)
    return module


def test_helpers_and_constants_are_written():
    module = executed([outer])
    assert module.outer([2.0, 4.0]) == outer([2.0, 4.0]) == [3.0, 6.0]
    assert (module.HALF, module.NAMES) == (HALF, NAMES)


def test_modules_and_what_they_define_are_imported():
    found = sources_of([imports])
    assert set(found.imports.values()) == {"import numpy as np", "import math", "from math import dist as distance"}
    assert executed([imports]).imports([0.0], [1.0]) == math.inf


def test_other_decorators_stay():
    assert "@njit(cache=False)\ndef compiled" in sources_of([compiled]).text()
    assert executed([compiled]).compiled(3.0) == 1.5
    found = sources_of([decorated]).text()
    assert found.endswith("@functools.lru_cache\ndef decorated(x):\n    return x")
    assert "suite" not in found


def test_a_function_of_two_names_has_both():
    def use(x):
        return other_name(x)  # noqa: F821

    use.__globals__["other_name"] = inner
    assert executed([use]).other_name(4.0) == inner(4.0)


def a_closure():
    weight = TABLE

    def weighted(x):
        return x * weight

    return weighted


def with_array(x):
    return x * TABLE


def with_list(x):
    return x * LISTED[0]


def with_object(x):
    return Made()


def with_partial(x):
    return PARTIAL(x)


def with_nothing(x):
    return x + not_defined_anywhere  # noqa: F821


def through_another(x):
    return with_array(x)


class Methods:
    def call(self, x):
        return x


def typed():
    """A function of an interpreter's prompt."""
    names = {}
    exec(compile("def typed(x):\n    return x", "<stdin>", "exec"), names)
    return names["typed"]


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (with_array, "with_array: uses 'TABLE', a ndarray; only modules, .* Make it inside the function"),
        (through_another, "with_array: uses 'TABLE'"),
        (with_list, "uses 'LISTED', a list"),
        (with_object, "uses 'Made', a type"),
        (with_partial, "uses 'PARTIAL', a partial"),
        (with_nothing, "uses 'not_defined_anywhere', which is not defined"),
        (a_closure(), "weighted: uses 'weight' of the function around it, a ndarray; define both outside"),
        (lambda x: x, "a lambda has no name"),
        (np.sqrt, "sqrt: is an ufunc without source in Python; write a function around it"),
        (len, "len: is a builtin_function_or_method without source"),
        (Methods().call, "call: is a method without source"),
        (typed(), "typed: its source is not known; define it with def in a file or in a notebook"),
        (3, "3: is an int without source"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_what_cannot_be_written_is_refused(function, told):
    with pytest.raises(UsageError, match=told):
        sources_of([function])


def test_a_module_beside_the_script_is_refused(tmp_path, monkeypatch):
    (tmp_path / "beside_it.py").write_text("def half(x):\n    return x / 2\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    half = __import__("beside_it").half

    def use(x):
        return half_of(x)  # noqa: F821

    monkeypatch.setitem(use.__globals__, "half_of", half)
    with pytest.raises(UsageError, match=r"use: uses 'half_of' of .*beside_it.py, which other processes cannot import"):
        sources_of([use])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert sources_of([use]).imports == {"half_of": "from beside_it import half as half_of"}
    del sys.modules["beside_it"]


def test_postponed_annotations_are_not_needed(tmp_path, monkeypatch):
    (tmp_path / "annotated.py").write_text(
        "from __future__ import annotations\ndef f(x: Nowhere) -> Nowhere:\n    return x\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = sources_of([__import__("annotated").f])
    assert (found.postponed, found.names) == (True, {"f"})
    del sys.modules["annotated"]
