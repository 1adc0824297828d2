"""What the documents and the workflows tell a reader to type can be typed."""

import ast
import json
import re
import shlex
from pathlib import Path

import pytest
import typer

from rooflinear.bench.cli import app
from rooflinear.bench.suites import suite

ROOT = Path(__file__).resolve().parents[1]
TEXTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "Makefile",
    *ROOT.glob("docs/*.md"),
    *ROOT.glob(".github/workflows/*.yml"),
]
OPTIONS_IN_VARIABLES = re.compile(r"\$\((CASES|BOTH|FEW)\)|\$OF\b")
MADE_WITH_THE_SITE = "gallery/report.html"
COMMAND = re.compile(
    r"(?:^|[\s/`])rooflinear "
    r"((?:run|verify|report|advise|compare|bisect|history|fleet|calibrate|list|machine)\b[^`#\n]*)"
)


def commands():
    """Every line that calls the command, folded lines of a workflow as one."""
    for path in TEXTS:
        text = (
            re.sub(r" >\n\s+((?:.*\n\s+)*?.*(?:\|\||$))", r" \1", path.read_text())
            if path.suffix == ".yml"
            else path.read_text()
        )
        for match in COMMAND.finditer(re.sub(r"\n\s+(?=--)", " ", text)):
            yield pytest.param(match[1].strip(), id=f"{path.name}: {match[1].strip()[:60]}")


def arguments(line):
    line = line.replace("${{ inputs.suite }}", "--pytest bench")
    line = re.sub(r"\$\{\{.*?\}\}", "REVISION", OPTIONS_IN_VARIABLES.sub("", line))
    line = re.sub(r"\|\|.*|&&.*", "", line)
    return [word for word in shlex.split(line) if word != "…"]


@pytest.mark.parametrize("line", list(commands()))
def test_a_command_in_a_text_is_one(line):
    name, *rest = arguments(line)
    command = typer.main.get_command(app).commands[name]
    if name == "fleet":
        name, *rest = rest
        command = command.commands[name]
    command.make_context(name, rest)


def test_commands_are_found_in_every_kind_of_text():
    found = {each.id.partition(":")[0] for each in commands()}
    assert found >= {"README.md", "Makefile", "compare.yml", "suites.md", "ci.md"}


def test_a_misspelt_option_would_be_seen():
    with pytest.raises(Exception, match="No such option"):
        test_a_command_in_a_text_is_one("compare HEAD --margni 2%")


@pytest.mark.parametrize("path", [path for path in TEXTS if path.suffix == ".md"], ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text()):
        assert target.startswith("http") or target == MADE_WITH_THE_SITE or (path.parent / target).exists(), target


def blocks():
    """Every fenced block that names its language."""
    for path in TEXTS:
        for language, block in re.findall(r"^```(\w+)\n(.*?)^```$", path.read_text(), re.M | re.S):
            yield pytest.param(language, block, id=f"{path.name}: {block.strip()[:40]}")


@pytest.mark.parametrize(("language", "block"), list(blocks()))
def test_a_block_of_a_text_is_what_it_says(language, block):
    yaml = pytest.importorskip("yaml") if language == "yaml" else None
    readers = {"python": ast.parse, "json": json.loads, "yaml": yaml and yaml.safe_load}
    assert readers[language](block)


def test_every_target_of_make_in_a_text_is_one():
    targets = set(re.findall(r"^([\w-]+)(?=:| \w+:)", (ROOT / "Makefile").read_text(), re.M))
    texts = "\n".join(path.read_text() for path in TEXTS if path.name != "Makefile")
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", texts, re.M))
    assert "report" in named
    assert named <= targets | {"others", "quick"}


def test_every_page_has_a_place_in_the_site():
    """MkDocs itself checks the links: `make site`."""
    text = (ROOT / "mkdocs.yml").read_text()
    assert [path.name for path in ROOT.glob("docs/*.md") if not re.search(rf"[ /]{path.name}$", text, re.M)] == []


def test_the_readme_names_every_operation_and_implementation():
    built_in = suite.load(ROOT / "kernels")
    table = (ROOT / "README.md").read_text().partition("## What is measured")[2].partition("\n## ")[0]
    assert {*built_in.operations, *built_in.implementations} <= set(re.findall(r"\w+", table))


def test_the_architecture_page_names_every_folder():
    text = (ROOT / "docs" / "architecture.md").read_text()
    folders = [path.parent for path in ROOT.glob("bench/*/__init__.py")] + [ROOT / "reports", ROOT / "kernels"]
    assert [
        str(each) for each in folders if f"`{each.relative_to(ROOT)}/`" not in text and each.name != "asv_suite"
    ] == []


def test_every_path_that_is_named_to_contributors_exists():
    """Placeholders are in capitals."""
    for path in (ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md"):
        named = re.findall(r"`((?:bench|kernels|reports|tests)/[\w/.]*)`", path.read_text())
        assert named
        assert [each for each in named if not re.search(r"[A-Z]{3}", each) and not (ROOT / each).exists()] == []
