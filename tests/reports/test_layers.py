"""The wings of reports/ stand one above the other, and one word means one thing."""

import ast
from collections import Counter

import pytest

from ..bench.test_imports import ROOT, modules

LAYERS = (
    {"report"},
    {"notebook"},
    {"history"},
    {"comparison"},
    {"page"},
    {"lab"},
    {"figures"},
    {"text", "growth_text", "advice_text"},
    {"repeatability"},
    {"tables"},
    {"rendering", "markdown", "palette", "units"},
)
"""From the top: a wing or a module imports of reports/ only what stands below it, or its own wing."""

HEIGHT = {name: place for place, layer in enumerate(LAYERS) for name in layer}
REPORTS = ROOT / "reports"
COMMANDS = "bench.commands."
"""Their modules are named like the commands: one of them is `report`."""
WINGS = sorted(path.parent.name for path in REPORTS.glob("*/__init__.py"))


def wing(module):
    """``reports.tables.frames`` -> ``tables``; '' for the package itself."""
    return [*module.split("."), ""][1]


def ours():
    return {name: found for name, found in modules().items() if name.startswith("reports.")}


def test_every_module_has_a_layer_and_every_layer_modules():
    assert {wing(name) for name in ours()} == HEIGHT.keys()


def test_imports_go_down():
    for name, found in ours().items():
        for other in found & ours().keys():
            assert HEIGHT[wing(name)] <= HEIGHT[wing(other)], f"{name} imports {other}"


def test_a_folder_holds_modules_and_imports_nothing_itself():
    """So that a module costs no more than it needs, and every import names what it means."""
    assert not any(modules()[f"reports.{name}"] for name in WINGS)
    assert {path.parent for path in REPORTS.rglob("*.py")} == {REPORTS, *(REPORTS / name for name in WINGS)}


@pytest.mark.parametrize("folder", ["", *WINGS])
def test_a_folder_says_what_it_is_for(folder):
    first = (ast.get_docstring(ast.parse((REPORTS / folder / "__init__.py").read_text())) or "").partition("\n")[0]
    assert first.endswith(".")


def test_no_two_modules_have_one_name():
    stems = Counter(name.rpartition(".")[2] for name in ours() if name.rpartition(".")[2] not in WINGS)
    outside = [name for name in modules() if name.startswith("bench.") and not name.startswith(COMMANDS)]
    elsewhere = {name.rpartition(".")[2] for name in outside}
    assert not [name for name, count in stems.items() if count > 1 or name in elsewhere]


def test_no_two_classes_have_one_name():
    found = Counter(each for name in ours() for each in classes(name))
    elsewhere = {each for name in modules() if name.startswith("bench.") for each in classes(name)}
    assert not [name for name, count in found.items() if count > 1 or name in elsewhere]


def classes(module):
    """Those that other modules may name."""
    path = ROOT.joinpath(*module.split("."))
    tree = ast.parse((path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text())
    return {each.name for each in tree.body if isinstance(each, ast.ClassDef) and not each.name.startswith("_")}
