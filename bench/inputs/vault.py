"""Arrays that other processes must not read: in memory, large ones scrambled in a file without a name."""

import os
import secrets
import tempfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

IN_MEMORY_BYTES = 2**18
PIECE = 2**16
"""Components read at a time."""


class Kept:
    """One array. A large one is stored in a file, because the user's data may fill the memory."""

    def __init__(self, array: NDArray[Any]):
        self.shape, self.dtype, self.size = array.shape, array.dtype, array.size
        self._array: NDArray[Any] | None = None
        if not any(array.strides):  # one number, whatever its shape
            self._array = array
        elif array.nbytes <= IN_MEMORY_BYTES:
            self._array = np.array(array, order="C")
        else:
            self._key, self._file = secrets.randbits(64), tempfile.TemporaryFile()  # noqa: SIM115  lives as long as this
            for start, stop in pieces(self.size):
                self._file.write(self._scrambled(array.flat[start:stop].tobytes(), start))
            self._file.flush()

    def flat(self, start: int, stop: int) -> NDArray[Any]:
        """The components of one piece, in row-major order."""
        if self._array is not None:
            return self._array.flat[start:stop]
        size = self.dtype.itemsize
        raw = os.pread(self._file.fileno(), (stop - start) * size, start * size)
        return np.frombuffer(self._scrambled(raw, start), self.dtype)

    def whole(self) -> NDArray[Any]:
        if self._array is not None:
            return self._array
        return np.concatenate([self.flat(*piece) for piece in pieces(self.size)]).reshape(self.shape)

    def _scrambled(self, raw: bytes, start: int) -> bytes:
        """Scrambles or restores one piece, with its own part of the random stream."""
        stream = np.random.Philox(key=self._key, counter=start).random_raw(-(-len(raw) // 8)).view(np.uint8)
        return (np.frombuffer(raw, np.uint8) ^ stream[: len(raw)]).tobytes()


def pieces(size: int) -> list[tuple[int, int]]:
    """Where the pieces of so many components begin and end; one, an empty one too, at least."""
    return [(start, min(size, start + PIECE)) for start in range(0, max(size, 1), PIECE)]
