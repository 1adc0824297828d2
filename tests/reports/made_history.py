"""Histories as records, measured of made commits."""

import tempfile
from pathlib import Path

import msgspec

from rooflinear.bench.history.growing import Growing

from ..bench.made_commits import Commits

WEB = "https://example.org/project/commit/"


def history(count=24, bisect=False, every=1, **more):
    """A history of ``Commits``, with a subject that is no HTML."""
    known = {name: more.pop(name) for name in ("broken", "lacks", "control", "spread") if name in more}
    asked_of = more.pop("changes", {"a": {7: 0.05}, "b": {}})
    changes = {name: dict.fromkeys(range(count), 0.0) | of for name, of in asked_of.items()}
    commits = Commits(count, **known, **changes)
    commits.chain = [msgspec.structs.replace(each, subject=f"Change <{each.name}> & more") for each in commits.chain]
    asked = [each.name for place, each in enumerate(commits.chain) if place % every == 0]
    with tempfile.TemporaryDirectory() as folder:
        growing = Growing(Path(folder), commits.begun(asked=asked, **more), commits.meter())
        growing.measure([])
        growing.judge()
        if bisect:
            growing.bisect()
        return msgspec.structs.replace(growing.concluded(), suite="made", ended_at="2026-02-01T00:00:00+00:00")
