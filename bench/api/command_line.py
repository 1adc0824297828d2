# pyright: strict
"""Values of Python as the words of a command line, so that a call does what a user can type."""

import os
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np

from ..errors import UsageError, unknown


def words(command: str, given: Mapping[str, object], sizes: Mapping[str, object]) -> list[str]:
    """``rooflinear`` is followed by these words. What is None, False or empty is left out.

    Raises `UsageError` where a value is not of a kind that can be typed.
    """
    options, arguments = [command], list[str]()
    for parameter in _parameters(command):
        value = given.get(parameter.name)
        if value is None or value is False or value == () or value == {}:
            continue
        if parameter.param_type_name == "argument":
            arguments += _texts(parameter.name, value)
        elif value is True:
            options.append(parameter.opts[0])
        else:
            options += [word for text in _texts(parameter.name, value) for word in _option(parameter.opts[0], text)]
    options += [f"--size={name}={_size(name, value, given)}" for name, value in sizes.items() if value is not None]
    return [*options, *(["--", *arguments] if arguments else [])]


@cache
def _parameters(command: str) -> list[Any]:
    import typer

    from ..cli import app

    return list(typer.main.get_command(app).commands[command].params)  # pyright: ignore


def _option(name: str, text: str) -> list[str]:
    return [f"{name}={text}"] if name.startswith("--") else [name, text]


def _size(name: str, value: Any, given: Mapping[str, object]) -> str:
    if isinstance(value, str):
        raise unknown("option", name, given)
    numbers = _listed(value)
    if not numbers or not all(isinstance(each, int | np.integer) and not isinstance(each, bool) for each in numbers):
        told = f"is not a whole number or a list of them, such as {name}=[100, 1000]"
        raise UsageError(f"size {name}: {value!r} {told}")
    return ",".join(str(int(each)) for each in numbers)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Iterable) else [value]  # pyright: ignore[reportUnknownArgumentType]


def _texts(name: str, value: object) -> list[str]:
    if isinstance(value, Mapping):
        pairs: Mapping[Any, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return [f"{key}={_text(name, each)}" for key, each in pairs.items()]
    if isinstance(value, str | os.PathLike | int | float | np.generic | type | np.dtype):
        return [_text(name, value)]
    if not isinstance(value, Iterable):
        raise UsageError(f"{name}: {value!r} is not text, a number, a path or a list of them")
    listed: Iterable[Any] = value  # pyright: ignore[reportUnknownVariableType]
    return [_text(name, each) for each in listed]


def _text(name: str, value: Any) -> str:
    if name == "dtype" and not isinstance(value, str):
        return np.dtype(value).name
    if isinstance(value, str | os.PathLike):
        return os.fspath(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise UsageError(f"{name}: {value!r} is not text, a number or a path")
    return str(value.item() if isinstance(value, np.number) else value)  # pyright: ignore
