"""Turns requests into checked `Options`. Each error names the option, the value and the remedy."""

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..errors import UsageError, unknown
from ..gate.margins import share
from ..gate.records import MEASURES, TIME, Measure
from ..inputs import matrix
from ..inputs.mapped import is_matrix
from ..libraries.host import DEVICES
from ..machine import extras
from ..machine.cores import available_cores
from ..suites import suite as suites
from ..suites.suite import Suite
from ..sweep import PRECISION, PRESETS, Options
from .requests import CaseRequest

LARGEST_SIZE = 2**53
LONGEST_SECONDS = 10**9
LONGEST_SEED = 19
SECONDS = {"": 1, "MS": 1e-3, "S": 1, "M": 60, "MIN": 60, "H": 3600}
BYTES: dict[str, float] = {
    "": 1,
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
}
BYTES |= {letter: BYTES[f"{letter}IB"] for letter in "KMG"}


def build(loaded: Suite, request: CaseRequest) -> Options:
    """The checked options of a request; omitted ones have the preset's values. Raises `UsageError`."""
    preset = request.preset
    if preset not in PRESETS:
        raise unknown("preset", preset, PRESETS)
    if request.device not in DEVICES:
        raise unknown("device", request.device, DEVICES)
    time_budget_s, start_s = _time(request)
    options = Options(
        suite=str(loaded.folder),
        preset=preset,
        operations=_names("--operation", request.operation),
        implementations=_names("--implementation", request.implementation),
        sizes=sizes_of(request.size, request.m, request.n),
        parameters=_parameters(loaded, request),
        dtypes=_names("--dtype", request.dtype),
        threads=_threads(request.threads, preset),
        device=request.device,
        data=request.data,
        target=request.target,
        condition=_condition(request.condition),
        time_budget_s=time_budget_s,
        start_s=start_s,
        timeout_s=seconds_of("--timeout", request.timeout) or _presets_timeout(request),
        memory_limit_bytes=bytes_of("--memory-limit", request.memory_limit),
        blocks=_whole("--blocks", request.blocks),
        precision=PRECISION if request.precision is None else share("--precision", request.precision),
        seed=seed_of(request.seed),
    )
    _check_data(loaded, options)
    return matrix.adapted(loaded, options) if matrix.is_matrix(options) else options


def listed(option: str, values: Iterable[str], otherwise: str = "") -> list[str]:
    """Repeated and comma-separated values as one list without repeats.

    Raises `UsageError` if a value was given but contains no name, such as ``,``.
    """
    given = list(values)
    split = [word.strip() for value in given for word in value.split(",")]
    found = list(dict.fromkeys(word for word in split if word))
    if given and not found:
        raise UsageError(f"{option} '{given[0]}': names nothing; leave the option out{otherwise}")
    return found


def measures_of(typed: Iterable[str]) -> list[Measure]:
    """What ``--measure`` names; the time if it was not typed. Raises `UsageError`."""
    names = listed("--measure", typed) or [TIME]
    for name in names:
        if name not in MEASURES:
            raise unknown("measure", name, MEASURES)
    return [each for each in MEASURES if each in names]


def _names(option: str, values: Iterable[str]) -> list[str]:
    return listed(option, values, " to take all")


def _time(request: CaseRequest) -> tuple[float | None, float | None]:
    """The time budget, and the part of it for the start of workers: None if the budget is a total, as the user's is.

    The preset's is for its own grid only: there is no limit for sizes that the user chose.
    """
    stated = time_budget_seconds(request.time_budget)
    own = request.size or request.m or request.n or is_matrix(request.data, request.target)
    if stated or own:
        return stated, None
    preset = PRESETS[request.preset]
    return preset.time_budget_s, preset.start_s


def _presets_timeout(request: CaseRequest) -> float:
    """The preset's longest call; longer for a matrix in a file, which may be read from a disk."""
    timeout_s = PRESETS[request.preset].timeout_s
    return max(timeout_s, PRESETS["full"].timeout_s) if is_matrix(request.data, request.target) else timeout_s


def sizes_of(size: Iterable[str], m: str | None, n: str | None) -> dict[str, list[int]]:
    """The values of each size that ``--size``, ``--m`` and ``--n`` give."""
    pairs = [pair("--size", text) for text in size]
    pairs += [(name, values) for name, values in (("m", m), ("n", n)) if values is not None]
    sizes: dict[str, list[int]] = {}
    for name, values in pairs:
        sizes.setdefault(name, []).extend(whole_number(f"size {name}", word) for word in values.split(","))
    return sizes


def _parameters(loaded: Suite, request: CaseRequest) -> dict[str, Any]:
    defaults = {name: value for each in loaded.operations.values() for name, value in each.parameters.items()}
    parameters: dict[str, Any] = {}
    for text in request.parameter:
        name, value = pair("--parameter", text)
        _refuse_second(name, parameters)
        parameters[name] = _like(defaults.get(name), f"parameter {name}", value)
    if request.steps is not None:
        _refuse_second("steps", parameters)
        parameters["steps"] = whole_number("--steps", request.steps)
    return parameters


def _refuse_second(name: str, parameters: Mapping[str, Any]) -> None:
    if name in parameters:
        raise UsageError(f"parameter {name}: given twice; a run takes one value")


def pair(option: str, text: str) -> tuple[str, str]:
    """``m=1000`` as name and value. Raises `UsageError`."""
    name, equals, values = text.partition("=")
    if not equals or not name or not values:
        raise UsageError(f"{option} '{text}': write it as name=value, such as {option} m=1000")
    return name.strip(), values


def whole_number(what: str, text: str) -> int:
    """A whole number of at least 1; ``1e6`` and ``1_000`` count."""
    value = _float(text)
    if value is None or not value.is_integer() or not 1 <= value <= LARGEST_SIZE:
        raise UsageError(f"{what} '{text.strip()}': must be a whole number of at least 1")
    return int(value)


def _like(default: Any, what: str, text: str) -> Any:
    """A parameter's value, of the type of its default."""
    if isinstance(default, str):
        return text
    value = _float(text)
    if value is None:
        raise UsageError(f"{what} '{text}': must be a finite number")
    if not isinstance(default, int):
        return value
    if not value.is_integer() or abs(value) > LARGEST_SIZE:
        raise UsageError(f"{what} '{text}': must be a whole number")
    return int(value)


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _whole(option: str, text: str | None) -> int | None:
    return None if text is None else whole_number(option, text)


def seed_of(text: str | None) -> int:
    """The seed as typed; 0 if it was not."""
    if text is not None and not re.fullmatch(rf"[0-9]{{1,{LONGEST_SEED}}}", text):
        raise UsageError(f"--seed '{text}': must be a whole number of at least 0 and at most {LONGEST_SEED} digits")
    return int(text or 0)


def _threads(values: Iterable[str], preset: str) -> list[int]:
    cores = available_cores()
    counts = [whole_number("--threads", word) for word in _names("--threads", values)]
    for count in counts:
        if count > cores:
            raise UsageError(f"--threads {count}: this process may use {cores} cores; give at most that")
    if counts:
        return list(dict.fromkeys(counts))
    return thread_ladder(cores) if preset == "full" else [cores]


def thread_ladder(cores: int) -> list[int]:
    """1, 2, 4, … and all cores."""
    return [2**power for power in range(cores.bit_length()) if 2**power < cores] + [cores]


def waiting_seconds(text: str | None) -> float | None:
    """How long to wait for a quiet machine. Not one of the `Options`: it does not change what is measured."""
    return seconds_of("--wait-for-quiet", text)


def time_budget_seconds(text: str | None) -> float | None:
    """The time for a whole run or comparison; None if omitted."""
    return seconds_of("--time-budget", text)


def _condition(text: str | None) -> float | None:
    if text is None:
        return None
    value = _float(text)
    if value is None or value < 1:
        raise UsageError(f"--condition '{text}': must be a finite number of at least 1")
    return value


def seconds_of(option: str, text: str | None) -> float | None:
    """A duration as typed; None if it was not."""
    return _scaled(option, text, SECONDS, "seconds or with a unit: 90s, 8m, 2h, 500ms", LONGEST_SECONDS)


def bytes_of(option: str, text: str | None) -> int | None:
    scaled = _scaled(option, text, BYTES, "bytes or with a unit: 800MB, 4GiB")
    return None if scaled is None else math.ceil(scaled)


def _scaled(
    option: str, text: str | None, units: Mapping[str, float], forms: str, largest: int = LARGEST_SIZE
) -> float | None:
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([A-Za-z]*)\s*", text)
    scaled = float(match[1]) * units.get(match[2].upper(), 0) if match else 0
    if match and match[2].upper() not in units:
        known = ", ".join(unit.lower() for unit in units if unit)
        raise UsageError(f"{option} '{text}': unknown unit '{match[2]}'; known: {known}")
    if not 0 < scaled <= largest:
        raise UsageError(f"{option} '{text}': must be more than 0 and at most {largest:,}, in {forms}")
    return scaled


def _check_data(loaded: Suite, options: Options) -> None:
    if options.data is not None and options.condition is not None:
        raise UsageError("--data and --condition cannot be combined: --condition is for generated data; leave one out")
    if options.target is not None and options.data is None:
        raise UsageError("--target names a column of --data, or a .npy file that belongs to it; add --data FILE")
    if options.data is None and options.condition is None:
        return
    if options.data is not None and not matrix.is_matrix(options):
        parquet = ("pyarrow",) if options.data.lower().endswith(".parquet") else ()
        extras.need(f"--data {options.data}", "pandas", *parquet)
    given = "--data" if options.data is not None else "--condition"
    for name in options.operations or loaded.operations:
        if name in loaded.operations and not suites.takes_data(loaded.operations[name]):
            raise UsageError(f"{given}: operation '{name}' of suite {loaded.name} makes its own inputs; omit {given}")


def absolute(options: Options) -> Options:
    """The options with absolute paths, so that a run can be resumed from another folder."""
    data, target = options.data, options.target
    if data is not None and data != "diabetes":
        data = str(Path(data).absolute())
    if target is not None and matrix.is_matrix(options):
        target = str(Path(target).absolute())
    return msgspec.structs.replace(options, data=data, target=target)
