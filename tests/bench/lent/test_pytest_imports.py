"""Which of several packages of one name a session of a pytest suite imports."""

import pytest

from ..guests.played import place, played

pytestmark = [pytest.mark.slow, pytest.mark.needs("pytest_benchmark")]

PACKAGE = "def f():\n    return 1\n"
IMPORTS = "import pkg\n\ndef test_f(benchmark):\n    assert benchmark(pkg.f) == 1\n"
LATE = "def test_f(benchmark):\n    import pkg\n    assert benchmark(pkg.f) == 1\n"


@pytest.mark.parametrize("suite", [IMPORTS, LATE], ids=["on top", "inside the test"])
@pytest.mark.parametrize(
    "conftest",
    [
        "import sys; sys.path.insert(0, {!r})",
        "import sys; sys.path.insert(0, {!r} + '/../checkout')",
        "import importlib.machinery as m, sys\n"
        "class F:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        return m.PathFinder.find_spec(name, [{!r}]) if name == 'pkg' else None\n"
        "sys.meta_path.insert(0, F())",
    ],
    ids=["path", "odd path", "editable"],
)
def test_what_a_conftest_imports_from_the_checkout_is_told_by_file(tmp_path, suite, conftest):
    checkout, site = tmp_path / "checkout", tmp_path / "head" / "site"
    for folder in (checkout, site):
        folder.mkdir(parents=True)
        (folder / "pkg.py").write_text(PACKAGE)
    at = place(tmp_path, imports=(site,), packages=("pkg",), roots=(site,))
    (at.suite / "test_f.py").write_text(suite)
    (at.suite / "conftest.py").write_text(conftest.format(str(checkout)))
    found = played(at)
    assert found.modules["pkg"][0] == str((checkout / "pkg.py").resolve())


@pytest.mark.parametrize("settings", ['pythonpath = ["src"]', 'addopts = "--import-mode=importlib"', ""])
def test_a_sides_own_folder_comes_before_the_suites_settings(tmp_path, settings):
    site = tmp_path / "head" / "site"
    site.mkdir(parents=True)
    (site / "pkg.py").write_text(PACKAGE)
    at = place(tmp_path, imports=(site,), packages=("pkg",), roots=(site,))
    (at.suite / "test_f.py").write_text(IMPORTS)
    (at.suite / "conftest.py").write_text("import sys; sys.path.insert(0, 'src')")
    (at.suite / "pyproject.toml").write_text(f"[tool.pytest.ini_options]\n{settings}\n")
    found = played(at)
    assert found.ends == {"test_f": ("ok", "")}
    assert found.modules["pkg"][0] == str((site / "pkg.py").resolve())
