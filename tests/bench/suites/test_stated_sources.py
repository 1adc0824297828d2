"""Files that an implementation states in ``SOURCES``: a change to one changes it, and no other."""

import pytest

from rooflinear.bench.errors import UsageError
from rooflinear.bench.gate.plan import same_sources
from rooflinear.bench.suites import suite, suite_sources

from ..made import NUMPY, write_suite

READS = "from . import _read\nSOURCES = ('_code/loops.c', '_code/loops.h')\n" + NUMPY
READER = "import importlib\nSOURCES = ()\n"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Spares the child that imports ``operations.py`` first: it is the same in all suites here."""
    monkeypatch.setattr(suite.trial, "require_unharmed", lambda *_: None)


def made(folder, c="int two = 2;\n", reader=READER, notes="None.\n", reads=READS):
    write_suite(folder, reads=reads, _read=reader)
    (folder / "_code").mkdir(exist_ok=True)
    for name, text in {"loops.c": c, "loops.h": "", "notes.txt": notes}.items():
        (folder / "_code" / name).write_text(text)
    return suite.load(folder)


def changed(old, new):
    return {stem for stem in old.implementations if not same_sources(old, new, stem)}


def test_an_edit_of_a_stated_file_changes_those_that_state_it(tmp_path):
    old, new = made(tmp_path / "old"), made(tmp_path / "new", c="int two = 3;\n")
    assert changed(old, new) == {"reads"}
    assert old.implementations["reads"].source_sha256 != new.implementations["reads"].source_sha256
    assert old.implementations["plain"].source_sha256 == new.implementations["plain"].source_sha256


def test_an_edit_of_a_file_that_nobody_states_may_change_all(tmp_path):
    old, new = made(tmp_path / "old"), made(tmp_path / "new", notes="Some.\n")
    assert changed(old, new) == {"plain", "reads"}


def test_code_that_loads_files_without_stating_them_may_use_all(tmp_path):
    both = [made(tmp_path / name, c=c, reader="import importlib\n") for name, c in (("old", ""), ("new", "int x;\n"))]
    assert changed(*both) == {"plain", "reads"}


@pytest.mark.parametrize("name", ["_code/absent.c", "../operations.py"])
def test_a_stated_file_that_is_not_in_the_suite_is_refused(tmp_path, name):
    (tmp_path / "operations.py").write_text("")
    with pytest.raises(UsageError, match=r"reads\.py: SOURCES names '.*', which is not a file of the suite"):
        made(tmp_path / "suite", reads=f"SOURCES = ('{name}',)\n" + NUMPY)


def test_the_compiled_sources_of_this_suite_are_stated():
    """Else nobody would see that they changed."""
    folder = suite.BUILT_IN
    assert {path for path in (folder / "_native").iterdir() if path.is_file()} <= suite_sources.followed(folder)
    loaded = suite.load(folder).implementations
    stating = {stem for stem in loaded if suite_sources.stated(folder, suite_sources.closure(folder, stem))}
    assert stating == {"c", "c_parallel", "cython", "pythran"}
    assert not any(suite_sources.reads_unstated(path) for path in folder.rglob("*.py"))
