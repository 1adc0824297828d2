"""Where a suite of asv has its benchmarks."""

import pytest

from rooflinear.bench.errors import UsageError
from rooflinear.bench.guests import asv_conf


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "other").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ('{"benchmark_dir": "other"}', "other"),
        ("{}", "benchmarks"),
        ('{\n// "benchmark_dir": "no",\n "url": "https://x.org", "benchmark_dir": "other",}', "other"),
        ('{/* "benchmark_dir":\n "no" */ "benchmark_dir": "other"}', "other"),
        (r'{"a": "\"//", "benchmark_dir"  :  "\u006fther"}', "other"),
    ],
)  # fmt: skip
def test_the_settings_say_where_benchmarks_are(project, text, folder):
    (project / "asv.conf.json").write_text(text)
    assert asv_conf.folder_of("asv.conf.json") == folder
    assert asv_conf.folder_of(".") == folder


def test_a_folder_without_settings_holds_the_benchmarks_itself(project):
    assert asv_conf.folder_of("other") == "other"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("none", "no such file or folder"),
        ("bench.py", "is neither a folder nor asv.conf.json"),
        ("asv.conf.json", "its benchmark_dir 'gone' is no folder"),
    ],
)
def test_what_names_no_suite_is_refused(project, path, told):
    (project / "bench.py").touch()
    (project / "asv.conf.json").write_text('{"benchmark_dir": "gone"}')
    with pytest.raises(UsageError, match=told):
        asv_conf.folder_of(path)


def test_a_pattern_that_is_no_regular_expression_is_refused():
    asv_conf.check([r"a\(1", "b"])
    with pytest.raises(UsageError, match=r"--bench \(: no regular expression"):
        asv_conf.check(["a", "("])
