"""Whether the functions that measure are still the harness's own."""

import pytest

from rooflinear.bench.lent.counters import Guard
from rooflinear.bench.timing.kernel import Clock, Kernel
from rooflinear.bench.worker import measure
from rooflinear.bench.worker.bindings import Bindings


def other(self, calls=1, *more):
    return None, 1, 1


def closure(value):
    return lambda self, calls: (value, 1, 1)


CHANGES = {
    "a method": lambda patch: patch.setattr(Kernel, "many", other),
    "its code": lambda patch: patch.setattr(Kernel.many, "__code__", other.__code__),
    "its defaults": lambda patch: patch.setattr(measure.settle, "__defaults__", (1,)),
    "keyword defaults": lambda patch: patch.setattr(Kernel.many, "__kwdefaults__", {"calls": 1}),
    "a function of a module": lambda patch: patch.setattr(measure, "time_slice", lambda *_: None),
    "a name that was not there": lambda patch: patch.setattr(measure, "genuine", other, raising=False),
    "a class": lambda patch: patch.setattr(measure, "Kernel", Guard),
    "the clock": lambda patch: patch.setattr("time.perf_counter_ns", lambda: 0),
    "how attributes are read": lambda patch: patch.setattr(Clock, "__getattribute__", other, raising=False),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_is_named(monkeypatch, what):
    bindings = Bindings()
    assert bindings.replaced() == ""
    CHANGES[what](monkeypatch)
    found = bindings.replaced()
    monkeypatch.undo()
    assert found
    assert bindings.replaced() == ""


def test_what_a_closure_holds_belongs_to_it(monkeypatch):
    monkeypatch.setattr(measure, "genuine", closure(1), raising=False)
    bindings = Bindings()
    measure.genuine.__closure__[0].cell_contents = 2
    assert bindings.replaced() == "rooflinear.bench.worker.measure.genuine"
