"""Every array library gives back the bits it was given, aligned, and calls nothing else its own."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from rooflinear.bench.libraries.base import ALIGNMENT_BYTES, ArrayLibrary, aligned_copy
from rooflinear.bench.libraries.host import LIBRARIES, common_environment
from rooflinear.bench.libraries.plain import NumPy

from ...absent import needs

pytestmark = pytest.mark.slow

IN_A_FRAMEWORK = """
import json, sys
from types import ModuleType
import numpy as np
from rooflinear.bench.libraries.base import aligned_copy
from rooflinear.bench.libraries.host import LIBRARIES

library = LIBRARIES[sys.argv[1]]()
library.start(2, "cpu")

def array(shape, dtype):
    values = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    flat = values.reshape(-1)
    flat[0] = -0.0
    if flat.size > 3:
        flat[1:4] = np.nan, np.inf, np.finfo(dtype).smallest_subnormal
    return np.asarray(values)

def address(native):
    return {"torch": lambda: native.data_ptr()}.get(library.name, lambda: 0)()

def same_bits(one, other):
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()

found = {"name": library.name}
found |= {"round trips": {}, "aligned": True, "shared memory": False, "outputs": {}, "version": library.version()}
for dtype in ("float64", "float32"):
    for shape in ((1,), (7,), (129, 3), (2, 3, 5)):
        given = array(shape, dtype)
        native = library.convert(given)
        back = library.to_numpy(library.synchronise(native), dtype)
        found["round trips"][f"{dtype} {shape}"] = same_bits(given, np.asarray(back))
        found["aligned"] &= address(native) % 64 == 0
    for offset in range(0, 128, 16):
        given = aligned_copy(np.zeros(512, "uint8"))[offset : offset + 80].view(dtype)
        native = library.convert(given)
        given[:] = 1
        found["shared memory"] |= bool(library.to_numpy(native, dtype).any())
    scalar = np.dtype(dtype).type(0.1)
    back = np.asarray(library.convert(scalar), dtype)
    found["round trips"][f"{dtype} scalar"] = bool(back == scalar)

ints = library.convert(np.arange(5))
found["round trips"]["int64 array"] = same_bits(np.arange(5), np.asarray(library.to_numpy(ints, "int64")))
found["round trips"]["int"] = library.convert(100) is 100
own = library.convert(np.ones(3))
others = {"numpy": np.ones(3), "list": [1.0], "float": 1.0, "None": None, "text": "1", "tuple of own": (own,)}
found["outputs"] = {name: library.is_output(other) for name, other in others.items()}
found["outputs"]["own"] = library.is_output(own)
if library.name == "torch":
    import torch
    buffers = [torch.zeros(3), torch.zeros(2, dtype=torch.int64)]
    library.poison(buffers)
    found["poisoned"] = [bool(buffers[0].isnan().all()), buffers[1].tolist()]
    found["threads"] = torch.get_num_threads()
    found["gradients"] = library.to_numpy(torch.ones(2, requires_grad=True) * 2, "float32").tolist()

def compiles(**names):
    # Whether an implementation with these names beside it may compile.
    for name in [name for name in sys.modules if name.startswith("suite.")]:
        del sys.modules[name]
    module, helper = ModuleType("suite.implementation"), ModuleType("suite._helper")
    module.__package__ = helper.__package__ = "suite"
    vars(helper).update(names)
    sys.modules.update({each.__name__: each for each in (module, helper)})
    library.loaded(module)
    return library.compiles()

found["compiles"] = {"nothing": compiles(plain=lambda x: x, library=sys.modules[library.name])}
if library.name == "tensorflow":
    import tensorflow as tf
    found["compiles"]["tf.function"] = compiles(traced=tf.function(lambda x: x))
if library.name == "torch":
    torch.compile(lambda x: -x)
    found["compiles"]["torch.compile"] = compiles()
print(json.dumps(found))
"""

COMPILES = {
    "torch": {"nothing": False, "torch.compile": True},
    "tensorflow": {"nothing": False, "tf.function": True},
    "jax": {"nothing": True},
}
"""Each framework, and what an implementation has beside it, with whether it may compile then."""


@pytest.fixture(scope="module", params=COMPILES)
def framework(request):
    """What a framework's own process says of it."""
    needs(request.param)
    environment = os.environ | common_environment(1) | LIBRARIES[request.param]().environment(1, "cpu")
    command = [sys.executable, "-P", "-c", IN_A_FRAMEWORK, request.param]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_framework_gives_back_the_bits_it_was_given(framework):
    assert [name for name, same in framework["round trips"].items() if not same] == []


def test_a_frameworks_inputs_are_copies(framework):
    """Some take a NumPy array's memory for their own where it is aligned."""
    assert not framework["shared memory"]


def test_a_framework_whose_memory_can_be_seen_is_aligned(framework):
    assert framework["aligned"]


def test_a_framework_calls_only_its_own_arrays_outputs(framework):
    assert framework["outputs"].pop("own") is True
    assert not any(framework["outputs"].values())


def test_a_framework_tells_its_version(framework):
    assert framework["version"][0].isdigit()


def test_a_framework_compiles_where_it_must_and_where_a_suite_asks_for_it(framework):
    assert framework["compiles"] == COMPILES[framework["name"]]


@pytest.mark.parametrize("framework", ["torch"], indirect=True)
def test_torch_poisons_buffers_of_floats(framework):
    assert framework["poisoned"] == [True, [0, 0]]


@pytest.mark.parametrize("framework", ["torch"], indirect=True)
def test_torch_uses_the_threads_it_is_given(framework):
    assert framework["threads"] == 2


@pytest.mark.parametrize("framework", ["torch"], indirect=True)
def test_torch_outputs_that_have_gradients_can_be_read(framework):
    assert framework["gradients"] == [2, 2]


@pytest.mark.parametrize("name", ["numpy", "python", "dask", "torch"])
@pytest.mark.parametrize(("loaded", "compiles"), [("numpy", False), ("numba", True), ("torch._dynamo", True)])
def test_what_takes_arrays_of_others_compiles_where_a_compiler_is_loaded(monkeypatch, name, loaded, compiles):
    """Numba takes NumPy's: no name of an array library tells."""
    library = LIBRARIES[name]()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "modules", {"sys": sys, loaded: None})
        found = library.compiles()
    assert found is compiles


@pytest.mark.parametrize("name", ["jax", "cupy", "numba_cuda"])
def test_what_compiles_whatever_it_is_given_always_does(name):
    assert LIBRARIES[name]().compiles()


NUMPY, PYTHON = LIBRARIES["numpy"](), LIBRARIES["python"]()
SHAPES = ((), (1,), (7,), (129, 3))


def array(shape, dtype):
    return np.asarray(np.random.default_rng(0).standard_normal(shape), dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_copy_is_aligned_and_equal_bit_for_bit(shape, dtype):
    given = array(shape, dtype)
    copy = aligned_copy(given)
    assert copy.ctypes.data % ALIGNMENT_BYTES == 0
    assert (copy.dtype, copy.shape, copy.tobytes()) == (given.dtype, given.shape, given.tobytes())
    assert copy.flags.c_contiguous
    assert copy.flags.writeable


def test_a_copy_of_a_transpose_is_contiguous():
    given = array((3, 5), "float64").T
    np.testing.assert_array_equal(aligned_copy(given), given)
    assert aligned_copy(given).flags.c_contiguous


def test_numpy_inputs_are_copies():
    given = np.ones(3)
    NUMPY.convert(given)[0] = 7
    assert given[0] == 1


@pytest.mark.parametrize("library", [NUMPY, PYTHON])
@pytest.mark.parametrize("shape", SHAPES[1:])
def test_inputs_come_back_bit_for_bit(library, shape):
    given = array(shape, "float64")
    back = library.to_numpy(library.convert(given), "float64")
    assert (back.dtype, back.tobytes()) == (given.dtype, given.tobytes())


@pytest.mark.parametrize("library", [NUMPY, PYTHON])
def test_whole_numbers_stay_whole(library):
    assert type(library.convert(100)) is int


def test_python_gets_lists_and_floats():
    assert PYTHON.convert(np.array([[1.0, 2], [3, 4]])) == [[1, 2], [3, 4]]
    assert type(PYTHON.convert(np.float64(0.1))) is float


OUTPUTS = {
    "numpy array": (np.ones(3), True, False),
    "numpy scalar": (np.float32(1), True, False),
    "float": (1.0, True, True),
    "list": ([1.0, 2.0], False, True),
    "nested list": ([[1.0], [2.0]], False, True),
    "int": (1, True, True),
    "bool": (True, True, True),
    "complex": (1j, True, True),
    "list of integers": ([1, 2], False, True),
    "list of complex numbers": ([1j, 2.0], False, True),
    "None": (None, False, False),
    "text": ("1.0", False, False),
    "list of text": (["1.0"], False, False),
    "tuple": ((1.0,), False, False),
    "subclass of an array": (np.ma.masked_array([1.0]), False, False),
    "generator": ((each for each in [1.0]), False, False),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_only_a_librarys_own_arrays_are_outputs(name):
    output, of_numpy, of_python = OUTPUTS[name]
    assert (NUMPY.is_output(output), PYTHON.is_output(output)) == (of_numpy, of_python)


@pytest.mark.parametrize(
    ("output", "dtype", "kept"),
    [
        (0.5, "float32", "float32"),
        (0.1, "float32", "float64"),
        (float(np.float32(0.1)), "float32", "float32"),
        (float("nan"), "float32", "float32"),
        (float("-inf"), "float32", "float32"),
        (1e300, "float32", "float64"),
        (0.1, "float64", "float64"),
        (np.float64(0.5), "float32", "float64"),
        (0.5 + 2j, "float32", "complex64"),
        (0.1 + 2j, "float32", "complex128"),
        (0.1 + 2j, "float64", "complex128"),
        (3, "float32", "int64"),
        (True, "float32", "bool"),
    ],
)
def test_a_python_number_counts_for_a_dtype_that_holds_it_exactly(output, dtype, kept):
    found = NUMPY.to_numpy(output, dtype)
    assert (found.dtype, found.shape) == (kept, ())
    np.testing.assert_array_equal(found, output)


def test_poison_is_nan_in_every_buffer_of_floats():
    buffers = [np.zeros(3), np.zeros(2, "float32"), np.zeros(2, complex), np.zeros(2, int)]
    NUMPY.poison(buffers)
    assert [bool(np.isnan(buffer).all()) for buffer in buffers] == [True, True, True, False]
    NUMPY.poison(buffers[0])


@pytest.mark.parametrize("name", LIBRARIES)
def test_the_environment_is_text_and_states_the_threads(name):
    environment = common_environment(3) | LIBRARIES[name]().environment(3, "cpu")
    assert all(type(value) is str for value in environment.values())
    blas = "1" if name == "dask" else "3"  # each of Dask's own threads calls a BLAS
    assert [environment[f"{pool}_NUM_THREADS"] for pool in ("OMP", "OPENBLAS", "MKL", "NUMBA")] == [blas] * 3 + ["3"]


@pytest.mark.parametrize(("name", "variable"), [("tensorflow", "TF_NUM_INTRAOP_THREADS"), ("jax", "PJRT_NPROC")])
def test_a_pool_of_a_framework_is_told_its_threads(name, variable):
    assert LIBRARIES[name]().environment(3, "cpu")[variable] == "3"


def test_libraries_are_registered_under_their_own_name():
    assert {name: library.name for name, library in LIBRARIES.items()} == {name: name for name in LIBRARIES}


@pytest.mark.parametrize("name", [name for name in LIBRARIES if name != "numpy"])
def test_no_library_inherits_what_numpy_does(name):
    assert issubclass(LIBRARIES[name], ArrayLibrary)
    assert not issubclass(LIBRARIES[name], NumPy)


def test_a_library_that_leaves_out_a_conversion_is_told_which():
    class Half(NumPy):
        to_numpy = ArrayLibrary.to_numpy

    with pytest.raises(TypeError, match=r"abstract class Half\b.*\bto_numpy\b"):
        Half()
    with pytest.raises(TypeError, match=r"convert\b.*\bis_output\b.*\bnegate\b.*\bto_numpy\b"):
        ArrayLibrary()


@pytest.mark.parametrize("name", LIBRARIES)
def test_buffers_of_numpy_are_poisoned_for_every_library(name):
    """A workspace may hold such whatever the library's own arrays are."""
    buffers = [np.zeros(3), np.zeros(2, int)]
    LIBRARIES[name]().poison(buffers)
    assert [np.isnan(each).all() for each in buffers] == [True, False]


@pytest.mark.parametrize(("name", "allowed"), [(name, name == "numpy") for name in LIBRARIES if name != "dask"])
def test_only_numpy_takes_the_map_of_a_file_as_it_is(name, allowed):
    given = np.ones(3)
    if allowed:
        assert LIBRARIES[name]().in_place(given) is given
    else:
        with pytest.raises(NotImplementedError, match=f"{name} arrays are never maps of a file"):
            LIBRARIES[name]().in_place(given)
