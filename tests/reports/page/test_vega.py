"""Vega's script and specs are made once and kept; what is kept is never that of another version."""

import os
from pathlib import Path

import pytest

from rooflinear.bench import store
from rooflinear.reports.page import vega as module
from rooflinear.reports.page.charts import charts
from rooflinear.reports.page.vega import FILE, Vega


@pytest.fixture
def made(monkeypatch, tmp_path):
    """Stands in for Altair and vl-convert: what was made, in a cache that is empty at first."""
    done = []

    def make(made_of):
        done.append(made_of)
        return Vega(made_of=made_of, script=f"script {len(done)}", charts={"strip": {"width": len(done)}})

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(module, "_made", make)
    return done


def anew():
    """As another process would read it."""
    return module.vega.__wrapped__()


def test_it_is_made_once_and_then_read(made, tmp_path):
    first = anew()
    assert (first.script, anew(), len(made)) == ("script 1", first, 1)
    assert list((tmp_path / "rooflinear").iterdir()) == [tmp_path / "rooflinear" / FILE]


def test_another_version_makes_its_own(made, monkeypatch):
    anew()
    monkeypatch.setattr(module, "version", lambda name: "another")
    assert (anew().script, anew().script, len(set(made))) == ("script 2", "script 2", 2)


def test_other_charts_are_made_anew(made, monkeypatch):
    anew()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * (path.name == "charts.py"))
    assert anew().script == "script 2"


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"script": 1}'])
def test_a_damaged_file_is_made_anew(made, tmp_path, left):
    anew()
    (tmp_path / "rooflinear" / FILE).write_bytes(left)
    assert (anew().script, anew().script) == ("script 2", "script 2")


def test_a_cache_that_cannot_be_written_costs_only_time(made, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    assert [anew().script, anew().script] == ["script 1", "script 2"]


def test_a_user_without_a_home_has_a_page(made, monkeypatch):
    """Nothing is read from a folder in which others could put a script."""
    monkeypatch.setattr(store, "cache_folder", lambda: None)
    assert [anew().script, anew().script] == ["script 1", "script 2"]


@pytest.mark.slow
def test_what_is_kept_is_what_is_made():
    kept = module.vega()
    assert module._made(kept.made_of) == kept
    assert kept.charts.keys() == charts().keys()
    assert {spec["$schema"] for spec in kept.charts.values()} == {"https://vega.github.io/schema/vega/v6.json"}
    assert "vegaEmbed" in kept.script
