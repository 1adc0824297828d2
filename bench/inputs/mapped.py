"""Arrays in a user's file: mapped read-only, never loaded, never copied.

On Linux a file is mapped in parts, each opened separately: read-ahead follows one
position per open file, and threads at several positions disturb each other's.
"""

import ctypes
import functools
import hashlib
import math
import mmap
import os
import sys
import weakref
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ..errors import UsageError

PART_BYTES = 2**26
MOST_PARTS = 4096
"""A process may have 65,530 mappings, and libraries need some of them."""

MAP_FIXED = 0x10
PROT_NONE = 0
DTYPES = ("float64", "float32")
WHAT = "rows of float64 or float32, written by numpy.save"


class Region(msgspec.Struct, frozen=True):
    """A C-contiguous array in a file, from ``offset`` bytes on."""

    path: str
    offset: int
    dtype: str
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


def is_matrix(data: str | None, target: str | None) -> bool:
    """Whether data is X itself and stays in its file: a .npy file without a target column."""
    return data is not None and _is_npy(data) and (target is None or _is_npy(target))


def matrix(path: str) -> Region:
    """The matrix in a .npy file, from its header alone. Raises `UsageError` if it cannot be mapped."""
    shape, fortran, dtype, offset = _header(path)
    if len(shape) != 2 or not all(shape):
        raise UsageError(f"{path}: its shape is {shape}; X needs rows and columns, {WHAT}")
    if dtype.name not in DTYPES or not dtype.isnative:
        raise UsageError(f"{path}: has {dtype.str}; a mapped X must be {WHAT}")
    if fortran and min(shape) > 1:
        raise UsageError(f"{path}: is stored by columns (Fortran order); save numpy.ascontiguousarray(X) instead")
    region = Region(str(Path(path).absolute()), offset, dtype.name, shape)
    missing = offset + region.nbytes - os.path.getsize(path)
    if missing > 0:
        raise UsageError(f"{path}: is truncated: {missing} of {region.nbytes} bytes are missing; write it again")
    return region


def stamp(path: str) -> str:
    """Size and time of a file, to recognise changes. Raises `OSError` if it vanished."""
    found = os.stat(path)
    return f"{found.st_size} bytes of {found.st_mtime_ns}"


def array(region: Region) -> NDArray[Any]:
    """A read-only view of the file. Raises `OSError`."""
    mapping = _Mapping(region.path)
    numbers = np.asarray(mapping)[region.offset : region.offset + region.nbytes]
    return numbers.view(region.dtype).reshape(region.shape)


def region(value: Any) -> Region | None:
    """The position of an array that is a contiguous part of a mapped file; None for any other."""
    root = value
    while isinstance(root, np.ndarray):
        root = root.base
    if not isinstance(root, _Mapping) or not value.flags.c_contiguous:
        return None
    return Region(root.path, value.ctypes.data - root.address, value.dtype.name, value.shape)


def zeros(shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Read-only zeros that use no memory."""
    count = math.prod(shape) * np.dtype(dtype).itemsize
    if os.name != "posix":
        return np.zeros(shape, dtype)
    pages = mmap.mmap(-1, max(1, count), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)
    return np.frombuffer(pages, np.uint8, count).view(dtype).reshape(shape)


@functools.cache
def sha256(path: str) -> str:
    """SHA-256 of the whole file, computed once per process."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_npy(name: str) -> bool:
    return Path(name).suffix.lower() == ".npy"


def _header(path: str) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    try:
        with open(path, "rb") as file:
            version = npy.read_magic(file)
            read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
            if read is None:
                raise ValueError(f"format {version} of .npy is not known")
            return (*read(file), file.tell())
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such file; --data takes a .csv, .parquet or .npy file, or 'diabetes'") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        message = " ".join(str(error).split())[:200]
        raise UsageError(f"{path}: cannot be read as npy: {message}; give {WHAT}") from error


class _Mapping:
    """A mapped file. It is unmapped when the last array over it is released."""

    def __init__(self, path: str):
        self.path, self.size = path, os.path.getsize(path)
        if sys.platform.startswith("linux"):
            self.address = _map_parts(path, self.size)
            weakref.finalize(self, _library().munmap, self.address, self.size).atexit = False
        else:
            self._whole = np.memmap(path, np.uint8, "r")
            self.address = self._whole.ctypes.data
        self.__array_interface__ = {
            "version": 3,
            "typestr": "|u1",
            "shape": (self.size,),
            "data": (self.address, True),
        }


def _map_parts(path: str, size: int) -> int:
    """Adjacent parts, each with its own read-ahead."""
    part = max(PART_BYTES, -(-size // MOST_PARTS // mmap.PAGESIZE) * mmap.PAGESIZE)
    base = _map(None, size, PROT_NONE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    for start in range(0, size, part):
        count = min(part, size - start)
        with open(path, "rb") as file:
            _map(base + start, count, mmap.PROT_READ, mmap.MAP_SHARED | MAP_FIXED, file.fileno(), start)
        _library().madvise(base + start, count, mmap.MADV_SEQUENTIAL)
    return base


def _map(*arguments: Any) -> int:
    address = _library().mmap(*arguments)
    if address == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return address


@functools.cache
def _library() -> Any:
    libc = ctypes.CDLL(None, use_errno=True)
    pointer, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    libc.mmap.restype, libc.mmap.argtypes = pointer, [pointer, size, number, number, number, ctypes.c_long]
    libc.munmap.argtypes, libc.madvise.argtypes = [pointer, size], [pointer, size, number]
    return libc
