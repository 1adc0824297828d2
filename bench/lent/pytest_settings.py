"""The addopts of a pytest suite without what has no place in a measurement: other loops, coverage, early ends.

They are read before pytest is: an option of a plugin that is not installed ends it. Standard library only.
"""

import configparser
import os
import shlex
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FILES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
SECTIONS = {"setup.cfg": "tool:pytest"}

PREFIXES = {
    "--cov": "coverage", "--no-cov": "coverage", "--benchmark-": "options of pytest-benchmark",
    "--codspeed": "options of pytest-codspeed", "--timeout": "pytest-timeout", "--random": "random order",
    "--numprocesses": "xdist", "--dist": "xdist", "--maxprocesses": "xdist", "--tx": "xdist", "--rsyncdir": "xdist",
    "--looponfail": "xdist", "--forked": "a process for each test", "--boxed": "a process for each test",
    "--reruns": "reruns", "--only-rerun": "reruns", "--durations": "", "--doctest": "doctests",
    "--maxfail": "early end", "--exitfirst": "early end", "--stepwise": "early end", "--sw": "early end",
    "--pdb": "the debugger", "--trace": "the debugger", "--lf": "", "--lfnf": "", "--ff": "", "--nf": "",
    "--new-first": "", "--last-failed": "", "--failed-first": "", "--cache-": "", "--junit": "", "--html": "",
    "--self-contained-html": "", "--memray": "memray", "--most-allocations": "memray", "--count": "repetition",
    "--repeat-scope": "repetition",
}  # fmt: skip
"""Options that are left out, and what is said of it; '' for what changes nothing."""

EXACT = {"--trace", "--pdb", "--sw", "--tx", "--lf", "--ff", "--nf", "--count"}
"""Of these, the names that also begin other options: ``--trace-config`` stays."""

LEFT_SHORT = {"n": "xdist", "d": "xdist", "f": "xdist"}
FLAGS = frozenset("vqslhx")
"""Short options without a value: several may stand in one word, as in ``-xvs``."""

EARLY_END = "x"

PLUGINS = {
    "pytest_cov": "coverage", "pytest_cov.plugin": "coverage", "cov": "coverage", "xdist": "xdist",
    "xdist.plugin": "xdist", "randomly": "random order", "pytest_randomly": "random order",
    "random_order": "random order", "pytest_random_order": "random order", "random_order.plugin": "random order",
    "timeout": "pytest-timeout", "pytest_timeout": "pytest-timeout", "benchmark": "", "pytest_benchmark": "",
    "pytest_benchmark.plugin": "", "codspeed": "", "pytest_codspeed": "", "pytest_codspeed.plugin": "",
}  # fmt: skip
"""Plugins that a suite loads or bars by ``-p``; those of benchmarks are loaded where they are installed."""

WITHOUT_VALUE = {
    "--cov-append", "--cov-branch", "--cov-reset", "--no-cov", "--no-cov-on-fail", "--codspeed", "--random-order",
    "--randomly-dont-reorganize", "--randomly-dont-reset-seed", "--timeout-disable-debugger-detection", "--forked",
    "--boxed", "--looponfail", "--exitfirst", "--stepwise", "--stepwise-skip", "--sw", "--sw-skip", "--sw-reset",
    "--stepwise-reset", "--pdb", "--trace", "--lf", "--ff", "--nf", "--new-first", "--last-failed", "--failed-first",
    "--cache-clear", "--self-contained-html", "--memray", "--doctest-modules", "--doctest-ignore-import-errors",
    "--doctest-continue-on-failure", "--benchmark-disable-gc", "--benchmark-skip", "--benchmark-disable",
    "--benchmark-enable", "--benchmark-only", "--benchmark-autosave", "--benchmark-save-data", "--benchmark-verbose",
    "--benchmark-quiet",
}  # fmt: skip
"""Of the options that are left out, those that take no value in the next word."""

SEVERAL = {"--benchmark-compare-fail"}
"""Those that take all words up to the next option."""

KEPT_WITH_VALUE = {"-p", "-k", "-m", "-c", "-o", "-W", "-r", "--rootdir", "--confcutdir", "--import-mode"}


def addopts(arguments: Sequence[str]) -> list[str]:
    """The suite's own options, as its settings give them."""
    file = _file(arguments)
    if file is None:
        return []
    found = _settings(file).get("addopts", [])
    return shlex.split(found) if isinstance(found, str) else [str(each) for each in found]


def kept(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The options that hold here, and what is said of the others."""
    found, left, waiting = [], list[str](), list(words)
    while waiting:
        word = waiting.pop(0)
        plugin = _plugin(word, waiting)
        told = _left_out(word.partition("=")[0]) if plugin is None else plugin
        if told is not None:
            left.append(told)
            _drop_value(word, waiting)
        elif _is_cluster(word):
            left.append(PREFIXES["--exitfirst"])
            found += ["-" + rest for rest in [word[1:].replace(EARLY_END, "")] if rest]
        else:
            found.append(word)
            if word in KEPT_WITH_VALUE and waiting:
                found.append(waiting.pop(0))
    return found, sorted(set(filter(None, left)))


def _plugin(word: str, waiting: Sequence[str]) -> str | None:
    """What is said of a plugin that is named by ``-p`` and left out; None if it is none of those."""
    if not word.startswith("-p"):
        return None
    name = word[2:] or (waiting[0] if waiting else "")
    told = PLUGINS.get(name.removeprefix("no:"))
    return "" if told and name.startswith("no:") else told


def _left_out(name: str) -> str | None:
    if not name.startswith("--"):
        return LEFT_SHORT.get(name[1:2]) if name.startswith("-") else None
    return next(
        (
            told
            for prefix, told in PREFIXES.items()
            if name == prefix or (prefix not in EXACT and name.startswith(prefix))
        ),
        None,
    )


def _is_cluster(word: str) -> bool:
    return word.startswith("-") and EARLY_END in word[1:] and FLAGS.issuperset(word[1:])


def _drop_value(word: str, waiting: list[str]) -> None:
    """Removes the next words if they are the value of an option that is left out."""
    name, _, value = word.partition("=")
    takes_value = word in ("-n", "-p") or (name.startswith("--") and name not in WITHOUT_VALUE)
    while takes_value and not value and waiting and not waiting[0].startswith("-"):
        waiting.pop(0)
        takes_value = name in SEVERAL


def _file(arguments: Sequence[str]) -> Path | None:
    """As pytest looks: the first file with settings above what the arguments have in common."""
    paths, words = list[Path](), list(arguments)
    while words:
        word = words.pop(0)
        if word in ("-c", "--config-file") and words:
            return Path(words[0])
        if word.startswith("--config-file="):
            return Path(word.partition("=")[2])
        if word in KEPT_WITH_VALUE:
            words = words[1:]
        elif not word.startswith("-"):
            paths.append(Path(word.partition("::")[0]).resolve())
    common = Path(os.path.commonpath([path for path in paths if path.exists()] or [Path.cwd()]))
    for folder in (common, *common.parents):
        for name in FILES:
            if (folder / name).is_file() and (name.endswith((".ini", "test.toml")) or _settings(folder / name)):
                return folder / name
    return None


def _settings(file: Path) -> dict[str, Any]:
    try:
        if file.suffix == ".toml":
            stated = tomllib.loads(file.read_text(encoding="utf-8"))
            if file.name != "pyproject.toml":
                return stated.get("pytest", stated)
            own = stated.get("tool", {}).get("pytest", {})
            return own.get("ini_options") or {name: value for name, value in own.items() if name != "ini_options"}
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(file.read_text(encoding="utf-8"))
        section = SECTIONS.get(file.name, "pytest")
        return dict(parser[section]) if parser.has_section(section) else {}
    except (OSError, ValueError, configparser.Error):
        return {}  # pytest itself says what is wrong with it
