"""Rewrites a .tar.gz so that the same files are the same bytes: sorted, of one owner, of the time SOURCE_DATE_EPOCH."""

import gzip
import io
import os
import sys
import tarfile
from pathlib import Path

EPOCH = int(os.environ["SOURCE_DATE_EPOCH"])


def same_bytes(path: Path) -> None:
    written = io.BytesIO()
    with (
        tarfile.open(path) as found,
        gzip.GzipFile("", "wb", mtime=EPOCH, fileobj=written) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as made,
    ):
        for member in sorted(found.getmembers(), key=lambda each: each.name):
            made.addfile(_plain(member), found.extractfile(member) if member.isfile() else None)
    path.write_bytes(written.getvalue())


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    plain = member.replace(mtime=EPOCH, mode=mode, uid=0, gid=0, uname="", gname="")
    plain.pax_headers = {}  # holds the fractions of seconds of the old time
    return plain


if __name__ == "__main__":
    for name in sys.argv[1:]:
        same_bytes(Path(name))
