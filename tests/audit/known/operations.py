"""A suite whose times are known: a wait of stated length, and a call that does nothing."""

import numpy as np

from rooflinear.bench.contract import Cost, Operation

CONTRACT = 1


def _inputs(rng, sizes, parameters, dtype):
    return {"x": rng.standard_normal(1).astype(dtype), "microseconds": sizes["microseconds"]}


def _operation(name, doc):
    return Operation(
        name=name,
        formula="x",
        doc=doc,
        sizes=("microseconds",),
        inputs=_inputs,
        oracle=lambda x, microseconds: x,
        bound=lambda inputs, output, algorithm: np.zeros_like(output, np.float64),
        cost=lambda sizes, parameters, itemsize, algorithm: Cost(1, itemsize),
    )


OPERATIONS = (
    _operation("wait", "Returns its input after a wait of known length."),
    _operation("empty", "Returns its input at once."),
)
