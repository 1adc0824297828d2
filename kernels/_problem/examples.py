"""The course's worked examples, as inputs of the operations that answer them: section, operation, what is asked."""

from dataclasses import dataclass
from typing import Any

STEPS = (1, 2, 3)
"""Steps of a descent that the course works out; each is asked for."""


@dataclass(frozen=True)
class Example:
    """``inputs`` are lists, floats and whole numbers, in call order."""

    name: str
    operation: str
    why: str
    inputs: dict[str, Any]


def _line(*x: float) -> list[list[float]]:
    """Rows of a column of ones and of x."""
    return [[1, each] for each in x]


EXAMPLES = (
    Example("hypothesis", "predict", "h(4) = 2 + 3 · 4", {"X": _line(4), "theta": [2, 3]}),
    Example(
        "fitting",
        "mse",
        "The mean squared error of 1.5 + 2x",
        {"X": _line(1, 2, 3), "y": [3, 5, 7], "theta": [1.5, 2]},
    ),
    Example(
        "assumptions",
        "residuals",
        "The residuals of a perfect fit",
        {"X": _line(1, 2, 3), "y": [5, 8, 11], "theta": [2, 3]},
    ),
    Example(
        "squared-error",
        "mse",
        "The mean squared error of a perfect fit",
        {"X": _line(2, 3, 4), "y": [5, 7, 9], "theta": [1, 2]},
    ),
    *(
        Example(
            f"single-{steps}",
            "gradient_descent",
            "Steps down (θ − 3)²",
            {"X": [[1]], "y": [3], "theta0": [0], "learning_rate": 0.1, "steps": steps},
        )
        for steps in STEPS
    ),
    *(
        Example(
            f"several-{steps}",
            "gradient_descent",
            "Steps down (θ₀ + 2θ₁ − 4)²",
            {"X": [[1, 2]], "y": [4], "theta0": [0, 0], "learning_rate": 0.1, "steps": steps},
        )
        for steps in STEPS
    ),
    Example("vectorization", "predict", "Xθ of three rows", {"X": [[1, 2], [3, 4], [5, 6]], "theta": [0.5, 1]}),
    Example("r2", "r2", "R² of three predictions", {"y": [3, 5, 7], "y_predicted": [2, 5, 8]}),
    Example(
        "diagnostics",
        "split_mse",
        "Both errors where every prediction is 1 too low",
        {"X_train": [[2], [4]], "y_train": [3, 5], "X_validation": [[5], [7]], "y_validation": [6, 8], "theta": [1]},
    ),
    Example(
        "surface",
        "cost_surface",
        "(θ₀ − 2)² + (θ₁ + 3)² at four points",
        {"X": [[1, 1], [1, -1]], "y": [-1, 5], "theta": [0, 0], "theta0_values": [1, 2], "theta1_values": [-4, -3]},
    ),
)
