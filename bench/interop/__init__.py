"""Files of asv, pytest-benchmark and pyperf, in and out."""

from pathlib import Path

from ..store import RUN


def is_file_of_results(path: Path) -> bool:
    """Whether a path is a run folder or a file, and so no git revision."""
    return path.is_file() or (path / RUN).is_file()
