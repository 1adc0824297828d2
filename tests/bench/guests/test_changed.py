"""Which benchmarks run the same code on both sides, by what their files import."""

import hashlib

import pytest

from rooflinear.bench.guests.changed import unchanged
from rooflinear.bench.guests.session import Place

PACKAGE = {
    "pkg/__init__.py": "",
    "pkg/core.py": "from . import helper\n",
    "pkg/helper.py": "",
    "pkg/other.py": "",
    "pkg/inner/__init__.py": "",
    "pkg/inner/deep.py": "",
}
"""``core`` needs ``helper``; nothing needs ``other`` or ``inner``."""

SUITE = {"bench/test_a.py": "from pkg import core\n", "bench/test_b.py": "import pkg.other\n"}


@pytest.fixture
def told(tmp_path):
    """Lays out both sides and tells which files' benchmarks are unchanged; ``head`` has the files that differ."""

    def tell(head, suite=None, package=None, loaded=()):
        suite, package = suite or SUITE, {**PACKAGE, **(package or {})}
        places, files, modules = {}, {}, {}
        for side in ("base", "head"):
            site, copy = tmp_path / side / "site", tmp_path / side / "suite"
            written(site, {**package, **(head if side == "head" else {})})
            written(copy, suite)
            places[side] = Place("python", copy, tmp_path / side / "own", (), ("pkg",), (site,))
            files[side] = {name: name for name in suite if name.endswith(".py") and "test_" in name}
            modules[side] = {name: (str(site / name), digest(site / name)) for name in loaded}
        return {name.removeprefix("bench/") for name in unchanged(files, modules, places)}

    return tell


def written(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("head", "left"),
    [
        ({}, {"test_a.py", "test_b.py"}),
        ({"pkg/core.py": "from . import helper\nA = 1\n"}, {"test_b.py"}),
        ({"pkg/helper.py": "A = 1\n"}, {"test_b.py"}),
        ({"pkg/other.py": "A = 1\n"}, {"test_a.py"}),
        ({"pkg/__init__.py": "A = 1\n"}, set()),
        ({"pkg/inner/deep.py": "A = 1\n"}, {"test_a.py", "test_b.py"}),
        ({"pkg/new.py": ""}, {"test_a.py", "test_b.py"}),
        ({"pkg/__init__.py": "from . import inner\n", "pkg/inner/__init__.py": "A = 1"}, set()),
        ({"pkg/helper.py": "def f(:\n"}, {"test_b.py"}),
        ({"pkg/helper/__init__.py": ""}, {"test_b.py"}),
        ({"pkg/helper.cpython-311-x86_64-linux-gnu.so": ""}, {"test_b.py"}),
    ],
    ids=[
        "nothing", "imported", "imported by it", "imported by the other", "package", "imported by none", "new, unused",
        "newly imported", "faulty", "package before the module", "compiled beside the module",
    ],
)  # fmt: skip
def test_a_benchmark_is_unchanged_if_nothing_that_it_imports_differs(told, head, left):
    assert told(head) == left


@pytest.mark.parametrize(
    "line",
    [
        "def f():\n    from pkg import helper",
        "import pkg.helper as h",
        "from pkg.helper import x",
        "import os, pkg.helper",
        "if TYPE_CHECKING:\n    import pkg.helper",
        "from pkg import *",
        "from pkg.inner import leads",
        "from .common import y",
        "from bench.common import y",
    ],
)
def test_every_way_to_import_is_followed(told, line):
    suite = {"bench/test_a.py": f"{line}\n", "bench/common.py": "import pkg.helper\n", "bench/__init__.py": ""}
    package = {"pkg/inner/leads.py": "from ..helper import x\n"}
    assert told({"pkg/helper.py": "A = 1\n"}, suite, package) == set()
    assert told({"pkg/inner/deep.py": "A = 1\n", "pkg/helper.py": ""}, suite, package) == {"test_a.py"}


@pytest.mark.parametrize(
    "line",
    [
        "import importlib\nimportlib.import_module(NAME)",
        "__import__(NAME)",
        "exec(TEXT)",
        "open(PATH)",
        "PATH.read_text()",
        "import sys\nsys.path.append(PLACE)",
        "lazy.attach(__name__, ['helper'])",
    ],
)
@pytest.mark.parametrize("where", ["bench/test_a.py", "pkg/helper.py", "bench/conftest.py"])
def test_what_may_use_files_that_it_does_not_import_may_have_changed(told, line, where):
    suite = {**SUITE, where: f"from pkg import core\n{line}\n"} if where.startswith("bench") else SUITE
    package = {where: f"{line}\n"} if where.startswith("pkg") else {}
    both = where == "bench/conftest.py"
    assert told({"pkg/inner/deep.py": "A = 1\n"}, suite, package) == (set() if both else {"test_b.py"})


def test_a_module_that_something_else_loads_may_serve_any_benchmark(told):
    """A plugin, or another distribution, imported it."""
    loaded = [*PACKAGE]
    assert told({"pkg/inner/deep.py": "A = 1\n"}, loaded=loaded) == set()
    assert told({"pkg/other.py": "A = 1\n"}, loaded=loaded) == {"test_a.py"}


def test_a_suite_inside_the_package_is_followed_too(tmp_path):
    places, files = {}, {}
    for side, helper in (("base", ""), ("head", "A = 1\n")):
        site = tmp_path / side / "site"
        inside = {"pkg/bench/__init__.py": "", "pkg/bench/test_a.py": "from ..core import x\n"}
        written(site, {**PACKAGE, **inside, "pkg/helper.py": helper, "pkg/bench/test_b.py": "from .. import other\n"})
        (tmp_path / side / "suite").mkdir()
        places[side] = Place("python", tmp_path / side / "suite", tmp_path / side / "own", (), ("pkg",), (site,))
        files[side] = {name: str(site / "pkg/bench" / name) for name in ("test_a.py", "test_b.py")}
    assert unchanged(files, {"base": {}, "head": {}}, places) == {"test_b.py"}
