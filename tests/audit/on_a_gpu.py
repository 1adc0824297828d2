"""Is the time on a GPU the time there is? ``python on_a_gpu.py SUITE`` prints JSON, on a machine with a GPU.

``copies``: bytes of an array -> bytes a second, read and written, of a copy within the GPU's memory, by events.
``gradients``: for each implementation and size, ns of a call in a plain loop that waits for each call, as the harness
does, and of calls that are waited for together, at the end: the difference is the wait, and what no call overlaps.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from rooflinear.bench.libraries.host import LIBRARIES, common_environment
from rooflinear.bench.suites import suite

STEMS = ("torch", "cupy", "triton", "numba_cuda", "jax", "jax_pallas")
SIZES = [(m, n) for m in (1000, 10_000, 100_000, 1_000_000) for n in (10, 100)]
SECONDS, FEWEST = 0.1, 10
COPIED = [8 * m * n for m, n in SIZES]


def main(folder, *only):
    if only:
        print(json.dumps(copies() if only[0] == "copies" else gradients(folder, *only)))
        return
    found = {"copies": asked(folder, "torch", "copies"), "gradients": {}}
    for stem in STEMS:
        found["gradients"][stem] = asked(folder, suite.load(Path(folder)).implementations[stem].library, stem)
    print(json.dumps(found, indent=1))


def asked(folder, library, what):
    variables = os.environ | common_environment(1) | LIBRARIES[library]().environment(1, "cuda")
    command = [sys.executable, "-P", __file__, folder, what]
    done = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else done.stderr[-500:]


def copies():
    import torch

    return {count: 2 * count / (copy_ms(torch, count) / 1e3) for count in COPIED}


def copy_ms(torch, count):
    """The median of 20 batches of copies, in ms a copy."""
    source, target = (torch.zeros(count, dtype=torch.uint8, device="cuda") for _ in range(2))
    source.random_()
    many = max(1, min(200, 2**31 // count))
    return statistics.median(batch_ms(torch, source, target, many) for _ in range(20))


def batch_ms(torch, source, target, many):
    begun, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    begun.record()
    for _ in range(many):
        target.copy_(source)
    ended.record()
    torch.cuda.synchronize()
    return begun.elapsed_time(ended) / many


def gradients(folder, stem):
    module = suite.import_stem(Path(folder), stem)
    library = LIBRARIES[module.LIBRARY]()
    library.start(1, "cuda")
    found = {}
    for m, n in SIZES:
        for dtype in ("float64", "float32"):
            found[f"{m} {n} {dtype}"] = both(placed(module, library, m, n, dtype), library)
    return found


def placed(module, library, m, n, dtype):
    """A call with its inputs on the device."""
    rng = np.random.default_rng(0)
    inputs = {"X": rng.random((m, n), dtype), "y": rng.random(m, dtype), "theta": rng.random(n, dtype)}
    native = {name: library.convert(value) for name, value in inputs.items()}
    make = getattr(module, "workspace", lambda *_: None)
    workspace = make("gradient", native)
    arguments = [*native.values(), *([] if workspace is None else [workspace])]
    return lambda: module.gradient(*arguments)


def both(call, library):
    for _ in range(5):
        library.synchronise(call())
    waited, ends = [], time.perf_counter() + SECONDS
    while time.perf_counter() < ends or len(waited) < FEWEST:
        started = time.perf_counter_ns()
        library.synchronise(call())
        waited.append(time.perf_counter_ns() - started)
    count = max(FEWEST, min(2000, int(SECONDS * 1e9 / statistics.median(waited))))
    together = statistics.median(row(call, library, count // 5 + 1) for _ in range(5))
    return [statistics.median(waited), together]


def row(call, library, count):
    started = time.perf_counter_ns()
    for _ in range(count):
        output = call()
    library.synchronise(output)
    return (time.perf_counter_ns() - started) / count


if __name__ == "__main__":
    main(*sys.argv[1:])
