"""Files that asv writes beside its results: the machine, and what each benchmark measures."""

import json
import re
from pathlib import Path
from typing import Any

from ..records import Machine
from .foreign import UNNAMED

KINDS = {
    "time": "(Time[A-Z_].+)|(time_.+)$",
    "timeraw": "(Timeraw[A-Z_].+)|(timeraw_.+)$",
    "memory": "(Mem[A-Z_].+)|(mem_.+)$",
    "peakmemory": "(PeakMem[A-Z_].+)|(peakmem_.+)$",
    "track": "(Track[A-Z_].+)|(track_.+)$",
}
"""Kinds of benchmarks by the prefix of a name's last part, as in asv."""

UNKNOWN = "unknown"
LIST, MACHINE = "benchmarks.json", "machine.json"

LEAST_MEMORY_BYTES, MOST_MEMORY_BYTES = 2**28, 2**46
"""Plausible memory of a machine in bytes: from, to."""

PAGE_BYTES, KIB = 4096, 1024


class Beside:
    """``benchmarks.json`` and ``machine.json`` of a file of results; ``missing`` says which is not there."""

    def __init__(self, path: Path):
        self.machine = _read(path.parent / MACHINE)
        places = (path.parent.parent / LIST, path.parent / LIST)
        self._benchmarks = next((found for place in places if (found := _read(place))), {})
        self.missing = [] if self._benchmarks else [
            f"no {places[0]}: parameters have numbers for names, and what is measured follows from benchmark names"
        ]  # fmt: skip

    def of(self, name: str) -> dict[str, Any]:
        """The entry of a benchmark; empty if it is not listed."""
        told = self._benchmarks.get(name)
        return told if isinstance(told, dict) else {}

    def parameter_names(self, name: str, count: int) -> list[str]:
        """Names of the parameters; ``param1``, ``param2`` as in asv if they are not known."""
        told = [str(each) for each in self.of(name).get("param_names") or ()]
        usable = len(told) == count == len(set(told)) and all(told)
        return told if usable else [f"param{place + 1}" for place in range(count)]


def kind(name: str, beside: Beside) -> tuple[str, str]:
    """What a benchmark measures, and its unit."""
    told = beside.of(name)
    if told.get("type"):
        return str(told["type"]), str(told.get("unit") or "")
    last = name.rpartition(".")[2]
    return next((found for found, pattern in KINDS.items() if re.match(pattern, last)), UNKNOWN), ""


def machine(content: dict[str, Any], beside: Beside) -> Machine:
    """The machine described by a file and by ``machine.json``."""
    params = {**(content.get("params") or {}), **beside.machine}
    cores = str(params.get("num_cpu", ""))
    return Machine(
        name=str(params.get("machine", UNNAMED)),
        system=str(params.get("os", "")),
        cpu=str(params.get("cpu", "")),
        cores_available=int(cores) if cores.isdecimal() else 0,
        memory_bytes=_memory_bytes(str(params.get("ram", ""))),
        python=str(content.get("python", "")),
    )


def storage(path: Path) -> Path | None:
    """The results folder of asv that contains a file; None for a file elsewhere."""
    of_asv = next((folder for folder in path.parents if folder.name == ".asv"), None)
    if of_asv is None and (path.parent.parent / LIST).is_file():
        return path.parent.parent
    return of_asv or (path.parent if (path.parent / MACHINE).is_file() else None)


def _memory_bytes(text: str) -> int | None:
    """Memory in bytes; None if it was typed by hand. Old versions of asv wrote kB; bytes are whole pages."""
    number = int(text) if text.isdecimal() else 0
    if number * KIB > MOST_MEMORY_BYTES or (number >= LEAST_MEMORY_BYTES and number % PAGE_BYTES == 0):
        return number
    return number * KIB if number * KIB >= LEAST_MEMORY_BYTES else None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
