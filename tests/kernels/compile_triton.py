"""Compiles Triton's kernels to machine code of a GPU, which needs none: what only types and constants can break.

``python compile_triton.py SUITE`` prints ``{kernel, features, dtype: bytes of registers spilled}``.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from rooflinear.bench.suites import suite

CAPABILITY = 80
PTXAS = next(Path(triton.__file__).parent.rglob("ptxas*"))
PARTS = 512


def main(folder):
    module = suite.import_stem(Path(folder), "triton")
    print(json.dumps({name: spilled(*kernel) for name, kernel in kernels(module)}))


def kernels(module):
    """Each with the constants it gets; Triton also makes one of an argument that is 1."""
    for n, dtype in ((33, torch.float64), (module.MOST_FEATURES, torch.float64), (1, torch.float32)):
        rows, columns = module._tile(torch.empty((2, n), dtype=dtype))
        tile = {"ROWS": rows, "COLUMNS": columns} | ({"n": 1} if n == 1 else {})
        total = {"COUNT": PARTS, "WIDTH": min(columns, module.TOTAL_WIDTH)}
        for kernel, constants in (
            (module._errors, tile | {"negated": True}),
            (module._squares, tile),
            (module._slopes, tile),
            (module._total, total),
        ):
            yield f"{kernel.__name__} {n} {dtype}", (kernel, constants, dtype)


def spilled(kernel, constants, dtype):
    pointer = "*fp64" if dtype == torch.float64 else "*fp32"
    pointers = ("X", "y", "theta", "out", "parts")
    types = {name: pointer if name in pointers else "i32" for name in kernel.arg_names} | dict.fromkeys(
        constants, "constexpr"
    )
    at = {(kernel.arg_names.index(name),): value for name, value in constants.items()}
    made = triton.compile(ASTSource(kernel, types, at), target=GPUTarget("cuda", CAPABILITY, 32))
    assert dtype == torch.float64 or ".f64" not in made.asm["ptx"], "float32 is computed in float64"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "kernel.ptx")
        source.write_text(made.asm["ptx"])
        command = [PTXAS, "-v", f"--gpu-name=sm_{CAPABILITY}", source, "-o", source.with_suffix(".cubin")]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return max(map(int, re.findall(r"(\d+) bytes spill stores", told)))


if __name__ == "__main__":
    main(*sys.argv[1:])
