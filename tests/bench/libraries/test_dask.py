"""Dask computes on this process's threads, or on a cluster that is named by its address."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rooflinear.bench.libraries.host import LIBRARIES, common_environment
from rooflinear.bench.suites import suite

from ...absent import needs

pytestmark = [pytest.mark.slow, pytest.mark.needs("dask")]

KERNELS = suite.load(Path(__file__).resolve().parents[3] / "kernels")
OPERATIONS = KERNELS.implementations["dask"].operations

IN_ITS_PROCESS = """
import json, os, threading
import numpy as np
from rooflinear.bench.libraries.host import LIBRARIES

library = LIBRARIES["dask"]()
library.alone_bytes = 1000
library.start(2, "cpu")
rows = np.arange(3000.0).reshape(1000, 3)
native = library.convert(rows)
where = native.map_blocks(lambda block: np.full((1, 3), os.getpid() * 1000 + threading.get_ident() % 1000)).compute()
rows[:] = 0
back = library.synchronise(native)
print(json.dumps({
    "chunks": native.chunks,
    "same": bool((back == np.arange(3000.0).reshape(1000, 3)).all()),
    "kind": type(back).__name__,
    "outputs": [library.is_output(each) for each in (native, back, 1.0, [1.0], None)],
    "here": sorted({int(each) // 1000 == os.getpid() for each in where[:, 0]}),
    "scalars": [type(library.convert(each)).__name__ for each in (np.float32(1), 5)],
    "small": library.convert(np.ones(5)).chunks,
}))
"""


def told(**environment):
    variables = os.environ | common_environment(2) | LIBRARIES["dask"]().environment(2, "cpu") | environment
    command = [sys.executable, "-P", "-c", IN_ITS_PROCESS]
    done = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def on_threads():
    return told()


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes of one thread each, and how often their scheduler was told of a task's progress."""
    needs("dask", "distributed")
    import distributed

    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options, silence_logs=50) as made:
        yield made


def test_by_default_its_own_threads_compute(on_threads):
    assert on_threads["here"] == [True]


def test_every_thread_has_as_many_chunks_and_small_arrays_one(on_threads):
    assert (on_threads["chunks"], on_threads["small"]) == ([[500, 500], [3]], [[5]])


def test_what_was_lazy_is_an_array_of_numpys_once_waited_for(on_threads):
    assert (on_threads["kind"], on_threads["same"]) == ("ndarray", True)
    assert on_threads["outputs"] == [True, True, True, False, False]
    assert on_threads["scalars"] == ["float32", "int"]


def test_where_an_address_is_given_the_cluster_computes(cluster):
    found = told(DASK_SCHEDULER_ADDRESS=cluster.scheduler_address)
    assert (found["here"], found["same"]) == ([False], True)


def verified(rooflinear, **environment):
    chosen = (
        "--implementation",
        "dask",
        "--operation",
        ",".join(OPERATIONS),
        "--m",
        "101",
        "--n",
        "3",
        "--steps",
        "3",
    )
    outcome = rooflinear("verify", "--suite", KERNELS.folder, *chosen, environment=environment)
    return outcome.status, outcome.stdout


def test_every_operation_is_right_on_a_cluster_and_computed_there(rooflinear, cluster):
    before = cluster.scheduler.transition_counter
    cases = 2 * len(OPERATIONS)
    assert verified(rooflinear, DASK_SCHEDULER_ADDRESS=cluster.scheduler_address) == (0, f"{cases} cases: {cases} ok\n")
    assert cluster.scheduler.transition_counter > before + cases


@pytest.mark.needs("dask", "distributed")
def test_a_cluster_that_does_not_answer_is_missing_with_its_address(rooflinear):
    environment = {"DASK_SCHEDULER_ADDRESS": "tcp://127.0.0.1:9", "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    status, stdout = verified(rooflinear, **environment)
    assert status == 0
    assert "missing: predict/dask m=101 n=3 float64: Dask's cluster at tcp://127.0.0.1:9 does not answer" in stdout
