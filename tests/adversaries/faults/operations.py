"""One honest operation whose implementations fail at the small size and must be right at the large one."""

import numpy as np

from rooflinear.bench.contract import Cost, Operation

CONTRACT = 1


def _cost(sizes, parameters, itemsize, algorithm):
    return Cost(flops=sizes["length"], bytes=2 * itemsize * sizes["length"])


OPERATIONS = (
    Operation(
        name="double",
        formula="2 x",
        doc="Exact in every precision.",
        sizes=("length",),
        inputs=lambda rng, sizes, parameters, dtype: {"x": rng.standard_normal(sizes["length"]).astype(dtype)},
        oracle=lambda x: 2 * np.asarray(x, np.longdouble),
        bound=lambda inputs, output, algorithm: np.zeros(output.shape),
        cost=_cost,
    ),
)
