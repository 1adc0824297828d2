"""The inputs that reference and workers share, as files. Expected outputs stay in the reference process."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..contract import Bound, Inputs
from ..parts import Output
from ..records import Numbers
from . import mapped

NAMES = "names.json"
REGION = ".region"
MAPPED_BYTES = 4096

SAMPLED = 4096
"""How many numbers of an input are checked outside the worker after the timing; all of a smaller one."""


@dataclass(frozen=True)
class Problem:
    """Inputs in call order (NumPy arrays, NumPy scalars, ints), the oracle's output, a bound per algorithm.

    If the output is a tuple of arrays, so is the bound.
    """

    inputs: Inputs
    expected: Output
    bounds: dict[str, Bound | tuple[Bound, ...]]

    @property
    def inputs_sha256(self) -> str:
        """SHA-256 of names, shapes, dtypes and contents; of a mapped input, its file's hash and the position in it."""
        digest = hashlib.sha256()
        for name, value in self.inputs.items():
            array = np.ascontiguousarray(value)
            digest.update(f"{name} {array.dtype.str} {array.shape}\0".encode())
            if region := mapped.region(value):
                digest.update(f"{mapped.sha256(region.path)} from {region.offset}".encode())
            else:
                digest.update(array.data)
        return digest.hexdigest()

    @property
    def inputs_bytes(self) -> int:
        return nbytes(self.inputs)


def save(inputs: Inputs, folder: Path, parts: int = 0) -> None:
    """Writes the inputs only: workers can read these files, so they must not contain the expected output.

    ``parts``: how many arrays the output's tuple has, 0 for an array.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for index, value in enumerate(inputs.values()):
        path = folder / f"{index}.npy"
        if region := mapped.region(value):
            path.with_suffix(REGION).write_bytes(msgspec.json.encode(region))
            continue
        with path.open("wb") as file:
            np.save(file, np.asarray(value))
    (folder / NAMES).write_text(json.dumps({"inputs": list(inputs), "parts": parts}))


def save_many(many: Sequence[Inputs], folder: Path, parts: int = 0) -> None:
    """Inputs of several problems of the same shapes."""
    save({name: np.stack([np.asarray(each[name]) for each in many]) for name in many[0]}, folder, parts)


def load(folder: Path, number: int | None = None) -> Inputs:
    """The inputs saved in a folder, or those of one of its problems; large ones are read-only views."""
    names = json.loads((folder / NAMES).read_text())["inputs"]
    return {name: _value(folder / f"{index}.npy", number) for index, name in enumerate(names)}


def parts(folder: Path) -> int:
    """How many arrays the output's tuple has; 0 if the output is one array."""
    return json.loads((folder / NAMES).read_text())["parts"]


def nbytes(inputs: Inputs) -> int:
    return sum(np.asarray(value).nbytes for value in inputs.values())


def in_place(inputs: Inputs) -> frozenset[str]:
    """Inputs that stay in a user's file, read-only."""
    return frozenset(name for name, value in inputs.items() if mapped.region(value))


def sampled(value: Any, seed: int) -> NDArray[Any]:
    """Numbers of an input at places that the seed draws; all of a small one."""
    flat = np.asarray(value).reshape(-1)
    return flat if flat.size <= SAMPLED else flat[np.random.default_rng(seed).integers(flat.size, size=SAMPLED)]


def numbers(value: Any) -> Numbers:
    """An array or a scalar as stored in a record; complex numbers are pairs along a last axis."""
    array = np.asarray(value)
    if array.dtype.kind == "c":
        array = np.stack([np.real(array), np.imag(array)], axis=-1)
    flat = array.ravel().tolist()
    return Numbers(list(array.shape), [each if np.isfinite(each) else None for each in flat])


def in_numbers(output: Output) -> Numbers | list[Numbers]:
    """An output as stored in a record; a tuple is a list."""
    return [numbers(each) for each in output] if isinstance(output, tuple) else numbers(output)


def _value(path: Path, number: int | None) -> Any:
    if (named := path.with_suffix(REGION)).is_file():
        return mapped.array(msgspec.json.decode(named.read_bytes(), type=mapped.Region))
    array = _array(path)
    if number is not None:
        array = array[number]
    if array.ndim:
        return array
    return array.item() if array.dtype.kind in "iub" else array[()]


def _array(path: Path) -> NDArray[Any]:
    """A large array stays in its file, so it does not count towards the memory limit."""
    return np.load(path, mmap_mode="r" if path.stat().st_size > MAPPED_BYTES else None)
