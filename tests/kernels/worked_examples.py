"""Calls implementations of one array library on given inputs, in the process where its framework lives.

``python worked_examples.py SUITE LIBRARY DEVICE STEM…`` reads JSON from stdin, ``{examples: {name: {operation,
inputs}}, dtypes: {stem: [dtype, …]}}``, and prints ``{stem: {name dtype: output}}``.
"""

import json
import sys
from pathlib import Path

import numpy as np

from rooflinear.bench.libraries.host import LIBRARIES
from rooflinear.bench.suites import suite

JAX_WRONG_FROM = {"float64": 16_385, "float32": 32_769}


def main(folder, library_name, device, *stems):
    library = LIBRARIES[library_name]()
    library.start(1, device)
    asked = json.load(sys.stdin)
    found = {
        stem: outputs(suite.import_stem(Path(folder), stem), asked["examples"], asked["dtypes"][stem], library, device)
        for stem in stems
    }
    if library_name == "jax":
        found["sums of squares"] = {dtype: lost_by_jax(dtype, rows) for dtype, rows in JAX_WRONG_FROM.items()}
    print(json.dumps(found))


def outputs(module, examples, dtypes, library, device):
    return {
        f"{name} {dtype}": called(module, example, library, dtype)
        for name, example in examples.items()
        for dtype in dtypes
        if has(module, example["operation"], dtype, device)
    }


def has(module, operation, dtype, device):
    unsupported = getattr(module, "unsupported", lambda *_: "")
    return hasattr(module, operation) and not unsupported(operation, {}, dtype, device)


def called(module, example, library, dtype):
    inputs = {name: native(library, value, dtype) for name, value in example["inputs"].items()}
    make = getattr(module, "workspace", lambda *_: None)
    workspace = make(example["operation"], inputs)
    arguments = [*inputs.values(), *([] if workspace is None else [workspace])]
    output = library.synchronise(getattr(module, example["operation"])(*arguments))
    array = library.to_numpy(output, dtype)
    assert library.is_output(output), type(output)
    assert array.dtype == dtype, array.dtype
    return array.tolist()


def native(library, value, dtype):
    """Lists become arrays, floats scalars of the dtype; a whole number stays one."""
    if isinstance(value, list):
        return library.convert(np.array(value, dtype))
    return library.convert(value if isinstance(value, int) else np.dtype(dtype).type(value))


def lost_by_jax(dtype, rows):
    """How many rows' sums of squares are wrong; jax 0.10.2 says so of many, without a word (jax issue 39103)."""
    import jax
    import jax.numpy as jnp

    values = np.arange(rows, dtype=dtype)
    matrix = jnp.eye(3, dtype=dtype)
    sums = jax.jit(jax.vmap(lambda row: jnp.sum((matrix @ row) ** 2)))
    points = np.stack([values, 0 * values, 0 * values], axis=1)
    return int(np.count_nonzero(np.asarray(sums(points)) != values * values))


if __name__ == "__main__":
    main(*sys.argv[1:])
