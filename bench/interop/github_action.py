"""Results for github-action-benchmark's ``customSmallerIsBetter``."""

import statistics

import msgspec

from ..records import Result, Run
from .names import distinct_labels, timed_by_case


def write(run: Run, results: list[Result]) -> bytes:
    """A list of ``name, unit, value, range, extra``, one entry per case: median over blocks, range over samples."""
    cases = timed_by_case(results)
    labels = distinct_labels(cases)
    return (
        msgspec.json.format(
            msgspec.json.encode([_entry(labels[case], blocks, run) for case, blocks in cases.items()]), indent=1
        )
        + b"\n"
    )


def _entry(label: str, blocks: list[Result], run: Run) -> dict[str, object]:
    medians = [statistics.median(sample.wall_ns / sample.calls for sample in each.samples) for each in blocks]
    times = [sample.wall_ns / sample.calls for each in blocks for sample in each.samples]
    value = statistics.median(medians)
    return {
        "name": label,
        "unit": "ns",
        "value": round(value, 1),
        "range": f"± {max(max(times) - value, value - min(times)):.1f}",
        "extra": f"{len(blocks)} blocks, {len(times)} samples, {run.machine.name}, commit {run.commit or 'unknown'}",
    }
