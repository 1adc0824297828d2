"""Which vectors the compiled rows use, by the processor's features, and what they fetch ahead."""

import numpy as np
import pytest

from rooflinear.kernels._numba import looped, rows, widths

AVX2 = {"avx2": True, "avx512f": False, "avx512vl": False}
AVX512 = {"avx2": True, "avx512f": True, "avx512vl": True}


@pytest.mark.parametrize(
    ("features", "restricted", "wide"),
    [
        (AVX512, False, True),
        (AVX512, True, False),  # NUMBA_CPU_NAME=haswell: code for a processor that has none
        (AVX2, False, False),
        (AVX512 | {"avx512vl": False}, False, False),
        ({}, False, False),
    ],
)
def test_wide_vectors_are_used_where_the_processor_has_them(features, restricted, wide):
    assert widths.has_wide_vectors(features, restricted) is wide


@pytest.mark.parametrize(("row_bytes", "expected"), [(8, 32), (120, 32), (128, 64), (832, 64), (0, 64)])
def test_a_short_row_is_read_in_narrow_vectors(monkeypatch, row_bytes, expected):
    monkeypatch.setattr(widths, "VECTOR_BYTES", 64)
    assert widths.vector_bytes(row_bytes) == expected


@pytest.mark.parametrize("row_bytes", [0, 8, 32, 63, 64, 192])
def test_without_wide_vectors_all_are_narrow(monkeypatch, row_bytes):
    monkeypatch.setattr(widths, "VECTOR_BYTES", 32)
    assert widths.vector_bytes(row_bytes) == 32


@pytest.fixture(params=["float64", "float32"])
def add_gradient(request, monkeypatch):
    """The loop over rows of any length, compiled as for rows that come from memory, and its dtype."""
    monkeypatch.setattr(looped, "UNCACHED_BYTES", 0)
    return rows.add_gradient.__wrapped__(0), request.param


def test_the_next_rows_are_fetched_where_they_come_from_memory(add_gradient):
    """As far as `AHEAD_BYTES`, and with rows of every length. Integers, so that sums are exact."""
    compiled, dtype = add_gradient
    rng = np.random.default_rng(0)
    most = looped.AHEAD_BYTES // np.dtype(dtype).itemsize
    for n in (1, 15, 16, 17, 33, most - 1, most, most + 1, 2 * most + 5):
        for m in (3, 4, 9):
            X, y, theta = (rng.integers(-4, 5, shape).astype(dtype) for shape in ((m, n), m, n))
            slope = np.ones(n, dtype)
            compiled(X, y, theta, 0, m, slope)
            np.testing.assert_array_equal(slope, 1 + (X @ theta - y) @ X)
    (code,) = compiled.inspect_llvm().values()
    assert "call void @llvm.prefetch" in code
