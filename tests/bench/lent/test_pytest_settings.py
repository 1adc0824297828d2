"""The options that a suite states for itself: which hold in a measurement, and what is said of the others."""

import pytest

from rooflinear.bench.lent.pytest_settings import addopts, kept

LEFT_OUT = {
    "xdist": [
        "-n 4", "-n4", "-nauto", "-n auto", "-n=logical", "--numprocesses=4", "--numprocesses auto", "--dist=load",
        "--dist loadscope", "--maxprocesses=2", "--tx=popen", "--tx 3*popen", "-d", "-f", "--looponfail", "-p xdist",
        "-pxdist", "-p xdist.plugin",
    ],
    "coverage": [
        "--cov", "--cov=src", "--cov src", "--cov-report=term", "--cov-report term-missing", "--cov-config=.coveragerc",
        "--cov-config .coveragerc", "--cov-fail-under=90", "--cov-fail-under 90", "--cov-branch", "--cov-append",
        "--no-cov-on-fail", "-p pytest_cov", "-p pytest_cov.plugin", "-ppytest_cov",
    ],
    "random order": [
        "--random-order", "--random-order-bucket=class", "--random-order-bucket class", "--random-order-seed 3",
        "--randomly-seed=3", "--randomly-seed 3", "--randomly-dont-reorganize", "-p randomly", "-prandom_order",
    ],
    "early end": [
        "-x", "--exitfirst", "--maxfail=1", "--maxfail 1", "--stepwise", "--sw", "--stepwise-skip",
    ],
    "options of pytest-benchmark": [
        "--benchmark-disable", "--benchmark-only", "--benchmark-skip", "--benchmark-enable", "--benchmark-autosave",
        "--benchmark-warmup=on", "--benchmark-warmup on", "--benchmark-warmup", "--benchmark-json=a.json",
        "--benchmark-json a.json", "--benchmark-timer time.time", "--benchmark-save name", "--benchmark-storage a",
        "--benchmark-compare", "--benchmark-compare 0001", "--benchmark-compare-fail min:5% mean:5%",
        "--benchmark-min-rounds=1", "--benchmark-min-rounds 1", "--benchmark-sort mean", "--benchmark-disable-gc",
    ],
    "options of pytest-codspeed": ["--codspeed", "--codspeed-mode=walltime", "--codspeed-max-time 1"],
    "pytest-timeout": ["--timeout=5", "--timeout 5", "--timeout-method=thread", "--timeout-method thread"],
    "reruns": ["--reruns=2", "--reruns 2", "--reruns-delay 1", "--only-rerun Error"],
    "a process for each test": ["--forked", "--boxed"],
    "the debugger": ["--pdb", "--trace"],
    "doctests": ["--doctest-modules", "--doctest-glob=*.md", "--doctest-glob *.md"],
    "memray": ["--memray", "--memray-bin-path a", "--most-allocations=3"],
    "repetition": ["--count=3", "--count 3"],
}  # fmt: skip

SILENT = [
    "--lf", "--ff", "--nf", "--last-failed", "--failed-first", "--new-first", "--lfnf=all", "--cache-clear",
    "--cache-show", "--durations=10", "--durations 10", "--junitxml=a.xml", "--junitxml a.xml", "--junit-xml a.xml",
    "--junit-prefix p", "--html=a.html", "--html a.html", "--self-contained-html", "-p pytest_benchmark",
    "-p pytest_benchmark.plugin", "-p no:benchmark", "-p no:xdist", "-pno:randomly", "-p no:cov",
]  # fmt: skip


@pytest.mark.parametrize(
    ("option", "told"), [(option, told) for told, options in LEFT_OUT.items() for option in options]
)
def test_what_has_no_place_in_a_measurement_is_left_out_and_told(option, told):
    assert kept(["-v", *option.split(), "-s"]) == (["-v", "-s"], [told])


@pytest.mark.parametrize("option", SILENT)
def test_what_changes_nothing_is_left_out_and_not_told(option):
    assert kept(["-v", *option.split(), "-s"]) == (["-v", "-s"], [])


@pytest.mark.parametrize(
    "option",
    [
        "-p pytest_asyncio", "-ppytest_asyncio", "-p no:warnings", "-k fast", "-k xdist", "-m slow", "-m -slow",
        "-o xfail_strict=true", "-W error", "-Werror", "-ra", "-rx", "--import-mode=importlib",
        "--import-mode importlib", "--strict-markers", "--asyncio-mode=auto", "--trace-config", "-vv", "--tb=short",
        "--rootdir .", "--capture=no", "--pyargs", "-p cov_helper", "--swagger",
    ],
)  # fmt: skip
def test_other_options_stay_with_their_values(option):
    assert kept(["-v", *option.split(), "-s"]) == (["-v", *option.split(), "-s"], [])


@pytest.mark.parametrize(("word", "stays"), [("-xvs", ["-vs"]), ("-vx", ["-v"]), ("-qx", ["-q"]), ("-x", [])])
def test_an_early_end_among_other_letters_is_left_out(word, stays):
    assert kept([word]) == (stays, ["early end"])


def test_the_value_of_an_option_is_not_taken_for_another():
    assert kept(["-k", "-x", "-n", "4", "tests"]) == (["-k", "-x", "tests"], ["xdist"])


def test_an_option_without_a_value_leaves_the_next_word():
    assert kept(["--benchmark-disable", "tests", "--forked", "more"])[0] == ["tests", "more"]


def test_everything_is_told_once_and_in_order():
    assert kept(["-n4", "--dist=load", "--cov=a", "-x", "--lf"]) == ([], ["coverage", "early end", "xdist"])


SETTINGS = {
    "pytest.ini": "[pytest]\naddopts = -v\n    -n 4\n",
    ".pytest.ini": "[pytest]\naddopts = -v -n 4\n",
    "tox.ini": "[pytest]\naddopts = -v -n 4\n",
    "setup.cfg": "[tool:pytest]\naddopts = -v -n 4\n",
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-v -n 4"\n',
    "pytest.toml": '[pytest]\naddopts = ["-v", "-n", "4"]\n',
    ".pytest.toml": '[pytest]\naddopts = ["-v", "-n", "4"]\n',
}


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_addopts_are_read_from_every_kind_of_file(tmp_path, name):
    (tmp_path / name).write_text(SETTINGS[name])
    (tmp_path / "tests").mkdir()
    assert addopts([str(tmp_path / "tests")]) == ["-v", "-n", "4"]


@pytest.mark.parametrize("text", ['addopts = ["-v", "-k", "a b"]', "addopts = \"-v -k 'a b'\""])
@pytest.mark.parametrize("section", ["tool.pytest", "tool.pytest.ini_options"])
def test_a_toml_file_has_a_list_or_a_text(tmp_path, section, text):
    (tmp_path / "pyproject.toml").write_text(f"[{section}]\n{text}\n")
    assert addopts([str(tmp_path)]) == ["-v", "-k", "a b"]


def test_the_nearest_file_with_settings_counts(tmp_path):
    inner = tmp_path / "tests"
    inner.mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -v\n")
    (inner / "pyproject.toml").write_text("[tool.ruff]\n")
    (inner / "setup.cfg").write_text("[metadata]\nname = a\n")
    assert addopts([str(inner)]) == ["-v"]
    (inner / "tox.ini").write_text("[pytest]\naddopts = -s\n")
    assert addopts([str(inner)]) == ["-s"]


def test_of_several_files_the_first_that_pytest_reads_counts(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "-s"\n')
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -v\n")
    assert addopts([str(tmp_path)]) == ["-v"]


@pytest.mark.parametrize("words", [["-c", "own.ini"], ["--config-file", "own.ini"], ["--config-file=own.ini"]])
def test_a_file_that_is_named_counts(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -v\n")
    (tmp_path / "own.ini").write_text("[pytest]\naddopts = -s\n")
    assert addopts([*words, "."]) == ["-s"]


def test_the_value_of_an_option_is_no_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("tests", "slow"):
        (tmp_path / name).mkdir()
    (tmp_path / "tests" / "pytest.ini").write_text("[pytest]\naddopts = -s\n")
    assert addopts(["tests", "-m", "slow"]) == ["-s"]
    assert addopts(["tests/test_a.py::test_a", "tests"]) == ["-s"]


@pytest.mark.parametrize("text", ["", "[pytest]\n", "not settings", "[pytest]\nminversion = 6\n"])
def test_without_addopts_there_are_none(tmp_path, text):
    (tmp_path / "pytest.ini").write_text(text)
    assert addopts([str(tmp_path)]) == []
