"""What is not installed is said, skipped, and where everything must be there a failure."""

import pytest

from . import absent, typed


@pytest.mark.parametrize(("required", "ends"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)])
def test_an_absent_module_skips_a_test_and_fails_it_where_all_is_required(monkeypatch, required, ends):
    monkeypatch.setattr(absent, "REQUIRED", required)
    with pytest.raises(BaseException, match="no_such_framework is not installed") as raised:  # a skip would skip this
        absent.needs("numpy", "no_such_framework")
    assert raised.type is ends


def test_what_is_installed_is_needed_in_vain():
    absent.needs("numpy", "pytest")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import numpy\nfrom ._helper import x\n", []),
        ("import numpy\nimport no_such.nn as nn\nfrom neither_this import f\n", ["no_such", "neither_this"]),
        ("import cupy\n", []),
        ("def f():\n    import no_such_framework\n", []),
    ],
    ids=["installed", "absent", "on GPUs only", "when called"],
)
def test_modules_whose_imports_are_absent_are_not_typed(tmp_path, text, names):
    (tmp_path / "kernel.py").write_text(text)
    assert typed.absent_imports(tmp_path / "kernel.py") == names


@pytest.mark.parametrize(("required", "status"), [(False, 0), (True, 1)])
def test_what_is_not_typed_is_told_and_fails_where_all_is_required(monkeypatch, tmp_path, capsys, required, status):
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "here.py").write_text("import numpy\n")
    (tmp_path / "kernels" / "gone.py").write_text("import no_such_framework\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(typed, "REQUIRED", required)
    assert typed.main() == status
    told = capsys.readouterr()
    assert told.out == "bench reports kernels/here.py\n"
    assert told.err == "types of kernels/ are not checked without no_such_framework\n"
