"""Changes to a suite's helpers, in folders too, are seen by those implementations that import them, and no others."""

import hashlib
from types import SimpleNamespace

import pytest

from rooflinear.bench.commands.run_record import refuse_changes
from rooflinear.bench.errors import UsageError
from rooflinear.bench.machine import machine
from rooflinear.bench.suites import suite, suite_sources

from ..made import NUMPY, OPERATIONS, write_suite

TWO = "two = 2\n"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Spares the child that imports ``operations.py`` first: it is the same in all suites here."""
    monkeypatch.setattr(suite.trial, "require_unharmed", lambda *_: None)


def begun(loaded):
    """What a run records of itself as far as it decides whether the run may be resumed."""
    stated = {stem: {"source_sha256": each.source_sha256} for stem, each in loaded.implementations.items()}
    return SimpleNamespace(machine=machine.describe(), versions=machine.versions(), implementations=stated)


def digests(folder):
    """What `Implementation.source_sha256` is, of files that need not be a whole suite."""
    stems = [path.stem for path in folder.glob("[!_]*.py") if path.stem != "operations"]
    return {stem: suite_sources.sha256(folder, suite_sources.closure(folder, stem)) for stem in stems}


def changed_by(folder, edited, **files):
    """Implementations whose digest a remark in ``edited`` changes."""
    before = digests(write_suite(folder, **files))
    assert (folder / f"{edited}.py").is_file()
    after = digests(write_suite(folder, **files | {edited: files[edited] + "# A remark.\n"}))
    return {stem for stem in after if after[stem] != before[stem]}


PACKAGE = {"_help/__init__": "", "_help/inner": TWO}
DEEP = {"_help/__init__": "", "_help/deep/__init__": "", "_help/deep/inner": TWO}


@pytest.mark.parametrize(
    ("line", "files", "edited"),
    [
        ("from ._help import inner", PACKAGE, "_help/inner"),
        ("from ._help import inner as other", PACKAGE, "_help/inner"),
        ("from ._help.inner import two", PACKAGE, "_help/inner"),
        ("from ._help.inner import *", PACKAGE, "_help/inner"),
        ("from . import _help", {**PACKAGE, "_help/__init__": "from . import inner\n"}, "_help/inner"),
        ("from . import _help", {**PACKAGE, "_help/__init__": "from .inner import two\n"}, "_help/inner"),
        ("from ._help import two", {**PACKAGE, "_help/__init__": "from .inner import two\n"}, "_help/inner"),
        ("from ._help import *", {**PACKAGE, "_help/__init__": "__all__ = ['inner']\n"}, "_help/inner"),
        ("from ._help import *", {**PACKAGE, "_help/__init__": "__all__: list[str] = ['inner']\n"}, "_help/inner"),
        ("def double(x):\n    from ._help import inner", PACKAGE, "_help/inner"),
        ("try:\n    from ._help.inner import two\nexcept ImportError:\n    two = 2", PACKAGE, "_help/inner"),
        ("from ._help import inner", PACKAGE, "_help/__init__"),
        ("from ._help.inner import two", PACKAGE, "_help/__init__"),
        ("from . import _help", PACKAGE, "_help/__init__"),
        ("from ._help import inner", {"_help/inner": TWO}, "_help/inner"),
        ("from ._help.inner import two", {"_help/inner": TWO}, "_help/inner"),
        ("from ._help.deep import inner", DEEP, "_help/deep/inner"),
        ("from ._help.deep import inner", DEEP, "_help/deep/__init__"),
        ("from ._help.deep.inner import two", DEEP, "_help/__init__"),
        ("from ._help import deep", {**DEEP, "_help/deep/__init__": "from .inner import two\n"}, "_help/deep/inner"),
        ("from .help import inner", {"help/__init__": "", "help/inner": TWO}, "help/inner"),
        ("from . import _top", {**PACKAGE, "_top": "from ._help import inner\n"}, "_help/inner"),
        (
            "from ._help import inner",
            {**PACKAGE, "_help/inner": "from . import more\n", "_help/more": ""},
            "_help/more",
        ),
        ("from ._help import inner", {**PACKAGE, "_help/inner": "from .. import _top\n", "_top": ""}, "_top"),
        ("from ._help import inner", {**PACKAGE, "_help/inner": "from .._top import two\n", "_top": TWO}, "_top"),
        (
            "from ._help.deep import inner",
            {**DEEP, "_help/deep/inner": "from ..beside import two\n", "_help/beside": TWO},
            "_help/beside",
        ),
        (
            "from ._help import inner",
            {**PACKAGE, "_help/inner": "from .._wing.one import two\n", "_wing/one": TWO},
            "_wing/one",
        ),
        ("from . import _help", {"_help/__init__": "", "_help": TWO}, "_help/__init__"),
    ],
)
def test_a_helper_in_a_folder_belongs_to_those_that_import_it(tmp_path, line, files, edited):
    assert changed_by(tmp_path, edited, other=f"{line}\n{NUMPY}", **files) == {"other"}


@pytest.mark.parametrize(
    ("line", "files", "edited"),
    [
        ("from ._help import inner", {**PACKAGE, "_help/more": TWO}, "_help/more"),
        ("from . import _help", PACKAGE, "_help/inner"),
        ("from ._help import *", PACKAGE, "_help/inner"),
        ("import _help.inner", PACKAGE, "_help/inner"),
        ("from _help import inner", PACKAGE, "_help/inner"),
        ("from .. import _help", PACKAGE, "_help/__init__"),
        ("from ... import _help", PACKAGE, "_help/__init__"),
        ("from . import _help", {"_help/__init__": "", "_help": TWO}, "_help"),
        ("from ._help import inner", {"_help": "inner = 2\n", "_help/inner": TWO}, "_help/inner"),
        ("from ._help import inner", {"_help/inner": TWO, "_top": TWO}, "_top"),
    ],
)
def test_what_python_would_not_import_is_not_followed(tmp_path, line, files, edited):
    assert changed_by(tmp_path, edited, other=f"{line}\n{NUMPY}", **files) == set()


def test_each_helper_changes_its_own_implementations(tmp_path):
    files = {"first": "from ._help import one\n" + NUMPY, "second": "from ._help import two\n" + NUMPY}
    files |= {"both": "from ._help import one, two\n" + NUMPY, "_help/__init__": "", "_help/one": "", "_help/two": ""}
    assert changed_by(tmp_path, "_help/one", **files) == {"first", "both"}
    assert changed_by(tmp_path, "_help/two", **files) == {"second", "both"}
    assert changed_by(tmp_path, "_help/__init__", **files) == {"first", "second", "both"}


def test_helpers_that_import_each_other_are_followed_once(tmp_path):
    files = {
        "_help/__init__": "from . import one\n",
        "_help/one": "from . import two\n",
        "_help/two": "from . import one\n",
    }
    folder = write_suite(tmp_path, other="from ._help import two\n" + NUMPY, __init__="", **files)
    assert suite_sources.closure(folder, "other") == ["__init__", "_help/__init__", "_help/one", "_help/two", "other"]


def test_the_name_of_a_helper_counts(tmp_path):
    first = digests(write_suite(tmp_path / "1", other="from ._help import *\n", **{"_help/__init__": TWO}))
    second = digests(write_suite(tmp_path / "2", other="from ._help import *\n", _help=TWO))
    assert first["other"] != second["other"]


def test_a_suite_without_folders_has_the_digests_that_earlier_runs_kept(tmp_path):
    """Else none of them could be resumed."""
    other = "from . import _help\n" + NUMPY
    folder = write_suite(tmp_path, __init__="", other=other, _help=TWO, _more="")
    content = f"__init__\0\0_help\0{TWO}\0other\0{other}\0"
    assert digests(folder)["other"] == hashlib.sha256(content.encode()).hexdigest()


def test_an_implementation_tells_what_its_helpers_in_folders_need(tmp_path):
    files = {"_help/__init__": "import numpy\n", "_help/inner": "import numba\nfrom .deep import x\n"}
    files |= {"_help/deep": "def x():\n    import scipy\n", "_help/more": "import jax\n"}
    found = suite.load(write_suite(tmp_path, other="from ._help import inner\n" + NUMPY, **files)).implementations
    assert list(found) == ["other", "plain"]
    assert (found["other"].requires, found["other"].compiles) == (("numba", "numpy"), True)
    assert (found["plain"].requires, found["plain"].compiles) == ((), False)
    assert suite.imported(tmp_path, "other") == {"numpy", "numba", "scipy"}
    assert {stem: each.source_sha256 for stem, each in found.items()} == digests(tmp_path)


def test_a_worker_tells_the_files_in_folders_that_it_loaded(tmp_path):
    folder = write_suite(tmp_path, other="from ._help import inner\n" + NUMPY, **PACKAGE, **{"_help/more": TWO})
    suite.import_stem(folder, "other")
    told = suite.loaded_sources(folder)
    assert set(told) == {"other.py", "_help/__init__.py", "_help/inner.py"}
    assert told["_help/inner.py"] == hashlib.sha256(TWO.encode()).hexdigest()


def test_two_revisions_of_a_helper_in_a_folder_live_in_one_process(tmp_path):
    other = "from ._help.inner import two\nLIBRARY = 'numpy'\ndef double(x):\n    return two * x\n"
    both = [write_suite(tmp_path / str(n), other=other, **{"_help/inner": f"two = {n}"}) for n in (2, 3)]
    assert [suite.import_stem(folder, "other").double(10) for folder in both] == [20, 30]


def test_a_syntax_error_in_a_helper_that_is_imported_is_named_with_its_line(tmp_path):
    folder = write_suite(tmp_path, other="from ._help import inner\n" + NUMPY, **{"_help/inner": "x = 1\n\ndef f(:\n"})
    with pytest.raises(UsageError, match=r"_help/inner\.py:3: invalid syntax; correct the file"):
        suite.load(folder)


def test_files_in_folders_that_nobody_imports_may_be_anything(tmp_path):
    folder = write_suite(tmp_path, **{"notes/draft": "def f(:\n", "_help/draft": "def f(:\n"})
    (folder / "table.py").mkdir()
    (folder / "data").mkdir()
    loaded = suite.load(folder)
    assert (list(loaded.implementations), loaded.remarks) == (["plain"], ())


def test_a_folder_is_no_implementation(tmp_path):
    """Whoever meant one is told. Another suite in a folder is no slip, nor is a hidden helper."""
    files = {"gpu/cupy": NUMPY, "torch/__init__": NUMPY, "_help/inner": NUMPY, "gpu/notes": "LIBRARY = 'books'\n"}
    files |= {"another/operations": OPERATIONS, "another/plain": NUMPY}
    loaded = suite.load(write_suite(tmp_path, **files))
    assert list(loaded.implementations) == ["plain"]
    ending = "not an implementation, because it is in a folder; move it beside operations.py"
    assert loaded.remarks == (f"gpu/cupy.py: {ending}", f"torch/__init__.py: {ending}")


@pytest.mark.parametrize("stem", ["plain", "operations"])
def test_a_package_that_hides_a_file_is_refused(tmp_path, stem):
    """The file would be described and hashed, the package measured."""
    folder = write_suite(tmp_path, **{f"{stem}/__init__": NUMPY})
    with pytest.raises(UsageError, match=rf"{stem}\.py: hidden by the package {stem}/ beside it"):
        suite.load(folder)


def test_a_folder_beside_a_file_of_its_name_hides_nothing(tmp_path):
    assert list(suite.load(write_suite(tmp_path, **{"plain/notes": ""})).implementations) == ["plain"]


@pytest.mark.parametrize("edited", ["_help/inner", "_help/__init__", "_top"])
def test_a_run_is_not_resumed_with_another_helper(tmp_path, edited):
    files = {"other": "from ._help import inner\nfrom . import _top\n" + NUMPY, "_top": "", **PACKAGE}
    loaded = suite.load(write_suite(tmp_path, **files))
    record = begun(loaded)
    refuse_changes(record, loaded)
    changed = suite.load(write_suite(tmp_path, **files | {edited: "# A remark.\n"}))
    with pytest.raises(UsageError, match=r"other\.py changed since the run began; start a new run"):
        refuse_changes(record, changed)


def test_a_run_is_resumed_where_a_helper_changed_that_nobody_imports(tmp_path):
    loaded = suite.load(write_suite(tmp_path, **PACKAGE))
    record = begun(loaded)
    refuse_changes(record, suite.load(write_suite(tmp_path, **{**PACKAGE, "_help/inner": ""})))
