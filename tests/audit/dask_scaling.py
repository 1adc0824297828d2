"""How the Dask gradient scales with rows and workers: ``python -m tests.audit.dask_scaling``.

X and y are made by chunks on the workers, so they are nowhere in memory as a whole; the time to make them is part of
a call, as reading them would be. What this machine cannot have is told from a model fitted to what it can:
T = a + b·tasks + c·rows/workers: a call, a task (scheduling it, and adding its part up here, one after another), a row.
Prints tables in Markdown, each number marked as measured or as the model's.
"""

import argparse
import os
import random
import resource
import statistics
import sys
import time

import dask.array as da
import numpy as np
from dask.distributed import Client, LocalCluster
from scipy.optimize import nnls

from rooflinear.kernels import dask as kernel

FEATURES, CHUNK = 2, 1_000_000
THETA = np.array([0.5, -1.0], np.float32)
SIZES = [(10**6, 10**4), (10**7, 10**5), (10**7, CHUNK), (5 * 10**7, CHUNK), (10**8, CHUNK)]
"""Rows, and rows of a chunk: small chunks tell what a task costs."""

WORKERS = (1, 2)
MODELLED = (4, 8, 16, 64)
MEMORY = "600MB"
"""Of a worker: 10⁸ rows of X and y are 1.2 GB."""


def rows(block_info=None):
    """A chunk of X: the same numbers whoever makes it."""
    (start, stop), _ = block_info[None]["array-location"]
    return np.random.default_rng(start).standard_normal((stop - start, FEATURES), dtype=np.float32)


def targets(block_info=None):
    """The chunk of y beside it."""
    ((start, stop),) = block_info[None]["array-location"]
    return np.random.default_rng(start + 1).standard_normal(stop - start, dtype=np.float32)


def inputs(m, chunk):
    x = da.map_blocks(
        rows, chunks=((chunk,) * (m // chunk), (FEATURES,)), dtype=np.float32, meta=np.empty((0, 2), "f4")
    )
    y = da.map_blocks(targets, chunks=((chunk,) * (m // chunk),), dtype=np.float32, meta=np.empty(0, "f4"))
    return x, y


def call_s(m, chunk):
    x, y = inputs(m, chunk)
    begun = time.perf_counter()
    found = kernel.gradient(x, y, THETA)
    return time.perf_counter() - begun, found


def verify(m=10**7):
    """Stops if the gradient is not that of a loop in float64 over the same rows."""
    total = np.zeros(FEATURES)
    for start in range(0, m, CHUNK):
        where = {None: {"array-location": [(start, start + CHUNK), (0, FEATURES)]}}
        x = rows(where).astype(float)
        y = targets({None: {"array-location": [(start, start + CHUNK)]}}).astype(float)
        total += x.T @ (x @ THETA.astype(float) - y)
    wanted, (_, found) = 2 / m * total, call_s(m, CHUNK)
    error = np.abs(found - wanted).max() / np.abs(wanted).max()
    if not error < 1e-4:
        raise SystemExit(f"the gradient is wrong: {found}, not {wanted}")
    print(f"Verified at {m:.0e} rows: within {error:.1e} of a loop in float64.\n")


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(repeats):
    """Seconds of each call by (workers, rows, chunk), in random order; the largest resident set of a worker in MB."""
    found, peaks = {}, {}
    for workers in WORKERS * 2:  # each count twice, turn about, so that a drift hits both
        with (
            LocalCluster(
                n_workers=workers, threads_per_worker=1, memory_limit=MEMORY, dashboard_address=None
            ) as cluster,
            Client(cluster) as client,
        ):
            if not peaks:
                verify()
            call_s(*SIZES[0])
            order = SIZES * repeats
            random.Random(workers).shuffle(order)
            for m, chunk in order:
                found.setdefault((workers, m, chunk), []).append(call_s(m, chunk)[0])
                print(f"{workers} workers, {m} rows: {found[workers, m, chunk][-1]:.2f} s", file=sys.stderr, flush=True)
            peaks[workers] = max(peaks.get(workers, 0), *client.run(peak_mb).values())
    return found, peaks


def terms(workers, m, chunk):
    return [1.0, m / chunk, m / workers]


def fitted(found):
    """a, b, c, none negative, of least relative error."""
    medians = {key: statistics.median(times) for key, times in found.items()}
    design = np.array([terms(*key) for key in medians]) / np.array(list(medians.values()))[:, None]
    return nnls(design, np.ones(len(medians)))[0]


def model(fit, *key):
    return float(fit @ terms(*key))


def middle(found, *key):
    return statistics.median(found[key])


def show(found, peaks, fit):
    print(f"T = {fit[0] * 1e3:.0f} ms + {fit[1] * 1e3:.2f} ms · tasks + {fit[2] * 1e9:.2f} ns · rows / workers\n")
    print("| workers | rows | rows of a chunk | measured: median (least – most) of calls | model |")
    print("| --- | --- | --- | --- | --- |")
    for key, times in sorted(found.items()):
        told = f"{middle(found, *key):.3f} s ({min(times):.3f} – {max(times):.3f}) of {len(times)}"
        print(f"| {key[0]} | {key[1]:.0e} | {key[2]:.0e} | {told} | {model(fit, *key):.3f} s |")
    errors = [abs(model(fit, *key) / middle(found, *key) - 1) for key in found]
    print(f"\nThe model errs by {statistics.median(errors):.0%} (median) and at most {max(errors):.0%}.")
    print(f"Largest resident set of a worker: {', '.join(f'{p:.0f} MB of {w}' for w, p in peaks.items())}.\n")
    scaling("Strong scaling: 10⁸ rows", found, fit, lambda workers: 10**8)
    scaling("Weak scaling: 5·10⁷ rows for each worker", found, fit, lambda workers: workers * 5 * 10**7)


def scaling(title, found, fit, size):
    """Speed in rows a second, over that of one worker, and per worker."""
    print(f"{title}\n\n| workers | rows | time | speed-up | efficiency | |\n| --- | --- | --- | --- | --- | --- |")
    one = size(1) / middle(found, 1, size(1), CHUNK)
    for workers in (*WORKERS, *MODELLED):
        key = (workers, size(workers), CHUNK)
        seconds, kind = (middle(found, *key), "measured") if key in found else (model(fit, *key), "model")
        speed = key[1] / seconds / one
        print(f"| {workers} | {key[1]:.1e} | {seconds:.2f} s | {speed:.2f} | {speed / workers:.0%} | {kind} |")
    print()


def main():
    parser = argparse.ArgumentParser(description="How the Dask gradient scales with rows and workers.")
    parser.add_argument("--repeats", type=int, default=1, help="calls of each size, in each of two rounds")
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    found, peaks = measured(parser.parse_args().repeats)
    print(f"load after: {os.getloadavg()[0]:.1f}\n")
    show(found, peaks, fitted(found))


if __name__ == "__main__":
    main()
