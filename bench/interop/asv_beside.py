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
"""How asv tells kinds by the last part of a name."""

UNKNOWN = "unknown"
LIST, MACHINE = "benchmarks.json", "machine.json"

LEAST_MEMORY_BYTES, MOST_MEMORY_BYTES = 2**28, 2**46
"""No machine that runs asv has less, or more."""

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
        """Names of the parameters, those of asv where there are no better: ``param1``, ``param2``."""
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
    """The machine that a file and ``machine.json`` tell of."""
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
    """The folder that asv reads and a file of results lies in; None for a file that lies elsewhere."""
    of_asv = next((folder for folder in path.parents if folder.name == ".asv"), None)
    if of_asv is None and (path.parent.parent / LIST).is_file():
        return path.parent.parent
    return of_asv or (path.parent if (path.parent / MACHINE).is_file() else None)


def _memory_bytes(text: str) -> int | None:
    """Bytes, or kB as old versions of asv wrote it; None for what people typed. Bytes come in whole pages."""
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
