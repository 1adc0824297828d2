# pyright: strict
"""What the parent asks the process that measures the machine, and what that replies."""

import msgspec

from .protocol import Failed


class Read(msgspec.Struct, frozen=True, tag=True):
    """Read so many bytes again and again for about ``slice_ns``."""

    bytes: int
    slice_ns: int


class Compute(msgspec.Struct, frozen=True, tag=True):
    """Multiply and add for about ``slice_ns``, in registers or by a matrix product."""

    dtype: str
    by_gemm: bool
    slice_ns: int


class Call(msgspec.Struct, frozen=True, tag=True):
    """Call a Python function that does nothing for about ``slice_ns``."""

    slice_ns: int


class Metered(msgspec.Struct, frozen=True, tag=True):
    """The time of a call in the fastest of several slices; ``work`` is the bytes or flops of a call, or 1."""

    call_ns: float
    work: float


MeterRequest = Read | Compute | Call
MeterReply = Metered | Failed
