"""Reads files of asv, pytest-benchmark and pyperf as runs with results, and writes such files."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..records import Result, Run
from ..store import RUN, read_results, read_run
from . import asv, asv_beside, github_action, pyperf, pytest_benchmark, pytest_names

WRITERS = {
    "pytest-benchmark": pytest_benchmark.write,
    "pyperf": pyperf.write,
    "github-action-benchmark": github_action.write,
}
TOOLS = ("asv", "pytest-benchmark", "pyperf")
KNOWN = "run folders, asv results, pytest-benchmark JSON, pyperf JSON"


def is_file_of_results(path: Path) -> bool:
    """Whether a path is a run folder or a file, and therefore not a git revision."""
    return path.is_file() or (path / RUN).is_file()


def tool_of(run: Run) -> str:
    """The tool that measured a run, if it was read from that tool's file; else ''."""
    return run.preset if run.preset in TOOLS else ""


def folder_for_reports(path: Path) -> Path:
    """Where a report of a file goes: beside it, but never into a folder that its tool reads."""
    kept = asv_beside.storage(path.absolute()) or pytest_names.storage(path.absolute())
    return kept.parent if kept else path.parent


def read(path: Path) -> tuple[Run, list[Result]]:
    """A run and its results from any file known. Raises `UsageError` if it is not one, or has no results."""
    if path.is_dir():
        run, results = read_run(path), read_results(path)
        if not results:
            raise UsageError(f"{path}: no results in this run; continue it with 'rooflinear run --resume {path}'")
    else:
        run, results = _foreign(path, _json(path))
    if not results:
        raise UsageError(f"{path}: has no results")
    return run, results


def _foreign(path: Path, content: Any) -> tuple[Run, list[Result]]:
    reader = _reader(path, content)
    try:
        return reader(path, content)
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError) as error:
        tool = reader.__module__.rpartition(".")[2].replace("_", "-")
        raise UsageError(f"{path}: not in the format of {tool}: {type(error).__name__}: {error}") from error


def _reader(path: Path, content: Any) -> Any:
    if isinstance(content, dict):
        if "result_columns" in content or {"commit_hash", "results", "params"} <= content.keys():
            return asv.read
        if "machine_info" in content and "benchmarks" in content:
            return pytest_benchmark.read
        if "benchmarks" in content and "version" in content:
            return pyperf.read
        if path.name in (asv_beside.LIST, asv_beside.MACHINE):
            raise UsageError(f"{path}: is beside asv's results; give results/<machine>/<commit>-<environment>.json")
    raise UsageError(f"{path}: not a results file; known formats: {KNOWN}")


def _json(path: Path) -> Any:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        return json.loads(content)
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such file or folder; 'rooflinear run' writes one under results/") from error
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON, or truncated: {error}") from error
