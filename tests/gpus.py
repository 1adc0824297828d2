"""Tests that run on an NVIDIA GPU where there is one, and are skipped elsewhere, in CI too."""

from pathlib import Path

import pytest

from rooflinear.bench.machine import machine

FOUND = machine.gpus().get("gpus") or [path.name for path in Path("/proc/driver/nvidia/gpus").glob("*")]

on_a_gpu = pytest.mark.skipif(not FOUND, reason="no NVIDIA GPU here")
