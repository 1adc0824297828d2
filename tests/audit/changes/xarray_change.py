"""Interpolation to a coordinate that varies along another dimension: 76 times slower in 2025.1.0 (issue 10683).

Since pull request 9881 each line of the dimensions that stay the same is interpolated in a call of its own.
"""

import numpy as np
import xarray as xr

TIMES, RADII, HEIGHTS = 10, 12, 30
RANDOM = np.random.default_rng(1)
FIELD = xr.DataArray(
    RANDOM.random((TIMES, RADII, HEIGHTS)),
    dims=("time", "radius", "height"),
    coords={"time": range(TIMES), "radius": range(RADII), "height": np.linspace(0, 1, HEIGHTS)},
)
PATH = xr.DataArray(RANDOM.random(TIMES), dims="time", coords={"time": range(TIMES)})


def test_interp(benchmark):
    assert benchmark(FIELD.interp, height=PATH).shape == (TIMES, RADII)
