"""Extension modules are built once, whoever asks, and what cannot be built says why in one line."""

import multiprocessing
import os
import shutil
import subprocess
import sys

import pytest

from rooflinear.kernels._native import build

from ..absent import absent

SOURCE = """
#include <Python.h>
static PyObject *two(PyObject *self, PyObject *none) { return PyLong_FromLong(TWO); }
static PyMethodDef methods[] = {{"two", two, METH_NOARGS, NULL}, {NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "small", NULL, -1, methods};
PyMODINIT_FUNC PyInit_small(void) { return PyModule_Create(&definition); }
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def source(tmp_path, monkeypatch):
    if not (shutil.which(os.environ.get("CC", "cc"))):
        absent("no C compiler")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "small.c"
    path.write_text('#include "two.h"\n' + SOURCE)
    path.with_name("two.h").write_text("#define TWO 2\n")
    return path


def kept():
    return sorted(build.cache().iterdir())


def called(source):
    return build.module("small", source).two()


def test_a_module_is_built_once_and_again_after_a_change_to_a_header(source, monkeypatch):
    assert (called(source), len(kept())) == (2, 1)
    first = kept()[0].stat().st_mtime_ns
    assert (called(source), kept()[0].stat().st_mtime_ns) == (2, first)
    source.with_name("two.h").write_text("#define TWO 3\n")
    assert len(kept()) == 1
    done = subprocess.run(
        [sys.executable, "-c", f"from rooflinear.kernels._native import build as b; from pathlib import Path\n"
         f"print(b.module('small', Path({str(source)!r})).two())"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (done.stdout, len(kept())) == ("3\n", 2)


def test_a_copy_of_the_source_elsewhere_is_the_same_module(source, tmp_path):
    called(source)
    (tmp_path / "other").mkdir()
    for path in (source, source.with_name("two.h")):
        shutil.copy(path, tmp_path / "other")
    called(tmp_path / "other" / source.name)
    assert len(kept()) == 1


def test_processes_that_build_at_once_leave_one_whole_module(source):
    with multiprocessing.get_context("fork").Pool(3) as pool:
        assert pool.map(called, [source] * 3) == [2, 2, 2]
    assert len(kept()) == 1


def test_a_fault_in_the_source_is_told_with_its_line(source):
    source.write_text(source.read_text() + "int x = y;\n")
    with pytest.raises(ImportError, match=r"cc failed: .*small\.c:\d+:\d+: error: .*y.* undeclared"):
        called(source)
    assert kept() == []


def test_without_a_compiler_it_says_what_to_install(source, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(ImportError, match=r"^no compiler for C: none of cc, gcc, clang is found; set CC$"):
        called(source)


def test_a_compiler_that_cannot_be_started_is_named(source, monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler -m64")
    with pytest.raises(ImportError, match=r"^no-such-compiler cannot be started: "):
        called(source)


def test_a_cache_that_takes_no_files_is_told_with_the_remedy(source, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/none")
    with pytest.raises(ImportError, match=r"^no folder for compiled modules \(.*\); set XDG_CACHE_HOME to one$"):
        called(source)
