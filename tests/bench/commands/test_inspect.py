"""What ``rooflinear machine`` prints of each fact."""

import pytest

from rooflinear.bench.commands import inspect

NOT_REPORTED = "not reported by this system"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("load_1min", 4.021484375, "4.02"),
        ("frequency_mhz", 2596.146, "2,600"),
        ("memory_bytes", 25_232_932_864, "23.5 GiB"),
        ("caches_bytes", {"L1d": 32768, "L3": 33_554_432}, "L1d 32.0 KiB, L3 32.0 MiB"),
        ("caches_bytes", {}, NOT_REPORTED),
        ("governor", None, NOT_REPORTED),
        ("memory_bytes", None, NOT_REPORTED),
        ("gpus", [], "none that NVIDIA's library (nvidia-ml-py) reports"),
        ("cores_available", 128, "128"),
        ("turbo", False, "False"),
    ],
)
def test_a_fact_of_the_machine_is_readable(name, value, text):
    assert inspect._readable(name, value) == text
