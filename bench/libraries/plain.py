"""NumPy's arrays and plain Python's lists: what needs no framework."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import SCALARS, ArrayLibrary, aligned_copy, as_numpy, is_numpy_output


class NumPy(ArrayLibrary):
    """Also for what takes and returns NumPy's arrays: SciPy, Numba, scikit-learn."""

    name = distribution = "numpy"
    returns = "NumPy array"

    def convert(self, value: Any) -> Any:
        return aligned_copy(value) if isinstance(value, np.ndarray) else value

    def in_place(self, array: NDArray[Any]) -> Any:
        return array

    def is_output(self, output: Any) -> bool:
        return is_numpy_output(output)

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:
        return as_numpy(output, dtype)

    def negate(self) -> Callable[[Any], Any]:
        return np.negative


class PythonLists(ArrayLibrary):
    name = "python"
    returns = "number or list of numbers"
    distribution = "numpy"
    footprint_factor = 5.0

    def convert(self, value: Any) -> Any:
        return value.tolist() if isinstance(value, np.ndarray | np.generic) else value

    def is_output(self, output: Any) -> bool:
        if type(output) is not list:
            return type(output) in SCALARS
        kinds = set(map(type, output))
        return kinds <= SCALARS or (kinds == {list} and all(map(self.is_output, output)))

    def to_numpy(self, output: Any, dtype: str) -> NDArray[Any]:
        return as_numpy(output, dtype)

    def negate(self) -> Callable[[Any], Any]:
        return lambda numbers: [-number for number in numbers]

    def version(self) -> str:
        import platform

        return platform.python_version()
