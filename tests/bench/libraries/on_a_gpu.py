"""What an array library does on a real GPU, in a process of its own: ``python on_a_gpu.py LIBRARY`` prints JSON.

``waits`` says whether work on another stream was done before `synchronise`, and whether it is after it; ``placed``
whether half a gigabyte is on the GPU once it is converted. ``exact``: a product with numbers of 24 bits keeps them all,
also where the framework was told before to round.
"""

import json
import sys

import numpy as np

from rooflinear.bench.libraries.host import LIBRARIES

CYCLES = 400_000_000
"""A fifth of a second and more: calls return in microseconds."""

SPIN = 'extern "C" __global__ void spin(long long most) { for (long long from = clock64(); clock64() - from < most;); }'


def main(name):
    before(name)
    library = LIBRARIES[name]()
    library.start(1, "cuda")
    own = library.convert(np.ones(3))
    others = (np.ones(3), [1.0], 1.0, None)
    told = {
        "trips": {f"{dtype} {shape}": returns(library, dtype, shape) for dtype in DTYPES for shape in SHAPES},
        "output": [library.is_output(own), *map(library.is_output, others)],
        "asynchronous": library.asynchronous,
        "poisoned": poisoned(library),
        "waits": WAITS[name](library),
        "placed": placed(library),
        "exact": exact(library),
    }
    print(json.dumps(told))


def before(name):
    if name == "torch":
        import torch

        torch.set_float32_matmul_precision("high")


DTYPES, SHAPES = ("float64", "float32"), ((1,), (7,), (129, 3))


def returns(library, dtype, shape):
    given = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    given.reshape(-1)[0] = -0.0
    back = np.asarray(library.to_numpy(library.synchronise(library.convert(given)), dtype))
    return back.dtype == given.dtype and back.shape == given.shape and back.tobytes() == given.tobytes()


def poisoned(library):
    if library.name == "jax":  # its arrays are never workspaces
        return True
    buffer = library.convert(np.ones(5, np.float32))
    library.poison((buffer,))
    return bool(np.isnan(library.to_numpy(library.synchronise(buffer), "float32")).all())


def placed(library):
    """Whether an input is on the GPU when `convert` returns; None where it cannot be asked."""
    own = library.convert(np.ones(2**26))
    match library.name:
        case "torch":
            return sys.modules["torch"].cuda.current_stream().query()
        case "cupy":
            return sys.modules["cupy"].cuda.get_current_stream().done
        case "jax":
            return own.is_ready()
    return None


def exact(library):
    """None of a library without products."""
    if library.name == "numba_cuda":
        return None
    given = np.random.default_rng(0).integers(2**23, 2**24, (256, 256)).astype(np.float32)
    product = library.convert(given) @ library.convert(np.eye(256, dtype=np.float32))
    return bool((library.to_numpy(library.synchronise(product), "float32") == given).all())


def torch_waits(library):
    import torch

    stream, event = torch.cuda.Stream(), torch.cuda.Event()
    with torch.cuda.stream(stream):
        torch.cuda._sleep(CYCLES)
    event.record(stream)
    return [event.query(), library.synchronise(None) or event.query()]


def cupy_waits(library):
    import cupy

    stream = cupy.cuda.Stream(non_blocking=True)
    spin = cupy.RawKernel(SPIN, "spin")
    with stream:
        spin((1,), (1,), (np.int64(CYCLES),))
        event = stream.record()
    return [event.done, library.synchronise(None) or event.done]


def numba_waits(library):
    from numba import cuda

    @cuda.jit
    def sleep(times):
        for _ in range(times):
            cuda.nanosleep(1_000_000)

    stream, event = cuda.stream(), cuda.event(timing=False)
    sleep[1, 1, stream](1)
    stream.synchronize()
    sleep[1, 1, stream](300)
    event.record(stream)
    return [event.query(), library.synchronise(None) or event.query()]


def jax_waits(library):
    import jax

    @jax.jit
    def long(matrix):
        return jax.lax.fori_loop(0, 300, lambda _, each: each @ matrix, matrix)

    matrix = library.convert(np.full((2048, 2048), 1 / 2048, np.float32))
    jax.block_until_ready(long(matrix))
    output = long(matrix)
    return [output.is_ready(), library.synchronise(output).is_ready()]


WAITS = {"torch": torch_waits, "cupy": cupy_waits, "numba_cuda": numba_waits, "jax": jax_waits}

if __name__ == "__main__":
    main(*sys.argv[1:])
