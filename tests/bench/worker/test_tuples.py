"""Kernels that return tuples of arrays, in every library, in verify and in run."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

from rooflinear.bench.errors import SuiteFault
from rooflinear.bench.inputs import problem
from rooflinear.bench.lent.counters import Guard
from rooflinear.bench.libraries.host import LIBRARIES, common_environment
from rooflinear.bench.libraries.plain import NumPy, PythonLists
from rooflinear.bench.processes.reference_messages import Draw, Make
from rooflinear.bench.processes.worker_messages import Place, Play
from rooflinear.bench.records import Case, Output, ShownTask, Task
from rooflinear.bench.runner.in_process import Ready, Wrong
from rooflinear.bench.store import read_outputs, read_results
from rooflinear.bench.timing.kernel import Clock
from rooflinear.bench.worker.loader import Loader, Refused
from rooflinear.bench.worker.plays import Plays, overwrites
from rooflinear.bench.worker.worker import Worker

from ...absent import needs
from ..inputs.test_parts import MEAN, RIGHT, holding, replaced
from ..inputs.test_problem import opened
from ..made import write_suite


class Moments(NamedTuple):
    mean: object
    spread: object


class Late(tuple):
    """Does its work when somebody looks."""

    def __iter__(self):
        return iter([np.zeros(1)] * 2)

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return np.zeros(1)


def arrays(output, number=2, library=None):
    loader = Loader(SimpleNamespace(), library or NumPy(), Clock())
    task = Task("moments", {}, {}, "float64")
    return loader.arrays(output, SimpleNamespace(task=task, parts=number))


@pytest.mark.parametrize("kind", [tuple, list, lambda pair: Moments(*pair)])
def test_a_tuple_a_list_and_a_named_tuple_are_parts(kind):
    assert [each.tolist() for each in arrays(kind([np.ones(2), np.arange(3)]))] == [[1, 1], [0, 1, 2]]


def test_what_comes_out_is_a_copy_of_each_part():
    buffer = np.ones(2)
    found = arrays((buffer, buffer))
    buffer[:] = 9
    assert [each.tolist() for each in found] == [[1, 1], [1, 1]]


@pytest.mark.parametrize("kind", [tuple, list])
def test_lists_of_numbers_are_parts_in_python_too(kind):
    found = arrays(kind([[1.5, 2.5], [0, 1]]), library=PythonLists())
    assert [(each.tolist(), each.dtype.kind) for each in found] == [([1.5, 2.5], "f"), ([0, 1], "i")]
    (one,) = arrays([[1.5, 2.5], [0, 1]], 0, PythonLists())
    assert one.shape == (2, 2)


RETURNED = {
    "too many": ((MEAN, MEAN, MEAN), 2, "returned a tuple of 3, not of 2"),
    "too few": ((MEAN,), 2, "returned a tuple of 1, not of 2"),
    "too short a list": ([], 2, "returned a list of 0, not of 2"),
    "an array": (np.ones((2, 2)), 2, "returned one NumPy array, not a tuple of 2"),
    "None": (None, 2, "returned a builtins.NoneType, not a tuple of 2"),
    "None inside": ((MEAN, None), 2, "part 2 of 2: returned a builtins.NoneType, not a NumPy array"),
    "tuple inside": (((MEAN,), MEAN), 2, "part 1 of 2: returned a builtins.tuple, not a NumPy array"),
    "a generator": ((each for each in (MEAN, MEAN)), 2, "returned a builtins.generator, not a tuple of 2"),
    "a dict": ({"Q": MEAN, "R": MEAN}, 2, "returned a builtins.dict, not a tuple of 2"),
    "late work": (Late(), 2, "returned a Late of 0, not of 2"),
    "a tuple for an array": ((MEAN,), 0, "returned a builtins.tuple, not a NumPy array"),
    "an array for a tuple of one": (MEAN, 1, "returned one NumPy array, not a tuple of 1"),
}


@pytest.mark.parametrize("kind", RETURNED)
def test_what_is_not_the_tuple_expected_is_wrong(kind):
    output, number, reason = RETURNED[kind]
    with pytest.raises(Refused) as caught:
        arrays(output, number)
    assert (caught.value.status, caught.value.reason) == ("wrong", reason)


def test_a_ragged_list_is_wrong_and_no_crash():
    with pytest.raises(Refused, match="part 1 of 2: returned something that is not an array: ") as caught:
        arrays(([[1.0], [1.0, 2.0]], [1.0]), library=PythonLists())
    assert caught.value.status == "wrong"


def test_a_part_that_changes_after_the_call_is_seen(tmp_path):
    worker = Worker.__new__(Worker)
    worker.output, worker.main, before = None, SimpleNamespace(), [np.zeros(2), np.zeros(3)]
    for later, fault in ((before, ""), ([np.zeros(2), np.ones(3)], "the output changed after the call had returned")):
        worker.loader = SimpleNamespace(arrays=lambda *_, later=later: later, changed=lambda _: "")
        assert worker._write_prepared(str(tmp_path / "outputs"), before) == fault


BUFFER = np.empty(4)


def fresh(x):
    return 2 * x, x.astype(int)


def half_kept(x):
    return x + 1, np.multiply(x, 2, out=BUFFER)


def in_turn(x):
    """The memory of one part is the other's in the next call."""
    in_turn.buffers.reverse()
    return tuple(np.multiply(x, 2, out=each) for each in in_turn.buffers)


in_turn.buffers = [np.empty(4), np.empty(4)]


def tried(folder, function):
    problem.save({"x": np.ones(4)}, folder / "main", 2)
    problem.save_many([{"x": np.full(4, 10.0 * (1 + number))} for number in range(3)], folder / "many", 2)
    loader = Loader(SimpleNamespace(moments=function), NumPy(), Clock())
    task, found = Task("moments", {}, {}, "float64"), Plays(loader, Guard())
    found.begin(64)
    found.place(task, [Place(str(folder / "many"), number) for number in range(3)])
    return found, loader.load(task, str(folder / "main"))


@pytest.mark.parametrize(("function", "expected"), [(fresh, False), (half_kept, True), (in_turn, True)])
def test_a_part_that_the_next_call_overwrites_is_seen(tmp_path, function, expected):
    assert overwrites(tried(tmp_path, function)[1]) == expected


def test_all_parts_of_calls_are_kept_in_their_order(tmp_path):
    found, main = tried(tmp_path, half_kept)
    kept, played = found.play(Play([0, 1, 3]), main)
    assert [each[0] for each in kept] == [2, 2, 11, 20, 31, 60]
    assert played.kept == [0, 1, 2]


OPERATIONS = """
import numpy as np
from rooflinear.bench.contract import Operation, Shown

CONTRACT = 1

def inputs(rng, sizes, parameters, dtype):
    return {"x": rng.standard_normal(sizes["m"]).astype(dtype)}

def exact_inputs(rng, sizes, parameters, dtype):
    return {"x": rng.permutation(sizes["m"]).astype(dtype)}

def cost(sizes, parameters, itemsize, algorithm):
    return sizes["m"], 3 * itemsize * sizes["m"]

OPERATIONS = (
    Operation(
        name="ordered", formula="sorted, and where", doc="", sizes=("m",), inputs=inputs, cost=cost,
        oracle=lambda x: (np.sort(x), np.argsort(x)),
        bound=lambda inputs, output, algorithm: (np.zeros(output[0].shape), None),
        exact_inputs=exact_inputs,
        exact_equal=lambda output, expected: all(map(np.array_equal, output, expected)),
    ),
)
SHOWN = (
    Shown(name="few", operation="ordered", sizes={"m": 3}, inputs=lambda dtype: {"x": np.array([2, 1, 3], dtype)}),
)
"""
KERNEL = "import numpy as np\nLIBRARY = 'numpy'\n\ndef ordered(x):\n    return {}\n"
LATER = """
import threading, time
import numpy as np
LIBRARY = "numpy"

def ordered(x):
    where = np.zeros(len(x), int)

    def fill():
        time.sleep(0.0003)
        where[:] = np.argsort(x)

    threading.Thread(target=fill).start()
    return np.sort(x), where
"""
CACHES = """
import numpy as np
LIBRARY = "numpy"
kept = {}

def ordered(x):
    return kept.setdefault(len(x), (np.sort(x), np.argsort(x)))
"""
CACHES_A_PART = CACHES.replace(
    "kept.setdefault(len(x), (np.sort(x), np.argsort(x)))", "np.sort(x), kept.setdefault(len(x), np.argsort(x))"
)
PYTHON = """
LIBRARY = "python"

def ordered(x):
    where = sorted(range(len(x)), key=x.__getitem__)
    return [[x[place] for place in where], where]

def unsupported(operation, sizes, dtype, device):
    return "" if dtype == "float64" else "float64 only"
"""
KERNELS = {
    "plain": KERNEL.format("np.sort(x), np.argsort(x)"),
    "lists": PYTHON,
    "listing": KERNEL.format("[np.sort(x), np.argsort(x, kind='stable')]"),
    "array": KERNEL.format("np.sort(x)"),
    "swapped": KERNEL.format("(np.argsort(x), np.sort(x))"),
    "lacking": KERNEL.format("(np.sort(x), None)"),
    "odd": KERNEL.format("(np.sort(x), np.argsort(x) if len(x) != 40 else np.argsort(-x))"),
    "later": LATER,
    "caching": CACHES,
    "caching_a_part": CACHES_A_PART,
    "sorting_in_place": KERNEL.format("(x, np.argsort(x), x.sort())[:2]"),
}
FOUND = {
    "plain": ("ok", ""),
    "lists": ("ok", ""),
    "listing": ("ok", ""),
    "array": ("wrong", "exact test: returned one NumPy array, not a tuple of 2"),
    "swapped": ("wrong", "exact test: part 1 of 2: dtype int64, not float64"),
    "lacking": ("wrong", "exact test: part 2 of 2: returned a builtins.NoneType, not a NumPy array"),
    "odd": ("wrong", "part 2 of 2: error"),
    "later": ("wrong", ""),
    "caching": ("wrong", "part 1 of 2: error"),
    "caching_a_part": ("wrong", "part 2 of 2: error"),
    "sorting_in_place": ("wrong", "exact test: changes its input x"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_suite(tmp_path_factory.mktemp("parts") / "mine", operations=OPERATIONS, **KERNELS)


@pytest.fixture(scope="module")
def verified(another_rooflinear, folder):
    outcome = another_rooflinear()("verify", "--suite", folder, "--m", "40", "--dtype", "float64", "--json")
    found = json.loads(outcome.stdout)
    return {each["case"]["implementation"]: (each["status"], each["reason"]) for each in found}


@pytest.mark.parametrize("name", KERNELS)
def test_every_way_of_being_wrong_is_found_by_verify(verified, name):
    status, reason = verified[name]
    assert status == FOUND[name][0]
    assert FOUND[name][1] in reason


@pytest.fixture(scope="module")
def ran(another_rooflinear, folder):
    command = another_rooflinear()
    chosen = ("--implementation", "plain,lists,caching,odd", "--m", "40", "--threads", "1", "--preset", "quick")
    return command, command("run", "--suite", folder, *chosen)


def test_tuples_are_timed_and_those_who_cache_are_not(ran):
    results = {each.case.implementation: each for each in read_results(ran[0].runs()[0])}
    assert {name: each.status for name, each in results.items()} == {
        "plain": "ok", "lists": "ok", "caching": "wrong", "odd": "wrong",
    }  # fmt: skip
    assert results["plain"].samples
    assert results["plain"].peak_bytes is not None


def test_all_parts_that_are_shown_are_kept(ran):
    kept = read_outputs(ran[0].runs()[0])
    (task,) = [each for each in kept if isinstance(each, ShownTask)]
    assert [(each.shape, each.values) for each in task.expected] == [([3], [1, 2, 3]), ([3], [1, 0, 2])]
    (output,) = [each for each in kept if isinstance(each, Output) and each.implementation == "lists"]
    assert [each.values for each in output.output] == [[1, 2, 3], [1, 0, 2]]


def test_a_drawn_problem_knows_how_many_parts_its_output_has(tmp_path, folder):
    reference, task = opened(suite=folder), Task("ordered", {"m": 9}, {}, "float64")
    made = reference.make(Make(task, "main", ["direct"], str(tmp_path / "main")))
    assert made.output_bytes == 2 * 9 * 8
    for copies in (1, 3):
        name = tmp_path / f"drawn{copies}"
        reference.draw(Draw(task, str(tmp_path / "main"), str(name), ["direct"], copies))
        assert problem.parts(name) == 2
    reference.make(Make(task, "exact", ["direct"], str(tmp_path / "exact")))
    assert problem.parts(tmp_path / "exact") == 2


def test_an_oracle_that_changes_how_many_parts_it_has_is_refused(tmp_path):
    text = OPERATIONS.replace(
        "(np.sort(x), np.argsort(x)),", "(np.argsort(x),) * (2 + len(seen)) if not seen.append(0) else 0,"
    )
    text = text.replace("(np.zeros(output[0].shape), None)", "(None,) * len(output)").replace(
        "CONTRACT = 1", "CONTRACT = 1\nseen = []"
    )
    reference, task = (
        opened(suite=write_suite(tmp_path / "mine", operations=text)),
        Task("ordered", {"m": 9}, {}, "float64"),
    )
    reference.make(Make(task, "main", ["direct"], str(tmp_path / "main")))
    with pytest.raises(SuiteFault, match=r"operations.py: ordered: its output had 3 parts, now it has 4"):
        reference.draw(Draw(task, str(tmp_path / "main"), str(tmp_path / "drawn"), ["direct"], 1))


def test_a_tool_with_its_own_clock_judges_all_parts():
    case = Case("mine", "moments", "plain", {}, {}, "float64", 1, "cpu")
    worker = SimpleNamespace(arrays=lambda output: arrays(output, 3))
    ready = Ready(case, worker, SimpleNamespace(judges=holding()), "main", "direct", 0, "")
    ready.check(RIGHT)
    with pytest.raises(Wrong, match="part 2 of 3: error 9 exceeds the bound 2"):
        ready.check(replaced(1, np.array(12.0)))


WAITS = """
import sys
import numpy as np
from rooflinear.bench.libraries.host import LIBRARIES

class Pair(tuple):
    pass

library = LIBRARIES[sys.argv[1]]()
library.start(1, "cpu")
native = library.convert(np.arange(4.0))
"""
OF = {
    "jax": """
waited = []
library._jax = type("Counting", (), {"block_until_ready": staticmethod(lambda each: waited.append(each) or each)})
for output in (native, (native, native), [native, native], Pair((native, native))):
    assert library.synchronise(output) is output
print([len(each) if isinstance(each, list) else 1 for each in waited])
""",
    "dask": """
import dask.array as da
calls = []
shared = native.map_blocks(lambda block: calls.append(0) or block)
calls.clear()
for kind in (tuple, list, Pair):
    print([type(each).__name__ for each in library.synchronise(kind((shared + 1, shared.sum(), np.ones(2))))])
print(len(calls))
""",
    "torch": """
import torch
from types import SimpleNamespace
from rooflinear.bench.worker.loader import Loader
from rooflinear.bench.timing.kernel import Clock
task = SimpleNamespace(dtype="float64")
loaded = SimpleNamespace(parts=2, task=task)
square = torch.from_numpy(np.array([[2.0, 1.0], [0.0, 3.0]]))
for output in (torch.linalg.qr(square), native.sort(descending=True), [native, native]):
    print([each.shape for each in Loader(None, library, Clock()).arrays(output, loaded)])
""",
}
TOLD = {
    "jax": "[1, 2, 2, 2]",
    "dask": "['ndarray', 'float64', 'ndarray']\n" * 3 + "3",
    "torch": "[(2, 2), (2, 2)]\n[(4,), (4,)]\n[(4,), (4,)]",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TOLD)
def test_a_library_waits_for_and_converts_every_part(name):
    needs(name)
    environment = os.environ | common_environment(1) | LIBRARIES[name]().environment(1, "cpu")
    command = [sys.executable, "-P", "-c", WAITS + OF[name], name]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.stdout.strip(), done.returncode) == (TOLD[name], 0), done.stderr
