"""What ``-m alone`` reads."""

from types import SimpleNamespace

import pytest

from . import alone

MARKED = "import pytest\n\n@pytest.mark.alone\ndef test_a(): pass\n"


@pytest.mark.parametrize(
    ("name", "text", "expression", "ignored"),
    [
        ("test_a.py", MARKED, "alone", False),
        ("test_a.py", "def test_a(): pass\n", "alone", True),
        ("test_a.py", "def test_a(): pass\n", "not alone", False),
        ("test_a.py", "def test_a(): pass\n", "", False),
        ("folder", None, "alone", False),
    ],
)
def test_only_files_that_name_the_mark_are_read_for_it(tmp_path, name, text, expression, ignored):
    path = tmp_path / name
    if text is None:
        path.mkdir()
    else:
        path.write_text(text)
    assert alone.is_ignored(path, expression) is ignored


@pytest.mark.parametrize(("text", "mark", "refused"), [(MARKED, True, False), ("", True, True), ("", False, False)])
def test_a_mark_that_its_file_does_not_name_is_refused(tmp_path, text, mark, refused):
    path = tmp_path / "test_a.py"
    path.write_text(text)
    item = SimpleNamespace(path=path, name="test_a", get_closest_marker=lambda name: mark and name == "alone")
    if refused:
        with pytest.raises(pytest.UsageError, match=r"write pytest\.mark\.alone into the file of test_a"):
            alone.require_named([item])
    else:
        alone.require_named([item])
