"""NumPy under CuPy's name, as strict as CuPy: results are arrays of its own, and NumPy may not look into them."""

import os

import numpy as np

__version__ = "0 (NumPy in its place)"
nan = np.nan


class ndarray:
    """Holds an array of NumPy's; whatever is computed with it is one of these, of no dimension where need be."""

    __array_ufunc__ = None

    def __init__(self, values):
        self._values = np.asarray(values)

    def __array__(self, *_, **__):
        raise TypeError("Implicit conversion to a NumPy array is not allowed")

    def __getattr__(self, name):
        if name in ("dtype", "shape", "ndim", "nbytes"):
            return getattr(self._values, name)
        raise AttributeError(name)

    def __len__(self):
        return len(self._values)

    def __iter__(self):
        return (ndarray(each) for each in self._values)

    def __getitem__(self, index):
        return ndarray(self._values[index])

    def fill(self, value):
        self._values.fill(value)


def _note(what):
    """Adds a letter to the file that a test names, if it does."""
    if told := os.environ.get("CUPY_STAND_IN_TRACE"):
        with open(told, "a") as file:
            file.write(what)


def _operator(name):
    def apply(self, *others):
        if name == "__matmul__":
            _note("@")
        return ndarray(getattr(self._values, name)(*(getattr(other, "_values", other) for other in others)))

    return apply


for _name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
    for _kind in ("", "r"):
        setattr(ndarray, f"__{_kind}{_name}__", _operator(f"__{_kind}{_name}__"))
for _name in ("eq", "neg"):
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))


def _function(function):
    def apply(*arguments, **options):
        plain = [
            [part._values for part in each] if isinstance(each, list) else getattr(each, "_values", each)
            for each in arguments
        ]
        return ndarray(function(*plain, **options))

    return apply


mean, stack, sum, where, negative = map(_function, (np.mean, np.stack, np.sum, np.where, np.negative))


def asarray(values, dtype=None):
    return ndarray(np.array(values, dtype))


def asnumpy(array):
    _note("r")
    return array._values.copy() if isinstance(array, ndarray) else np.asarray(array)


class cuda:
    @staticmethod
    def is_available():
        return True

    class Device:
        def synchronize(self):
            _note("w")
