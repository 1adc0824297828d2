"""The commands ``list`` and ``machine``: what a suite contains, and what this machine is and can do."""

import json
from typing import Any

import msgspec

from ...reports.units import bytes_text, digits
from ..machine import ceilings, machine
from ..records import words
from ..runner.dispatch import with_dispatch
from ..suites import suite
from ..suites.suite import unavailable
from . import options
from .ceilings_text import lines
from .requests import ListRequest, MachineRequest


def list_suite(request: ListRequest) -> int:
    """Prints the operations and implementations of a suite, without importing any framework."""
    if request.is_guest:
        from . import list_guests

        return list_guests.show(request)
    loaded = suite.load(suite.find(request.suite))
    operations = {
        name: {"formula": each.formula, "sizes": list(each.sizes), "parameters": dict(each.parameters)}
        for name, each in loaded.operations.items()
    }
    implementations = {
        stem: {
            "library": each.library,
            "algorithm": each.algorithm,
            "device": each.device,
            "operations": list(each.operations),
            "doc": each.doc,
            "unavailable": unavailable(each),
        }
        for stem, each in loaded.implementations.items()
    }
    found = {
        "schema_version": 1,
        "suite": str(loaded.folder),
        "operations": operations,
        "implementations": implementations,
    }
    suite.tell(loaded.remarks)
    print(json.dumps(found, indent=1) if request.json else _as_text(found))
    return 0


def show_machine(request: MachineRequest) -> int:
    """Prints the machine's facts, how quiet it is now, what would make it quieter, and its ceilings.

    Ceilings are measured if none are stored, if the machine has changed, and if ``fresh`` ones are requested.
    """
    described, noise = machine.describe(), machine.noise()
    made = ceilings.known(described, options.thread_ladder(described.cores_available), anew=request.fresh)
    made = with_dispatch(described, made, suite.load(suite.find(None)))
    if request.json:
        found = {
            "schema_version": 1,
            **msgspec.to_builtins(described),
            "noise": noise,
            "versions": machine.versions(),
            "ceilings": msgspec.to_builtins(made),
        }
        print(json.dumps(found, indent=1))
        return 0
    for name, value in msgspec.to_builtins(described).items():
        if name != "warnings":
            print(f"{name:18} {_readable(name, value)}")
    print(
        f"{'noise now':18} repeating the same work: the middle half spans {noise['spread']:.1%} of the median,"
        f" the slowest takes {noise['worst']:.1f} times the median;"
        f" other guests took {noise['steal_share']:.1%} of the time"
    )
    print("\n".join(lines(described, made)))
    for warning in described.warnings:
        print(f"{'remark':18} {warning}")
    return 0


def _readable(name: str, value: Any) -> str:
    if name == "gpus":
        return "; ".join(value) or "none that NVIDIA's library (nvidia-ml-py) reports"
    if value is None or value == {}:
        return "not reported by this system"
    if name == "memory_bytes":
        return bytes_text(value)
    if name == "caches_bytes":
        return ", ".join(f"{level} {bytes_text(size)}" for level, size in value.items())
    return digits(value) if isinstance(value, float) else str(value)


def _as_text(found: dict[str, Any]) -> str:
    lines = [f"suite {found['suite']}", "", "operations"]
    for name, each in found["operations"].items():
        sizes = ", ".join(filter(None, [*each["sizes"], words(each["parameters"], ", ")]))
        lines.append(f"  {name:18} ({sizes})  {each['formula']}")
    lines += ["", "implementations"]
    for stem, each in found["implementations"].items():
        state = f"unavailable: {each['unavailable']}" if each["unavailable"] else each["doc"].replace("\n", " ")
        state = f"({each['device']} only)  {state}" if each["device"] else state
        lines.append(f"  {stem:18} {each['library']:11} {len(each['operations'])} operations  {state}")
    return "\n".join(lines)
