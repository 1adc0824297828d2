"""Imports point one way, and the parent process never loads a framework."""

import ast
from functools import cache
from graphlib import TopologicalSorter

import pytest

from .made import SMOOTHING

ROOT = SMOOTHING.parents[1]
FRAMEWORKS = {"torch", "tensorflow", "jax", "numba", "cupy", "dask", "triton", "sklearn"}
FOUNDATIONS = {"records", "roofs", "fastest", "contract", "errors", "suite", "protocol", "mapped", "held"}
FOUNDATIONS |= {"exported", "unexported", "projects"}
FACTS = {"store", "machine", "sweep", "in_place"}
PARENT = {"runner", "admission", "problems", "slot", "process", "contest", "budget", "progress"}
PARENT |= {"ceilings", "meter", "reading", "dispatch", "showing", "neighbours", "honesty", "leftovers"}
COMMANDS = {"cli", "commands", "facts", "ceilings_text", "options", "compare", "calibrate", "streaming"}
COMMANDS |= {"calibrate_report"}
GATE = {
    "gate.gate",
    "gate.blocks",
    "gate.duel",
    "gate.cores",
    "gate.plan",
    "gate.tracks",
    "gate.revisions",
    "gate.git",
    "gate.packages",
    "gate.folders",
    "gate.planted",
}
JUDGING = {"gate.judge", "gate.statistics", "gate.records", "gate.margins"}
CHILDREN = {"worker", "reference", "ceiling_worker", "trial_child"}
IMPLEMENTED = {"worker", "loader", "plays", "arrays", "array_library", "array_cuda"}
"""Where implementations are, or what they return."""

MEASURES = CHILDREN | PARENT | IMPLEMENTED | {"measure", "child", "verify", "judge", "vault"}
IN_PROCESS = "bench.in_process"
SUITES_OF_OTHERS = {"asv_suite", "pytest_suite"}


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def modules():
    """The project's modules with all they import, wherever in the file it is written."""
    paths = [path for folder in ("bench", "kernels", "reports") for path in (ROOT / folder).rglob("*.py")]
    paths = [path for path in paths if not SUITES_OF_OTHERS & set(path.parts)]
    names = {module_name(path) for path in paths}
    return {module_name(path): imported(path, names) for path in paths}


def imported(path, names):
    """Modules of the project by their name below it, others by their top-level name."""
    package = module_name(path).split(".") if path.stem == "__init__" else module_name(path).split(".")[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = [*base, *(node.module or "").split(".")] if node.module else base
            full = [".".join([*base, alias.name]) for alias in node.names]
            found |= {name if name.removeprefix("rooflinear.") in names else ".".join(base) for name in full}
    found = {name.removeprefix("rooflinear.") for name in found}
    return {name if name in names else name.partition(".")[0] for name in found} - {module_name(path)}


def closure(*starts):
    """All modules of the project that these reach."""
    found, waiting = set(), set(starts)
    while waiting:
        current = waiting.pop()
        found.add(current)
        waiting |= {name for name in modules()[current] if name in modules()} - found
    return found


def bench(names):
    return {f"bench.{name}" for name in names} & modules().keys()


def test_the_graph_is_not_empty():
    """Else every test below would pass for the wrong reason."""
    assert modules()["bench.runner"] >= {"bench.admission", "bench.contest", "msgspec"}
    assert "reports.report" in modules()["bench.commands"]
    assert "jax" in modules()["kernels.jax"]
    assert bench(FOUNDATIONS | FACTS | PARENT | COMMANDS | CHILDREN | GATE) >= bench(
        {"records", "runner", "gate.blocks"}
    )


def test_no_imports_go_in_circles():
    inner = {name: found & modules().keys() for name, found in modules().items()}
    assert len(list(TopologicalSorter(inner).static_order())) == len(inner)


def test_foundations_stand_on_nothing_above_them():
    assert not closure(*bench(FOUNDATIONS)) & bench(FACTS | PARENT | COMMANDS | CHILDREN)


def test_facts_stand_on_no_runner_and_no_command():
    assert not closure(*bench(FACTS)) & bench(PARENT | COMMANDS | CHILDREN)


def test_the_runner_knows_no_command_and_no_report():
    reached = closure(*bench(PARENT))
    assert not reached & bench(COMMANDS)
    assert not any(name.startswith("reports") for name in reached)


def test_judging_knows_nothing_of_processes():
    """So that simulated traces pass through the very lines that judge real ones."""
    assert bench(JUDGING) == {f"bench.{name}" for name in JUDGING}
    assert not closure(*bench(JUDGING)) & bench(PARENT | COMMANDS | CHILDREN | GATE | {"suite", "sweep", "measure"})


def test_the_gate_knows_no_command_and_no_report():
    reached = closure(*bench(GATE))
    assert not reached & bench(COMMANDS)
    assert not any(name.startswith("reports") for name in reached)


def test_children_are_reached_by_subprocess_only():
    """But for asv and pytest-benchmark, which time in the process they are in."""
    for name, found in modules().items():
        if name != IN_PROCESS:
            assert not found & (bench(CHILDREN) | {IN_PROCESS}), name


def test_who_judges_and_who_is_judged_share_no_process():
    assert not closure("bench.reference") & bench(IMPLEMENTED)
    assert not closure("bench.worker") & bench({"reference", "judge", "vault", "verify"})


@pytest.mark.parametrize("child", sorted(CHILDREN))
def test_a_child_knows_nothing_of_its_parent(child):
    reached = closure(f"bench.{child}")
    assert not reached & bench(PARENT | COMMANDS | FACTS)
    assert not any(name.startswith("reports") for name in reached)


def test_kernels_know_the_contract_only():
    for name in modules():
        if name.startswith("kernels"):
            outside = {each for each in modules()[name] if each.startswith(("bench", "reports"))}
            assert outside <= {"bench.contract"}, name


def test_the_contract_needs_nothing_of_the_project():
    assert closure("bench.contract") == {"bench.contract"}


def test_reports_read_records_and_never_measure():
    for name in modules():
        if name.startswith("reports"):
            assert not closure(name) & bench(MEASURES | COMMANDS), name


def test_nothing_but_a_suite_imports_a_framework():
    allowed = {
        "bench.data": {"sklearn"},  # a bundled table, read by the child that makes inputs
        "bench.ceiling_worker": {"numba"},  # reads and computes with what nothing else is in the way of
    }
    for name, found in modules().items():
        if not name.startswith("kernels"):
            assert not (found & FRAMEWORKS) - allowed.get(name, set()), name


def loaded(outcome):
    """What a process imported, from its report on import times."""
    names = {line.rpartition("|")[2].strip() for line in outcome.stderr.splitlines() if line.startswith("import time:")}
    assert "rooflinear.bench.cli" in names
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["list"],
        ["verify", "--implementation", "numpy,numba", "--operation", "predict", "--m", "5", "--n", "2"],
        ["run", "--suite", SMOOTHING, "--preset", "quick", "--size", "length=50", "--size", "width=3"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_the_parent_loads_no_framework(rooflinear, arguments):
    outcome = rooflinear(*arguments, environment={"PYTHONPROFILEIMPORTTIME": "1"})
    assert outcome.status == 0
    assert not loaded(outcome) & FRAMEWORKS


@pytest.mark.parametrize("arguments", [["--help"], ["list"]])
def test_what_only_tells_is_quick_to_load(rooflinear, arguments):
    outcome = rooflinear(*arguments, environment={"PYTHONPROFILEIMPORTTIME": "1"})
    assert not loaded(outcome) & {"pandas", "matplotlib", "altair", "scipy"}
