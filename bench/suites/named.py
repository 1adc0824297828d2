"""Inputs of a suite written from functions: these take sizes by name, and return arrays or a dict of them."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

OFFERED = ("rng", "dtype", "sizes", "parameters")
"""What a function that makes inputs may take, beside the names of sizes and parameters."""


def named_inputs(make: Callable[..., Any], reference: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """The contract's ``inputs``, from a function that takes sizes, parameters, ``rng`` and ``dtype`` by name.

    What it returns without names, an array or a tuple, is named after the parameters of ``reference``, in order.
    Floating-point numbers are cast to the case's dtype.
    """
    wanted, names = list(inspect.signature(make).parameters), list(inspect.signature(reference).parameters)

    def inputs(rng: np.random.Generator, sizes: Any, parameters: Any, dtype: Any) -> dict[str, Any]:
        offered = {**parameters, **sizes, "rng": rng, "dtype": dtype, "sizes": sizes, "parameters": parameters}
        made = make(**{name: offered[name] for name in wanted})
        if not isinstance(made, Mapping):
            values = made if isinstance(made, tuple) else (made,)
            made = dict(zip(names, values, strict=True))
        return {name: _cast(value, dtype) for name, value in made.items()}

    return inputs


def _cast(value: Any, dtype: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.ascontiguousarray(value, dtype)
    return np.dtype(dtype).type(value) if isinstance(value, float) else value
