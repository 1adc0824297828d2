"""What reference and workers share: inputs, oracle output and bound, as files of one folder."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from . import mapped
from .contract import Bound, Inputs, Tolerance
from .records import Numbers

NAMES = "names.json"
REGION = ".region"
MAPPED_BYTES = 4096


@dataclass(frozen=True)
class Problem:
    """Inputs in call order (NumPy arrays, NumPy scalars, ints), the oracle's output, a bound per algorithm."""

    inputs: Inputs
    expected: NDArray[Any]
    bounds: dict[str, Bound]

    @property
    def inputs_sha256(self) -> str:
        """Of names, shapes, dtypes and contents; of what stays in a user's file that file's own and the place in it."""
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
    def in_place(self) -> frozenset[str]:
        """Inputs that stay in a user's file, read-only."""
        return frozenset(name for name, value in self.inputs.items() if mapped.region(value))

    @property
    def inputs_bytes(self) -> int:
        return sum(np.asarray(value).nbytes for value in self.inputs.values())

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for path, array in self._files(folder):
            if region := mapped.region(array):
                path.with_suffix(REGION).write_bytes(msgspec.json.encode(region))
                continue
            with path.open("wb") as file:
                np.save(file, array)
        (folder / NAMES).write_text(json.dumps(list(self.inputs)))

    def _files(self, folder: Path) -> Iterator[tuple[Path, NDArray[Any]]]:
        for index, value in enumerate(self.inputs.values()):
            yield folder / f"{index}.npy", np.asarray(value)
        yield folder / "expected.npy", self.expected
        for algorithm, bound in self.bounds.items():
            forms = bound[:1] if isinstance(bound, Tolerance) else bound
            yield folder / f"bound-{algorithm}.npy", np.stack(forms)


def load(folder: Path, algorithm: str) -> Problem:
    """A saved problem with the bound of one algorithm; large inputs are read-only views of the files."""
    names = json.loads((folder / NAMES).read_text())
    inputs = {name: _value(folder / f"{index}.npy") for index, name in enumerate(names)}
    path = folder / f"bound-{algorithm}.npy"
    bounds = {algorithm: _bound(_array(path))} if path.is_file() else {}
    return Problem(inputs, _array(folder / "expected.npy"), bounds)


def _bound(forms: NDArray[Any]) -> Bound:
    return Tolerance(forms[0], forms[0]) if len(forms) == 1 else Bound(*forms)


def numbers(value: Any) -> Numbers:
    """An array or a scalar as it is kept in a record; complex numbers as pairs along a last axis."""
    array = np.asarray(value)
    if array.dtype.kind == "c":
        array = np.stack([np.real(array), np.imag(array)], axis=-1)
    flat = array.ravel().tolist()
    return Numbers(list(array.shape), [each if np.isfinite(each) else None for each in flat])


def _value(path: Path) -> Any:
    if (named := path.with_suffix(REGION)).is_file():
        return mapped.array(msgspec.json.decode(named.read_bytes(), type=mapped.Region))
    array = _array(path)
    if array.ndim:
        return array
    return array.item() if array.dtype.kind in "iub" else array[()]


def _array(path: Path) -> NDArray[Any]:
    """What is large stays in its file, so that it takes none of a memory that is capped."""
    return np.load(path, mmap_mode="r" if path.stat().st_size > MAPPED_BYTES else None)
