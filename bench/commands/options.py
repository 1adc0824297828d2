"""What the user typed -> `Options`. Every refusal names the option, the value and the remedy."""

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ..errors import UsageError, unknown
from ..gate.margins import share
from ..inputs import matrix
from ..inputs.mapped import is_matrix
from ..libraries.host import DEVICES
from ..machine.cores import available_cores
from ..records import HOST
from ..suites import suite as suites
from ..suites.suite import Suite
from ..sweep import PRECISION, PRESETS, Options

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


def build(loaded: Suite, typed: dict[str, Any]) -> Options:
    """Checked options from what was typed; what was left out takes the preset's value."""
    preset = typed["preset"]
    if preset not in PRESETS:
        raise unknown("preset", preset, PRESETS)
    defaults = PRESETS[preset]
    device = typed.get("device") or HOST
    if device not in DEVICES:
        raise unknown("device", device, DEVICES)
    options = Options(
        suite=str(loaded.folder),
        preset=preset,
        operations=_names("--operation", typed.get("operation")),
        implementations=_names("--implementation", typed.get("implementation")),
        sizes=_sizes(typed),
        parameters=_parameters(loaded, typed),
        dtypes=_names("--dtype", typed.get("dtype")),
        threads=_threads(typed.get("threads"), preset),
        device=device,
        data=typed.get("data"),
        target=typed.get("target"),
        condition=_condition(typed.get("condition")),
        time_budget_s=_duration("--time-budget", typed.get("time_budget")) or _budget(typed, defaults.time_budget_s),
        timeout_s=_duration("--timeout", typed.get("timeout")) or _timeout(typed, defaults.timeout_s),
        memory_limit_bytes=_bytes("--memory-limit", typed.get("memory_limit")),
        blocks=_whole("--blocks", typed.get("blocks")),
        precision=PRECISION if typed.get("precision") is None else share("--precision", typed["precision"]),
        seed=_seed(typed.get("seed")),
    )
    _check_data(loaded, options)
    return matrix.adapted(loaded, options) if matrix.is_matrix(options) else options


def words(values: Iterable[str] | None) -> list[str]:
    """Repeated and comma-separated values as one list without repeats."""
    split = [word.strip() for value in values or () for word in value.split(",")]
    return list(dict.fromkeys(word for word in split if word))


def _names(option: str, values: list[str] | None) -> list[str]:
    """Names as `words`; an empty one is refused, for it would select everything."""
    names = words(values)
    if values and not names:
        raise UsageError(f"{option} '{values[0]}': names nothing; leave the option out to take all")
    return names


def _budget(typed: dict[str, Any], budget_s: float | None) -> float | None:
    """A preset's budget belongs to its own grid; sizes of the user's take the time they take."""
    own = any(typed.get(name) for name in ("size", "m", "n")) or is_matrix(typed.get("data"), typed.get("target"))
    return None if own else budget_s


def _timeout(typed: dict[str, Any], timeout_s: float) -> float:
    """So does a preset's longest call: a file may be read from a disk."""
    own = is_matrix(typed.get("data"), typed.get("target"))
    return max(timeout_s, PRESETS["full"].timeout_s) if own else timeout_s


def _sizes(typed: dict[str, Any]) -> dict[str, list[int]]:
    pairs = [_pair("--size", text) for text in typed.get("size") or ()]
    pairs += [(name, typed[name]) for name in ("m", "n") if typed.get(name) is not None]
    sizes: dict[str, list[int]] = {}
    for name, values in pairs:
        sizes.setdefault(name, []).extend(whole_number(f"size {name}", word) for word in values.split(","))
    return sizes


def _parameters(loaded: Suite, typed: dict[str, Any]) -> dict[str, Any]:
    defaults = {name: value for each in loaded.operations.values() for name, value in each.parameters.items()}
    parameters: dict[str, Any] = {}
    for text in typed.get("parameter") or ():
        name, value = _pair("--parameter", text)
        parameters[name] = _like(defaults.get(name), f"parameter {name}", value)
    if typed.get("steps") is not None:
        parameters["steps"] = whole_number("--steps", typed["steps"])
    return parameters


def _pair(option: str, text: str) -> tuple[str, str]:
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
    """A parameter's value, whole or text where its default is."""
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


def _seed(text: str | None) -> int:
    if text is not None and not re.fullmatch(rf"[0-9]{{1,{LONGEST_SEED}}}", text):
        raise UsageError(f"--seed '{text}': must be a whole number of at least 0 and at most {LONGEST_SEED} digits")
    return int(text or 0)


def _threads(values: list[str] | None, preset: str) -> list[int]:
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


def waiting_seconds(typed: dict[str, Any]) -> float | None:
    """How long to wait for a quiet machine; none of the `Options`, for it does not change what is measured."""
    return _duration("--wait-for-quiet", typed.get("wait_for_quiet"))


def _condition(text: str | None) -> float | None:
    if text is None:
        return None
    value = _float(text)
    if value is None or value < 1:
        raise UsageError(f"--condition '{text}': must be a finite number of at least 1")
    return value


def _duration(option: str, text: str | None) -> float | None:
    return _scaled(option, text, SECONDS, "seconds, or such as 90s, 8m, 2h, 500ms", LONGEST_SECONDS)


def _bytes(option: str, text: str | None) -> int | None:
    scaled = _scaled(option, text, BYTES, "bytes, or such as 800MB, 4GiB")
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
        raise UsageError(f"{option} '{text}': must be more than 0 and at most {largest:.3g}, in {forms}")
    return scaled


def _check_data(loaded: Suite, options: Options) -> None:
    if options.data is not None and options.condition is not None:
        raise UsageError("--data and --condition exclude each other; the data has the condition it has")
    if options.target is not None and options.data is None:
        raise UsageError("--target names a column of --data, or a .npy file beside one; add --data FILE")
    if options.data is None and options.condition is None:
        return
    given = "--data" if options.data is not None else "--condition"
    for name in options.operations or loaded.operations:
        if name in loaded.operations and not suites.takes_data(loaded.operations[name]):
            raise UsageError(f"{given}: operation '{name}' of suite {loaded.name} makes its own inputs; leave it out")


def absolute(options: Options) -> Options:
    """With the absolute paths of files, so that a run can be resumed from another folder."""
    data, target = options.data, options.target
    if data is not None and data != "diabetes":
        data = str(Path(data).absolute())
    if target is not None and matrix.is_matrix(options):
        target = str(Path(target).absolute())
    return msgspec.structs.replace(options, data=data, target=target)
