"""The operations of linear regression: formula, sizes, inputs, oracle, error bound, cost."""

from rooflinear.bench.contract import Operation

from . import _bounds, _costs, _descent, _exact, _exact_descent, _goals, _inputs, _oracle, _presets, _shown

CONTRACT = 1
PRESETS = _presets.PRESETS
GOALS = _goals.GOALS
SHOWN = _shown.SHOWN

EXACT_SIZES = {"m": 129, "n": 7}
"""Odd, one above vector widths; m·fl(1/m) rounds to 1 in both dtypes, which the exact test needs."""

OPERATIONS = (
    Operation(
        name="predict",
        formula="Xθ",
        doc="The model's predictions for all samples.",
        sizes=("m", "n"),
        inputs=_inputs.predict,
        oracle=_oracle.predict,
        bound=_bounds.predict,
        cost=_costs.predict,
        exact_inputs=_exact.predict,
        exact_equal=_exact.same,
        exact_sizes=EXACT_SIZES,
    ),
    Operation(
        name="residuals",
        formula="y − Xθ",
        doc="What the predictions leave unexplained.",
        sizes=("m", "n"),
        inputs=_inputs.regression,
        oracle=_oracle.residuals,
        bound=_bounds.residuals,
        cost=_costs.residuals,
        exact_inputs=_exact.residuals,
        exact_equal=_exact.same,
        exact_sizes=EXACT_SIZES,
    ),
    Operation(
        name="mse",
        formula="‖Xθ − y‖²/m",
        doc="The mean squared error, not half of it.",
        sizes=("m", "n"),
        inputs=_inputs.regression,
        oracle=_oracle.mse,
        bound=_bounds.mse,
        cost=_costs.mse,
        exact_inputs=_exact.mse,
        exact_equal=_exact.equal,
        exact_sizes=EXACT_SIZES,
    ),
    Operation(
        name="gradient",
        formula="(2/m) Xᵀ(Xθ − y)",
        doc="The gradient of the mean squared error.",
        sizes=("m", "n"),
        inputs=_inputs.regression,
        oracle=_oracle.gradient,
        bound=_bounds.gradient,
        cost=_costs.gradient,
        exact_inputs=_exact.gradient,
        exact_equal=_exact.equal,
        exact_sizes=EXACT_SIZES,
    ),
    Operation(
        name="gradient_descent",
        formula="θ ← θ − α·gradient, steps times",
        doc="Gradient descent from theta0 with a fixed learning rate.",
        sizes=("m", "n"),
        parameters={"steps": 100},
        inputs=_inputs.gradient_descent,
        oracle=_oracle.gradient_descent,
        bound=_descent.gradient_descent,
        cost=_costs.gradient_descent,
        exact_inputs=_exact_descent.gradient_descent,
        exact_equal=_exact.equal,
        exact_sizes={"m": 64, "n": 7},
    ),
    Operation(
        name="r2",
        formula="1 − SSres/SStot",
        doc="The share of the variance explained; NaN where y is constant.",
        sizes=("m",),
        inputs=_inputs.r2,
        oracle=_oracle.r2,
        bound=_bounds.r2,
        cost=_costs.r2,
        exact_inputs=_exact.r2,
        exact_equal=_exact.same_ratio,
        exact_sizes={"m": 129},
    ),
    Operation(
        name="cost_surface",
        formula="mse at (θ₀, θ₁) on a grid: rows follow θ₁, columns θ₀",
        doc="The mean squared error with the first two components of theta replaced.",
        sizes=("m", "n"),
        parameters={"grid": 50},
        inputs=_inputs.cost_surface,
        oracle=_oracle.cost_surface,
        bound=_bounds.cost_surface,
        cost=_costs.cost_surface,
        exact_inputs=_exact.cost_surface,
        exact_equal=_exact.equal,
        exact_sizes={"m": 33, "n": 5},
    ),
    Operation(
        name="split_mse",
        formula="mse of the first 70 % of rows and of the rest",
        doc="Training and validation error, the sign of underfitting.",
        sizes=("m", "n"),
        inputs=_inputs.split_mse,
        oracle=_oracle.split_mse,
        bound=_bounds.split_mse,
        cost=_costs.split_mse,
        exact_inputs=_exact.split_mse,
        exact_equal=_exact.equal,
        exact_sizes={"m": 190, "n": 7},  # 133 and 57 rows, both kind as above
    ),
)
