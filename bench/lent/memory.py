"""How far the memory of this process rises; by the standard library alone."""

import contextlib
import ctypes
import os

SMALL = "ROOFLINEAR_SMALL_PAGES"
SMALL_PAGES = {"GLIBC_TUNABLES": "", "NUMPY_MADVISE_HUGEPAGE": "0", SMALL: "1"}
"""The environment of a process whose memory is read to the page. A huge page holds 2 MiB, whatever is used of it; an
allocator that is told to use them, or to keep what is freed, returns nothing less."""

PR_SET_THP_DISABLE = 41


class PeakMemory:
    """The rise of the resident set during a piece of code, in bytes; None if Linux does not report it."""

    def __enter__(self) -> "PeakMemory":
        if SMALL in os.environ:
            _use_small_pages()
        _give_back_freed_memory()
        self.bytes: int | None = None
        self._before = None
        try:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")
            self._before = _status_bytes("VmRSS")
        except OSError:
            pass
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            self.bytes = max(0, _status_bytes("VmHWM") - self._before)


def _give_back_freed_memory() -> None:
    """Returns freed memory to the system: memory that the allocator keeps would hide that a call uses it."""
    with contextlib.suppress(OSError, AttributeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)


def _use_small_pages() -> None:
    """From now on, on systems that use huge pages unasked, too."""
    with contextlib.suppress(OSError, AttributeError):  # not Linux
        ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)


def _status_bytes(name: str) -> int:
    with open("/proc/self/status") as file:
        line = next(line for line in file if line.startswith(name + ":"))
    return int(line.split()[1]) * 1024
