"""Run folders: ``run.json`` and ``cases.jsonl``. A killed run loses at most a line."""

import contextlib
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from .errors import CannotFinish, UsageError
from .records import SCHEMA_VERSION, Output, Result, Run, ShownTask

RUN = "run.json"
CASES = "cases.jsonl"
OUTPUTS = "outputs.jsonl"


def replace_file(path: Path, content: bytes) -> None:
    """Replaces a file atomically: a reader sees the old or the new one. A pipe or a device is written directly."""
    try:
        _put(path, content)
    except OSError as error:
        raise CannotFinish(
            f"cannot write {path}: {error.strerror or error}; choose another place (--output FILE)"
        ) from error


def refuse_unwritable(option: str, path: Path) -> None:
    """Raises `CannotFinish` if no file can be written at ``path``. Checked before the work, not after it."""
    device = path.exists() and not path.is_file() and not path.is_dir()
    if path.is_dir() or not (os.access(path, os.W_OK) if device else _takes_files(path.resolve().parent)):
        raise CannotFinish(f"{option} {path}: cannot write there; choose a file in a folder that you may write to")


def refuse_folder(folder: Path) -> None:
    """Raises `CannotFinish` if no run can be stored below ``folder``, which need not exist yet."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(each))
    try:
        os.rmdir(tempfile.mkdtemp(dir=there))
    except OSError as error:
        raise cannot_write(folder, error) from error


def _takes_files(folder: Path) -> bool:
    """Tested by creating a file: permissions are not decisive for the superuser, or in ``/proc``."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder() -> Path | None:
    """Where rooflinear keeps what is slow to make anew; None for a user without a home."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rooflinear"
    except RuntimeError:
        return None


def made_folder(folder: Path) -> Path:
    """The folder, made if absent. Raises `OSError` if it takes no files."""
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()
    return folder


def keep(file: Path, content: bytes) -> None:
    """Replaces a file of the cache in one step, whatever other processes do meanwhile. Raises `OSError`."""
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    file.parent.mkdir(parents=True, exist_ok=True)
    partial.write_bytes(content)
    partial.replace(file)


def pretty(record: Any) -> bytes:
    """A record, or what JSON can hold, as JSON for people and programs: indented, with a line end."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def now() -> str:
    """The time as records state it: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write_run(folder: Path, run: Run) -> None:
    """Replaces ``run.json`` in one step."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _put(folder / RUN, pretty(run))
    except OSError as error:
        raise cannot_write(folder, error) from error


def _put(path: Path, content: bytes) -> None:
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            device.write(content)
        return
    whole = path.resolve()
    partial = whole.with_name(f".{whole.name}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(whole)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def read_run(folder: Path) -> Run:
    """The run of a folder. Raises `UsageError` if there is none, or it cannot be read."""
    path = folder / RUN
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; give a folder that 'rooflinear run' wrote") from error
    return decode(content, Run, str(path))


def read_results(folder: Path) -> list[Result]:
    """All results of a folder; an incomplete last line is dropped with a warning."""
    return read_lines(folder / CASES, Result)


def read_outputs(folder: Path) -> list[ShownTask | Output]:
    """The stored outputs of shown tasks; empty for a folder from before such files existed."""
    return read_lines(folder / OUTPUTS, ShownTask | Output)


def read_lines(path: Path, kind: Any) -> list[Any]:
    """All records of a file of lines; empty if there is none; an incomplete last line is dropped with a warning."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    whole, torn = _split_torn(content)
    if torn:
        warnings.warn(f"{path}: dropped an incomplete last line of {len(torn)} bytes", stacklevel=3)
    lines = enumerate(whole.splitlines(), 1)
    return [decode(line, kind, f"{path}:{number}") for number, line in lines if line.strip()]


def count_results(folder: Path) -> int:
    """How many complete results are on the disk."""
    return (folder / CASES).read_bytes().count(b"\n")


class ResultFile:
    """``cases.jsonl`` or `OUTPUTS`, open for appending; each record is on the disk when `append` returns.

    Raises `UsageError` while another process has it open: an incomplete line, which is cut off, may be that one's.
    """

    def __init__(self, folder: Path, name: str = CASES):
        self.folder = folder
        path = folder / name
        try:
            self._file = path.open("ab+")
            _lock(self._file.fileno(), path)
            self._file.seek(0)
            whole, _ = _split_torn(self._file.read())
            self._file.truncate(len(whole))
        except OSError as error:
            raise cannot_write(folder, error) from error

    def append(self, *results: msgspec.Struct) -> None:
        """Appends a record as a line. Raises `CannotFinish` if the disk is full; earlier lines stay complete."""
        try:
            self._file.write(b"".join(msgspec.json.encode(each) + b"\n" for each in results))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise cannot_write(self.folder, error) from error

    def close(self) -> None:
        with contextlib.suppress(OSError):  # `append` has reported what did not fit
            self._file.close()


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keeps other processes that ask for it away from a folder. Raises `UsageError` if one has it."""
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        yield
        return
    try:
        _lock(number, folder)
        yield
    finally:
        os.close(number)


def _lock(number: int, path: Path) -> None:
    """Locks an open file for this process alone, where the system and its file system can."""
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        told = "another rooflinear is at work on it; wait for it to end, or give another folder"
        raise UsageError(f"{path}: {told}") from error
    except OSError:
        return


def cannot_write(folder: Path, error: OSError) -> CannotFinish:
    """The error for a folder that cannot be written to."""
    return CannotFinish(
        f"cannot write to {folder}: {error.strerror or error}; free space or choose another folder (--results DIR)"
    )


def _split_torn(content: bytes) -> tuple[bytes, bytes]:
    end = content.rfind(b"\n") + 1
    return content[:end], content[end:]


def decode(content: bytes, kind: Any, where: str) -> Any:
    """A record of this version or an older one; ``where`` it is from. Raises `UsageError`."""
    try:
        version = msgspec.json.decode(content, type=_Versioned).schema_version
        if version > SCHEMA_VERSION:
            raise UsageError(
                f"{where}: schema {version} is newer than this rooflinear's {SCHEMA_VERSION}; upgrade to read it"
            )
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as error:
        raise UsageError(f"{where}: not a rooflinear record: {error}") from error


class _Versioned(msgspec.Struct):
    schema_version: int
