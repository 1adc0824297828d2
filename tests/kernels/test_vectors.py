"""Which vectors the compiled rows use, by the processor's features; that their sums are right is tested elsewhere."""

import pytest

from rooflinear.kernels._numba import vectors

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
    assert vectors.has_wide_vectors(features, restricted) is wide


@pytest.mark.parametrize(("row_bytes", "expected"), [(8, 32), (120, 32), (128, 64), (832, 64), (0, 64)])
def test_a_short_row_is_read_in_narrow_vectors(monkeypatch, row_bytes, expected):
    monkeypatch.setattr(vectors, "VECTOR_BYTES", 64)
    assert vectors.vector_bytes(row_bytes) == expected


@pytest.mark.parametrize("row_bytes", [0, 8, 32, 63, 64, 192])
def test_without_wide_vectors_all_are_narrow(monkeypatch, row_bytes):
    monkeypatch.setattr(vectors, "VECTOR_BYTES", 32)
    assert vectors.vector_bytes(row_bytes) == 32
