"""Every implementation that runs on a GPU, on a real one: odd sizes, worked examples, edges of tiles, equal repeats."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rooflinear.bench.commands import inspect
from rooflinear.bench.libraries.host import LIBRARIES, common_environment
from rooflinear.bench.records import Result

from ..absent import absent
from ..gpus import on_a_gpu
from .test_gpu_kernels import INTERPRETERS, OPERATIONS, script
from .test_implementations import DTYPES, EXACT, EXAMPLES, KERNELS, asked_of
from .tile_edges import SIZES as SIZES_OF_EDGES

pytestmark = [pytest.mark.slow, on_a_gpu]

HERE = Path(__file__).parent
STEMS = [stem for stem, each in KERNELS.implementations.items() if "cuda" in LIBRARIES[each.library].devices]
COMPILED_BY_SIZE = ["torch_compile"]
PAIRS = [(operation, stem) for stem in STEMS for operation in KERNELS.implementations[stem].operations]
SIZES = ("--m", "7,1001", "--n", "33", "--steps", "5", "--parameter", "grid=4")
FEW = ("--m", "129", "--n", "3", "--steps", "5")


def needs(stem):
    if reason := inspect.unavailable(KERNELS.implementations[stem]):
        absent(reason)


def variables_of(library):
    """The environment in which the harness starts an array library on a GPU."""
    return common_environment(1) | LIBRARIES[library]().environment(1, "cuda")


def on_the_gpu(name, stem):
    return script(name, stem, "cuda", **variables_of(KERNELS.implementations[stem].library))


def verify(rooflinear, stems, sizes):
    """The results on the GPU, by operation and implementation."""
    operations = {name for stem in stems for name in KERNELS.implementations[stem].operations}
    chosen = ("--implementation", ",".join(stems), "--operation", ",".join(sorted(operations)), "--device", "cuda")
    asked = ("verify", "--suite", KERNELS.folder, *chosen, *sizes, "--dtype", "float64,float32", "--json")
    outcome = rooflinear.finish(rooflinear.start(*asked), seconds=600)
    assert outcome.status in (0, 1), outcome.stderr
    found = defaultdict(list)
    for result in msgspec.json.decode(outcome.stdout, type=list[Result]):
        found[result.case.operation, result.case.implementation].append(result)
    return found


@pytest.fixture(scope="module")
def verified(rooflinear_once):
    others = [stem for stem in STEMS if stem not in COMPILED_BY_SIZE]
    return verify(rooflinear_once, others, SIZES) | verify(rooflinear_once, COMPILED_BY_SIZE, FEW)


@pytest.mark.parametrize(("operation", "stem"), PAIRS)
def test_an_implementation_is_right_on_a_gpu(verified, operation, stem):
    needs(stem)
    results = verified[operation, stem]
    if {each.status for each in results} == {"missing"}:
        absent(results[0].reason)
    assert {each.case.dtype for each in results} == {"float64", "float32"}
    assert [f"{each.status}: {each.case.label}: {each.reason}" for each in results if each.status != "ok"] == []


@pytest.fixture(scope="module")
def worked():
    """The outputs for the worked examples, asked for once for each array library."""
    return {}


def outputs(worked, library):
    if library not in worked:
        stems = [s for s in STEMS if KERNELS.implementations[s].library == library and s not in COMPILED_BY_SIZE]
        done = subprocess.run(
            [sys.executable, "-P", HERE / "worked_examples.py", KERNELS.folder, library, "cuda", *stems],
            input=asked_of(dict.fromkeys(stems, DTYPES)),
            capture_output=True,
            text=True,
            env=os.environ | variables_of(library),
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        worked[library] = json.loads(done.stdout.splitlines()[-1])
    return worked[library]


@pytest.mark.parametrize(
    ("example", "stem"),
    [
        (example, stem)
        for example, (operation, *_) in EXAMPLES.items()
        for stem in STEMS
        if (operation, stem) in PAIRS and stem not in COMPILED_BY_SIZE and "tensorflow" not in stem
    ],
)
def test_a_worked_example_is_reproduced_on_a_gpu(worked, example, stem):
    needs(stem)
    *_, expected = EXAMPLES[example]
    for dtype in DTYPES:
        output = outputs(worked, KERNELS.implementations[stem].library)[stem][f"{example} {dtype}"]
        assert np.shape(output) == np.shape(expected)
        unit = 0 if example in EXACT else 4 * np.finfo(dtype).eps
        np.testing.assert_allclose(output, expected, rtol=unit, atol=unit)


@pytest.fixture(scope="module", params=INTERPRETERS)
def edges(request):
    """The errors of every operation at sizes around tiny tiles."""
    needs(request.param)
    return on_the_gpu("tile_edges", request.param)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_rows_may_end_anywhere_in_a_tile_on_a_gpu(edges, operation):
    found = edges[operation]
    assert len(found) == len(SIZES_OF_EDGES)
    assert [size for size, wrong in found.items() if wrong] == []


@pytest.mark.parametrize("stem", INTERPRETERS)
def test_equal_calls_give_equal_bits(stem):
    """Sums are added in a fixed order; a race between threads would show as another rounding now and then."""
    needs(stem)
    found = on_the_gpu("repeated_calls", stem)
    assert set(found) == {f"{operation} {dtype}" for operation in OPERATIONS for dtype in ("float64", "float32")}
    assert {name: distinct for name, distinct in found.items() if distinct != 1} == {}
