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
    "--numprocesses": "xdist", "--dist": "xdist", "--maxprocesses": "xdist", "--tx": "xdist", "--reruns": "reruns",
    "--durations": "", "--doctest": "doctests", "--maxfail": "early end", "--exitfirst": "early end",
    "--stepwise": "early end", "--lf": "", "--ff": "", "--last-failed": "", "--failed-first": "", "--junit": "",
    "--html": "", "--self-contained-html": "", "--memray": "memray", "--count": "repetition",
}  # fmt: skip
"""Options that are left out, and what is said of it; '' for what changes nothing."""

SHORT = {"-n": "xdist", "-x": "early end"}
PLUGINS = {
    "pytest_cov": "coverage", "cov": "coverage", "xdist": "xdist", "xdist.plugin": "xdist", "randomly": "random order",
    "pytest_randomly": "random order", "random_order": "random order", "pytest_benchmark": "", "pytest_codspeed": "",
}  # fmt: skip
"""Plugins that a suite loads by ``-p``; those of benchmarks are loaded where they are installed."""

WITH_VALUE = {
    "-n", "--numprocesses", "--dist", "--maxfail", "--cov-config", "--cov-report", "--timeout", "--reruns",
    "--durations", "--maxprocesses", "--tx", "--benchmark-min-rounds", "--benchmark-max-time",
    "--benchmark-min-time", "--benchmark-warmup", "--benchmark-columns", "--benchmark-sort", "--benchmark-group-by",
    "--benchmark-json", "--junitxml", "--junit-xml", "--html", "--count",
}  # fmt: skip


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
        name, _, value = word.partition("=")
        if word == "-p" and waiting and _plugin(waiting[0]) is not None:
            left.append(_plugin(waiting.pop(0)) or "")
        elif word.startswith("-p") and len(word) > 2 and _plugin(word[2:]) is not None:
            left.append(_plugin(word[2:]) or "")
        elif (told := _left_out(name)) is not None:
            left.append(told)
            if name in WITH_VALUE and not value and waiting and not waiting[0].startswith("-"):
                waiting.pop(0)
        else:
            found.append(word)
            if word in ("-p", "-k", "-m", "-c", "-o") and waiting:
                found.append(waiting.pop(0))
    return found, sorted(set(filter(None, left)))


def _left_out(name: str) -> str | None:
    for prefix, told in PREFIXES.items():
        if name.startswith(prefix):
            return told
    if name[:2] in SHORT and not name.startswith("--") and (name in SHORT or name[2:].isdigit() or name[2:] == "auto"):
        return SHORT[name[:2]]
    return None


def _plugin(name: str) -> str | None:
    return PLUGINS.get(name.removeprefix("no:"))


def _file(arguments: Sequence[str]) -> Path | None:
    """As pytest looks: the first file with settings above what the arguments have in common."""
    words = list(arguments)
    if "-c" in words[:-1]:
        return Path(words[words.index("-c") + 1])
    paths = [Path(word.partition("::")[0]).resolve() for word in words if not word.startswith("-")]
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
