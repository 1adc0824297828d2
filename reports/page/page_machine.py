"""The machine in words, and its ceilings as the page draws them."""

from typing import Any

from ...bench.records import Machine, Run
from ..tables.bandwidths import bandwidths
from ..units import bytes_text, digits


def facts(run: Run) -> dict[str, str]:
    """The machine's facts in words; facts that the system does not report are left out."""
    machine = run.machine
    told = {
        "Machine": machine.name,
        "Processor": machine.cpu,
        "Cores": _cores(machine),
        "Clock": f"{digits(machine.frequency_mhz)} MHz" if machine.frequency_mhz else "",
        "Memory": bytes_text(machine.memory_bytes) if machine.memory_bytes else "",
        "Caches": ", ".join(f"{name} {bytes_text(size)}" for name, size in machine.caches_bytes.items()),
        "GPUs": "; ".join(machine.gpus),
        "GPU driver": machine.gpu_driver or "",
        "Virtualised": machine.virtualised or "",
        "Governor": machine.governor or "",
        "Turbo": {True: "on", False: "off", None: ""}[machine.turbo],
        "Load before": f"{machine.load_1min:.2f}" if machine.load_1min is not None else "",
        "System": " · ".join(text for text in (machine.system, machine.libc) if text),
        "Python": machine.python,
    }
    return {name: text for name, text in told.items() if text}


def roofs(run: Run) -> list[dict[str, Any]]:
    """A row per thread count: peak flop/s by dtype, and bandwidth of each cache and of memory."""
    found = [(int(threads), roof) for threads, roof in run.ceilings.roofs.items()]
    caches = run.machine.caches_bytes
    return [
        {
            "threads": threads,
            "flops": roof.flops,
            "read": roof.read,
            "levels": bandwidths(roof, caches),
        }
        for threads, roof in sorted(found, key=lambda pair: pair[0])
    ]


def _cores(machine: Machine) -> str:
    known = [(machine.cores_logical, "logical"), (machine.cores_physical, "physical")]
    rest = ", ".join(f"{count} {kind}" for count, kind in known if count)
    return f"{machine.cores_available} available" + (f" of {rest}" if rest else "")
