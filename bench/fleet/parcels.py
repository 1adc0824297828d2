"""Folders as bytes, for the way to another machine and back."""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

from ..errors import CannotFinish

LARGEST_BYTES = 2**27
"""Of a parcel: it is held whole in memory on its way."""

LEFT_OUT = {"__pycache__"}


def packed(folder: Path, names: Iterable[str] | None = None) -> bytes:
    """What lies in a folder, or only these of its entries, compressed. Raises `CannotFinish` if that is too large."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz", compresslevel=1) as archive:
        for name in sorted(names if names is not None else (each.name for each in folder.iterdir())):
            archive.add(folder / name, name, filter=_taken)
    if content.tell() > LARGEST_BYTES:
        size, limit = content.tell() / 2**20, LARGEST_BYTES // 2**20
        raise CannotFinish(f"{folder}: {size:.0f} MiB; a fleet sends at most {limit} MiB; leave out what is large")
    return content.getvalue()


def unpack(parcel: bytes, folder: Path) -> None:
    """Writes what `packed` took, and nothing outside the folder. Raises `CannotFinish`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(parcel), mode="r:gz") as archive:
            archive.extractall(folder, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise CannotFinish(f"cannot write to {folder}: {getattr(error, 'strerror', None) or error}") from error


def _taken(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Without the names of users, and without what is made anew."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return None if LEFT_OUT & set(Path(member.name).parts) else member
