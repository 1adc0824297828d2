"""Imports point one way, down the folders, and the parent process never loads a framework."""

import ast
from functools import cache
from graphlib import TopologicalSorter

import pytest

from .made import SMOOTHING

ROOT = SMOOTHING.parents[1]
FRAMEWORKS = {"torch", "tensorflow", "jax", "numba", "cupy", "dask", "triton", "sklearn"}
SUITES_OF_OTHERS = {"asv_suite", "pytest_suite"}

LAYERS = (
    ("bench.public",),
    ("bench.api",),
    ("bench.__main__",),
    ("bench.cli",),
    ("bench.cli_signatures",),
    ("bench.cli_compare_options", "bench.cli_history_options"),
    ("bench.cli_options",),
    ("bench.commands",),
    ("reports",),
    ("bench.history",),
    ("bench.fleet",),
    ("bench.calibration",),
    ("bench.gate",),
    ("bench.guests",),
    ("bench.interop",),
    ("bench.runner",),
    ("bench.worker",),
    ("bench.inputs",),
    ("bench.machine",),
    ("bench.processes",),
    ("bench.timing",),
    ("bench.lent",),
    ("bench.libraries",),
    ("bench.progress", "bench.store"),
    ("bench.sweep",),
    ("bench.suites",),
    ("bench.parts",),
    ("bench.errors",),
    ("bench.records",),
    ("kernels",),
    ("bench.contract",),
)
"""From the top: a module imports from its own layer and from those below. `reports` has an order of its own, tested
beside it."""

ROOTS = {"bench"}
"""A package that holds a docstring."""

PARENT_ONLY = (
    "bench.public",
    "bench.api",
    "bench.runner",
    "bench.gate",
    "bench.guests",
    "bench.calibration",
    "bench.history",
    "bench.fleet",
    "bench.commands",
    "bench.cli",
    "bench.cli_signatures",
    "bench.cli_options",
    "bench.cli_compare_options",
    "bench.cli_history_options",
    "bench.interop",
)
JUDGES = {f"bench.inputs.{name}" for name in ("draws", "judge", "reference", "vault", "verify")}
JUDGING = {f"bench.gate.{name}" for name in ("judge", "margins", "records", "statistics", "strata", "together")}
IN_PROCESS = "bench.runner.in_process"
CHILDREN = ("bench.worker", "bench.inputs.reference", "bench.machine.ceiling_worker", "bench.suites.trial_child")
MEASURE = ("bench.worker", "bench.runner", "bench.inputs", "bench.libraries", "bench.processes")


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


def within(name, *folders):
    return any(name == folder or name.startswith(f"{folder}.") for folder in folders)


def layers_of(name):
    return [place for place, folders in enumerate(LAYERS) if within(name, *folders)]


def closure(*starts):
    """All modules of the project that these reach."""
    found, waiting = set(), {name for name in modules() if within(name, *starts)}
    while waiting:
        current = waiting.pop()
        found.add(current)
        waiting |= {name for name in modules()[current] if name in modules()} - found
    return found


def test_the_graph_is_not_empty():
    """Else every test below would pass for the wrong reason."""
    assert modules()["bench.runner.results"] >= {"bench.records", "bench.timing.core_speed", "msgspec"}
    assert "reports.report" in modules()["bench.commands.run"]
    assert "jax" in modules()["kernels.jax"]


def test_every_module_is_in_one_layer():
    assert {name: layers_of(name) for name in modules() if len(layers_of(name)) != 1 and name not in ROOTS} == {}


def test_every_name_in_a_rule_is_a_module():
    named = {each for folders in LAYERS for each in folders} | {*PARENT_ONLY, *JUDGES, *JUDGING, *CHILDREN, *MEASURE}
    assert named | {IN_PROCESS} <= modules().keys()


def test_imports_point_down():
    up = [
        f"{name} imports {each}"
        for name, found in modules().items()
        for each in found & modules().keys() - ROOTS
        if name not in ROOTS and layers_of(each) < layers_of(name)
    ]
    assert up == []


def test_no_imports_go_in_circles():
    inner = {name: found & modules().keys() for name, found in modules().items()}
    assert len(list(TopologicalSorter(inner).static_order())) == len(inner)


def test_only_commands_and_calls_import_reports():
    for name, found in modules().items():
        if any(within(each, "reports") for each in found):
            assert within(name, "reports", "bench.commands", "bench.api"), name


def test_judging_knows_nothing_of_processes():
    """So that simulated traces pass through the very lines that judge real ones."""
    assert closure(*JUDGING) <= JUDGING | {"bench.records", "bench.errors", "bench.contract"}


def test_children_are_reached_by_subprocess_only():
    """But for asv and pytest-benchmark, which time in the process they are in."""
    for name, found in modules().items():
        if name != IN_PROCESS and not within(name, *CHILDREN):
            assert not [each for each in found if within(each, *CHILDREN) or each == IN_PROCESS], name


def test_who_judges_and_who_is_judged_share_no_process():
    assert not [name for name in closure("bench.inputs.reference") if within(name, "bench.worker", "bench.libraries")]
    assert not closure("bench.worker") & JUDGES


@pytest.mark.parametrize("child", CHILDREN)
def test_a_child_knows_nothing_of_its_parent(child):
    assert not [name for name in closure(child) if within(name, *PARENT_ONLY, "reports")]


MESSAGES = {
    "bench.worker": "worker_messages",
    "bench.inputs.reference": "reference_messages",
    "bench.machine.ceiling_worker": "meter_messages",
}
"""The messages of a child process are in one module."""


@pytest.mark.parametrize("child", MESSAGES)
def test_a_child_knows_its_own_messages_only(child):
    known = {name.rpartition(".")[2] for name in closure(child) if within(name, "bench.processes")}
    assert {name for name in known if name.endswith("_messages")} == {MESSAGES[child]}


def test_kernels_know_the_contract_only():
    for name in modules():
        if name.startswith("kernels"):
            outside = {each for each in modules()[name] if each.startswith(("bench", "reports"))}
            assert outside <= {"bench.contract"}, name


def test_the_contract_needs_nothing_of_the_project():
    assert closure("bench.contract") == {"bench.contract"}


def test_reports_read_records_and_never_measure():
    assert not [name for name in closure("reports") if within(name, *MEASURE)]


def test_nothing_but_a_suite_imports_a_framework():
    allowed = {
        "bench.inputs.data": {"sklearn"},  # a bundled table, read by the child that makes inputs
        "bench.fleet.remote": {"dask"},  # runs in a worker of Dask
        "bench.machine.ceiling_worker": {"numba"},  # reads and computes with what nothing else is in the way of
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


def test_nothing_loads_all_of_scipys_distributions():
    """``scipy.stats`` takes a second to load: every comparison would; ``scipy.special`` has the same functions."""
    readers = [str(path) for path in (ROOT / "bench").rglob("*.py") if "scipy.stats" in path.read_text()]
    assert readers == []


MAKERS = {"bench/processes/scratch.py", "bench/store.py", "bench/runner/slot.py"}
"""Who may make a folder: the home of scratch folders, a test of a results folder, and a worker within scratch."""


def test_folders_below_tmpdir_are_made_in_one_place():
    makers = {
        str(path.relative_to(ROOT))
        for folder in ("bench", "reports", "kernels")
        for path in (ROOT / folder).rglob("*.py")
        if any(word in path.read_text() for word in ("mkdtemp", "TemporaryDirectory", "NamedTemporaryFile"))
    }
    assert makers == MAKERS
