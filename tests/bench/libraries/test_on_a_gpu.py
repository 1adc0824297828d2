"""On a real GPU: arrays come back bit for bit, a call is waited for on every stream, float32 keeps its bits."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rooflinear.bench.libraries.host import LIBRARIES, common_environment

from ...absent import needs
from ...gpus import on_a_gpu

pytestmark = [pytest.mark.slow, on_a_gpu]

SCRIPT = Path(__file__).with_name("on_a_gpu.py")


@pytest.fixture(scope="module", params=["torch", "jax", "cupy", "numba_cuda"])
def library(request):
    """What an array library's own process says of it."""
    needs(*request.param.split("_")[:1])
    environment = os.environ | common_environment(1) | LIBRARIES[request.param]().environment(1, "cuda")
    command = [sys.executable, "-P", SCRIPT, request.param]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_gpu_gives_back_the_bits_it_was_given(library):
    assert [name for name, same in library["trips"].items() if not same] == []


def test_only_arrays_of_the_device_are_outputs(library):
    assert library["output"] == [True, False, False, False, False]


def test_a_buffer_on_a_gpu_is_filled_with_nan(library):
    assert library["poisoned"]


def test_work_on_any_stream_is_waited_for(library):
    assert library["asynchronous"]
    assert library["waits"] == [False, True]


def test_an_input_is_on_the_gpu_once_it_is_converted(library):
    assert library["placed"] in (True, None)


def test_float32_on_a_gpu_keeps_24_bits(library):
    assert library["exact"] in (True, None)
