"""Every implementation is right: at odd sizes through the harness, and on the worked examples.

What is written for a GPU runs on its interpreter; `test_gpu_kernels` looks at what only those kernels have.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rooflinear.bench.commands import inspect
from rooflinear.bench.libraries.base import INTERPRETER
from rooflinear.bench.libraries.host import LIBRARIES, common_environment
from rooflinear.bench.records import Result
from rooflinear.bench.suites import suite

from ..absent import BY_HAND, absent

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
KERNELS = suite.load(ROOT / "kernels")


def runs_on_cpus(each):
    return not each.device or INTERPRETER in LIBRARIES[each.library].devices


COMPILERS = dict.fromkeys(("torch_compile", "pythran"), ("CXX", "g++")) | dict.fromkeys(
    ("c", "c_parallel", "cython"), ("CC", "cc")
)


def missing(stem, each):
    """What an implementation needs and this machine lacks; '' if it runs."""
    variable, name = COMPILERS.get(stem, ("", ""))
    if variable and not shutil.which(os.environ.get(variable, name)):
        return f"no compiler: {name} is not found"
    return inspect.unavailable(each)


TESTED = {stem: each for stem, each in KERNELS.implementations.items() if runs_on_cpus(each)}
HERE = {stem: each for stem, each in TESTED.items() if not missing(stem, each)}
GPU = [stem for stem in HERE if HERE[stem].device]
COMPILED_BY_SIZE = [stem for stem in HERE if any(stem in grid.without for grid in KERNELS.presets["verify"])]
PAIRS = [(operation, stem) for stem, each in HERE.items() for operation in each.operations]
DTYPES = ("float64", "float32")
SLOW_TO_COMPILE = [stem for stem in HERE if stem.startswith(("numba", "tensorflow", "jax_pallas"))]
"""Their worked examples are computed in float64 only."""

SIZES = {
    "float64": [(1, 1), (7, 1), (1001, 1), (2, 7), (7, 7), (129, 7), (1, 33), (7, 33), (1001, 33)],
    "float32": [(129, 7), (7, 33), (1001, 33)],
}
"""Of each n: fewer rows than are read at once, three and one more than a multiple of four; three with m < n.

129 rows of 7 are the sizes of the exact test: code compiled for it serves both. Rows of 2 are in `EXAMPLES`. Float32 is
computed by the same source, in vectors twice as long; its sizes leave a remainder of rows and of columns.
"""

EXAMINED = [(129, 7), (65, 1)]
"""Where an implementation is also examined for work that it keeps from one call to the next: once of each group."""

WHOLE_ARRAYS = {"float64": [(1, 1), (2, 7), (129, 7), (1001, 1)], "float32": [(129, 7)]}
"""For `CALLING_FRAMEWORKS`: one number, fewer rows than columns, more, and a column."""

CALLING_FRAMEWORKS = [stem for stem in HERE if HERE[stem].library in ("jax", "tensorflow", "torch") and stem not in GPU]
"""Whose own code walks over no rows: a framework's functions get whole arrays."""

COMPILED_ONCE = {"float64": [(129, 7)]}, {"float32": [(129, 7)]}
"""For what takes seconds to compile for each size, operation and dtype: float32 in one operation."""

INTERPRETED = {"float64": [(3, 33)], "float32": [(65, 1)]}
"""Few, for time: interpreters start a thread of Python for each of a GPU's, at every step.

`test_gpu_kernels` ends tiles anywhere.
"""

LEAST = {"cost_surface": ("n", 2), "split_mse": ("m", 2)}
"""Where an operation is undefined below."""

DESCENT = {"X": [[1]], "y": [3], "theta0": [0], "learning_rate": 0.1}
TWO_VARIABLES = {"X": [[1, 2]], "y": [4], "theta0": [0, 0], "learning_rate": 0.1}
EXAMPLES = {
    "predict": ("predict", {"X": [[1, 2], [3, 4], [5, 6]], "theta": [0.5, 1]}, [2.5, 5.5, 8.5]),
    "residuals": ("residuals", {"X": [[1, 1], [1, 2], [1, 3]], "y": [5, 8, 11], "theta": [2, 3]}, [0, 0, 0]),
    "mse": ("mse", {"X": [[1, 1], [1, 2], [1, 3]], "y": [3, 5, 7], "theta": [1.5, 2]}, 0.25),
    "mse of a perfect fit": ("mse", {"X": [[1, 2], [1, 3], [1, 4]], "y": [5, 7, 9], "theta": [1, 2]}, 0),
    "gradient": ("gradient", {"X": [[1]], "y": [3], "theta": [0]}, [-6]),
    "gradient at the optimum": ("gradient", {"X": [[1, 2]], "y": [4], "theta": [0.75, 1.625]}, [0, 0]),
    "one step": ("gradient_descent", DESCENT | {"steps": 1}, [0.6]),
    "two steps": ("gradient_descent", DESCENT | {"steps": 2}, [1.08]),
    "three steps": ("gradient_descent", DESCENT | {"steps": 3}, [1.464]),
    "two variables": ("gradient_descent", TWO_VARIABLES | {"steps": 1}, [0.8, 1.6]),
    "two variables stay": ("gradient_descent", TWO_VARIABLES | {"steps": 30}, [0.8, 1.6]),
    "r2": ("r2", {"y": [3, 5, 7], "y_predicted": [2, 5, 8]}, 0.75),
    "r2 of a constant": ("r2", {"y": [3, 3, 3], "y_predicted": [2, 5, 8]}, float("nan")),
    "cost_surface": (
        "cost_surface",
        {"X": [[1, 1], [1, -1]], "y": [-1, 5], "theta": [0, 0], "theta0_values": [1, 2], "theta1_values": [-4, -3]},
        [[2, 1], [1, 0]],
    ),
    "split_mse": (
        "split_mse",
        {"X_train": [[1], [2]], "y_train": [0, 1], "X_validation": [[3]], "y_validation": [4], "theta": [1]},
        [1, 1],
    ),
}
WORKED = [
    (name, stem)
    for name, (operation, *_) in EXAMPLES.items()
    for stem in HERE
    if (operation, stem) in PAIRS and stem not in COMPILED_BY_SIZE
]
"""Without what takes seconds to compile for each example: it is verified at odd sizes only, as on a GPU."""
EXACT = {name for name, (operation, _, _) in EXAMPLES.items() if operation in ("predict", "residuals", "split_mse")}


@pytest.fixture(scope="module")
def chosen(request):
    """The implementations of the tests that were asked for: all, unless each test is of one (``-k jax``)."""
    items = [each for each in request.session.items if each.path == request.path]
    stems = {item.callspec.params.get("stem") if hasattr(item, "callspec") else None for item in items}
    return [stem for stem in HERE if stem in stems or None in stems]


@pytest.fixture(scope="module")
def environment(rooflinear_once):
    temporary = rooflinear_once.temporary
    return os.environ | {"TMPDIR": str(temporary), "TORCHINDUCTOR_CACHE_DIR": str(temporary / "inductor")}


@pytest.fixture(scope="module")
def verified(environment, chosen):
    """What is found at odd sizes, by operation and implementation; two processes at once, for compilers."""
    host = [stem for stem in chosen if stem not in (*GPU, *COMPILED_BY_SIZE)]
    calling = [stem for stem in host if stem in CALLING_FRAMEWORKS]
    plain = [stem for stem in host if HERE[stem].library == "numpy"]
    others = [stem for stem in host if stem not in (*calling, *plain)]
    of_gpu, by_size = ([stem for stem in chosen if stem in each] for each in (GPU, COMPILED_BY_SIZE))
    whole, part = COMPILED_ONCE
    groups = [
        group(others, SIZES),
        group(plain, SIZES),
        group(calling, WHOLE_ARRAYS),
        group(by_size, whole),
        group(by_size, part, operations=["gradient"]),
        group(of_gpu, INTERPRETED, 2, INTERPRETER),
    ]
    asked = [each for each in groups if each["request"]["implementation"]]
    found = defaultdict(list)
    with ThreadPoolExecutor(2) as pool:
        for result in chain(*pool.map(lambda each: verify(each, environment), asked)):
            found[result.case.operation, result.case.implementation].append(result)
    return found


def group(stems, sizes, steps=5, device="cpu", operations=KERNELS.operations):
    """What `verified_sizes` reads of implementations that are tested alike, at these sizes of each dtype."""
    named = [name for name in operations if any(name in HERE[stem].operations for stem in stems)]
    m, n = (",".join(dict.fromkeys(map(str, each))) for each in zip(*chain(*sizes.values()), strict=True))
    chosen = {"implementation": stems, "operation": named, "m": m, "n": n, "dtype": list(sizes), "device": device}
    chosen |= {"steps": str(steps)} if "gradient_descent" in named else {}
    parameters = {"parameter": ["grid=4"] if "cost_surface" in named else []}
    return {"request": chosen | parameters, "sizes": sizes, "examined": EXAMINED}


def verify(group, environment):
    command = [sys.executable, "-P", Path(__file__).with_name("verified_sizes.py"), KERNELS.folder]
    done = subprocess.run(
        command, input=json.dumps(group), capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=list[Result])


def is_defined(case):
    name, least = LEAST.get(case.operation, ("m", 1))
    return case.sizes[name] >= least


@pytest.mark.parametrize("stem", TESTED)
def test_an_implementation_can_be_tested(stem):
    if reason := missing(stem, TESTED[stem]):
        pytest.skip(reason) if stem in BY_HAND else absent(reason)


@pytest.mark.parametrize(("operation", "stem"), PAIRS)
def test_an_implementation_is_right_at_odd_sizes_in_every_dtype_it_supports(verified, operation, stem):
    results = [each for each in verified[operation, stem] if is_defined(each.case)]
    assert [f"{each.status}: {each.case.label}: {each.reason}" for each in results if not fine(each)] == []
    right = {each.case.dtype for each in results if each.status == "ok"}
    alone = HERE[stem].library == "python" or (stem in COMPILED_BY_SIZE and operation != "gradient")
    assert right == ({"float64"} if alone else {"float64", "float32"})


def fine(result):
    return result.status == ("unsupported" if result.case.dtype == "float32" and is_python(result.case) else "ok")


def is_python(case):
    return HERE[case.implementation].library == "python"


@pytest.mark.parametrize("operation", LEAST)
def test_where_an_operation_is_undefined_nothing_is_right(verified, operation):
    results = [each for stem in HERE for each in verified[operation, stem] if not is_defined(each.case)]
    assert results
    assert {each.status for each in results} == {"unsupported"}


def test_every_size_was_asked_for(verified):
    of_dtype = defaultdict(set)
    for each in verified["predict", "numpy"]:
        of_dtype[each.case.dtype].add(tuple(each.case.sizes.values()))
    assert of_dtype == {dtype: set(sizes) for dtype, sizes in SIZES.items()}


@pytest.fixture(scope="module")
def worked(environment, chosen):
    """The outputs of implementations for the worked examples, each array library in a process of its own."""
    chosen = [stem for stem in chosen if stem not in COMPILED_BY_SIZE]
    of_each = Counter(map(place, chosen))
    places = [each for each, _ in of_each.most_common()]  # the longest first, for two at once
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(places, pool.map(lambda each: outputs(*each, chosen, environment), places), strict=True))


def place(stem):
    return HERE[stem].library, INTERPRETER if HERE[stem].device else "cpu"


def asked_of(dtypes):
    """What `worked_examples` reads, for the dtypes of each implementation."""
    examples = {name: {"operation": operation, "inputs": inputs} for name, (operation, inputs, _) in EXAMPLES.items()}
    return json.dumps({"examples": examples, "dtypes": dtypes})


def worked_dtypes(stem):
    return ("float64",) if HERE[stem].library == "python" or stem in SLOW_TO_COMPILE else DTYPES


def outputs(library, device, chosen, environment):
    stems = [stem for stem in chosen if place(stem) == (library, device)]
    done = subprocess.run(
        [sys.executable, "-P", Path(__file__).with_name("worked_examples.py"), KERNELS.folder, library, device, *stems],
        input=asked_of({stem: worked_dtypes(stem) for stem in stems}),
        capture_output=True,
        text=True,
        env=environment | common_environment(1) | LIBRARIES[library]().environment(1, device),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(("example", "stem"), WORKED)
def test_a_worked_example_is_reproduced(worked, example, stem):
    *_, expected = EXAMPLES[example]
    for dtype in worked_dtypes(stem):
        output = worked[place(stem)][stem][f"{example} {dtype}"]
        assert np.shape(output) == np.shape(expected)
        unit = 0 if example in EXACT else 4 * np.finfo(dtype).eps
        np.testing.assert_allclose(output, expected, rtol=unit, atol=unit)


@pytest.mark.needs("jax")
@pytest.mark.parametrize("stem", ["jax"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_installed_jax_loses_no_sums(worked, stem, dtype):
    assert worked["jax", "cpu"]["sums of squares"][dtype] == 0
