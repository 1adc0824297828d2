"""Proof of which code was measured, by file and hash."""

import os
import sys

import pytest

from rooflinear.bench.errors import CannotFinish
from rooflinear.bench.guests.proof import prove, same_code, strangers
from rooflinear.bench.guests.session import Place
from rooflinear.bench.lent.imports import imported


def place(folder, **more):
    stated = {"roots": (folder / "base" / "site",), "suite": folder / "base" / "suite", **more}
    return Place(python="python", own=folder / "base" / "own", packages=("pkg",), **stated)


def test_what_comes_from_a_sides_own_folders_is_proved(tmp_path):
    modules = {"pkg": (str(tmp_path / "base/site/pkg/__init__.py"), "a")}
    assert strangers(modules, place(tmp_path)) == ""
    prove("base", modules, place(tmp_path))


@pytest.mark.parametrize(
    "file", ["head/site/pkg/__init__.py", "base/site2/pkg/__init__.py", "checkout/pkg/__init__.py"]
)
def test_what_comes_from_elsewhere_ends_the_comparison(tmp_path, file):
    modules = {"pkg": (str(tmp_path / file), "a")}
    told = f"base: pkg was imported from {tmp_path / file}, not from {tmp_path / 'base/site'}; install the project"
    with pytest.raises(CannotFinish) as raised:
        prove("base", modules, place(tmp_path))
    assert str(raised.value).startswith(told)
    assert "\n" not in str(raised.value)


def test_what_comes_from_the_suites_own_folder_has_another_remedy(tmp_path):
    modules = {"pkg": (str(tmp_path / "base/suite/pkg/__init__.py"), "a")}
    assert strangers(modules, place(tmp_path)).endswith("name the folder or the files of the benchmarks alone")


def test_a_link_to_a_sides_folder_is_its_folder(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    modules = {"pkg": (str((tmp_path / "real" / "pkg.py").resolve()), "a")}
    assert strangers(modules, place(tmp_path, roots=(tmp_path / "link",))) == ""


def test_each_module_may_come_from_any_of_a_sides_folders(tmp_path):
    roots = (tmp_path / "site", tmp_path / "more")
    modules = {"pkg": (str(roots[0] / "pkg.py"), "a"), "other": (str(roots[1] / "other.py"), "b")}
    assert strangers(modules, place(tmp_path, roots=roots)) == ""


def test_interpreters_of_the_users_choice_have_nothing_to_prove(tmp_path):
    assert strangers({"pkg": ("/anywhere/pkg.py", "a")}, place(tmp_path, roots=())) == ""


def sides(folder, base, head):
    """Both places, with these files below their folders."""
    for side, files in (("base", base), ("head", head)):
        for name, content in files.items():
            path = folder / side / "site" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    return tuple(place(folder, roots=(folder / side / "site",)) for side in ("base", "head"))


@pytest.mark.parametrize(
    ("head", "same"),
    [
        ({"pkg/core.py": "a"}, True),
        ({"pkg/core.py": "b"}, False),
        ({"pkg/core.py": "a", "pkg/table.txt": "1"}, False),
        ({}, False),
        ({"pkg/core.py": "a", "pkg-1.dist-info/direct_url.json": "head"}, True),
        ({"pkg/core.py": "a", "pkg/__pycache__/core.pyc": "head"}, True),
    ],
    ids=["equal", "another content", "one more", "absent", "installation", "caches"],
)
def test_code_is_the_same_where_all_files_are_also_those_that_nothing_imported(tmp_path, head, same):
    assert same_code({}, {}, sides(tmp_path, {"pkg/core.py": "a"}, head)) is same


def test_code_is_the_same_where_names_and_content_are(tmp_path):
    both = sides(tmp_path, {}, {})
    base = {"pkg": ("/base/pkg.py", "a"), "pkg.core": ("/base/core.py", "b")}
    assert same_code(base, {"pkg": ("/head/pkg.py", "a"), "pkg.core": ("/head/core.py", "b")}, both)
    assert not same_code(base, {"pkg": ("/head/pkg.py", "a"), "pkg.core": ("/head/core.py", "c")}, both)
    assert not same_code(base, {"pkg": ("/head/pkg.py", "a")}, both)


def test_a_process_tells_files_and_hashes_of_the_packages_alone(tmp_path, monkeypatch):
    (tmp_path / "guest_pkg").mkdir()
    (tmp_path / "guest_pkg" / "__init__.py").write_text("import guest_pkg.core\n")
    (tmp_path / "guest_pkg" / "core.py").write_text("")
    (tmp_path / "guest_pkg_too.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    __import__("guest_pkg")
    __import__("guest_pkg_too")
    try:
        found = imported(["guest_pkg"])
    finally:
        for name in ("guest_pkg", "guest_pkg.core", "guest_pkg_too"):
            del sys.modules[name]
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert found.keys() == {"guest_pkg", "guest_pkg.core"}
    assert found["guest_pkg.core"] == (os.path.realpath(tmp_path / "guest_pkg" / "core.py"), empty)
