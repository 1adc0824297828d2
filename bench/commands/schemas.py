"""JSON Schema of what is kept on disk and printed by ``--json``, for tools that read it."""

from typing import Any

import msgspec

from ...reports.tables.advice import Advice
from ..calibration.trials import Trial
from ..gate.records import Comparison
from ..history.history_records import Compared, History, Measured
from ..history.records import Bisection, Played
from ..records import Output, Result, Run, ShownTask

FILES = {
    "run.json": Run,
    "cases.jsonl": Result,
    "outputs.jsonl": ShownTask | Output,
    "comparison.json": Comparison,
    "calibration.jsonl": Trial,
    "advice.json": Advice,
    "bisect.json": Bisection,
    "steps.jsonl": Played,
    "history.json": History,
    "history.jsonl": Measured,
    "changes.jsonl": Compared,
}
"""A name ending in ``l`` holds one record a line. `compare --json` prints the fourth, `advise --json` the sixth,
`bisect --json` the seventh and `history --json` the ninth."""


def schemas() -> dict[str, Any]:
    """One schema per kind of file, and what they share."""
    roots, definitions = msgspec.json.schema_components(list(FILES.values()), ref_template="#/$defs/{name}")
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **dict(zip(FILES, roots, strict=True)),
        "$defs": definitions,
    }
    return msgspec.json.decode(msgspec.json.encode(found))  # as a file has it: a tuple by default is a list there
