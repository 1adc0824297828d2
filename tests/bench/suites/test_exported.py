"""What runs of a repository under comparison: the export's modules, however the interpreter finds the checkout's."""

import importlib
import json
import os
import re
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from rooflinear.bench.suites import exported
from rooflinear.bench.suites.exported import Export

from ..made import write_suite

EDITABLE = """
import sys
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location

class Finder:  # as setuptools writes it
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname in MAPPING:
            return spec_from_file_location(fullname, MAPPING[fullname] + "/__init__.py")
        parent = fullname.rpartition(".")[0]
        return PathFinder.find_spec(fullname, path=[MAPPING[parent]]) if parent in MAPPING else None

MAPPING = {"mine": PLACE}
"""


class Place:
    """A checkout, an export of it, and site-packages inside the checkout; `says` runs Python as a child would."""

    def __init__(self, folder):
        self.top, self.scratch = folder / "repository", folder / "scratch"
        self.folder, self.site = self.scratch / "base", self.top / "env" / "lib" / "site-packages"
        for each in (self.top, self.folder, self.site):
            each.mkdir(parents=True)
        self.environment: dict[str, str] = {}

    def package(self, place, name="mine", **files):
        """A package in the checkout that says so, and in the export the same that says ``exported``."""
        for tree, who in ((self.top, "checkout"), (self.folder, "exported")):
            (tree / place / name).mkdir(parents=True, exist_ok=True)
            (tree / place / name / "__init__.py").write_text(f"WHO = {who!r}\n")
            for stem, text in files.items():
                (tree / place / name / f"{stem}.py").write_text(text.replace("WHO", repr(who)))

    def export(self, **changes):
        roots = [str(each) for each in (self.folder / "src", self.folder) if each.is_dir()]
        stated = {"top": str(self.top), "folder": str(self.folder), "scratch": str(self.scratch), "roots": tuple(roots)}
        return Export(**(stated | changes))

    def says(self, program, path=(), before="", **changes):
        """What a child prints that begins as rooflinear's children do; ``before`` is what its start-up files run."""
        begun = "from rooflinear.bench.suites import exported, unexported; exported.begin()"
        environment = {**os.environ, **self.export(**changes).environment}
        environment["PYTHONPATH"] = os.pathsep.join(map(str, [*path, self.site]))
        done = subprocess.run(
            [sys.executable, "-P", "-c", "\n".join((before, begun, program))],
            capture_output=True, text=True, env=environment, cwd=self.top,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path.resolve())


WHO = "import mine; print(mine.WHO)"


@pytest.mark.parametrize("layout", ["", "src", "python"])
def test_a_package_on_the_path_is_the_exports(place, layout):
    place.package(layout)
    assert place.says(WHO, path=[place.top / layout]) == "exported"


@pytest.mark.parametrize("layout", ["", "src", "python"])
def test_a_pth_file_leads_to_the_export(place, layout):
    place.package(layout)
    (place.site / "mine.pth").write_text(f"{place.top / layout}\n")
    before = f"import site; site.addsitedir({str(place.site)!r})"
    assert place.says(WHO, before=before) == "exported"


@pytest.mark.parametrize("mark", ["append(Finder)", "insert(0, Finder)"], ids=["last", "first"])
@pytest.mark.parametrize("layout", ["src", "python"])
def test_an_editable_finder_leads_to_the_export(place, layout, mark):
    place.package(layout, part="SAID = WHO")
    before = EDITABLE.replace("PLACE", repr(str(place.top / layout / "mine"))) + f"sys.meta_path.{mark}"
    assert place.says("import mine.part; print(mine.WHO, mine.part.SAID)", before=before) == "exported exported"


@pytest.mark.parametrize("layout", ["", "src"])
def test_a_package_that_is_not_installed_is_found_in_the_export(place, layout):
    place.package(layout)
    assert place.says(WHO) == "exported"


def test_the_current_folder_is_not_where_modules_come_from(place):
    place.package("src")
    assert place.says("import sys; sys.path.insert(0, 'src'); " + WHO) == "exported"
    place.package("python")
    assert place.says("import sys; sys.path.insert(0, '/nowhere'); sys.path.insert(0, 'python'); " + WHO) == "exported"


def installed(place, project="mine", source=None):
    """The package in site-packages, as pip leaves it; ``source`` is the folder that it was made from."""
    (place.site / "mine").mkdir()
    (place.site / "mine" / "__init__.py").write_text("WHO = 'installed'\n")
    facts = place.site / f"{project}-1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Name: {project}\nVersion: 1\n")
    (facts / "RECORD").write_text("mine/__init__.py,,\n")
    if source:
        (facts / "direct_url.json").write_text(json.dumps({"url": Path(source).as_uri(), "dir_info": {}}))


def test_an_installed_copy_of_the_repositorys_own_package_gives_way(place):
    place.package("src")
    installed(place, source=place.top)
    assert place.says(WHO) == "exported"


def test_a_release_of_the_repositorys_own_project_gives_way(place):
    place.package("src")
    installed(place, project="Mine.Project")
    assert place.says(WHO, projects=("mine-project",)) == "exported"


def test_a_package_of_another_project_stays_though_the_repository_has_a_folder_of_its_name(place):
    place.package("")
    installed(place, project="theirs")
    assert place.says(WHO, projects=("ours",)) == "installed"


def test_in_an_environment_that_the_user_named_what_is_installed_runs(place):
    place.package("src")
    installed(place, source=place.top)
    assert place.says(WHO, installed=True) == "installed"
    assert place.says(WHO, path=[place.top / "src"], installed=True) == "exported"


def test_modules_beside_the_packages_hide_neither_pythons_nor_what_is_installed(place):
    installed(place, project="theirs")
    for name in ("statistics", "mine"):
        for tree in (place.top, place.folder):
            (tree / f"{name}.py").write_text("raise SystemExit('the wrong module')\n")
    assert place.says("import statistics; " + WHO) == "installed"


def test_a_namespace_package_is_the_exports_part_of_it(place):
    for tree, who in ((place.top, "checkout"), (place.folder, "exported"), (place.site, "installed")):
        (tree / "src" if tree != place.site else tree).joinpath("wide").mkdir(parents=True)
        part = (tree / "src" if tree != place.site else tree) / "wide"
        (part / ("other.py" if tree == place.site else "mine.py")).write_text(f"WHO = {who!r}\n")
    asked = "import wide.mine, wide.other; print(wide.mine.WHO, wide.other.WHO)"
    assert place.says(asked, path=[place.top / "src"]) == "exported installed"


def test_what_the_revision_lacks_is_absent_though_the_checkout_has_it(place):
    place.package("python")
    (place.folder / "python" / "mine" / "__init__.py").unlink()
    (place.folder / "python" / "mine").rmdir()
    asked = "try:\n    import mine\nexcept ModuleNotFoundError as error:\n    print(error)"
    assert place.says(asked, path=[place.top / "python"]) == "No module named 'mine'"


def test_programs_that_are_given_the_path_find_the_export_first(place):
    """As processes are that multiprocessing spawns."""
    place.package("src")
    path = json.loads(place.says("import json, sys; print(json.dumps(sys.path))", path=[place.top / "src"]))
    assert path.index(str(place.folder / "src")) < path.index(str(place.top / "src"))


def test_environments_inside_the_repository_are_no_part_of_it(place):
    installed(place, project="theirs")
    (place.top / "vendor" / "filled-1.dist-info").mkdir(parents=True)
    (place.top / "vendor" / "filled.py").write_text("")
    assert place.says("import mine, filled; exported.prove(); print('fine')", path=[place.top / "vendor"]) == "fine"


PROVE = "\ntry:\n    exported.prove()\nexcept exported.NotExported as error:\n    print(error)"


def test_a_module_loaded_by_its_file_from_the_checkout_is_named(place):
    place.package("src")
    by_file = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('mine', 'src/mine/__init__.py')\n"
        "sys.modules['mine'] = module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)"
    )
    told = place.says(by_file + PROVE)
    file = f"{place.top}/src/mine/__init__.py"
    assert told == f"mine was loaded from {file} of the checkout, not the revision; import it by name"


def test_a_module_loaded_before_is_named(place):
    place.package("src")
    before = f"import sys; sys.path.insert(0, {str(place.top / 'src')!r}); import mine"
    assert place.says("" + PROVE, before=before).startswith("mine was loaded from")
    assert place.says("print('other')" + PROVE, before="import json") == "other"


def test_the_harness_is_lent_and_its_kernels_are_not(place):
    """In rooflinear's own repository: the checkout's bench runs on both sides, kernels are the revision's."""
    (place.folder / "kernels").mkdir()
    (place.folder / "kernels" / "__init__.py").write_text("WHO = 'exported'\n")
    own = Path(exported.__file__).resolve().parents[2]
    asked = "import rooflinear.kernels; from rooflinear.bench.contract import Grid; exported.prove()\n"
    asked += "print(rooflinear.kernels.WHO, Grid.__module__)"
    assert place.says(asked, top=str(own)) == "exported rooflinear.bench.contract"


def test_the_program_that_runs_is_lent_under_both_its_names(place):
    """``multiprocessing``, which PyTorch and joblib import, names the main module a second time."""
    main = f"import sys; sys.modules['__main__'].__file__ = {str(place.top / 'main.py')!r}; import multiprocessing"
    assert place.says(f"{main}; exported.prove(); print('__mp_main__' in sys.modules)") == "True"


def test_in_the_parent_nothing_is_left_behind(place):
    place.package("src")
    before, path, finders = set(sys.modules), list(sys.path), list(sys.meta_path)
    for side in ("base", "head"):
        (place.scratch / side / "src" / "mine").mkdir(parents=True, exist_ok=True)
        (place.scratch / side / "src" / "mine" / "__init__.py").write_text(f"WHO = {side!r}\n")
        roots = (str(place.scratch / side / "src"),)
        with exported.running(place.export(folder=str(place.scratch / side), roots=roots)):
            assert side == importlib.import_module("mine").WHO
    assert (set(sys.modules), sys.path, sys.meta_path) == (before, path, finders)


EXPLAIN = "\nexcept Exception as error:\n    print(*unexported.explained('told', error), sep='|')"


def explained(place, statement, **options):
    return place.says(f"try:\n    {statement}{EXPLAIN}", path=[place.top / "src"], **options)


def test_a_compiled_module_that_git_ignores_is_named(place):
    place.package("src")
    suffix = EXTENSION_SUFFIXES[0]
    (place.top / "src" / "mine" / f"_core{suffix}").touch()
    for statement in ("import mine._core", "from mine import _core", "from mine._core import f"):
        told, lacking = explained(place, statement).split("|")
        assert lacking == "True"
        assert told.startswith(
            f"told; src/mine/_core{suffix} is only in the checkout, because git ignores or lacks it; commit it"
        )


def test_a_generated_module_that_a_package_needs_is_named(place):
    place.package("src")
    (place.folder / "src" / "mine" / "__init__.py").write_text("from ._version import version\n")
    (place.top / "src" / "mine" / "_version.py").touch()
    assert "src/mine/_version.py is only in the checkout" in explained(place, "import mine")


def test_a_module_that_the_checkout_lacks_too_was_looked_for(place):
    place.package("src")
    told = explained(place, "import mine._core")
    assert told == "told; the checkout has no src/mine/_core.* either, ignored or not|False"


def test_a_package_of_somebody_else_that_is_absent_is_no_matter_of_the_revision(place):
    assert explained(place, "import nobody_has_this") == "told|False"


def test_a_data_file_that_git_ignores_is_named(place):
    place.package("src", data="import pathlib\nopen(pathlib.Path(__file__).with_name('table.bin'))")
    (place.top / "src" / "mine" / "table.bin").touch()
    assert "src/mine/table.bin is only in the checkout" in explained(place, "import mine.data")


def test_an_error_of_the_packages_own_hides_no_cause(place):
    own = "try:\n    from . import _core\nexcept ImportError as error:\n    raise RuntimeError('build me') from error\n"
    place.package("src", fast=own)
    (place.top / "src" / "mine" / "_core.py").touch()
    assert "src/mine/_core.py is only in the checkout" in explained(place, "import mine.fast")


@pytest.mark.parametrize(
    ("exported", "ignored"),
    [
        ({}, "_help/__init__"),
        ({}, "_help/inner"),
        ({"_help/__init__": ""}, "_help/inner"),
        ({"_help/__init__": "from . import inner\n"}, "_help/inner"),
        ({"_help/__init__": "from .deep import inner\n", "_help/deep/__init__": ""}, "_help/deep/inner"),
    ],
    ids=["package", "folder", "module", "package's own import", "nested"],
)
def test_a_helper_of_the_suite_that_git_ignores_is_named(place, exported, ignored):
    """A package whose import fails is gone again: where it lies is known by the folder above it."""
    plain = "from ._help import inner\n"
    write_suite(place.folder / "kernels", plain=plain, **exported)
    write_suite(place.top / "kernels", plain=plain, **exported, **{ignored: ""})
    statement = (
        "from rooflinear.bench.suites import suite; "
        f"suite.import_stem(suite.Path({str(place.folder)!r}, 'kernels'), 'plain')"
    )
    told, lacking = explained(place, statement).split("|")
    assert lacking == "True"
    assert re.search(r"; kernels/(\S+) is only in the checkout", told)[1] in (f"{ignored}.py", "_help")
