"""Sums over many rows in float32 keep their digits: one number added after another loses them."""

import numpy as np
import pytest

from rooflinear.bench.suites import suite

from ..bench.made import ROOT

ROWS = 2**20
LOST = 2e-5
"""Of the result. Blocks of a few hundred numbers lose 1e-6; one number after another loses 4e-4."""


@pytest.fixture(scope="module")
def inputs():
    X, y = np.random.default_rng(1).standard_normal((ROWS, 2)), np.random.default_rng(2).standard_normal(ROWS)
    theta = np.array([0.5, -0.25])
    values = np.linspace(-1, 1, 2)
    return {
        "mse": (X, y, theta),
        "r2": (y, X[:, 0]),
        "cost_surface": (X, y, theta, values, values),
        "split_mse": (X, y, X, y, theta),
    }


@pytest.mark.needs("numexpr")
@pytest.mark.parametrize("operation", ["mse", "r2", "cost_surface", "split_mse"])
def test_numexpr_loses_no_digits_of_many_squares(inputs, operation):
    given = [each.astype(np.float32) for each in inputs[operation]]
    computed, expected = (
        getattr(suite.import_stem(ROOT / "kernels", stem), operation)(*values)
        for stem, values in (("numexpr", given), ("numpy", [each.astype(np.float64) for each in given]))
    )
    np.testing.assert_allclose(computed, expected, rtol=LOST)
