"""Small tasks whose outputs are kept with every run and drawn on its page.

Those of one operation have one shape wherever they can, so that what compiles, compiles once.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from rooflinear.bench.contract import Inputs, Shown

from . import scenes
from .inputs import training_rows

VISITED = (1, 2, 3, 5, 8, 13, 21, 34, 55, scenes.STEPS)
"""Steps after which a descent is looked at."""

GRID, REACH = 21, 5.0
"""Points of the cost surface each way, and how far it reaches from the least-squares fit."""

DRAWN = {"samples": scenes.SAMPLES, "noise": scenes.NOISE}
LINE = {**DRAWN, "data": "line"}
DESCENT = {"rate": scenes.RATE, "theta0": scenes.THETA0[0], "theta1": scenes.THETA0[1]}


def _tasks() -> Iterator[Shown]:
    yield _task(
        "line", "predict", _line_learned, "The line a descent has learned", **LINE, **DESCENT, steps=scenes.STEPS
    )
    for k in VISITED:
        about = {**DESCENT, "steps": k}
        yield _task(f"path-{k}", "gradient_descent", partial(_descent, scenes.line, k), "θ on the way", **LINE, **about)
        yield _task(
            f"bowl-{k}", "gradient_descent", partial(_descent, scenes.bowl, k), "θ on the way in θ₀² + θ₁²", **about
        )
        yield _task(f"loss-{k}", "mse", partial(_at, k), "The mean squared error on the way", **LINE, **about)
    yield _task("surface", "cost_surface", _surface, "The mean squared error around the best line", **LINE, grid=GRID)
    collinear = {"collinearity": scenes.COLLINEARITY, "l2": scenes.L2}
    yield _task(
        "collinear", "residuals", _residuals, "What two features that lean on each other leave", **DRAWN, **collinear
    )
    for data in ("line", "wave"):
        for model in scenes.models(np.zeros(scenes.SAMPLES)):
            about = {"data": data, "model": model}
            yield _task(
                f"r2-{data}-{model}",
                "r2",
                partial(_r2, data, model),
                "The share of variance explained",
                **DRAWN,
                **about,
            )
    for k in range(1, scenes.HIGHEST_DEGREE + 1):
        yield _task(f"degree-{k}", "split_mse", partial(_split, k), "Training and validation error", **DRAWN, degree=k)


def _task(name: str, operation: str, make: Callable[[], Inputs], why: str, **settings: Any) -> Shown:
    def inputs(dtype: Any) -> Inputs:
        return {each: value if isinstance(value, int) else _cast(value, dtype) for each, value in make().items()}

    columns = make().get("theta", make().get("theta0"))
    sizes = {"m": scenes.SAMPLES} if columns is None else {"m": scenes.SAMPLES, "n": len(columns)}
    return Shown(name=name, operation=operation, sizes=sizes, settings=settings, inputs=inputs, why=why)


def _cast(value: Any, dtype: Any) -> Any:
    return np.dtype(dtype).type(value) if np.ndim(value) == 0 else np.ascontiguousarray(value, dtype)


def _line_learned() -> Inputs:
    X, _ = scenes.line()
    return {"X": X, "theta": scenes.path(scenes.STEPS)}


def _at(steps: int) -> Inputs:
    X, y = scenes.line()
    return {"X": X, "y": y, "theta": scenes.path(steps)}


def _descent(scene: Callable[[], tuple[np.ndarray, np.ndarray]], steps: int) -> Inputs:
    X, y = scene()
    return {"X": X, "y": y, "theta0": np.array(scenes.THETA0), "learning_rate": scenes.RATE, "steps": steps}


def _surface() -> Inputs:
    X, y = scenes.line()
    theta = scenes.fit(X, y)
    around = np.linspace(-REACH, REACH, GRID)
    return {"X": X, "y": y, "theta": theta, "theta0_values": theta[0] + around, "theta1_values": theta[1] + around}


def _residuals() -> Inputs:
    X, y = scenes.features()
    return {"X": X, "y": y, "theta": scenes.fit(X, y, scenes.L2)}


def _r2(data: str, model: str) -> Inputs:
    _, y = scenes.wave() if data == "wave" else scenes.line()
    return {"y": y, "y_predicted": scenes.models(y)[model]}


def _split(degree: int) -> Inputs:
    """All columns, and a theta that is zero past the degree: one shape for every degree."""
    X, y = scenes.wave()
    rows = training_rows(scenes.SAMPLES)
    theta = np.zeros(X.shape[1])
    theta[: degree + 1] = scenes.fit(X[:rows, : degree + 1], y[:rows])
    parts = {"X_train": X[:rows], "y_train": y[:rows], "X_validation": X[rows:], "y_validation": y[rows:]}
    return {**parts, "theta": theta}


SHOWN = tuple(_tasks())
