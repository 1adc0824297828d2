"""Interpolation of chunked data: tens of times slower in 2025.1.0."""

import numpy as np
import xarray as xr

DATA = xr.DataArray(np.arange(400.0).reshape(20, 20), dims=("x", "y"), coords={"x": range(20), "y": range(20)})
CHUNKED = DATA.chunk({"x": 5})


def test_interp(benchmark):
    assert benchmark(CHUNKED.interp, y=np.linspace(0, 19, 40)).shape == (20, 40)
