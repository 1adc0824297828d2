"""Outputs for the process that judges them: a file of .npy arrays; arrays of one shape and dtype are stacked."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

STACKED_BYTES = 2**20
"""A larger array is written without a copy of it."""


class Unreadable(Exception):
    """A file does not have the expected contents."""


def write(path: str, arrays: Sequence[NDArray[Any]]) -> None:
    """Writes all arrays in order, or none: a process and its copy may both write. Raises `OSError`."""
    unfinished = f"{path}.{os.getpid()}"
    with open(unfinished, "wb") as file:
        for _, group in groupby(arrays, _kind):
            alike = [np.asarray(each, order="C") for each in group]
            if alike[0].nbytes > STACKED_BYTES:
                for each in alike:
                    np.save(file, each[None], allow_pickle=False)
            else:
                np.save(file, np.stack(alike, dtype=alike[0].dtype), allow_pickle=False)
    os.replace(unfinished, path)


def _kind(array: NDArray[Any]) -> tuple[Any, ...]:
    return array.dtype.str, array.shape


@dataclass(frozen=True)
class Stored:
    """One array of an open file, read piece by piece."""

    file: BinaryIO
    offset: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize

    def flat(self, start: int, stop: int) -> NDArray[Any]:
        """Components in row-major order. Raises `Unreadable` where the file has become shorter."""
        count = (stop - start) * self.dtype.itemsize
        found = os.pread(self.file.fileno(), count, self.offset + start * self.dtype.itemsize)
        if len(found) != count:
            raise Unreadable("ends too early")
        return np.frombuffer(found, self.dtype)

    def whole(self) -> NDArray[Any]:
        return self.flat(0, self.size).reshape(self.shape)


def opened(path: str) -> BinaryIO:
    """A file that another process wrote. Raises `Unreadable` if it is not a regular file: a pipe would never end."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unreadable("is not a file")
    return os.fdopen(descriptor, "rb")


def arrays(file: BinaryIO) -> Iterator[Stored]:
    """All arrays of a file, one by one. Raises `Unreadable`."""
    end = os.fstat(file.fileno()).st_size
    while file.tell() < end:
        shape, dtype = _header(file)
        offset, step = file.tell(), int(np.prod(shape[1:], dtype=object)) * dtype.itemsize
        if not shape or offset + shape[0] * step > end:
            raise Unreadable("ends too early")
        for index in range(shape[0]):
            yield Stored(file, offset + index * step, dtype, shape[1:])
        file.seek(offset + shape[0] * step)


def _header(file: BinaryIO) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        version = npy.read_magic(file)
        shape, fortran, dtype = npy.read_array_header_1_0(file)
    except (ValueError, OSError) as error:
        raise Unreadable("has no arrays") from error
    if version != (1, 0) or fortran or dtype.hasobject or any(length < 0 for length in shape):
        raise Unreadable("has arrays of another kind")
    return shape, dtype
