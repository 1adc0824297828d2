"""How wide vectors are on this processor, and which rows' theta and sum fit into its registers."""

from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba import config


def has_wide_vectors(features, restricted):
    """Whether a processor has 32 registers of 64 bytes. ``restricted``: Numba is told to do without its features."""
    return not restricted and bool(features.get("avx512f") and features.get("avx512vl"))


NARROW_BYTES = 32
SET = vars(config)
WIDE = has_wide_vectors(get_host_cpu_features(), SET["CPU_NAME"] or SET["CPU_FEATURES"] or not SET["ENABLE_AVX"])
VECTOR_BYTES = 64 if WIDE else NARROW_BYTES
MOST_HELD_BYTES = 832 if WIDE else 192
"""Of a row: theta and the sum fill 12 of AVX2's 16 registers, or 26 of AVX-512's 32."""

ROWS = 4
INDEX = ir.IntType(64)


def vector_bytes(row_bytes):
    """Of the vectors for a row; 0 bytes stand for any. A row shorter than two wide ones fills narrow ones better."""
    return NARROW_BYTES if 0 < row_bytes < 2 * VECTOR_BYTES else VECTOR_BYTES
