"""What the documents show of Python runs: their calls are checked as commands, and answered by a made run."""

import linecache
import re
from pathlib import Path

import msgspec
import pytest
import typer

from rooflinear.bench import cli
from rooflinear.bench.api import process
from rooflinear.bench.api.process import Finished
from rooflinear.bench.records import Case
from rooflinear.bench.suites import suite

from .reports.synthetic import ok, run, write

ROOT = Path(__file__).parents[1]
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
TEXTS = {path.name: SNIPPET.findall(path.read_text()) for path in (ROOT / "README.md", *ROOT.glob("docs/*.md"))}
STEMS = ("python", "numpy")

CALLED = {"README.md": ["run"], "python.md": ["verify", "run", "verify"], "suites.md": []}
"""The commands that the snippets of a text call."""


class Command:
    """Answers commands: each must be one that can be typed. `seen` are their options."""

    def __init__(self, folder):
        self.folder, self.seen = folder, []

    def __call__(self, words, watcher):
        name, *rest = words
        context = typer.main.get_command(cli.app).commands[name].make_context(name, list(rest))
        self.seen.append((name, context.params))
        sizes = dict(pair.split("=") for pair in context.params["size"] or ())
        operation = suite.load(Path(context.params["suite"] or ROOT / "kernels")).operations
        chosen = next(iter(context.params["operation"] or operation))
        results = [
            ok(Case("made", chosen, stem, {"m": int(m), "n": int(sizes["n"])}, {}, "float64", 2, "cpu"), times)
            for m in sizes["m"].split(",")
            for stem, times in zip(STEMS, ([900.0, 910.0, 905.0], [100.0, 101.0, 102.0]), strict=True)
        ]
        if name == "verify":
            return Finished(0, msgspec.json.encode(results).decode(), [])
        write(self.folder, run(list(STEMS), {chosen: {"sizes": ["m", "n"]}}), results)
        return Finished(0, f"report: {self.folder}/report.html\n", [])


@pytest.fixture
def command(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(process, "play", Command(tmp_path / "results" / "made"))
    monkeypatch.setattr(suite.trial, "require_unharmed", lambda *_: None)
    return process.play


@pytest.mark.parametrize("name", CALLED)
def test_the_snippets_of_a_text_run_one_after_the_other(command, name):
    names = {"__name__": f"snippets of {name}"}
    for place, text in enumerate(TEXTS[name]):
        file = f"{name}, snippet {place}"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # as a notebook does
        exec(compile(text, file, "exec"), names)
    assert [called for called, _ in command.seen] == CALLED[name]


def test_no_text_with_snippets_is_left_out():
    assert {name for name, found in TEXTS.items() if found} == CALLED.keys()
